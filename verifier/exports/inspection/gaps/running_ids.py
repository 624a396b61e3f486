"""Numbers that the platform counted one by one, and the ones that are not in the file.

Only for a file whose reader says that its ids are ``running``. Ids that are
the platform's but jump anyway, and numbers that a tool gave out itself, show
nothing by a gap, so they never come here.

The order of the records does not matter: what is kept are the stretches of
numbers without a hole, of which a file that is whole has one.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

from .shown import Shown

MAX_GAPS: Final = 1000
"""So many gaps are listed; their number and sum are exact all the same."""
MAX_STRETCHES: Final = 10_000
"""Numbers with more holes than this run on in no sense, and are given up."""
_MAX_DIGITS: Final = 20


class NumberGap(NamedTuple):
    """Numbers that are missing in a running numbering: the ids on both sides, how many.

    ``earlier`` is the record with the lower number, ``later`` with the higher.
    """

    before: bytes
    after: bytes
    missing: int
    earlier: Shown
    later: Shown


class RunningIds:
    """Collects the numbers of a file's records."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._lowest: list[Shown] = []
        self._highest: list[Shown] = []
        self.given_up = False
        self.numbers = 0
        """Records with a number; others (an app's notice may have none) are left out."""

    def add(self, shown: Shown) -> None:
        """Take one record."""
        native_id = shown.native_id
        if self.given_up or not native_id.isdigit() or len(native_id) > _MAX_DIGITS:
            return
        self.numbers += 1
        number = int(native_id)
        ends = self._ends
        if ends and number == ends[-1] + 1:  # nearly always
            ends[-1] = number
            self._highest[-1] = shown
        else:
            self._place(number, shown)

    def _place(self, number: int, shown: Shown) -> None:
        starts, ends = self._starts, self._ends
        after = bisect_right(starts, number)
        left = after - 1
        if left >= 0 and number <= ends[left]:
            return  # the same number again
        joins_left = left >= 0 and ends[left] == number - 1
        joins_right = after < len(starts) and starts[after] == number + 1
        if joins_left and joins_right:
            ends[left], self._highest[left] = ends[after], self._highest[after]
            for each in (starts, ends, self._lowest, self._highest):
                del each[after]
        elif joins_left:
            ends[left], self._highest[left] = number, shown
        elif joins_right:
            starts[after], self._lowest[after] = number, shown
        elif len(starts) < MAX_STRETCHES:
            starts.insert(after, number)
            ends.insert(after, number)
            self._lowest.insert(after, shown)
            self._highest.insert(after, shown)
        else:
            self.given_up = True

    @property
    def running(self) -> bool:
        """Are there numbers, and did they run on well enough to be followed?"""
        return self.numbers > 0 and not self.given_up

    @property
    def holes(self) -> int:
        """How many gaps there are."""
        return max(0, len(self._starts) - 1) if self.running else 0

    @property
    def missing(self) -> int:
        """How many numbers between the lowest and the highest no record has."""
        if not self.running:
            return 0
        there = sum(self._ends) - sum(self._starts) + len(self._starts)
        return self._ends[-1] - self._starts[0] + 1 - there

    def gaps(self) -> tuple[NumberGap, ...]:
        """Return the first ``MAX_GAPS`` gaps, the lowest numbers first."""
        found = []
        for place in range(min(self.holes, MAX_GAPS)):
            earlier, later = self._highest[place], self._lowest[place + 1]
            missing = self._starts[place + 1] - self._ends[place] - 1
            found.append(NumberGap(earlier.native_id, later.native_id, missing, earlier, later))
        return tuple(found)
