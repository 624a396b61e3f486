"""POST /v1/batches: up to 1,000 entries, all anchored or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

import msgspec
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.web.limits import read_body
from ledger.accept import Outcome, Request
from ledger.log import Anchored

from ..door import Visit
from ..schemas import read_batch
from ..service import Service, check_json, check_no_query, idempotency_key, read_headers
from .base import Endpoint
from .entries import EntryOut, answer_when_published, entry_out, submit


class BatchOut(msgspec.Struct):
    """What is answered for a batch, in the order of the request."""

    entries: list[EntryOut]


_ENCODER: Final = msgspec.json.Encoder()


def _encode(indices: Sequence[int], receipts: Sequence[Anchored]) -> bytes:
    return _ENCODER.encode(BatchOut(list(map(entry_out, indices, receipts))))


class Batches:
    """The route of batches."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route("/v1/batches", Endpoint("batches", self._post), methods=["POST"])]

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._service
        check_no_query(scope)
        headers = read_headers(scope)
        visit = service.submitting(scope, headers)
        check_json(headers)
        key = idempotency_key(headers)
        body = await read_body(receive)
        # A thousand signatures take a tenth of a second: not in the loop's thread.
        loop = asyncio.get_running_loop()
        published = await loop.run_in_executor(service.pool, self._submit, body, visit, key)
        await answer_when_published(service, published, _encode, send, location=False)

    def _submit(self, body: bytes, visit: Visit, key: bytes) -> Future[Outcome]:
        service, account = self._service, visit.account
        asked = read_batch(body, service.log.origin, account.id, key)
        service.check_may_write(account, asked.batch)
        return submit(service, visit, asked, Request(account.id, key, asked.fingerprint))
