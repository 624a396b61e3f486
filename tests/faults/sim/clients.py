"""Clients of the simulation: they keep what they were told, outside of the program."""

from __future__ import annotations

from concurrent.futures import Future
from random import Random

from ledger.accept import Outcome, Request, Submitted, accept
from ledger.accounts import UNCHECKED, Account
from ledger.errors import LedgerError, NotPublished
from ledger.jobs import Job, new_future
from tests.ledger.support import ORIGIN, check_receipt, request, seeded
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.keys import VKey

from .model import Violation
from .node import Node

ACCOUNT = Account(bytes(16), "simulated", UNCHECKED, None)


class Asking:
    """One request, the same each time it is sent, and every answer it ever got."""

    def __init__(self, name: str, count: int, dossier: int) -> None:
        self.name, self.count = name, count
        self._batch, self._request = request(
            ACCOUNT.id, name, count, dossier=seeded("dossier", dossier)[:16]
        )
        self.places: tuple[int, ...] | None = None
        self.receipts: list[bytes] | None = None
        self.trouble: Violation | None = None
        self._under_way: list[tuple[Future[Outcome], Node]] = []

    def send(self, node: Node) -> str:
        """Send it to one of the sequencers, or learn that it takes nothing."""
        if node.sequencer is None or node.why is not None:
            return "nobody there"
        batch: list[Submitted] = self._batch
        asked: Request = self._request
        items = accept(batch, asked, ACCOUNT, ORIGIN)
        job = Job(asked, items, ACCOUNT.identity, new_future(), self._told)
        try:
            node.sequencer.put(job)
        except LedgerError as error:
            return type(error).__name__
        self._under_way.append((job.future, node))
        return "sent"

    def collect(self) -> None:
        """Take the answers that have come, and keep their receipts."""
        if self.trouble is not None:
            raise self.trouble
        for future, node in [each for each in self._under_way if each[0].done()]:
            self._under_way.remove((future, node))
            error = future.exception()
            if error is None:
                self._told(future.result())
                self._keep(node)
            elif type(error).__name__ not in ("Unavailable", "NoSpace", "Frozen"):
                raise Violation(f"{self.name}: refused with {type(error).__name__}: {error}")

    def _told(self, outcome: Outcome) -> None:
        """202, 201 or 200: these are the places of the request for good."""
        if self.places not in (None, outcome.indices):
            # Kept as well: the sequencer lets nothing out of what it calls.
            self.trouble = Violation(f"{self.name}: at {self.places}, now at {outcome.indices}")
            raise self.trouble
        self.places = outcome.indices

    def _keep(self, node: Node) -> None:
        if node.receipts is None or self.places is None:
            return
        try:
            receipts = [each.receipt for each in node.receipts.first(self.places)]
        except NotPublished:
            return  # numbered by the other one, which rests: it is a place and no receipt yet
        if self.receipts not in (None, receipts):
            raise Violation(f"{self.name}: another receipt than before")
        self.receipts = receipts

    def check(self, node: Node, vkey: VKey) -> None:
        """Hold everything that was told against a sequencer that has recovered."""
        if self.places is None:
            return
        assert node.receipts is not None
        try:
            served = [each.receipt for each in node.receipts.first(self.places)]
        except LedgerError as error:
            raise Violation(f"{self.name}: told {self.places}, now {error}") from error
        if self.receipts not in (None, served):
            raise Violation(f"{self.name}: another receipt than before")
        for index, receipt, submitted in zip(self.places, served, self._batch, strict=True):
            if parse_receipt(receipt).statement.submission != submitted.submission:
                raise Violation(f"{self.name}: entry {index} is of another request")
            check_receipt(receipt, index, vkey)


def new_asking(chance: Random, number: int) -> Asking:
    """Return the next request."""
    return Asking(f"request-{number}", chance.choice([1, 1, 1, 2, 5]), chance.randrange(3))
