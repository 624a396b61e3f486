"""The sequencer: one thread that takes what waits and brings it through the order of writes.

Who owns what: ``_waiting``, ``_keys`` and the flags belong to ``_lock``; the
writer and all that it remembers belong to the thread. A batch starts when the
one before is published and either the interval since that one began is over or
``BATCH_ENOUGH`` entries wait. It takes whole requests in the order in which they
came, at most ``BATCH_MOST`` entries.

When the database or a file fails, nothing is tried again on that connection:
those who wait are told that the outcome is unknown, everything is opened and
read again, and what was numbered is finished first. When it is not a failure
but a contradiction, the thread ends and says so.
"""

from __future__ import annotations

import errno
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .accept import Outcome, Request
from .errors import (
    Frozen,
    Held,
    InProgress,
    KeyReused,
    LedgerError,
    NoSpace,
    Overloaded,
    Unavailable,
)
from .jobs import Job
from .writer import Batch, Writer

BATCH_ENOUGH: Final = 256
"""Entries that are worth a checkpoint before the interval is over: one full bundle."""
BATCH_MOST: Final = 1000
"""Entries that one batch takes; also what one request may hold."""
WAITING_MOST: Final = 10_000
_RETRY_SECONDS: Final = 0.5

log = logging.getLogger("beilin.ledger")


