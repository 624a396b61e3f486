"""What a disclosure shows of one file's message tree: ranges, the hashes that stand for the rest, leaves.

    beilin/disclosed/v1
    period 2024-05-13..2024-05-13
    ranges 1
    range 3 5
    hashes 2
    hash ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
    hash AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    leaves 4
    2<TAB>R<TAB>+<salt>…                  as ``leaf_opening`` writes them

SPEC §9.6. A range is what is said to be shown without a gap, from its first
segment to the one before its end. Every other leaf has one of three reasons to
be here: it stands just before or just after a period, or it is the segment that
dates a shown one. What each of them opens is fixed; nothing else is opened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, to_base64
from ..errors import Malformed
from .leaf_opening import MAX_LINE_BYTES, LeafOpening, parse_leaf
from .lines import Lines
from .segment import RECORD

MAX_RANGES: Final = 1000
MAX_HASHES: Final = 200_000
_MAX_HEAD_LINE: Final = 200

INSIDE: Final = "inside"
LEFT: Final = "left"
RIGHT: Final = "right"
DATES: Final = "dates"

_DATED: Final = frozenset(("pos", "time", "te_lo", "te_hi", "dated_by"))
WORDS: Final = frozenset(("sender", "native_id", "type", "media", "flags"))
"""What a redacted record may keep hidden or show, one by one."""
SHOWN: Final = _DATED | WORDS | {"raw"}
"""What a shown record opens: all but the bounds, which tell of its neighbours."""
BARE: Final = frozenset(("pos", "raw"))
"""What framing, unparsed bytes and a segment that dates another open."""
EDGE: Final = _DATED | {"raw"}
"""What the segment beside a period opens, with one of its two bounds."""
BOUNDS: Final = {LEFT: ("pmax", "pmin"), RIGHT: ("smax", "smin")}
"""The greatest last and the least first second of all segments on that side, itself included."""


class Range(NamedTuple):
    """Segments ``start`` up to, not including, ``end``."""

    start: int
    end: int


class Head(NamedTuple):
    """All of the text but its leaves."""

    period: str | None
    ranges: tuple[Range, ...]
    hashes: tuple[bytes, ...]
    leaves: int

    def to_bytes(self) -> bytes:
        """Return the text up to the first leaf."""
        ranges = "".join(f"range {start} {end}\n" for start, end in self.ranges)
        hashes = "".join(f"hash {to_base64(value)}\n" for value in self.hashes)
        return (
            f"beilin/disclosed/v1\nperiod {self.period or 'none'}\nranges {len(self.ranges)}\n{ranges}"
            f"hashes {len(self.hashes)}\n{hashes}leaves {self.leaves}\n"
        ).encode()

    def role(self, index: int) -> str:
        """Return why a leaf of that index is here: INSIDE a range, LEFT, RIGHT, or it DATES another."""
        at = bisect_right(self.ranges, (index, 2**63)) - 1
        if at >= 0 and index < self.ranges[at].end:
            return INSIDE
        if self.period is not None:
            start, end = self.ranges[0]
            if index == start - 1:
                return LEFT
            if index == end:
                return RIGHT
        return DATES


def is_redacted(leaf: LeafOpening) -> bool:
    """Tell whether a record inside a range keeps its bytes hidden."""
    return leaf.kind == RECORD and leaf.columns[1][0] is None


def check_opened(leaf: LeafOpening, role: str) -> None:
    """Raise Malformed unless the leaf opens what its role asks for, and no more (SPEC §9.6)."""
    opened = leaf.opened()
    if role == DATES or (role == INSIDE and leaf.kind != RECORD):
        good = opened == BARE
    elif role == INSIDE and is_redacted(leaf):
        good = _DATED <= opened <= _DATED | WORDS
    elif role == INSIDE:
        good = opened == SHOWN
    else:
        good = opened - set(BOUNDS[role]) == EDGE and len(opened & set(BOUNDS[role])) == 1
    if not good:
        raise Malformed(
            f"disclosed: segment {leaf.index}: opens more or less than its place allows"
        )


class Disclosed:
    """The text of one file, read as a stream."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """Read the head; raises Malformed or NewerFormat. ``size`` is the text's length in bytes."""
        self._file = file
        self._left = size
        first = self._line(_MAX_HEAD_LINE)
        Lines.of(first, "disclosed", maximum_bytes=_MAX_HEAD_LINE)
        period = self._value("period", 100)
        ranges = tuple(self._ranges(self._count("ranges", MAX_RANGES)))
        hashes = tuple(
            parse_base64(self._value("hash"), "disclosed: hash", length=32)
            for _ in range(self._count("hashes", MAX_HASHES))
        )
        self.head = Head(
            None if period == "none" else period, ranges, hashes, self._count("leaves")
        )
        whole = len(ranges) == 1 if self.head.period is not None else all(e > s for s, e in ranges)
        if not ranges or not whole:
            raise Malformed("disclosed: one range for a period, else at least one and none empty")

    def _line(self, maximum: int) -> bytes:
        line = self._file.readline(min(self._left, maximum))
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise Malformed("disclosed: a line is too long or cut off")
        return line

    def _value(self, key: str, maximum: int = _MAX_HEAD_LINE) -> str:
        name, space, value = self._line(maximum)[:-1].decode("ascii", "replace").partition(" ")
        if name != key or not space:
            raise Malformed(f"disclosed: expected the key {key}")
        return value

    def _count(self, key: str, maximum: int = 2**63 - 1) -> int:
        return parse_decimal(self._value(key), f"disclosed: {key}", maximum=maximum)

    def _ranges(self, count: int) -> Iterator[Range]:
        last = -1
        for _ in range(count):
            start, space, end = self._value("range").partition(" ")
            found = Range(
                parse_decimal(start, "disclosed: range"), parse_decimal(end, "disclosed: range")
            )
            if not space or found.start <= last or found.end < found.start:
                raise Malformed("disclosed: ranges must ascend and not touch")
            last = found.end
            yield found

    def leaves(self) -> Iterator[LeafOpening]:
        """Yield the leaves once, then demand that nothing follows; raises Malformed or BindingFailure."""
        for _ in range(self.head.leaves):
            yield parse_leaf(self._line(MAX_LINE_BYTES)[:-1])
        if self._left:
            raise Malformed("disclosed: nothing may follow the last segment")


def write_disclosed(out: BinaryIO, head: Head, leaves: Iterable[LeafOpening]) -> None:
    """Write the text."""
    out.write(head.to_bytes())
    out.writelines(leaf.to_line() for leaf in leaves)


def ranges_text(ranges: Sequence[Range], most: int = 20) -> str:
    """Return ``12-39, 45`` for people: first and last segments, counted from 0."""
    parts = [
        str(r.start) if r.end - r.start == 1 else f"{r.start}-{r.end - 1}"
        for r in ranges[:most]
        if r.end > r.start
    ]
    return ", ".join(parts) + (", …" if len(ranges) > most else "")
