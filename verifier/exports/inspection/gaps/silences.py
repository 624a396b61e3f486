"""Stretches of time from which the file has no record, and the order of the records.

Only what is certain counts. A record covers every second that its written time
can mean, and where two may mean the same second they stand in no order. The
order in the file does not matter for a silence: what is kept are the stretches
of time without a long one, of which a chat of ten years has at most 122.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, Literal, NamedTuple

from .shown import Shown

LONG_SILENCE_SECONDS: Final = 30 * 86400
"""Neighbours in time further apart than this are listed; it says nothing about why."""
MAX_SILENCES: Final = 1000
MAX_STRETCHES: Final = 10_000
"""More than eight hundred years of silences: such times are given up."""

Order = Literal["oldest_first", "newest_first", "neither", "not_shown"]
"""How the records lie in the file; ``not_shown`` where no two certainly differ in time."""


class TimeGap(NamedTuple):
    """Records with none between them, certainly more than ``LONG_SILENCE_SECONDS`` apart."""

    before: Shown
    after: Shown
    seconds: int


class _Stretch:
    """A time without a long silence: its ends, and the records that reach them."""

    __slots__ = ("end", "first", "last", "start")

    def __init__(self, shown: Shown, start: int, end: int) -> None:
        self.start, self.end, self.first, self.last = start, end, shown, shown


class Silences:
    """Follows the dated records of a file."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._stretches: list[_Stretch] = []
        self._now = -1
        self._last: tuple[int, int] | None = None
        self.steps_back = 0
        """Records that are certainly earlier than the dated record before them in the file."""
        self.steps_on = 0
        self.given_up = False

    def add(self, shown: Shown, te_lo: int, te_hi: int) -> None:
        """Take one record that shows a time."""
        if self._last is not None:
            before_lo, before_hi = self._last
            self.steps_on += te_lo > before_hi
            self.steps_back += te_hi < before_lo
        self._last = te_lo, te_hi
        if self._now >= 0:
            stretch = self._stretches[self._now]
            if stretch.start <= te_lo and te_hi <= stretch.end:
                return
        if not self.given_up:
            self._place(shown, te_lo, te_hi)

    def _place(self, shown: Shown, te_lo: int, te_hi: int) -> None:
        starts, stretches = self._starts, self._stretches
        place = bisect_right(starts, te_lo) - 1
        if place >= 0 and te_lo - stretches[place].end <= LONG_SILENCE_SECONDS:
            stretch = stretches[place]
            if te_hi > stretch.end:
                stretch.end, stretch.last = te_hi, shown
        elif len(starts) < MAX_STRETCHES:
            place += 1
            starts.insert(place, te_lo)
            stretches.insert(place, _Stretch(shown, te_lo, te_hi))
        else:
            self.given_up = True
            return
        self._now = place
        while place + 1 < len(starts):  # does it now reach the next one
            stretch, following = stretches[place], stretches[place + 1]
            if following.start - stretch.end > LONG_SILENCE_SECONDS:
                break
            if following.end > stretch.end:
                stretch.end, stretch.last = following.end, following.last
            del starts[place + 1], stretches[place + 1]

    @property
    def count(self) -> int:
        """How many long silences there are; none where they were given up."""
        return 0 if self.given_up else max(0, len(self._starts) - 1)

    def gaps(self) -> tuple[TimeGap, ...]:
        """Return the first ``MAX_SILENCES`` long silences, the earliest first."""
        found = []
        for place in range(min(self.count, MAX_SILENCES)):
            earlier, later = self._stretches[place], self._stretches[place + 1]
            found.append(TimeGap(earlier.last, later.first, later.start - earlier.end))
        return tuple(found)

    @property
    def order(self) -> Order:
        """Return how the records lie in the file."""
        if self.steps_on and self.steps_back:
            return "neither"
        if self.steps_on:
            return "oldest_first"
        return "newest_first" if self.steps_back else "not_shown"
