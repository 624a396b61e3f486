"""/livez (the process answers), /readyz (it takes entries), /metrics, /openapi.json."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from ..metrics import MEDIA_TYPE
from ..openapi import DOCUMENT_BYTES
from ..problems import Problem
from ..service import Service
from .base import JSON, NO_STORE, TEXT, Endpoint, respond


class Health:
    """The routes for operators and machines."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/livez", Endpoint("livez", self._live), methods=["GET"]),
            Route("/readyz", Endpoint("readyz", self._ready), methods=["GET"]),
            Route("/metrics", Endpoint("metrics", self._metrics), methods=["GET"]),
            Route("/openapi.json", Endpoint("openapi", self._document), methods=["GET"]),
        ]

    async def _live(self, _scope: Scope, _: Receive, send: Send) -> None:
        await respond(send, 200, b"ok\n", [TEXT, NO_STORE])

    async def _ready(self, _scope: Scope, _: Receive, send: Send) -> None:
        reason = self._service.not_ready()
        if reason:
            # Closed for good is no fault that goes away: nobody need ask again.
            raise Problem("frozen" if self._service.is_closed() else "not-ready", reason)
        # A witness that disagrees stops nothing, and must not be overlooked.
        lines = ["ready", *self._service.disagreeing(), ""]
        await respond(send, 200, "\n".join(lines).encode(), [TEXT, NO_STORE])

    async def _metrics(self, _scope: Scope, _: Receive, send: Send) -> None:
        body = self._service.metrics.to_text()
        await respond(send, 200, body, [(b"content-type", MEDIA_TYPE), NO_STORE])

    async def _document(self, _scope: Scope, _: Receive, send: Send) -> None:
        await respond(send, 200, DOCUMENT_BYTES, [JSON, (b"cache-control", b"no-cache")])
