"""POST /v1/entries, and the receipts: GET /v1/entries/{index}/receipt, …/receipt/latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

import msgspec
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.web.limits import read_body
from ledger.accept import Outcome, Request
from ledger.errors import Erased, NotFound, NotPublished, Unacceptable
from ledger.log import Anchored
from verifier.encoding import parse_decimal, to_base64
from verifier.errors import Malformed

from ..door import Visit
from ..problems import Problem
from ..schemas import Asked, explain, read_entry
from ..service import (
    Headers,
    Service,
    check_json,
    check_no_query,
    idempotency_key,
    read_headers,
)
from ..waiting import Encode
from .base import JSON, NO_STORE, TEXT, Endpoint, respond

IMMUTABLE_PRIVATE: Final = (b"cache-control", b"private, max-age=31536000, immutable")


class EntryOut(msgspec.Struct):
    """What is answered for one entry."""

    index: str
    leaf_hash: str
    receipt: str
    state: str


def entry_out(index: int, anchored: Anchored) -> EntryOut:
    """Return the answer for one published entry."""
    return EntryOut(
        str(index), to_base64(anchored.leaf_hash), anchored.receipt.decode(), anchored.state
    )


_ENCODER: Final = msgspec.json.Encoder()


def _encode_entry(indices: Sequence[int], receipts: Sequence[Anchored]) -> bytes:
    return _ENCODER.encode(entry_out(indices[0], receipts[0]))


def _location(index: int) -> tuple[bytes, bytes]:
    return (b"location", b"/v1/entries/%d/receipt" % index)


def _wants_async(headers: Headers) -> bool:
    value = headers.get(b"prefer", b"")
    return b"respond-async" in [part.strip() for part in value.lower().split(b",")]


def submit(
    service: Service,
    visit: Visit,
    asked: Asked,
    request: Request,
    on_numbered: Callable[[Outcome], None] | None = None,
) -> Future[Outcome]:
    """Put a request into the pool; raises what the ledger's checks refuse, in its own words."""
    batch = asked.batch
    try:
        return service.door.submit(
            visit, request, len(batch), lambda: service.log.submit(batch, request, on_numbered)
        )
    except Unacceptable as error:
        raise explain(asked.batch, error) from None


async def answer_when_published(
    service: Service, published: Future[Outcome], encode: Encode, send: Send, *, location: bool
) -> None:
    """Wait for a request, and answer 201, or 200 for a repeat."""
    answer = await service.waiting.answer(published, encode)
    service.metrics.entries("anchored" if answer.fresh else "repeated", len(answer.indices))
    headers = [JSON, NO_STORE]
    if location:
        headers.append(_location(answer.indices[0]))
    await respond(send, 201 if answer.fresh else 200, answer.body, headers)


def _set(future: asyncio.Future[Outcome | None], outcome: Outcome | None) -> None:
    if not future.done():
        future.set_result(outcome)


class Entries:
    """The routes of single entries."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the busiest first."""
        place = "/v1/entries/{index}/receipt"
        return [
            Route("/v1/entries", Endpoint("entries", self._post), methods=["POST"]),
            Route(place, Endpoint("receipt", self._first), methods=["GET"]),
            Route(f"{place}/latest", Endpoint("latest_receipt", self._latest), methods=["GET"]),
        ]

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._service
        check_no_query(scope)
        headers = read_headers(scope)
        visit = service.submitting(scope, headers)
        account = visit.account
        check_json(headers)
        key = idempotency_key(headers)
        asynchronous = _wants_async(headers)
        body = await read_body(receive)
        asked = read_entry(body, service.log.origin, account.id, key)
        service.check_may_write(account, asked.batch)
        request = Request(account.id, key, asked.fingerprint)
        if asynchronous:
            await self._accept(visit, asked, request, send)
        else:
            published = submit(service, visit, asked, request)
            await answer_when_published(service, published, _encode_entry, send, location=True)

    async def _accept(self, visit: Visit, asked: Asked, request: Request, send: Send) -> None:
        service, loop = self._service, asyncio.get_running_loop()
        first: asyncio.Future[Outcome | None] = loop.create_future()

        def wake(outcome: Outcome | None) -> None:
            loop.call_soon_threadsafe(_set, first, outcome)

        published = submit(service, visit, asked, request, wake)
        published.add_done_callback(lambda _: wake(None))
        try:
            async with asyncio.timeout(service.settings.answer_timeout_seconds):
                outcome = await first
        except TimeoutError:
            raise Problem("answer-timeout") from None
        if outcome is None or not outcome.fresh:  # refused, failed, or known: say which
            await answer_when_published(service, published, _encode_entry, send, location=True)
            return
        index = outcome.indices[0]
        headers = [JSON, NO_STORE, _location(index), (b"preference-applied", b"respond-async"),
                   (b"retry-after", b"1")]  # fmt: skip
        await respond(send, 202, _ENCODER.encode({"index": str(index)}), headers)

    async def _first(self, scope: Scope, _: Receive, send: Send) -> None:
        body = await self._read(scope, latest=False)
        await respond(send, 200, body, [TEXT, IMMUTABLE_PRIVATE])

    async def _latest(self, scope: Scope, _: Receive, send: Send) -> None:
        body = await self._read(scope, latest=True)
        await respond(send, 200, body, [TEXT, NO_STORE])

    async def _read(self, scope: Scope, *, latest: bool) -> bytes:
        service = self._service
        check_no_query(scope)
        account = service.reading(scope)
        try:
            index = parse_decimal(scope["path_params"]["index"], "index")
        except Malformed:
            raise NotFound("index") from None
        log = service.log

        def read() -> bytes:
            # One answer for absent and foreign: the owner is asked first.
            if log.owner(index) != account.id:
                raise NotFound("receipt")
            if log.is_erased(index):
                raise Erased("receipt")
            if index >= log.state().size:
                raise NotPublished("receipt")
            return log.latest_receipt(index) if latest else log.receipt(index)

        return await asyncio.get_running_loop().run_in_executor(service.pool, read)
