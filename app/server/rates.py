"""Rates: how much each of many callers may do in a minute, in bounded memory.

One number for each caller: when it will have all of its minute again (the generic cell rate
algorithm). Whoever was idle may use a whole minute's worth at once. Of more than ``REMEMBERED_MOST``
callers the one that was not seen longest is forgotten, and so is free again: who commands that
many addresses is not held by a limit for each of them. Counted in one process; two processes
allow twice as much. The caller sees to it that ``wait`` and ``take`` follow each other.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

REMEMBERED_MOST: Final = 1 << 16


class Rates:
    """Allows ``per_minute`` to each caller; 0 allows everything and remembers nothing."""

    def __init__(
        self,
        per_minute: int,
        *,
        remembered_most: int = REMEMBERED_MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.on = per_minute > 0
        self._each = 60 / per_minute if per_minute else 0.0  # seconds that one takes to come back
        self._most = remembered_most
        self._clock = clock
        self._whole_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._whole_at)

    def wait(self, caller: str, cost: int = 1) -> int:
        """Return 0 where so much is allowed now, else the seconds until it is; takes nothing.

        What costs more than a minute's worth is allowed to a caller that has a whole one, and
        is paid off afterwards: a large batch must not be impossible.
        """
        whole_at = self._whole_at.get(caller)
        if whole_at is None:
            return 0
        over = whole_at - self._clock() + min(self._each * cost, 60.0) - 60.0
        return ceil(over) if over > 1e-9 else 0

    def take(self, caller: str, cost: int = 1) -> None:
        """Count so much."""
        if not self.on:
            return
        now = self._clock()
        whole_at = max(self._whole_at.pop(caller, now), now)
        if len(self._whole_at) >= self._most:
            self._whole_at.popitem(last=False)
        self._whole_at[caller] = whole_at + self._each * cost
