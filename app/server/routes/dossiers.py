"""GET /v1/dossiers/{id}/statement: the service key's word on a dossier's items."""

from __future__ import annotations

import asyncio

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from ledger.errors import NotFound
from verifier.encoding import parse_base64
from verifier.errors import Malformed
from verifier.evidence.submission import ID_BYTES

from ..service import Service, check_no_query
from .base import NO_STORE, TEXT, Endpoint, respond


class Dossiers:
    """The route of dossiers."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the route; ``:path`` because base64 may hold a (percent-encoded) slash."""
        address = "/v1/dossiers/{id:path}/statement"
        return [Route(address, Endpoint("dossier", self._statement), methods=["GET"])]

    async def _statement(self, scope: Scope, _: Receive, send: Send) -> None:
        service = self._service
        check_no_query(scope)
        account = service.reading(scope)
        # In an address "+" and "/" may also be written "-" and "_" (RFC 4648 §5).
        text: str = scope["path_params"]["id"].translate(str.maketrans("-_", "+/"))
        try:
            dossier = parse_base64(text, "dossier", length=ID_BYTES)
        except Malformed:
            raise NotFound("dossier") from None
        body = await asyncio.get_running_loop().run_in_executor(
            service.pool, service.log.dossier_statement, account.id, dossier
        )
        await respond(send, 200, body, [TEXT, NO_STORE])