def unavailable(error: BaseException) -> Unavailable:
    """Return what those who wait are told about a failure of storage."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
    # SQLite says it in words, PostgreSQL by a code (disk_full).
    if full or "disk is full" in str(cause) or getattr(cause, "sqlstate", None) == "53100":
        return NoSpace("the volume is full; the outcome is not known: repeat the request")
    return Unavailable("storage failed; the outcome is not known: repeat the request")


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]


class Sequencer:
    """Takes jobs from any thread and works on them in its own."""

    def __init__(
        self,
        writer: Writer,
        *,
        interval_seconds: float,
        published: Callable[[Batch], None],
        recovered: Callable[[int], None],
        stopped: Callable[[BaseException], None],
        waiting_most: int = WAITING_MOST,
    ) -> None:
        self._writer = writer
        self._interval = interval_seconds
        self._on_published = published
        self._on_recovered = recovered
        self._on_stopped = stopped
        self._waiting_most = waiting_most
        self._lock = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._entries = 0
        self._keys: dict[tuple[bytes, bytes], bytes] = {}
        self._closing = False
        self._ended_by: LedgerError | None = None
        self._begun = -math.inf
        self._trouble: LedgerError | None = None
        self.last_error: str | None = None
        self.published_at = time.monotonic()
        self._thread = threading.Thread(target=self._main, name="sequencer", daemon=True)

    def start(self) -> None:
        """Start the thread; the writer belongs to it from now on."""
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """Whether the thread runs and storage works."""
        return self._thread.is_alive() and self._trouble is None

    @property
    def pending(self) -> int:
        """How many entries wait."""
        return self._entries

    # -- from other threads --------------------------------------------------------

    def put(self, job: Job) -> None:
        """Queue a job. Raises Unavailable, Overloaded, Frozen, InProgress or KeyReused."""
        key = (job.request.account, job.request.key)
        with self._lock:
            self._check(job.request)
            if self._entries + job.entries > self._waiting_most:
                raise Overloaded(f"{self._entries} entries wait already")
            self._keys[key] = job.request.fingerprint
            self._waiting.append(job)
            self._entries += job.entries
            if len(self._waiting) == 1 or self._entries >= BATCH_ENOUGH:
                self._lock.notify_all()

    def _check(self, request: Request) -> None:
        if self._trouble is not None:
            raise type(self._trouble)(str(self._trouble))
        if self._closing:
            raise Unavailable("the log is closing")
        if self._writer.closed:
            raise Frozen(self._writer.closed)
        self._check_under_way(request)

    def check_not_under_way(self, request: Request) -> None:
        """Raise InProgress or KeyReused where a request with this key waits or is being written.

        Where it does not raise, whatever became of an earlier one is in the database.
        """
        with self._lock:
            self._check_under_way(request)

    def _check_under_way(self, request: Request) -> None:
        under_way = self._keys.get((request.account, request.key))
        if under_way is not None:
            if under_way != request.fingerprint:
                raise KeyReused("this Idempotency-Key stands before another request")
            raise InProgress("the same request is on its way")

    def close(self) -> None:
        """Take nothing more, finish what waits, end the thread."""
        with self._lock:
            self._closing = True
            self._lock.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def stop(self, reason: LedgerError) -> None:
        """Write nothing more, for this reason; a batch that is under way ends first."""
        with self._lock:
            self._ended_by = reason
            self._lock.notify_all()

    # -- the thread ------------------------------------------------------------------

    def _main(self) -> None:
        try:
            while jobs := self._take():
                self._work(jobs)
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._stop(error)

    def _take(self) -> list[Job]:
        """Wait for the next batch; an empty one means the end."""
        with self._lock:
            while True:
                if self._ended_by is not None:
                    raise self._ended_by
                if self._waiting:
                    # Counted from where the batch before began: nobody waits longer than
                    # that, and a lone entry does not wait at all. A checkpoint that comes
                    # sooner has at least BATCH_ENOUGH entries.
                    left = self._begun + self._interval - time.monotonic()
                    if self._closing or self._entries >= BATCH_ENOUGH or left <= 0:
                        self._begun = time.monotonic()
                        return self._pop()
                    self._lock.wait(left)
                elif self._closing:
                    return []
                else:
                    self._lock.wait()

    def _pop(self) -> list[Job]:
        jobs: list[Job] = []
        count = 0
        while self._waiting and (not jobs or count + self._waiting[0].entries <= BATCH_MOST):
            jobs.append(self._waiting.popleft())
            count += jobs[-1].entries
        self._entries -= count
        return jobs

    def _work(self, jobs: Sequence[Job]) -> None:
        try:
            answers = self._write(jobs)
        except (SQLAlchemyError, OSError, Held) as error:
            self._fail(jobs, unavailable(error), error)
            self._heal()
        except BaseException:
            self._settle(jobs, [Unavailable("the log stopped writing")] * len(jobs))
            raise
        else:
            self._settle(jobs, answers)

    def _write(self, jobs: Sequence[Job]) -> Sequence[Outcome | LedgerError]:
        try:
            numbered = self._writer.number(jobs)
        except Frozen as error:
            return [error] * len(jobs)
        for job, answer in zip(jobs, numbered.answers, strict=True):
            if job.on_numbered is not None and isinstance(answer, Outcome):
                with suppress(Exception):
                    job.on_numbered(answer)
        if numbered.leaf_hashes:
            batch = self._writer.finish(numbered.leaf_hashes)
            self.published_at = time.monotonic()
            self._on_published(batch)
        return numbered.answers

    def _settle(self, jobs: Sequence[Job], answers: Sequence[Outcome | LedgerError]) -> None:
        with self._lock:
            for job in jobs:
                self._keys.pop((job.request.account, job.request.key), None)
        for job, answer in zip(jobs, answers, strict=True):
            if isinstance(answer, Outcome):
                job.future.set_result(answer)
            else:
                job.future.set_exception(answer)

    def _fail(self, jobs: Sequence[Job], told: LedgerError, error: BaseException) -> None:
        """Refuse new jobs, and tell those of the batch and those who wait."""
        log.error("storage failed: %s", _first_line(error))
        with self._lock:
            self._trouble = told
            self.last_error = _first_line(error)
            waiting = list(self._waiting)
            self._waiting.clear()
            self._entries = 0
        everyone = [*jobs, *waiting]
        self._settle(everyone, [type(told)(str(told)) for _ in everyone])

    def _heal(self) -> None:
        """Open and read everything again until that works; finish what was numbered."""
        while True:
            try:
                self._writer.recover()
            except (SQLAlchemyError, OSError, Held) as error:
                with self._lock:
                    self._trouble = unavailable(error)
                    self.last_error = _first_line(error)
                    if self._closing:
                        return
                    self._lock.wait(_RETRY_SECONDS)
            else:
                log.warning("storage works again; the log has size %d", self._writer.head.size)
                self.published_at = time.monotonic()
                self._on_recovered(self._writer.head.size)
                with self._lock:
                    self._trouble = None
                return

    def _stop(self, error: BaseException) -> None:
        log.critical("the log stopped writing: %s", _first_line(error))
        told = Unavailable("the log stopped writing")
        self._fail([], told, error)
        self._on_stopped(error)
