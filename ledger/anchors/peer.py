"""One authority as this process knows it, and when it is asked again.

After ``FAILURES`` failures in a row it rests: for one interval, then two, four, … up to
``LONGEST_SECONDS``. Whoever asks on demand asks those that rest as well.
"""

from __future__ import annotations

from typing import Final

from .authority import Authority

FAILURES: Final = 3
LONGEST_SECONDS: Final = 3600.0


class Peer:
    """An authority with its failures. Owned by the anchoring thread."""

    def __init__(self, authority: Authority, interval_seconds: float) -> None:
        self.authority = authority
        self._interval = interval_seconds
        self.failures = 0
        self._rests_until = 0.0

    @property
    def name(self) -> str:
        """The authority's name."""
        return self.authority.name

    def rests(self, now: float) -> bool:
        """Return whether it is left alone; ``now`` is monotonic."""
        return now < self._rests_until

    def answered(self) -> None:
        """Note a token."""
        self.failures, self._rests_until = 0, 0.0

    def failed(self, now: float) -> None:
        """Note that there was none."""
        self.failures += 1
        if self.failures >= FAILURES:
            doubled = self._interval * 2.0 ** min(self.failures - FAILURES, 30)
            self._rests_until = now + min(doubled, max(LONGEST_SECONDS, self._interval))
