"""A log to be witnessed, made in memory, and a witness in this process or in one of its own.

Roots and proofs come from ``tests.reference``: nothing here is made by what is tested.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.witness import opening
from app.witness.witness import Reply, Witness
from tests import reference
from tests.app.server.harness import PATIENCE, ROOT, environment
from tests.worked import Key
from verifier.encoding import to_base64
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

NAME = "witness.example.org/w1"
ORIGIN = "log.example.org/watched"
NOON = 1795262400


class WatchedLog:
    """A log whose entries differ from ``fork_at`` on: two of them are one log that forked."""

    def __init__(
        self, story: str = "a", *, origin: str = ORIGIN, fork_at: int = 0, label: str = "watched"
    ) -> None:
        self.keys = [Key(origin, label)]
        self.origin = origin
        self.entries = [
            b"common %d" % n if n < fork_at else f"{story} {n}".encode() for n in range(200)
        ]

    @property
    def vkey(self) -> str:
        return self.keys[0].vkey.to_text()

    def root(self, size: int) -> bytes:
        return reference.MTH(self.entries[:size])

    def text(self, size: int) -> bytes:
        return Checkpoint(self.origin, size, self.root(size)).to_text()

    def note(self, size: int, keys: Sequence[Key] | None = None) -> bytes:
        text = self.text(size)
        return text + b"\n" + b"".join(key.line(text) for key in keys or self.keys)

    def proof(self, old: int, size: int) -> list[bytes]:
        return reference.PROOF(old, self.entries[:size]) if 0 < old < size else []

    def request(
        self, old: int, size: int, note: bytes | None = None, proof: Sequence[bytes] | None = None
    ) -> bytes:
        """Return a body; what is not given is right."""
        hashes = self.proof(old, size) if proof is None else proof
        lines = [f"old {old}", *(to_base64(each) for each in hashes), "", ""]
        return "\n".join(lines).encode() + (self.note(size) if note is None else note)


class Alarms(list[tuple[str, dict[str, Any]]]):
    """Collects alarms."""

    def __call__(self, event: str, members: dict[str, Any]) -> None:
        self.append((event, members))

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def new_witness(data: Path, *logs: WatchedLog) -> VKey:
    """Create a witness that knows these logs."""
    vkey = opening.create(data, data / "signer", NAME)
    for log in logs:
        for key in log.keys:
            opening.add_log(data, data / "signer", key.vkey.to_text())
    return vkey


@contextlib.contextmanager
def opened(data: Path, alarms: Alarms | None = None, **more: Any) -> Iterator[Witness]:
    """Open a witness in this process, at noon."""
    more.setdefault("clock", Clock())
    with opening.open_witness(
        data, data / "signer", alarm=alarms if alarms is not None else Alarms(), **more
    ) as witness:
        yield witness


def cosigned_at(answer: bytes, text: bytes, vkey: VKey) -> int:
    """Check that an answer is one cosignature over this text; return its time."""
    note = parse_note(text + b"\n" + answer)
    assert len(note.signatures) == 1
    return check_cosignature(text, note.signatures[0], vkey)


def grow(witness: Witness, log: WatchedLog, *sizes: int, old: int = 0) -> None:
    """Let the witness cosign one size after the other."""
    for size in sizes:
        reply: Reply = witness.add_checkpoint(log.request(old, size))
        assert reply.status == 200, reply
        cosigned_at(reply.body, log.text(size), witness.vkey)
        old = size


class Process:
    """``beilin witness serve`` in a process of its own, or a script that stands for it."""

    def __init__(self, data: Path, *arguments: str, fault: str = "") -> None:
        self.data = data
        module = "tests.app.witness.faulty_witness" if fault else "app.cli"
        self._errors = (data.parent / f"stderr-{os.urandom(4).hex()}").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "witness", "serve", "--data", str(data),
             "--listen", "127.0.0.1:0", *arguments],
            cwd=ROOT, env=environment() | {"FAULT": fault},
            stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        match = re.fullmatch(r"listening on (http://127\.0\.0\.1:[0-9]+)\n", line)
        if match is None:
            self.close()
            raise AssertionError(f"no address but {line!r}: {self.errors()}")
        self.url = match[1]
        self.address = ("127.0.0.1", int(urlsplit(self.url).port or 0))

    def errors(self) -> str:
        if self._errors.closed:
            return Path(self._errors.name).read_text()
        self._errors.seek(0)
        return self._errors.read().decode()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()


@contextlib.contextmanager
def serving(data: Path, *arguments: str, fault: str = "") -> Iterator[Process]:
    """Serve a witness."""
    process = Process(data, *arguments, fault=fault)
    try:
        yield process
    finally:
        process.close()


def replacing(owner: Any, name: str, value: Callable[..., Any]) -> None:
    """Replace a function for good: only in a process of its own."""
    setattr(owner, name, value)
