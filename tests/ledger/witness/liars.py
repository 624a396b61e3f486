"""Ways for a witness to misbehave: what it does with a connection on which it was asked."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from tests.ledger.witness.support import (
    Asked,
    Cosigner,
    Peer,
    answering,
    http,
    text_of,
)
from verifier.tlog.checkpoint import Checkpoint

HONEST, LIAR = Cosigner("w1"), Cosigner("w2")
STRANGER = Cosigner("stranger")
MANY = 64 << 20
SIZE = "Content-Type: text/x.tlog.size"
_Behave = Callable[[Asked, socket.socket, Peer], None]


def says(answer: Callable[[bytes], bytes]) -> _Behave:
    """Answer every request with this, made from the checkpoint text that was sent."""

    def behave(asked: Asked, connection: socket.socket, server: Peer) -> None:
        text = text_of(asked) if asked.method == "POST" else b""
        server.send(connection, answer(text))

    return behave


def silent(_: Asked, connection: socket.socket, server: Peer) -> None:
    server.over.wait()


def trickle(asked: Asked, connection: socket.socket, server: Peer) -> None:
    """Send a good answer, a byte at a time: each comes long before any read would time out."""
    line = LIAR.line(text_of(asked)) if asked.method == "POST" else b"x" * 200
    for at in range(len(answer := http(200, line))):
        server.send(connection, answer[at : at + 1])
        if server.over.wait(0.05):
            return


def trickled_headers(_: Asked, connection: socket.socket, server: Peer) -> None:
    server.send(connection, b"HTTP/1.1 200 x\r\n")
    while not server.over.wait(0.02):
        server.send(connection, b"X-More: y\r\n")


def endless_interim(_: Asked, connection: socket.socket, server: Peer) -> None:
    while not server.over.wait(0.01):
        server.send(connection, b"HTTP/1.1 100 Continue\r\n\r\n")


def huge(_: Asked, connection: socket.socket, server: Peer) -> None:
    server.send(connection, http(200, bytes(MANY)))


def huge_headers(_: Asked, connection: socket.socket, server: Peer) -> None:
    server.send(connection, b"HTTP/1.1 200 x\r\nX: " + b"y" * MANY)


def after_the_deadline(asked: Asked, connection: socket.socket, server: Peer) -> None:
    if asked.method == "POST" and not server.over.wait(1):
        answering(LIAR)(asked, connection, server)


def other_head(text: bytes) -> bytes:
    """Cosign another root of the same size."""
    if not text:
        return http(404)
    lines = text.split(b"\n")
    other = Checkpoint(lines[0].decode(), int(lines[1]), bytes(range(32))).to_text()
    return http(200, LIAR.line(other))


def flood_of_cookies(asked: Asked, connection: socket.socket, server: Peer) -> None:
    cookies = [f"Set-Cookie: c{len(server.asked)}-{n}={'v' * 200}" for n in range(100)]
    server.send(connection, http(503, b"", *cookies))


LIARS: dict[str, _Behave] = {
    "no answer": silent,
    "a byte a twentieth of a second": trickle,
    "headers that never end": trickled_headers,
    "interim answers without end": endless_interim,
    "64 MB of body": huge,
    "64 MB of header": huge_headers,
    "cookies": flood_of_cookies,
    "a length that lies": says(lambda text: http(200, b"x", length=10**18)),
    "closes at once": lambda asked, connection, server: connection.close(),
    "another key": says(lambda text: http(200, STRANGER.line(text))),
    "another key under the name": says(
        lambda text: http(200, STRANGER.line(text).replace(b"/stranger ", b"/w2 "))
    ),
    "a signature that is none": says(lambda text: http(200, LIAR.line(text, forged=True))),
    "another checkpoint": says(other_head),
    "another log's checkpoint": says(lambda text: http(200, LIAR.line(b"other" + text))),
    "the log's own line": says(lambda text: http(200, text + b"\n")),
    "time 0": says(lambda text: http(200, LIAR.line(text, 0))),
    "a time long ago": says(lambda text: http(200, LIAR.line(text, time.time() - 86_400))),
    "a time to come": says(lambda text: http(200, LIAR.line(text, time.time() + 86_400))),
    "an empty 200": says(lambda text: http(200)),
    "200 with HTML": says(lambda text: http(200, b"<html>\n\nwelcome</html>")),
    "a line without its end": says(lambda text: http(200, LIAR.line(text)[:-1])),
    "409 with words": says(lambda text: http(409, b"no", SIZE)),
    "409 without a type": says(lambda text: http(409, b"0\n")),
    "409 with a negative size": says(lambda text: http(409, b"-1\n", SIZE)),
    "409 with 2^64": says(lambda text: http(409, b"18446744073709551616\n", SIZE)),
    "409 with a larger size": says(lambda text: http(409, b"77\n", SIZE)),
    "409 with size 0 for ever": says(lambda text: http(409, b"0\n", SIZE)),
    "422": says(lambda text: http(422, b"no proof\n")),
    "429": says(lambda text: http(429, b"", "Retry-After: 1")),
    "500": says(lambda text: http(500, b"panic")),
    "404": says(lambda text: http(404)),
    "204 with a line": says(lambda text: http(204, LIAR.line(text))),
    "not HTTP": says(lambda text: b"\x00\xff" * 300),
}
DISAGREE = {name for name in LIARS if name.startswith(("409 w", "422"))} - {
    "409 with size 0 for ever"
}
