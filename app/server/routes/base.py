"""What the endpoints share: answering with bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.types import Receive, Scope, Send

NO_STORE: Final = (b"cache-control", b"no-store")
JSON: Final = (b"content-type", b"application/json")
TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")


async def respond(
    send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]]
) -> None:
    """Send one whole answer."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


class Endpoint:
    """An ASGI endpoint with a name. Leaner than a Request and a Response object."""

    def __init__(
        self, route_name: str, handle: Callable[[Scope, Receive, Send], Awaitable[None]]
    ) -> None:
        self.route_name = route_name
        self.__name__ = route_name
        self._handle = handle

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer the request."""
        return self._handle(scope, receive, send)
