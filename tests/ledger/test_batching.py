"""When a batch begins, and how much it takes: the sequencer alone, with a clock that stands.

The writer is a stand-in that tells how many entries each batch has, and nothing here
waits for time to pass. ``Rig.look`` has the thread look at what waits, and returns
what it did: it began a batch, or it went to rest again.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from ledger import sequencer
from ledger.accept import Outcome, Request
from ledger.jobs import Job, new_future
from ledger.numbering import Numbered
from ledger.sequencer import BATCH_ENOUGH, BATCH_MOST, Sequencer
from ledger.store import Rows
from tests.ledger.support import PATIENCE

INTERVAL = 0.125
"""A power of two: sums and differences with it are exact."""


class Clock:
    """Stands still until a test moves it; in the place of the module ``time``."""

    def __init__(self) -> None:
        self.now = 1024.0

    def monotonic(self) -> float:
        return self.now


class Rest(threading.Condition):
    """Tells whenever the thread goes to rest, for how long, and how often it was asked to look."""

    def __init__(self, seen: queue.Queue[Any]) -> None:
        super().__init__()
        self.asked = 0
        self._seen = seen

    def wait(self, timeout: float | None = None) -> bool:
        self._seen.put(("rest", timeout, self.asked))
        return super().wait()  # the clock stands: only a notification wakes it


class Writer:
    """Tells the size of each batch; stays in a batch until ``go`` is set."""

    closed = ""

    def __init__(self, seen: queue.Queue[Any]) -> None:
        self._seen = seen
        self.go = threading.Event()
        self.go.set()

    def number(self, jobs: Sequence[Job]) -> Numbered:
        self._seen.put(sum(len(job.items) for job in jobs))
        assert self.go.wait(PATIENCE)
        return Numbered(Rows([], [], [], [], []), [], [Outcome((0,), fresh=True) for _ in jobs])


class Rig:
    """A sequencer between a stand-in writer and a clock that stands."""

    def __init__(self) -> None:
        self._seen: queue.Queue[Any] = queue.Queue()
        self._names = count()
        self.clock = Clock()
        self.writer = Writer(self._seen)
        self.sequencer = Sequencer(
            self.writer,  # type: ignore[arg-type]
            interval_seconds=INTERVAL,
            published=lambda _: None,
            recovered=lambda _: None,
            stopped=lambda _: None,
        )
        self._lock = self.sequencer._lock = Rest(self._seen)

    def put(self, *requests: int) -> None:
        """Queue requests of so many entries."""
        for entries in requests:
            request = Request(bytes(16), next(self._names).to_bytes(16, "big"), bytes(32))
            items: list[Any] = [None] * entries
            self.sequencer.put(Job(request, items, "", new_future(), None))

    def batch(self) -> int:
        """Wait for a batch without waking the thread; return its size."""
        while not isinstance(found := self._seen.get(timeout=PATIENCE), int):
            pass
        return found

    def look(self) -> int | tuple[str, float | None]:
        """Have the thread look; return the batch's size, or its rest."""
        with self._lock:
            self._lock.asked += 1
            self._lock.notify_all()
        while True:
            found = self._seen.get(timeout=PATIENCE)
            if isinstance(found, int):
                return found
            if found[2] == self._lock.asked:
                return found[:2]


@pytest.fixture
def rig(monkeypatch) -> Iterator[Rig]:
    """A sequencer that has just finished a batch; the interval counts from it."""
    made = Rig()
    monkeypatch.setattr(sequencer, "time", made.clock)
    made.sequencer.start()
    assert made.look() == ("rest", None)
    made.put(1)
    assert made.batch() == 1  # a lone entry does not wait
    assert made.look() == ("rest", None)
    yield made
    made.writer.go.set()
    made.sequencer.close()


def begins_at(rig: Rig) -> int:
    """Add entries one by one until a batch begins; return how many it took."""
    for entries in range(1, 2 * BATCH_MOST):
        rig.put(1)
        if (found := rig.look()) != ("rest", INTERVAL):
            assert found == entries
            return entries
    raise AssertionError("no batch began")


def test_a_batch_begins_early_with_enough_entries_and_not_with_fewer(rig):
    assert begins_at(rig) == BATCH_ENOUGH


@pytest.mark.parametrize("enough", [1, BATCH_ENOUGH - 1, BATCH_ENOUGH + 1, BATCH_MOST])
def test_control_another_bound_is_seen(rig, monkeypatch, enough):
    monkeypatch.setattr(sequencer, "BATCH_ENOUGH", enough)
    assert begins_at(rig) == enough


@pytest.mark.parametrize("last", [1, 2, BATCH_MOST])
def test_the_thread_is_woken_when_enough_wait(rig, last):
    rig.put(*[1] * (BATCH_ENOUGH - 1))
    assert rig.look() == ("rest", INTERVAL)  # it has seen all of them and sleeps
    rig.put(last)
    # Nobody wakes it but `put`. The last request goes with the others where it fits.
    assert rig.batch() == BATCH_ENOUGH - 1 + (last if last < BATCH_MOST else 0)


def test_few_entries_wait_for_the_interval(rig):
    rig.put(1, BATCH_ENOUGH - 2)
    assert rig.look() == ("rest", INTERVAL)
    rig.clock.now += INTERVAL / 2
    assert rig.look() == ("rest", INTERVAL / 2)
    rig.clock.now += INTERVAL / 2
    assert rig.look() == BATCH_ENOUGH - 1
    # The next ones wait from where that batch began.
    rig.put(1)
    assert rig.look() == ("rest", INTERVAL)


def test_the_interval_counts_from_a_batch_that_began_early_too(rig):
    rig.clock.now += INTERVAL / 2
    rig.put(BATCH_ENOUGH)
    assert rig.batch() == BATCH_ENOUGH
    rig.put(1)
    assert rig.look() == ("rest", INTERVAL)


def test_what_came_during_a_batch_goes_together_up_to_the_most(rig):
    rig.writer.go.clear()
    rig.put(BATCH_ENOUGH)
    assert rig.batch() == BATCH_ENOUGH
    rig.put(*[1] * (BATCH_MOST + BATCH_ENOUGH + 1))
    rig.writer.go.set()
    assert rig.batch() == BATCH_MOST
    assert rig.batch() == BATCH_ENOUGH + 1
    assert rig.look() == ("rest", None)


def test_what_a_full_batch_leaves_waits_for_the_interval_where_it_is_not_enough(rig):
    rig.writer.go.clear()
    rig.put(BATCH_ENOUGH)
    assert rig.batch() == BATCH_ENOUGH
    rig.put(BATCH_MOST - 1, 2, 1)  # a request is never divided, and none overtakes another
    rig.writer.go.set()
    assert rig.batch() == BATCH_MOST - 1
    assert rig.look() == ("rest", INTERVAL)
    rig.clock.now += INTERVAL
    assert rig.look() == 3
