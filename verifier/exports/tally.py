"""Count segments and remember the first of them: what a note is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .reader import MAX_PLACES


@dataclass
class Tally:
    """How many segments show something, and the indexes of the first ``MAX_PLACES``."""

    count: int = 0
    places: list[int] = field(default_factory=list)

    def add(self, index: int) -> None:
        """Count one more segment."""
        self.count += 1
        if len(self.places) < MAX_PLACES:
            self.places.append(index)


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies that share no segment."""
    each = list(tallies)
    places = sorted(index for tally in each for index in tally.places)
    return Tally(sum(tally.count for tally in each), places[:MAX_PLACES])
