"""What the service itself writes into the audit log: whom it denied, and its head into the log.

Denials are counted and written together, one record for each interval at most, so
that a flood of them is some hundred bytes a minute and fills no disk. A record has
counts by problem and route and the trace id of the first; the lines of standard
error have the others. Nothing in it was chosen by a client. ``note`` and ``tick``
belong to the loop's thread; the database is written by a thread of the pool.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import Future
from typing import Any, Final

from app.web import logs
from ledger.audit_log import Event, record
from ledger.errors import LedgerError
from ledger.log import Log

OWNED: Final = frozenset(["receipt", "latest_receipt", "dossier"])
"""Routes where "not found" may be somebody else's entry."""
SERVICE: Final = "service"
_STATUSES: Final = frozenset([401, 403, 429])
_ANCHOR_LOOK_SECONDS: Final = 3600.0
_MOST_NAMED: Final = 8


class Auditing:
    """Counts denials until they are written; asks now and then whether a head is to be anchored."""

    def __init__(self, log: Log, *, interval_seconds: float, anchor_seconds: float) -> None:
        self._log = log
        self._interval = interval_seconds
        self._anchor_seconds = anchor_seconds
        self._denied: Counter[tuple[str, str]] = Counter()
        self._trace = ""
        self._since = 0.0
        self._look_at = time.monotonic()
        self._busy: Future[Any] | None = None

    def note(self, route: str, code: str, status: int, trace_id: str) -> None:
        """Count one refused request, if it was an attempt at what the asker may not have."""
        if status not in _STATUSES and not (status == 404 and route in OWNED):
            return
        if not self._denied:
            self._trace, self._since = trace_id, time.monotonic()
        self._denied[code, route] += 1

    def tick(self, pool: Any) -> None:
        """Write and anchor what is due, in a thread of the pool; called ten times a second."""
        if self._busy is not None and not self._busy.done():
            return
        now = time.monotonic()
        if self._denied and now - self._since >= self._interval:
            self._busy = pool.submit(self._write, self._take())
        elif now >= self._look_at:
            self._look_at = now + min(_ANCHOR_LOOK_SECONDS, self._anchor_seconds)
            self._busy = pool.submit(self._anchor)

    def _take(self) -> Event:
        counted, self._denied = self._denied, Counter()
        named = [f"{code} {route} {n}" for (code, route), n in counted.most_common(_MOST_NAMED)]
        left = counted.total() - sum(n for _, n in counted.most_common(_MOST_NAMED))
        detail = ", ".join([*named, *([f"others {left}"] if left else [])])
        seconds = round(time.monotonic() - self._since)
        return Event("denied", f"{counted.total()} requests in {seconds} s", "refused", SERVICE,
                     self._trace, detail)  # fmt: skip

    def _write(self, event: Event) -> None:
        try:
            record(self._log.engine, event)
        except LedgerError as error:
            # The same is on standard error, request by request.
            logs.fault("audit log not written", error, action=event.action)

    def _anchor(self) -> None:
        try:
            asked = self._log.anchor_audit_log(self._anchor_seconds)
        except LedgerError as error:
            logs.fault("audit log not anchored", error)
        else:
            if asked is not None:
                asked.add_done_callback(_told)

    def started(self) -> None:
        """Record that the service begins. A volume that is full does not keep it from reading."""
        self._write(Event("serve", "", "begun", SERVICE))

    def stopped(self, *, failed: bool) -> None:
        """Record what was not yet written, and that the service ends."""
        if self._denied:
            self._write(self._take())
        self._write(Event("serve", "", "failed" if failed else "done", SERVICE))


def _told(asked: Future[Any]) -> None:
    """Say so where the entry that anchors the head was not made; the next look asks again."""
    error = None if asked.cancelled() else asked.exception()
    if error is not None:
        logs.fault("audit log not anchored", error)
