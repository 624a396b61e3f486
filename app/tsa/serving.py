"""The development authority over HTTP (RFC 3161 §3.4): POST / with a request, a response back.

    Content-Type: application/timestamp-query   →   200 application/timestamp-reply

One request on each connection. Headers, body and resting connections are
bounded in size and time as those of every program of ours (``app/web``).
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any, Final

import uvicorn
from starlette.types import Receive, Scope, Send

from app.web.limits import BodyError, BoundedBody, TooLarge, read_body
from app.web.orderly import OrderlyServer
from app.web.protocol import Answer, Bounds, bounded
from verifier.timestamp.messages import MAX_REQUEST_BYTES

from .authority import Authority

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
LABEL: Final = "development only, not independent"
BODY_SECONDS: Final = 10.0
BOUNDS: Final = Bounds(
    header_timeout_seconds=10.0,
    idle_timeout_seconds=15.0,
    max_header_bytes=16384,
    max_connections=64,
)
_STATUS: Final = {
    "bad-request": 400,
    "headers-too-large": 431,
    "request-timeout": 408,
    "too-many-connections": 503,
}
_STOP_SECONDS: Final = 10


class Application:
    """The ASGI application: ``POST /`` for tokens; ``GET /`` says what this is."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._one_at_a_time = threading.Lock()  # serial numbers are written one after the other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope, receive)
        headers = [*answer.headers, (b"connection", b"close")]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["path"] != "/":
            return _text(404, "nothing here")
        if scope["method"] in ("GET", "HEAD"):
            return _text(200, f"Beilin time-stamping authority, {LABEL}. POST {QUERY} here.")
        if scope["method"] != "POST":
            return _text(405, "GET or POST", (b"allow", b"GET, HEAD, POST"))
        kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0]
        if kind.strip().lower() != QUERY.encode():
            return _text(415, f"Content-Type must be {QUERY}")
        try:
            body = BoundedBody(
                scope, receive, max_bytes=MAX_REQUEST_BYTES, timeout_seconds=BODY_SECONDS
            )
            query = await read_body(body)
        except BodyError as error:
            return _text(413 if isinstance(error, TooLarge) else 408, str(error))
        return _whole(200, REPLY, await asyncio.to_thread(self._respond, query))

    def _respond(self, query: bytes) -> bytes:
        with self._one_at_a_time:
            return self._authority.respond(query)


def _whole(status: int, kind: str, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    headers = (
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-beilin-tsa", LABEL.encode()),
        *more,
    )
    return Answer(status, headers, body)


def _text(status: int, text: str, *more: tuple[bytes, bytes]) -> Answer:
    return _whole(status, "text/plain; charset=utf-8", f"{text}\n".encode(), *more)


def _refusal(code: str) -> Answer:
    return _text(_STATUS[code], code)


def run(authority: Authority, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    settings: dict[str, Any] = {
        "http": bounded(BOUNDS, _refusal), "ws": "none", "lifespan": "off", "log_level": "error",
        "access_log": False, "server_header": False, "proxy_headers": False,
        "timeout_graceful_shutdown": _STOP_SECONDS,
    }  # fmt: skip
    OrderlyServer(uvicorn.Config(Application(authority), **settings), announce).run(
        sockets=[listener]
    )
