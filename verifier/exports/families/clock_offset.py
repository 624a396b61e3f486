"""The offset from UTC that follows where each record writes its time twice.

Once as an instant (Unix seconds), once as wall time of the exporting computer:
the difference is that computer's offset. What most records give is inferred
for the file; the others contradict it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..reader import Note
from ..tally import Tally, merged
from .instants import offset_between, offset_text


def offset_of(instant: int, wall: tuple[int, int]) -> int | None:
    """Return seconds east of UTC; None if the two times give no offset in use.

    ``wall`` is the first and last second that the written wall time can mean.
    """
    first, last = wall
    return offset_between(first, instant if first == last else instant // 60 * 60)


@dataclass
class Offsets:
    """The offsets of all records that write both times; None where they give none."""

    tallies: dict[int | None, Tally] = field(default_factory=dict)

    def add(self, index: int, offset: int | None) -> None:
        """Count one record that has both times."""
        self.tallies.setdefault(offset, Tally()).add(index)

    def usual(self) -> int | None:
        """Return the offset of most records, None where there is none."""
        known = {offset: t.count for offset, t in self.tallies.items() if offset is not None}
        return max(known, key=lambda offset: known[offset]) if known else None

    def notes(self) -> list[Note]:
        """Return what is inferred, and what contradicts it."""
        usual = self.usual()
        if usual is None:
            against = self.tallies.get(None, Tally())
            detail = "no-offset"
            notes = []
        else:
            against = merged(t for offset, t in self.tallies.items() if offset != usual)
            detail = offset_text(usual)
            notes = [Note("TZ_INFERRED", self.tallies[usual].count, detail=detail)]
        if against.count:
            notes.append(Note("TZ_CONFLICT", against.count, tuple(against.places), detail))
        return notes
