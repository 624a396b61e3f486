"""Quotas: how many entries an account may make on one day (UTC), counted here.

The database is counted when an account comes first, and again every minute; between these, what
this process takes is added. So several processes know of each other's entries a minute late, and
together may go over by that much. What turned out to be no new entry is given back. The caller
sees to it that ``wait`` and ``take`` follow each other; any thread may give back.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from ledger.accounts.quota import DAY_SECONDS

_COUNTED_SECONDS: Final = 60.0
_REMEMBERED_MOST: Final = 10_000


class _Day:
    """What is known of one account."""

    def __init__(self, day: int) -> None:
        self.day = day
        self.made = 0
        self.counted_at = -_COUNTED_SECONDS


class Quotas:
    """Counts for accounts that have a quota; others cost nothing."""

    def __init__(
        self, entries_today: Callable[[bytes], int], clock: Callable[[], float] = time.time
    ) -> None:
        self._entries_today = entries_today
        self._clock = clock
        self._lock = threading.Lock()
        self._days: OrderedDict[bytes, _Day] = OrderedDict()

    def wait(self, account: bytes, most: int, cost: int) -> int:
        """Return 0 where so many more are within the quota, else the seconds until midnight UTC.

        Raises Unavailable if the database cannot be read.
        """
        now = self._clock()
        today = int(now) // DAY_SECONDS
        known = self._days.get(account)
        if known is None or known.day != today:
            known = self._days[account] = _Day(today)
            if len(self._days) > _REMEMBERED_MOST:
                self._days.popitem(last=False)
        if time.monotonic() - known.counted_at >= _COUNTED_SECONDS:
            counted = self._entries_today(account)
            with self._lock:
                known.made = max(known.made, counted)
            known.counted_at = time.monotonic()
        if known.made + cost <= most:
            return 0
        return (today + 1) * DAY_SECONDS - int(now)

    def take(self, account: bytes, cost: int) -> Callable[[], None]:
        """Count so many; return what gives them back."""
        day = self._days[account]
        with self._lock:
            day.made += cost

        def give_back() -> None:
            with self._lock:
                day.made -= cost

        return give_back
