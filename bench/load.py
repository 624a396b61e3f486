"""A load generator in a process of its own: raw protocols on uvloop, no HTTP library.

Each connection sends its prepared requests one after another, the next when the
answer is whole. The first of each is a warm-up: when all connections have had
it, the clock starts for the others. Bounded in number by what was prepared and
in time by ``seconds``. It needs some tens of microseconds an answer, on a core
that the server cannot have meanwhile.

    python -m bench.load FILE     FILE: a pickled ``Plan``, which the outcome (JSON) replaces
"""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import NamedTuple, cast

import uvloop

from .serving import ROOT, environment


class Plan(NamedTuple):
    """What to send: for each connection its whole requests, the first one as warm-up."""

    port: int
    connections: list[list[bytes]]
    seconds: float = 60.0


class Outcome(NamedTuple):
    """``seconds`` from the first measured request to the last answer; latencies in seconds."""

    seconds: float
    latencies: list[float]
    answer_bytes: int
    failed: int
    processor_seconds: float

    def per_second(self) -> float:
        """Return answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency that this share of the answers does not exceed."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


class _Connection(asyncio.Protocol):
    """One connection; ``whole`` is called with (status, body length) of each answer."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = deque(requests)
        self.latencies: list[float] = []
        self.failed = 0
        self.answer_bytes = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._body = 0
        self._missing = -1  # of the body; -1 while the head is not complete
        self._rounds = 0
        self._sent = 0.0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.failed += len(self.requests) + 1
            self.done.set_result(None)

    def send(self, rounds: int) -> None:
        """Send ``rounds`` requests one after another; ``done`` says when."""
        self.done = asyncio.get_running_loop().create_future()
        self._rounds = rounds
        self._next()

    def _next(self) -> None:
        if not self._rounds or not self.requests:
            self.done.set_result(None)
            return
        assert self._transport is not None
        self._rounds -= 1
        self._sent = time.perf_counter()
        self._transport.write(self.requests.popleft())

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            self._missing = self._body = int(head.split(b"content-length:", 1)[1].split(b"\r\n")[0])
            self.failed += not head.startswith(b"http/1.1 201")
            data = bytes(self._buffer[end + 4 :])
            self._buffer.clear()
        self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self.latencies.append(time.perf_counter() - self._sent)
            self.answer_bytes = self._body
            self._next()


async def drive(plan: Plan) -> Outcome:
    """Send everything and return what happened; raises TimeoutError after ``plan.seconds``."""
    loop = asyncio.get_running_loop()
    pairs = [
        await loop.create_connection(lambda each=each: _Connection(each), "127.0.0.1", plan.port)  # type: ignore[misc]
        for each in plan.connections
    ]
    connections = [protocol for _, protocol in pairs]
    try:
        async with asyncio.timeout(plan.seconds):
            for connection in connections:
                connection.send(1)
            await asyncio.gather(*(connection.done for connection in connections))
            for connection in connections:
                connection.latencies.clear()
            started, used = time.perf_counter(), time.process_time()
            for connection in connections:
                connection.send(len(connection.requests))
            await asyncio.gather(*(connection.done for connection in connections))
            seconds = time.perf_counter() - started
            used = time.process_time() - used
    finally:
        for transport, _ in pairs:
            transport.close()
    return Outcome(
        seconds,
        [value for connection in connections for value in connection.latencies],
        max(connection.answer_bytes for connection in connections),
        sum(connection.failed for connection in connections),
        used,
    )


def run(plan: Plan, scratch: Path) -> Outcome:
    """Drive the plan from another process. Raises RuntimeError if any answer was not a 201."""
    path = scratch / "load.plan"
    path.write_bytes(pickle.dumps(plan))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(path)],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        timeout=plan.seconds + 60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    outcome = Outcome(*json.loads(path.read_bytes()))
    path.unlink()
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} requests failed; the figures would mean nothing")
    return outcome


def main() -> None:
    """Read a plan, drive it, write the outcome in its place."""
    path = Path(sys.argv[1])
    outcome = uvloop.run(drive(pickle.loads(path.read_bytes())))
    path.write_text(json.dumps(outcome), encoding="ascii")


if __name__ == "__main__":
    main()
