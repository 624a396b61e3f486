"""Bounds on a request's body: its size and the time it may take to arrive.

Bare uvicorn has neither. They stand here, in plain
ASGI, so that they hold under any server; the bounds on connections and headers,
which an application never sees, are in ``protocol.py``.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Message, Receive, Scope

CLOSE: Final = (b"connection", b"close")
ARRIVED: Final = "beilin.arrived"
"""Scope extension of ``protocol.py``: says whether the body is here, so that no clock is needed."""


class BodyError(Exception):
    """A body that cannot be read to its end; the connection is closed with the answer."""


class TooLarge(BodyError):
    """The body has more than ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"more than {max_bytes} bytes")


class TooSlow(BodyError):
    """The body did not arrive in time."""

    def __init__(self) -> None:
        super().__init__("the body did not arrive in time")


class Left(BodyError):
    """The client closed the connection within the body."""

    def __init__(self) -> None:
        super().__init__("the connection was closed")


class BoundedBody:
    """A ``receive`` that raises BodyError for a body that is too large or too slow.

    The connection is closed with that answer, because the rest of the body is
    still on its way; so it is with any answer given while ``unread``.
    """

    def __init__(
        self, scope: Scope, receive: Receive, *, max_bytes: int, timeout_seconds: float
    ) -> None:
        self._receive = receive
        self._max = max_bytes
        self._timeout = timeout_seconds
        self._deadline: float | None = None
        self._size = 0
        self._arrived = scope.get("extensions", {}).get(ARRIVED)
        self.unread = False
        for name, value in scope["headers"]:
            if name == b"content-length" and value != b"0":
                self.unread = True
                # The parser has checked that it is a number; one of many digits is too large.
                if len(value) > 15 or int(value) > max_bytes:
                    raise TooLarge(max_bytes)
            elif name == b"transfer-encoding":
                self.unread = True

    async def __call__(self) -> Message:
        """Return the next message."""
        if not self.unread or (self._arrived is not None and self._arrived()):
            message = await self._receive()
        else:
            message = await self._in_time()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            if self._size > self._max:
                raise TooLarge(self._max)
            self.unread = message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._timeout
        try:
            async with asyncio.timeout_at(self._deadline):
                return await self._receive()
        except TimeoutError:
            raise TooSlow from None


async def read_body(receive: Receive) -> bytes:
    """Return the whole body; raises BodyError."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False):
        return body
    chunks = [body]
    while message["type"] == "http.request" and message.get("more_body", False):
        message = await receive()
        chunks.append(message.get("body", b""))
    if message["type"] != "http.request":
        raise Left
    return b"".join(chunks)
