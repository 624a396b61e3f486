"""The witness over HTTP: three addresses, plain ASGI.

    POST /add-checkpoint                        c2sp.org/tlog-witness
    GET  /<SHA-256 of the origin, hex>/checkpoint   the newest head, signed and cosigned
    GET  /livez                                 the process answers

Answers are one line of English, for programs and their operators. Requests are
decided on one thread, and so many may wait for it; one more is sent away.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from app.web import logs
from app.web.limits import CLOSE, BodyError, BoundedBody, TooLarge, read_body
from app.web.protocol import Answer

from .request import MAXIMUM_BODY
from .witness import Reply, Witness

BODY_TIMEOUT_SECONDS: Final = 10
MAXIMUM_WAITING: Final = 64
RETRY_AFTER: Final = (b"retry-after", b"1")
_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")
_SIZE: Final = (b"content-type", b"text/x.tlog.size")  # exactly: clients compare it as a whole
_HEADERS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_PLACE: Final = re.compile(r"/([0-9a-f]{64})/checkpoint", re.ASCII)
_REFUSALS: Final = {
    "bad-request": (400, b"not HTTP as this witness reads it\n"),
    "headers-too-large": (431, b"the headers are too large\n"),
    "request-timeout": (408, b"the request did not arrive in time\n"),
    "too-many-connections": (503, b"too many connections; try again later\n"),
}


def refusal(code: str) -> Answer:
    """Return the answer to a connection that no application sees (``app/web/protocol.py``)."""
    status, body = _REFUSALS[code]
    return Answer(status, [_TEXT, (b"content-length", b"%d" % len(body)), *_HEADERS], body)


class Endpoints:
    """The application over an open witness."""

    def __init__(
        self, witness: Witness, body_timeout_seconds: float = BODY_TIMEOUT_SECONDS
    ) -> None:
        self._witness = witness
        self._timeout_seconds = body_timeout_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="witness")
        self._waiting = 0

    def close(self) -> None:
        """Wait for the request that is being decided."""
        self._thread.shutdown(wait=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError("only HTTP is served here")
        started, trace_id = perf_counter(), os.urandom(8).hex()
        route, reply, closing = "other", Reply(500, b"an internal fault\n"), False
        more: list[tuple[bytes, bytes]] = []
        try:
            body = BoundedBody(
                scope, receive, max_bytes=MAXIMUM_BODY, timeout_seconds=self._timeout_seconds
            )
            route, reply, more = await self._route(scope, body)
            closing = body.unread
        except BodyError as error:
            reply, closing = Reply(413 if isinstance(error, TooLarge) else 408,
                                   f"{error}\n".encode()), True  # fmt: skip
        except Exception as error:  # noqa: BLE001 - a stranger gets a line, the log the place
            logs.fault("request failed", error, trace_id=trace_id)
        headers = [_SIZE if reply.is_size else _TEXT, (b"content-length", b"%d" % len(reply.body)),
                   (b"x-trace-id", trace_id.encode()), *_HEADERS, *more]  # fmt: skip
        if reply.status in (429, 503):
            headers.append(RETRY_AFTER)
        if closing:
            headers.append(CLOSE)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": shown})
        _log(route, scope["method"], reply, perf_counter() - started, trace_id)

    async def _route(
        self, scope: Scope, receive: Receive
    ) -> tuple[str, Reply, list[tuple[bytes, bytes]]]:
        path, method = scope["path"], scope["method"]
        place = _PLACE.fullmatch(path)
        reading = method in ("GET", "HEAD")
        if path == "/add-checkpoint":
            if method != "POST":
                return "add-checkpoint", *_not_allowed(b"POST")
            body = await read_body(receive)
            return "add-checkpoint", await self._decided(self._witness.add_checkpoint, body), []
        if place is None and path != "/livez":
            return "other", Reply(404, b"there is nothing here\n"), []
        if not reading:
            return "other", *_not_allowed(b"GET, HEAD")
        if place is None:
            return "livez", Reply(200, b"ok\n"), []
        return "checkpoint", await self._decided(self._witness.checkpoint, place[1]), []

    async def _decided(self, decide: Callable[[Any], Reply], asked: bytes | str) -> Reply:
        if self._waiting >= MAXIMUM_WAITING:
            return Reply(503, b"too many requests wait; try again\n")
        self._waiting += 1
        # A client that leaves does not stop what its request began: the count is of that.
        future = asyncio.get_running_loop().run_in_executor(self._thread, decide, asked)
        future.add_done_callback(self._decided_one)
        return await asyncio.shield(future)

    def _decided_one(self, _: object) -> None:
        self._waiting -= 1


def _not_allowed(methods: bytes) -> tuple[Reply, list[tuple[bytes, bytes]]]:
    return Reply(405, b"this address does not take this method\n"), [(b"allow", methods)]


def _log(route: str, method: str, reply: Reply, seconds: float, trace_id: str) -> None:
    members: dict[str, Any] = {}
    if reply.origin:  # a log that the operator has added
        members = {"log": reply.origin, "size": reply.size}
    if reply.submitter_ahead:
        members["submitter_ahead"] = True
    if route == "livez":
        return
    logs.request(
        level=logging.WARNING if reply.status >= 500 or reply.submitter_ahead else logging.INFO,
        route=route,
        method=method if method in ("GET", "HEAD", "POST") else "other",
        status=reply.status,
        ms=round(seconds * 1000, 1),
        trace_id=trace_id,
        **members,
    )
