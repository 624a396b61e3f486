"""Prefix and suffix bounds of written times, for any number of segments.

SPEC §8.3. For segment i: ``pmin``/``pmax`` are the least first and greatest
last second over segments 0…i, ``smin``/``smax`` the same over i…n-1. A file
need not be in time order for them to prove what lies outside a period. An
undated segment takes its predecessor's times; leading ones the first dated one's.

The suffix bounds need the whole file first, and a file of 20-byte records has
fifty million segments per gigabyte, so values are spilled to a temporary file
in blocks and memory stays at a few of them.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

_BLOCK: Final = 1 << 15
_NONE: Final = -(2**63)


class Bounds(NamedTuple):
    """One segment's values; all None when no segment of the file is dated.

    ``source`` is the segment whose written time these are: itself, or the one
    it takes its time from.
    """

    te_lo: int | None
    te_hi: int | None
    pmin: int | None
    pmax: int | None
    smin: int | None
    smax: int | None
    source: int | None


class TimeBounds:
    """Collects times in file order with ``add``, then yields bounds in file order."""

    def __init__(self) -> None:
        self._forward = tempfile.TemporaryFile()  # noqa: SIM115  closed with the object
        self._backward = tempfile.TemporaryFile()  # noqa: SIM115
        self._block = array("q")
        self._count = 0
        self._last: tuple[int, int, int] | None = None
        self._first: tuple[int, int, int] | None = None

    def add(self, te_lo: int | None, te_hi: int | None) -> None:
        """Take the next segment's times; None for an undated one."""
        if te_lo is not None and te_hi is not None:
            self._last = (te_lo, te_hi, self._count)
            if self._first is None:
                self._first = self._last
        self._block.extend(self._last or (_NONE, _NONE, _NONE))
        self._count += 1
        if len(self._block) == 3 * _BLOCK:
            self._block.tofile(self._forward)
            self._block = array("q")

    def _finish(self) -> int:
        self._block.tofile(self._forward)
        blocks = -(-self._count // _BLOCK)
        low, high = 2**63 - 1, _NONE
        # Backward over the blocks: running minimum and maximum from the end.
        for number in reversed(range(blocks)):
            block = self._load(number)
            lows = list(accumulate(reversed(block[0::3]), min, initial=low))[:0:-1]
            highs = list(accumulate(reversed(block[1::3]), max, initial=high))[:0:-1]
            low, high = lows[0], highs[0]
            self._backward.seek(number * _BLOCK * 16)
            array("q", lows).tofile(self._backward)
            array("q", highs).tofile(self._backward)
        return blocks

    def _load(self, number: int) -> array[int]:
        self._forward.seek(number * _BLOCK * 24)
        block = array("q")
        block.frombytes(self._forward.read(_BLOCK * 24))
        if self._first is not None:
            for at in range(0, len(block), 3):
                if block[at] != _NONE:
                    break
                block[at : at + 3] = array("q", self._first)
        return block

    def __iter__(self) -> Iterator[Bounds]:
        blocks = self._finish()
        if self._first is None:
            yield from (Bounds(None, None, None, None, None, None, None),) * self._count
            return
        low, high = 2**63 - 1, _NONE
        for number in range(blocks):
            block = self._load(number)
            size = len(block) // 3
            self._backward.seek(number * _BLOCK * 16)
            suffix = array("q")
            suffix.frombytes(self._backward.read(size * 16))
            for te_lo, te_hi, source, smin, smax in zip(
                block[0::3], block[1::3], block[2::3], suffix[:size], suffix[size:], strict=True
            ):
                low = min(low, te_lo)
                high = max(high, te_hi)
                yield Bounds(te_lo, te_hi, low, high, smin, smax, source)

    def close(self) -> None:
        """Drop the temporary files."""
        self._forward.close()
        self._backward.close()
