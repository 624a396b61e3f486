"""A crowd that holds connections to a server of ours and gives it as little as it can.

Five kinds in turn: one that says nothing, headers byte by byte, a body byte by
byte (with an API key, or it would be refused at once), one that rests after its
answer, and one that asks for much and takes a few bytes at a time. Bounded in
number and meant for servers on 127.0.0.1 only.

    python -m bench.hostile PORT COUNT KEY     until its standard input ends
"""

from __future__ import annotations

import contextlib
import select
import socket
import sys
from typing import Final

HOST: Final = "127.0.0.1"
MOST: Final = 2000
PAUSE_SECONDS: Final = 0.25
KINDS: Final = ("silent", "headers", "body", "resting", "taking")
_GET: Final = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
_MUCH: Final = _GET % b"/openapi.json" * 300
"""About 20 MB of answers: more than the kernel's buffers hold."""


def _first(kind: str, key: str) -> bytes:
    """Return what a connection of this kind says at once."""
    if kind == "body":
        lines = ("POST /v1/batches HTTP/1.1", "Host: x", f"Authorization: Bearer {key}",
                 "Content-Type: application/json", "Idempotency-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                 "Content-Length: 100000", "", "")  # fmt: skip
        return "\r\n".join(lines).encode()
    return {
        "silent": b"",
        "headers": b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ",
        "resting": _GET % b"/livez",
        "taking": _MUCH,
    }[kind]


class Hostile:
    """One connection of the crowd."""

    def __init__(self, port: int, kind: str, key: str) -> None:
        self.kind = kind
        self.closed = False
        self._socket = socket.socket()
        if kind == "taking":
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect((HOST, port))
        self._socket.setblocking(False)
        self._left = _first(kind, key)
        self.step()

    def step(self) -> None:
        """Send a byte (or the rest of what comes first), take a little, note an end."""
        if self.closed:
            return
        data = self._left or (b"x" if self.kind in ("headers", "body") else b"")
        try:
            if data:
                with contextlib.suppress(BlockingIOError):
                    self._left = self._left[self._socket.send(data) :]
            with contextlib.suppress(BlockingIOError):
                if not self._socket.recv(16 if self.kind == "taking" else 65536):
                    self.close()
        except OSError:
            self.close()

    def close(self) -> None:
        """End it from this side."""
        self.closed = True
        self._socket.close()


class Crowd:
    """So many of them; ``step`` is called again and again by whoever has it."""

    def __init__(self, port: int, count: int, key: str, *, again: bool = False) -> None:
        """With ``again`` each one that is shown out comes back."""
        self._port, self._key, self._again = port, key, again
        self.shown_out = 0
        kinds = [KINDS[number % len(KINDS)] for number in range(min(count, MOST))]
        self.members = [Hostile(port, kind, key) for kind in kinds]

    def step(self) -> None:
        """Let each do its little."""
        for place, member in enumerate(self.members):
            gone = member.closed
            member.step()
            if member.closed and not gone:
                self.shown_out += 1
            if member.closed and self._again:
                with contextlib.suppress(OSError):
                    self.members[place] = Hostile(self._port, member.kind, self._key)

    def close(self) -> None:
        """End all."""
        for member in self.members:
            member.close()


def main() -> None:
    """Hold the connections, say so, go on until standard input ends."""
    crowd = Crowd(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], again=True)
    print("there", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        crowd.step()
    print(crowd.shown_out, flush=True)
    crowd.close()


if __name__ == "__main__":
    main()
