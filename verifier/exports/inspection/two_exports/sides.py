"""One side of a comparison: its records as small numbers, held in memory up to a bound.

Of each record only its place, its times and digests of its id, its sender and
its words are kept; equal digests on both sides get the same number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ....errors import Malformed
from ....evidence.segment import RECORD, Segment
from ...cutting.json_object import unescape
from ...reader import Clock, Reader, Reading
from ...registry import reader_named
from ...segment_bytes import with_bytes
from ...source import Source
from ..gaps.quotes import comparable
from ..gaps.remembered import digest_of

MAX_RECORDS: Final = 300_000
"""Records of one side; two such sides take about 300 MB."""


class TooLarge(Malformed):
    """A side has more records than are compared at once."""


class Place(NamedTuple):
    """A record: which file of its side, from 0, and its number there, from 1."""

    file: int
    number: int


class Item(NamedTuple):
    """One record; ``id``, ``sender`` and ``words`` are numbers of what is written, 0 for nothing."""

    place: Place
    id: int
    te_lo: int | None
    te_hi: int | None
    sender: int
    words: int


class Side(NamedTuple):
    """All records of one side, in the order of its files, and how they can be compared.

    ``readers`` are those of its files. ``clock`` is that of all of them, ``none``
    where they differ. ``has_ids`` tells whether some records bear an id of the
    platform.
    """

    items: list[Item]
    readers: tuple[str, ...]
    clock: Clock
    has_ids: bool


class Numbers:
    """Gives the same number to the same bytes, on both sides."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def of(self, data: bytes) -> int:
        """Return the number of ``data``, 0 if it is empty."""
        return self._known.setdefault(digest_of(data), len(self._known) + 1) if data else 0


def read_side(chats: Sequence[tuple[Source, Reading]], numbers: Numbers) -> Side:
    """Read one side; raises TooLarge for more than ``MAX_RECORDS`` records."""
    items: list[Item] = []
    has_ids = False
    for file, (source, reading) in enumerate(chats):
        reader = reader_named(reading.reader)
        with_ids = reading.ids not in ("none", "renumbered")
        number = 0
        for segment, data in with_bytes(reading.segments(), source):
            if segment.kind != RECORD:
                continue
            number += 1
            if len(items) == MAX_RECORDS:
                raise TooLarge(f"diff: more than {MAX_RECORDS} records on one side")
            item = _item(Place(file, number), segment, data, reader, numbers, with_ids=with_ids)
            has_ids = has_ids or item.id > 0
            items.append(item)
    clocks = {reading.clock for _, reading in chats}
    clock: Clock = clocks.pop() if len(clocks) == 1 else "none"
    return Side(items, tuple(reading.reader for _, reading in chats), clock, has_ids)


def _item(
    place: Place, segment: Segment, data: bytes, reader: Reader, numbers: Numbers, *, with_ids: bool
) -> Item:
    sender = segment.sender
    if reader.escaped and b"\\" in sender:
        sender = unescape(sender).encode("utf-8", "surrogatepass")
    words = comparable(reader.view(data).text).encode("utf-8", "surrogatepass")
    return Item(
        place,
        numbers.of(segment.native_id) if with_ids else 0,
        segment.te_lo,
        segment.te_hi,
        numbers.of(sender),
        numbers.of(words),
    )
