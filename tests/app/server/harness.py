"""A real server in a process of its own, started and stopped by its number.

Nothing here looks into the server: the tests see what a client and an operator see.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.client.identity import Identity
from verifier.evidence.digests import Digest
from verifier.evidence.submission import Submission

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "log.example.org/test"
PATIENCE = 60
"""Seconds until a test gives up on what must happen: long, because no outcome hangs on it."""
SECONDS = 1
"""Every time limit of the server of ``slow`` (conftest.py)."""
ALLOWED = 8
"""Within so many seconds it must have acted on them: a loaded machine is late, but its own
defaults would be 10 and 15."""
PROBLEM_MEMBERS = {
    "type", "status", "code", "title", "title_zh", "detail", "action", "action_zh",
    "retryable", "trace_id",
}  # fmt: skip


def b64(data: bytes) -> str:
    """Return base64 as the service spells it."""
    return base64.b64encode(data).decode()


def environment(**settings: object) -> dict[str, str]:
    """Return this environment without settings of ours, and with these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BEILIN_")}
    kept["LANG"] = "en_US.UTF-8"
    return kept | {f"BEILIN_{name.upper()}": str(value) for name, value in settings.items()}


def beilin(*arguments: object, code: int = 0, **settings: object) -> str:
    """Run a command to its end; return its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *map(str, arguments)],
        cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=2 * PATIENCE,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout if code == 0 else done.stdout + done.stderr


def new_log(data: Path, origin: str = ORIGIN) -> None:
    """Create a log."""
    beilin("init", "--data", data, "--origin", origin)


def new_account(data: Path, name: str) -> str:
    """Create an account and return its API key."""
    return beilin("account", "new", name, "--data", data).strip().splitlines()[-1]


class Server:
    """One run of ``beilin serve``, or of a script that stands for it."""

    def __init__(
        self,
        data: Path,
        *arguments: str,
        fault: str | None = None,
        module: str = "tests.app.server.faulty_server",
        **settings: object,
    ) -> None:
        self.data = data
        self._errors = (data.parent / f"stderr-{time.monotonic_ns()}").open("w+b")
        start = ["-m", "app.cli" if fault is None else module, "serve"]
        self.process = subprocess.Popen(
            [sys.executable, *start, "--data", str(data), "--listen", "127.0.0.1:0", *arguments],
            cwd=ROOT, env=environment(**settings) | {"FAULT": fault or ""},
            stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        match = re.fullmatch(r"listening on (http://127\.0\.0\.1:[0-9]+)\n", line)
        if match is None:
            self.process.wait(PATIENCE)
            said = self.errors()
            self.close()
            raise AssertionError(f"no address but {line!r}: {said}")
        self.url = match[1]
        self.address = ("127.0.0.1", int(urlsplit(self.url).port or 0))

    def errors(self) -> str:
        """Return what it wrote to standard error."""
        self._errors.flush()
        self._errors.seek(0)
        return self._errors.read().decode()

    def client(self, key: str | None = None, **options: Any) -> httpx.Client:
        """Return a client with this API key."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, trust_env=False,
                            **options)  # fmt: skip

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def wait_until_resting(self) -> None:
        """Wait until a fault that rests has begun to (``faulty_server.rest``)."""
        wait_until((self.data.parent / "resting").exists)

    def go_on(self) -> None:
        """Let a fault that rests go on."""
        (self.data.parent / "go-on").touch()

    def kill(self) -> None:
        """Send SIGKILL."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def close(self) -> None:
        """Make sure that it is gone."""
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()


@contextlib.contextmanager
def running(data: Path, *arguments: str, **options: Any) -> Iterator[Server]:
    """Run a server over the log in ``data``."""
    server = Server(data, *arguments, **options)
    try:
        yield server
    finally:
        server.close()


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened; how fast does not matter."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


# -- requests ------------------------------------------------------------------


def entry(content: bytes, **more: object) -> dict[str, Any]:
    """Return the JSON of an unsigned entry over these bytes."""
    return {
        "what": "file",
        "digests": [{"alg": "sha-256", "value": b64(hashlib.sha256(content).digest())}],
        "dossier": b64(bytes(16)),
        **more,
    }


def signed_entry(
    content: bytes, account: bytes, nonce: bytes, key: Ed25519PrivateKey | Identity,
    position: int | None,
) -> dict[str, Any]:  # fmt: skip
    """Return the JSON of a signed entry."""
    public = key.public_key if isinstance(key, Identity) else key.public_key().public_bytes_raw()
    submission = Submission(
        ORIGIN, account, bytes(16), "file",
        (Digest("sha-256", hashlib.sha256(content).digest()),), nonce, position, public,
    )  # fmt: skip
    signature = key.sign(submission.to_bytes())
    return entry(content, submitter=b64(public), signature=b64(signature))


def post(
    client: httpx.Client, body: object, nonce: bytes | None = None, path: str = "/v1/entries",
    **headers: str,
) -> httpx.Response:  # fmt: skip
    """Send a body with a new Idempotency-Key, or with this one."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(
        path, content=content,
        headers={"Content-Type": "application/json",
                 "Idempotency-Key": b64(nonce or os.urandom(16)), **names},
    )  # fmt: skip


def head(key: str, *more: str, nonce: bytes | None = None) -> bytes:
    """Return the head of a POST, written by hand; these lines end it."""
    lines = ["POST /v1/entries HTTP/1.1", "Host: x", f"Authorization: Bearer {key}",
             "Content-Type: application/json", f"Idempotency-Key: {b64(nonce or os.urandom(16))}",
             *more, "", ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def repeat(
    client: httpx.Client, body: object, nonce: bytes, *, path: str = "/v1/entries", **headers: str
) -> httpx.Response:
    """Send again what has been published; for a moment after that it may be in progress still."""
    answers: list[httpx.Response] = []

    def settled() -> bool:
        answers.append(post(client, body, nonce, path, **headers))
        if answers[-1].status_code != 409:
            return True
        check_problem(answers[-1], 409, "in-progress")
        return False

    wait_until(settled)
    return answers[-1]


def size_of(data: Path) -> int:
    """Return how many entries the log in this folder has published."""
    return int((data / "log" / "checkpoint").read_bytes().split(b"\n")[1])


def raw(
    server: Server, data: bytes, *, seconds: float = PATIENCE, half_close: bool = False
) -> tuple[bytes, float]:
    """Send bytes on a new connection; return what came until it closed, and after how long."""
    started = time.monotonic()
    with socket.create_connection(server.address, timeout=seconds) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                got += chunk
    return got, time.monotonic() - started


def check_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is our one shape of error; return it."""
    assert response.status_code == status, response.text
    document = check_problem_bytes(response.content)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in response.headers["cache-control"]
    assert document["status"] == status
    assert document["code"] == code, document
    assert response.headers["x-trace-id"] == document["trace_id"]
    return document


def check_problem_bytes(body: bytes) -> dict[str, Any]:
    """Check the members of a problem document."""
    document: dict[str, Any] = json.loads(body)
    assert set(document) - {"index"} == PROBLEM_MEMBERS
    assert document["type"] == f"urn:beilin:problem:{document['code']}"
    assert re.fullmatch(r"[0-9a-f]{32}", document["trace_id"])
    assert document["title"]
    assert document["title_zh"]
    assert document["action"]
    assert document["action_zh"]
    assert isinstance(document["retryable"], bool)
    return document
