"""Are the shown pieces of a file cut and dated as the sealing software said, as far as they can tell?

A disclosure shows some stretches of a file and not the rest. A reader reads
files, so a file is made of what is shown: the reader's ``context`` in front (or
``ahead``, where the file's own beginning is shown),
``between`` where something is left out, the shown bytes as they are. What the
reader then finds is held against what was committed to.

It can be less than was known when the whole file was read (the order of day
and month, say). So a written time may mean *more* seconds here than there,
never others, and marks are not compared. Where it means more, or the date
stands in bytes that are not shown, the time is *undecided*: neither derived
again nor contradicted. What differs does not say who is wrong; it says that
the commitment does not follow from the bytes shown.
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from ..evidence.leaf_opening import LeafOpening
from ..evidence.segment import RECORD, Segment
from .held_file import look_at
from .reader import Reader
from .source import Source

MAX_PLACES: Final = 20


class Piece(NamedTuple):
    """One shown stretch: its leaf, and where its bytes stand among all that is shown."""

    leaf: LeafOpening
    at: int
    length: int


class Again(NamedTuple):
    """How many shown segments follow from their bytes, and the first of those that do not.

    ``undecided`` are records that agree but for their time, which the shown
    bytes leave open; they count neither as same nor as different.
    """

    same: int
    differ: int
    places: tuple[int, ...]
    undecided: int = 0


def derive_again(
    reader: Reader, variant: str, clock: str, pieces: Callable[[], Iterable[Piece]], shown: BinaryIO
) -> Again | None:
    """Read what is shown with ``reader``; None where it cannot read pieces of its files.

    ``pieces`` yields the shown segments in order, each time the same; ``shown``
    holds their bytes. Raises what ``shown`` raises.
    """
    if reader.context is None:
        return None
    with tempfile.TemporaryFile() as file:
        offsets = array("q")
        first = next(iter(pieces()), None)
        begun = first is not None and first.leaf.index == 0
        front = reader.ahead if begun else reader.context
        size = file.write(front(variant, clock))
        last = -2
        for piece in pieces():
            if piece.leaf.index != last + 1 and offsets:
                size += file.write(reader.between)
            last = piece.leaf.index
            offsets.append(size)
            size += _copy(shown, piece, file)
        made = Source.over(lambda: look_at(file), size)
        reading = reader.read(made)
        return _compare(pieces(), offsets, reading.segments(), same_clock=reading.clock == clock)


def _copy(shown: BinaryIO, piece: Piece, out: BinaryIO) -> int:
    shown.seek(piece.at)
    left = piece.length
    while left and (chunk := shown.read(min(left, 1 << 20))):
        out.write(chunk)
        left -= len(chunk)
    return piece.length - left


_SAME, _UNDECIDED, _DIFFERS = range(3)


def _compare(
    pieces: Iterable[Piece], offsets: array[int], found: Iterator[Segment], *, same_clock: bool
) -> Again:
    """Go along the pieces and the found segments together."""
    counts = [0, 0, 0]
    places: list[int] = []
    starts = array("q")  # of the found segments, for what dates another
    known = _Known(offsets)
    end = 0
    segment: Segment | None = None
    for piece, at in zip(pieces, offsets, strict=True):
        good, exact = True, False
        while end < at + piece.length:
            segment = next(found, None)
            if segment is None:
                good = False
                break
            starts.append(end)
            start, end = end, end + segment.length
            exact = start == at and end == at + piece.length
            good = good and (segment.kind != RECORD or end <= at or exact)
        is_record = exact and segment is not None and segment.kind == RECORD
        outcome = _SAME if good and is_record is (piece.leaf.kind == RECORD) else _DIFFERS
        if outcome == _SAME and is_record and segment is not None:
            outcome = _values(piece.leaf, segment)
            if outcome == _SAME:
                outcome = _time(piece.leaf, segment, starts, known, same_clock=same_clock)
        known.add(piece.leaf, segment if is_record else None)
        counts[outcome] += 1
        if outcome == _DIFFERS and len(places) < MAX_PLACES:
            places.append(piece.leaf.index)
    return Again(counts[_SAME], counts[_DIFFERS], tuple(places), counts[_UNDECIDED])


class _Known:
    """What was read so far of the shown segments, by their index in the file."""

    def __init__(self, offsets: array[int]) -> None:
        self._offsets = offsets
        self._indexes = array("q")
        self.dated = -1
        """The last segment whose own bytes gave a time, and that time."""
        self.te = (0, 0)
        self._undated_records = array("q")

    def add(self, leaf: LeafOpening, record: Segment | None) -> None:
        """Remember a piece; ``record`` is what it was read as, if it is a record."""
        self._indexes.append(leaf.index)
        if record is None:
            return
        if record.te_lo is None or record.te_hi is None:
            self._undated_records.append(leaf.index)
        else:
            self.dated, self.te = leaf.index, (record.te_lo, record.te_hi)

    def offset(self, index: int) -> int | None:
        """Return where a segment stands in the made file, None where it is not shown up to here."""
        at = bisect_left(self._indexes, index)
        is_there = at < len(self._indexes) and self._indexes[at] == index
        return self._offsets[at] if is_there else None

    def index_at(self, offset: int) -> int:
        """Return the index of the shown segment there, -1 where a made one is."""
        at = bisect_left(self._offsets, offset, 0, len(self._indexes))
        is_there = at < len(self._indexes) and self._offsets[at] == offset
        return self._indexes[at] if is_there else -1

    def is_undated_record(self, index: int) -> bool:
        """Tell whether a shown segment was read as a record without a time."""
        at = bisect_left(self._undated_records, index)
        return at < len(self._undated_records) and self._undated_records[at] == index


def _values(leaf: LeafOpening, found: Segment) -> int:
    """Compare what the leaf opens, but for times, with what its bytes show."""
    for name in ("time", "sender", "native_id", "type"):
        value = leaf.value(name)
        if value is not None and value != getattr(found, name):
            return _DIFFERS
    # Which file of the manifest a written name means is not known here, only that one is written.
    return _DIFFERS if leaf.value("media") and not found.media else _SAME


def _time(
    leaf: LeafOpening, found: Segment, starts: array[int], known: _Known, *, same_clock: bool
) -> int:
    """Compare the seconds and what dates them."""
    if leaf.value("te_lo") is None:
        return _SAME  # a segment that dates another opens no time
    low, high = leaf.second("te_lo"), leaf.second("te_hi")
    dated_by = leaf.second("dated_by")
    if found.te_lo is None or found.te_hi is None:
        return _SAME if low is None else _inherited(leaf, known)
    if low is None or high is None or dated_by is None or not same_clock:
        return _DIFFERS
    if found.dated_by is not None:
        source = starts[found.dated_by]
        at = known.offset(dated_by)
        if at is None and known.index_at(source) < dated_by < leaf.index:
            return _UNDECIDED  # a later date row, which is not shown, may have counted
        if at != source:
            return _DIFFERS
    elif dated_by != leaf.index:
        return _DIFFERS
    return _within(low, high, (found.te_lo, found.te_hi))


def _inherited(leaf: LeafOpening, known: _Known) -> int:
    """Judge the time of a record whose own bytes show none."""
    low, high, source = leaf.second("te_lo"), leaf.second("te_hi"), leaf.second("dated_by")
    if low is None or high is None or source is None or source == leaf.index:
        return _DIFFERS
    if source == known.dated:
        return _within(low, high, known.te)
    if source < known.dated:
        return _DIFFERS  # a nearer segment shows a date
    shown = source < leaf.index and known.offset(source) is not None
    # What is shown as its date and is no record would have dated it.
    return _DIFFERS if shown and not known.is_undated_record(source) else _UNDECIDED


def _within(low: int, high: int, te: tuple[int, int]) -> int:
    if (low, high) == te:
        return _SAME
    return _UNDECIDED if te[0] <= low <= high <= te[1] else _DIFFERS
