"""How often the head of one log may move: a bound on how much a log can make us write."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Tokens that come back at a steady rate, one bucket for each log."""

    def __init__(
        self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> bool:
        """Take one token; False where none is left. Names are those of known logs only."""
        now = self._clock()
        left, then = self._buckets.get(name, (float(self._burst), now))
        left = min(self._burst, left + max(0.0, now - then) * self._per_second)
        self._buckets[name] = (left - 1 if left >= 1 else left, now)
        return left >= 1
