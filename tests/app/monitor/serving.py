"""A small HTTP server over a folder, which can lie, and a follower over it."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from app.monitor.alarms import Alarm
from app.monitor.fetching import Source
from app.monitor.following import Follower, Round
from app.monitor.running import locked
from tests.verifier import logs
from verifier import cli
from verifier.audit import audit_log
from verifier.misconduct.check import verify_misconduct
from verifier.misconduct.proof import parse_misconduct
from verifier.options import Options
from verifier.policy import Policy
from verifier.result import FAILED, PASSED
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.note import parse_note, verify_note

POLICY = logs.parsed_policy()
Answer = Callable[[http.server.BaseHTTPRequestHandler, str], bool]
"""Answers a path by itself and returns True, or leaves it to the folder."""


class Served:
    """A folder on an address; ``asked`` are the paths that were asked for."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.asked: list[str] = []
        self.answer: Answer = lambda handler, path: False


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Served]:
    served: Served

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            served.asked.append(path)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if served.answer(self, path):
                    return
                file = served.folder / path
                if file.is_file():
                    give(self, file.read_bytes())
                else:
                    give(self, b"no such file", status=404)

        def handle(self) -> None:
            with contextlib.suppress(ConnectionResetError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Served(folder, f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def give(
    handler: http.server.BaseHTTPRequestHandler, data: bytes, *, status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


class Watch:
    """A follower into ``folder``, opened anew for every round as ``--once`` does."""

    def __init__(self, folder: Path, url: str, policy: Policy = POLICY) -> None:
        self.folder = folder
        self.url = url
        self.policy = policy
        self.now = logs.START
        self.stall_seconds = 3600
        self.told: list[tuple[Alarm, Path]] = []

    def once(self, *, answer_seconds: float = 20) -> Round:
        self.told.clear()
        source = Source(self.url, answer_seconds=answer_seconds)
        try:
            with locked(self.folder):
                follower = Follower(
                    self.folder, self.policy, source, stall_seconds=self.stall_seconds,
                    alarm=lambda alarm, place: self.told.append((alarm, place)),
                    clock=lambda: self.now, pause=lambda _: None,
                )  # fmt: skip
                try:
                    return follower.round()
                finally:
                    follower.close()
        finally:
            source.close()

    @property
    def kinds(self) -> list[str]:
        """Kinds of the alarms that the last round told of."""
        return [alarm.kind for alarm, _ in self.told]

    def evidence(self, kind: str) -> Path:
        """The one folder of evidence of this kind."""
        (place,) = (self.folder / "evidence").glob(f"{kind}-*")
        return place

    def check_mirror(self, policy: Policy | None = None) -> None:
        """The mirror passes the audit, and nothing lies in it that does not belong there."""
        result = audit_log(self.folder / "log", policy or self.policy)
        assert result.verdict == PASSED, result.ordered()
        assert not [f for f in result.findings if f.code != "NOT_LISTED"], result.findings


def another(size: int, at: int) -> list[bytes]:
    """The entries of another history: one is exchanged."""
    D = logs.entries(size)
    D[at] = logs.entry(at, link=f"another {at}")
    return D


def show(served: Served, name: str, D: list[bytes], **options) -> Checkpoint:
    """Serve these entries, from a folder of their own."""
    served.folder = served.folder.parent / name
    return logs.build(served.folder, D, **options)


def signed(note: bytes) -> Checkpoint:
    """The checkpoint of a note, the log's key verified as a third party would."""
    parsed = parse_note(note)
    verify_note(parsed, [log.vkey for log in POLICY.log_policy.logs])
    return parse_checkpoint(parsed.text)


def check_proof(place: Path, kind: str) -> None:
    """What anybody makes of the portable proof with the policy alone, and of a damaged one."""
    data = (place / "proof.txt").read_bytes()
    assert parse_misconduct(data).kind == kind
    result = verify_misconduct(data, POLICY, Options())
    history = result.check("history")
    assert history is not None
    assert (history.status, result.exit_code) == (FAILED, 20), result.checks
    policy = place.parent / f"{place.name}.policy"
    policy.write_bytes(logs.policy())
    assert cli.main([str(place / "proof.txt"), "--policy", str(policy), "--lang", "en"]) == 20
    stranger = logs.parsed_policy(seed="stranger")
    assert verify_misconduct(data, stranger, Options()).check("history") != history


def check_about(place: Path) -> None:
    text = (place / "about.txt").read_text(encoding="utf-8")
    proven = (place / "proof.txt").exists()
    assert text.count("\n") == (5 if proven else 3)
    assert "{" not in text
