"""The shown leaves with their salts, and the hashes that stand for everything else.

One pass over the file computes every leaf; of what is not shown only the roots
of the largest subtrees leave this function. Salts are taken one by one: that
of a hidden value is never written.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from verifier.evidence.disclosed import BARE, BOUNDS, DATES, EDGE, INSIDE, SHOWN, Head
from verifier.evidence.leaf_opening import NAMES, LeafOpening, commitment
from verifier.evidence.messages import field_values, leaf_body, raw_commitments
from verifier.evidence.segment import RECORD
from verifier.tlog.merkle import root_of

from .opened import Private
from .selection import Selection


class Window(NamedTuple):
    """Shown bytes of the file: offset and length."""

    offset: int
    length: int


class Leaves(NamedTuple):
    """What ``make_leaves`` found beside the lines that it wrote."""

    hashes: tuple[bytes, ...]
    windows: list[Window]
    root: bytes


def make_leaves(private: Private, n: int, selection: Selection, lines: BinaryIO) -> Leaves:
    """Write the shown leaves' lines to ``lines``; return the other hashes and the shown windows."""
    root = private.root(n)
    head = Head(
        None if selection.period is None else selection.period.text, selection.ranges, (), 0
    )
    shown = shown_indexes(selection, root.segments)
    windows: list[Window] = []
    stream = _leaf_hashes(private, n, selection, head, shown, lines, windows)
    hashes: list[bytes] = []

    def subtree(start: int, end: int) -> bytes:
        """Return the root over leaves ``start`` to ``end``, noting it where nothing of it is shown."""
        at = bisect_left(shown, start)
        if at == len(shown) or shown[at] >= end:
            hashes.append(root_of(islice(stream, end - start)))
            return hashes[-1]
        if end - start == 1:
            return next(stream)
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        left = subtree(start, middle)
        return hashlib.sha256(b"\x01" + left + subtree(middle, end)).digest()

    tree = subtree(0, root.segments)
    return Leaves(tuple(hashes), windows, tree)


def shown_indexes(selection: Selection, segments: int) -> array[int]:
    """Return the indexes of all shown leaves, ascending."""
    edges = {index for index in selection.edges(segments) if index is not None}
    found = array("q")
    extra = iter(sorted(edges | selection.dates))
    following = next(extra, None)
    for start, end in selection.ranges:
        while following is not None and following < start:
            found.append(following)
            following = next(extra, None)
        found.extend(range(start, end))
    while following is not None:
        found.append(following)
        following = next(extra, None)
    return found


def _leaf_hashes(
    private: Private, n: int, selection: Selection, head: Head, shown: array[int],
    lines: BinaryIO, windows: list[Window],
) -> Iterator[bytes]:  # fmt: skip
    """Yield every leaf hash of the file in order, writing the shown ones on the way."""
    at = 0
    bounds = (bound for _, bound in private.bounded_rows(n))
    with private.open_file(n) as file:
        stream = raw_commitments(private.rows(n), file, hashlib.sha256(), private.seed(n))
        for (index, segment, offset, leaf_salts, raw), bound in zip(stream, bounds, strict=True):
            values = field_values(index, segment, bound)
            body = leaf_body(index, segment.kind, offset, segment.length, raw, values, leaf_salts)
            if at < len(shown) and shown[at] == index:
                at += 1
                role = head.role(index)
                names = _opened(role, segment.kind, bound, selection, index)
                place = b"%d %d" % (offset, segment.length)
                leaf = _leaf(index, segment.kind, (place, b"", *values), leaf_salts, raw, names)
                lines.write(leaf.to_line())
                if "raw" in names:
                    windows.append(Window(offset, segment.length))
            yield hashlib.sha256(b"\x00" + body).digest()


def _opened(
    role: str, kind: int, bound: object, selection: Selection, index: int
) -> frozenset[str]:
    """Return the names of the values that are opened for a leaf (SPEC §9.6)."""
    if role == DATES or (role == INSIDE and kind != RECORD):
        return BARE
    if role == INSIDE:
        hidden = selection.hidden.get(index)
        return SHOWN if hidden is None else SHOWN - hidden - {"raw"}
    # Of the two bounds only one that lies outside the period is shown.
    assert selection.period is not None
    greatest, least = BOUNDS[role]
    if getattr(bound, greatest) < selection.period.first:
        return EDGE | {greatest}
    assert getattr(bound, least) > selection.period.last, "the selection chose such an edge"
    return EDGE | {least}


def _leaf(
    index: int, kind: int, values: tuple[bytes, ...], leaf_salts: bytes, raw: bytes,
    names: frozenset[str],
) -> LeafOpening:  # fmt: skip
    columns: list[tuple[bytes | None, bytes]] = []
    for at, (name, value) in enumerate(zip(NAMES, values, strict=True)):
        salt = leaf_salts[32 * at : 32 * at + 32]
        if name in names:
            columns.append((salt, value))
        else:
            columns.append((None, raw if name == "raw" else commitment(name, salt, value)))
    return LeafOpening(index, kind, tuple(columns))
