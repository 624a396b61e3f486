"""GET /v1/accounts/me: the account of this key and the log's origin, to build submissions from."""

from __future__ import annotations

import msgspec
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from verifier.encoding import to_base64

from ..service import Service, check_no_query
from .base import JSON, NO_STORE, Endpoint, respond


class Accounts:
    """The route of accounts."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/v1/accounts/me", Endpoint("account", self._me), methods=["GET"])]

    async def _me(self, scope: Scope, _: Receive, send: Send) -> None:
        check_no_query(scope)
        account = self._service.reading(scope, None)
        body = msgspec.json.encode(
            {"account": to_base64(account.id), "origin": self._service.log.origin}
        )
        await respond(send, 200, body, [JSON, NO_STORE])
