"""What waits for the sequencer: requests, and entries of the log's own."""

from __future__ import annotations

import os
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from .accept import Item, Outcome, Request


class Notify(Protocol):
    """Called once W1 is done."""

    def __call__(self, outcome: Outcome, /) -> None: ...


class OwnEntry(NamedTuple):
    """An entry of the log's own: its kind, the text it carries in clear.

    It is not numbered while the log's time is before ``not_before`` (Unix seconds), and, where
    ``at`` is given, at that index only: a text that names its own place stands there or nowhere.
    """

    kind: str
    body: bytes
    not_before: int = 0
    at: int | None = None


class Job(NamedTuple):
    """A request on its way through the sequencer, or an entry of the log's own."""

    request: Request
    items: list[Item]
    identity: str
    future: Future[Outcome]
    on_numbered: Notify | None
    own: OwnEntry | None = None

    @property
    def entries(self) -> int:
        """How many entries it becomes."""
        return len(self.items) if self.own is None else 1


def own_job(own: OwnEntry) -> Job:
    """Return the job for an entry of the log's own, behind whatever waits already."""
    # No account has an empty id, so no request can be taken for this one.
    request = Request(b"", os.urandom(16), b"")
    return Job(request, [], "", new_future(), None, own)


def new_future() -> Future[Outcome]:
    """Return a future that its waiter cannot cancel: a batch does not stop for one caller."""
    future: Future[Outcome] = Future()
    future.set_running_or_notify_cancel()
    return future
