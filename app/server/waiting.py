"""From the ledger's threads back to the event loop, many answers in one wake-up.

The ledger publishes hundreds of entries at one moment. One thread here takes
all that are ready, asks for their receipts in one call, encodes the answers,
and wakes the loop once; a wake-up for each request would cost more than the
request. ``_deadlines`` belongs to the loop's thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, NamedTuple

from ledger.accept import Outcome
from ledger.errors import Unavailable
from ledger.log import Anchored

from .problems import Problem

AT_ONCE: Final = 128
"""Requests answered in one wake-up. More would keep the first ones from being answered, and
their clients from sending the next, while the last receipts are built and written."""


class Answer(NamedTuple):
    """What a request gets: its entries' indices, the encoded body, and whether they are new."""

    indices: Sequence[int]
    body: bytes
    fresh: bool


Encode = Callable[[Sequence[int], Sequence[Anchored]], bytes]
"""Makes a body of indices and receipts; called in the thread of ``Waiting``."""


class _Waiter(NamedTuple):
    published: Future[Outcome]
    encode: Encode
    future: asyncio.Future[Answer]


_Result = tuple[asyncio.Future[Answer], Answer | None, BaseException | None]


class Waiting:
    """The thread that turns published entries into answers."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receipts: Callable[[Sequence[int]], list[Anchored]],
        timeout_seconds: float,
    ) -> None:
        self._loop = loop
        self._receipts = receipts
        self._queue: queue.SimpleQueue[_Waiter | None] = queue.SimpleQueue()
        self._timeout = timeout_seconds
        self._deadlines: deque[tuple[float, asyncio.Future[Answer]]] = deque()
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
        self._thread.start()

    def answer(self, published: Future[Outcome], encode: Encode) -> asyncio.Future[Answer]:
        """Return a future of this loop for the answer; cancelling it cancels nothing else."""
        future: asyncio.Future[Answer] = self._loop.create_future()
        waiter = _Waiter(published, encode, future)
        published.add_done_callback(lambda _: self._queue.put(waiter))
        self._deadlines.append((self._loop.time() + self._timeout, future))
        return future

    def expire(self) -> None:
        """End the waits that are over; called now and then by the loop. One clock for all."""
        now = self._loop.time()
        while self._deadlines and (self._deadlines[0][1].done() or self._deadlines[0][0] < now):
            future = self._deadlines.popleft()[1]
            if not future.done():
                future.set_exception(Problem("answer-timeout"))

    def close(self) -> None:
        """End the thread after what is ready."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            waiter = self._queue.get()
            if waiter is None:
                return
            ready = [waiter]
            count = 1
            open_ = True
            while count < AT_ONCE and open_:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    open_ = False
                else:
                    ready.append(more)
                    count += 1
            results = self._results(ready)
            try:
                self._loop.call_soon_threadsafe(_deliver, results)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return
            if not open_:
                return

    def _results(self, ready: list[_Waiter]) -> list[_Result]:
        outcomes: list[tuple[_Waiter, Outcome]] = []
        results: list[_Result] = []
        for waiter in ready:
            if waiter.published.cancelled():
                results.append((waiter.future, None, Unavailable("the log was closed")))
                continue
            error = waiter.published.exception()
            if error is not None:
                results.append((waiter.future, None, error))
            else:
                outcomes.append((waiter, waiter.published.result()))
        indices = [index for _, outcome in outcomes for index in outcome.indices]
        try:
            receipts = self._receipts(indices) if indices else []
            at = 0
            for waiter, outcome in outcomes:
                end = at + len(outcome.indices)
                body = waiter.encode(outcome.indices, receipts[at:end])
                answer = Answer(outcome.indices, body, outcome.fresh)
                results.append((waiter.future, answer, None))
                at = end
        except Exception as error:  # noqa: BLE001 - goes to those who wait, and is logged there
            if len(outcomes) == 1:
                return [*results, (outcomes[0][0].future, None, error)]
            # One receipt that cannot be had is its own request's trouble and nobody else's.
            alone = [self._results([waiter])[0] for waiter, _ in outcomes]
            return results[: len(ready) - len(outcomes)] + alone
        return results


def _deliver(results: list[_Result]) -> None:
    for future, answer, error in results:
        if future.done():  # the client left, or the wait was over
            continue
        if error is not None:
            future.set_exception(error)
        else:
            assert answer is not None
            future.set_result(answer)
