"""What the operator declares of the platform: GET /v1/declaration, /v1/declarations/{digest}.

Public, because it concerns nobody but the operator, and because whoever checks
a receipt may want it. One that is named by its digest never changes.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from ledger.errors import NotFound
from verifier.encoding import parse_base64
from verifier.errors import Malformed

from ..service import Service, check_no_query
from .base import TEXT, Endpoint, respond

_ANYONE: Final = (b"access-control-allow-origin", b"*")
_NEWEST: Final = [TEXT, (b"cache-control", b"no-cache"), _ANYONE]
_NAMED: Final = [TEXT, (b"cache-control", b"public, max-age=31536000, immutable"), _ANYONE]


class Declarations:
    """The routes of declarations."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the routes; ``:path`` because base64 may hold a (percent-encoded) slash."""
        address = "/v1/declarations/{digest:path}"
        return [
            Route("/v1/declaration", Endpoint("declaration", self._newest), methods=["GET"]),
            Route(address, Endpoint("declarations", self._named), methods=["GET"]),
        ]

    async def _newest(self, scope: Scope, _: Receive, send: Send) -> None:
        check_no_query(scope)
        await respond(send, 200, await self._read(None), _NEWEST)

    async def _named(self, scope: Scope, _: Receive, send: Send) -> None:
        check_no_query(scope)
        # In an address "+" and "/" may also be written "-" and "_" (RFC 4648 §5).
        text: str = scope["path_params"]["digest"].translate(str.maketrans("-_", "+/"))
        try:
            digest = parse_base64(text, "digest", length=32)
        except Malformed:
            raise NotFound("declaration") from None
        await respond(send, 200, await self._read(digest), _NAMED)

    async def _read(self, digest: bytes | None) -> bytes:
        service = self._service
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(service.pool, service.log.declaration, digest)
