"""Are the shown pieces of a file cut and dated as the sealing software said, as far as they can tell?

A disclosure shows some stretches of a file and not the rest. A reader reads
files, so a file is made of what is shown: the reader's ``context`` in front (or
``ahead``, where the file's own beginning is shown),
``between`` where something is left out, the shown bytes as they are. What the
reader then finds is held against what was committed to.

It can be less than was known when the whole file was read (the order of day
and month, say). So a written time may mean *more* seconds here than there,
never others, and marks are not compared. What differs does not say who is
wrong; it says that the commitment does not follow from the bytes shown.
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple, Self, cast

from ..evidence.leaf_opening import LeafOpening
from ..evidence.segment import RECORD, Segment
from .reader import Reader
from .source import Source

MAX_PLACES: Final = 20


class Piece(NamedTuple):
    """One shown stretch: its leaf, and where its bytes stand among all that is shown."""

    leaf: LeafOpening
    at: int
    length: int


class Again(NamedTuple):
    """How many shown segments follow from their bytes, and the first of those that do not."""

    same: int
    differ: int
    places: tuple[int, ...]


class _Window:
    """One look at the made file, at a place of its own; closing it closes nothing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def seek(self, at: int) -> None:
        self._at = at

    def read(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data

    def readline(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.readline(size)
        self._at += len(data)
        return data


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
        front = reader.ahead if begun and reader.ahead is not None else reader.context
        size = file.write(front(variant, clock))
        last = -2
        for piece in pieces():
            if piece.leaf.index != last + 1 and offsets:
                size += file.write(reader.between)
            last = piece.leaf.index
            offsets.append(size)
            size += _copy(shown, piece, file)
        made = Source.over(lambda: cast("BinaryIO", _Window(file)), size)
        found = reader.read(made).segments()
        return _compare(pieces(), offsets, found)


def _copy(shown: BinaryIO, piece: Piece, out: BinaryIO) -> int:
    shown.seek(piece.at)
    left = piece.length
    while left and (chunk := shown.read(min(left, 1 << 20))):
        out.write(chunk)
        left -= len(chunk)
    return piece.length - left


def _compare(pieces: Iterable[Piece], offsets: array[int], found: Iterator[Segment]) -> Again:
    """Go along the pieces and the found segments together."""
    same = differ = 0
    places: list[int] = []
    starts = array("q")  # of the found segments, for what dates another
    indexes = array("q")
    known = _Offsets(indexes, offsets)
    end = 0
    segment: Segment | None = None
    for piece, at in zip(pieces, offsets, strict=True):
        indexes.append(piece.leaf.index)
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
        if piece.leaf.kind == RECORD:
            good = good and exact and segment is not None and segment.kind == RECORD
            good = good and segment is not None and _agrees(piece.leaf, segment, starts, known)
        else:
            good = good and not (exact and segment is not None and segment.kind == RECORD)
        if good:
            same += 1
        else:
            differ += 1
            if len(places) < MAX_PLACES:
                places.append(piece.leaf.index)
    return Again(same, differ, tuple(places))


class _Offsets:
    """Where a shown segment stands in the made file, by its index."""

    def __init__(self, indexes: array[int], offsets: array[int]) -> None:
        self._indexes, self._offsets = indexes, offsets

    def of(self, index: int) -> int | None:
        at = bisect_left(self._indexes, index)
        found = at < len(self._indexes) and self._indexes[at] == index
        return self._offsets[at] if found else None


def _agrees(leaf: LeafOpening, found: Segment, starts: array[int], shown: _Offsets) -> bool:
    """Tell whether what the leaf opens is what its bytes show."""
    for name in ("time", "sender", "native_id", "type"):
        value = leaf.value(name)
        if value is not None and value != getattr(found, name):
            return False
    if leaf.value("te_lo") is None:
        return True  # a segment that dates another opens no time
    low, high = leaf.second("te_lo"), leaf.second("te_hi")
    dated_by = leaf.second("dated_by")
    if found.te_lo is None or found.te_hi is None:
        return low is None or dated_by != leaf.index
    if low is None or high is None or not found.te_lo <= low <= high <= found.te_hi:
        return False
    if found.dated_by is None:
        return dated_by == leaf.index
    return dated_by is not None and shown.of(dated_by) == starts[found.dated_by]
