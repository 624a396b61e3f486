"""The log itself as static files: /checkpoint, /checkpoint.pending and /tile/… (c2sp.org/tlog-tiles).

Any web server can serve DIR/log instead; this is so that none is needed. The
path is parsed as the name of a tile before any file is looked at, so no other
name can reach the disk. A tile that is not there yet is a 404 that no cache may
keep, or a cache would hide it when it comes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from ledger.errors import NotFound
from ledger.publish import PENDING
from verifier.errors import Malformed
from verifier.tlog.tiles import parse_tile_path

from ..service import Service
from .base import Endpoint, respond

_ANYONE: Final = (b"access-control-allow-origin", b"*")
_CHECKPOINT: Final = [
    (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-cache"), _ANYONE,
]  # fmt: skip
_TILE: Final = [
    (b"content-type", b"application/octet-stream"),
    (b"cache-control", b"public, max-age=31536000, immutable"), _ANYONE,
]  # fmt: skip


class Static:
    """The static routes."""

    def __init__(self, service: Service, folder: Path) -> None:
        self._service = service
        self._folder = folder

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/checkpoint", Endpoint("checkpoint", self._checkpoint), methods=["GET"]),
            Route(f"/{PENDING}", Endpoint("pending_checkpoint", self._pending), methods=["GET"]),
            Route("/tile/{path:path}", Endpoint("tile", self._tile), methods=["GET"]),
        ]

    async def _checkpoint(self, _scope: Scope, _: Receive, send: Send) -> None:
        await respond(send, 200, await self._read("checkpoint"), _CHECKPOINT)

    async def _pending(self, _scope: Scope, _: Receive, send: Send) -> None:
        await respond(send, 200, await self._read(PENDING), _CHECKPOINT)

    async def _tile(self, scope: Scope, _: Receive, send: Send) -> None:
        path = "tile/" + scope["path_params"]["path"]
        # The raw path too: %2e and %78 are other spellings of a name that has one.
        if scope.get("raw_path", b"") != b"/" + path.encode("utf-8", "replace"):
            raise NotFound("tile")
        try:
            parse_tile_path(path)
        except Malformed:
            raise NotFound("tile") from None
        await respond(send, 200, await self._read(path), _TILE)

    async def _read(self, name: str) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._service.pool, (self._folder / name).read_bytes)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound("static file") from None
