"""Time-stamping authorities for the tests: sound ones, and every way to lie over HTTP.

A stub answers each request on a socket of its own with whatever bytes it is told to, so that
slow, endless and broken answers are real ones.
"""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tests.verifier.timestamp.chains import Chain, chain
from tests.verifier.timestamp.making import Token
from verifier.timestamp import der
from verifier.timestamp.messages import Request, parse_request

REPLY = "application/timestamp-reply"
CHAIN = chain()
OTHER = chain("rsa2048")
Behaviour = Callable[[Request], Iterable[bytes]]


def gen_time(seconds: float) -> bytes:
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).strftime("%Y%m%d%H%M%SZ").encode()


def http(body: bytes, status: int = 200, kind: str = REPLY, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def granted(token: bytes) -> bytes:
    return der.encode(0x30, der.encode(0x30, der.encode_integer(0)), token)


def token_for(request: Request, made: Chain = CHAIN, *, ahead: float = 0, **changes) -> Token:
    """The token that the request asks for, signed now; any part may be another."""
    return Token(
        made,
        imprint=request.imprint,
        nonce=request.nonce,
        gen_time=gen_time(time.time() + ahead),
    ).but(**changes)


def sound(made: Chain = CHAIN, *, ahead: float = 0, **changes) -> Behaviour:
    def answer(request: Request) -> Iterable[bytes]:
        token = token_for(request, made, ahead=ahead, **changes)
        yield http(granted(token.to_bytes()))

    return answer


class Stub:
    """A server; ``behaviour`` may be replaced while it runs, ``asked`` holds what came."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.asked: list[Request] = []
        self.came = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/tsa"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                length = 0
                assert lines.readline().startswith(b"POST ")
                while (line := lines.readline().lower()) not in (b"\r\n", b""):
                    if line.startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                request = parse_request(lines.read(length))
                self.asked.append(request)
                self.came.set()
                for part in self.behaviour(request):
                    connection.sendall(part)
        except OSError:
            return  # the other side had enough

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            connection.close()


@contextmanager
def stub(behaviour: Behaviour | None = None) -> Iterator[Stub]:
    made = Stub(behaviour or sound())
    try:
        yield made
    finally:
        made.close()
