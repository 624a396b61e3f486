"""The shown part of one file's message tree, in the numbered steps of SPEC §13.12.

Everything here follows from the bytes of the disclosure and the root that the
manifest holds. What is withheld is not looked at and nothing is said of it but
how many segments it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ..encoding import u64
from ..errors import BindingFailure, Malformed
from ..evidence.disclosed import (
    BOUNDS,
    DATES,
    INSIDE,
    LEFT,
    RIGHT,
    Disclosed,
    Head,
    check_opened,
    is_redacted,
)
from ..evidence.leaf_opening import LeafOpening
from ..evidence.messages import MessagesRoot
from ..evidence.partial_tree import partial_root
from ..evidence.period import Period, parse_period
from ..evidence.segment import RECORD
from ..exports.again import Piece

_CHUNK = 1 << 20


class Shown(NamedTuple):
    """What one file's disclosure shows, once it holds."""

    head: Head
    period: Period | None
    records: int
    redacted: int
    outside_period: int
    """Of the records inside the range, those whose time lies certainly outside the period."""
    undated_by: int
    """Shown records whose date stands in a segment that is not shown."""
    leaves: int
    raw_bytes: int
    loose: int
    """Segments whose bytes are shown and border on bytes of the file that are not."""


class Sealed(NamedTuple):
    """What the file is one of: its position in the manifest, and how many files that has."""

    position: int
    files: int


def check_shown(
    root: MessagesRoot, sealed: Sealed, text: BinaryIO, size: int, raw: BinaryIO, raw_size: int
) -> Shown:
    """Check one file's disclosure; raises BindingFailure or Malformed naming the segment.

    ``text`` is the ``beilin/disclosed/v1`` text of ``size`` bytes, ``raw`` the
    shown bytes one after another.
    """
    _check_counts(root)
    disclosed = Disclosed(text, size)
    head = disclosed.head
    period = None if head.period is None else parse_period(head.period, root.clock)
    if head.ranges[-1].end > root.segments:
        raise BindingFailure("disclosed: a range ends after the last segment of the file")
    pass_ = _Pass(root, sealed, head, period, raw)
    # 3. Every leaf follows from its columns, the root from leaves and hashes.
    found = partial_root(root.segments, pass_.leaf_hashes(disclosed.leaves()), iter(head.hashes))
    if found != root.tree:
        raise BindingFailure(
            "disclosed: the shown segments do not lead to the anchored message tree"
        )
    # 4.-7. What they say fits together.
    pass_.finish()
    if pass_.raw_bytes != raw_size:
        raise BindingFailure("disclosed: there are more bytes than the shown segments have")
    return Shown(
        head, period, pass_.records, pass_.redacted, pass_.outside, pass_.undated_by,
        head.leaves, pass_.raw_bytes, pass_.loose,
    )  # fmt: skip


def _check_counts(root: MessagesRoot) -> None:
    """Each segment has a byte at least, and the segments are the file (SPEC §8.1)."""
    if root.segments > root.size or (root.segments == 0) is not (root.size == 0):
        raise BindingFailure("messages: so many segments cannot make up a file of that size")
    if root.records > root.segments:
        raise BindingFailure("messages: more records than segments")


class _Pass:
    """One pass over the leaves: hashes go out, what must fit together is remembered."""

    def __init__(
        self, root: MessagesRoot, sealed: Sealed, head: Head, period: Period | None, raw: BinaryIO
    ) -> None:
        self._root, self._sealed, self._head = root, sealed, head
        self._period, self._raw = period, raw
        self.records = self.redacted = self.outside = self.undated_by = self.raw_bytes = 0
        self.loose = 0
        self._all_records = self._others = 0  # leaves by kind, wherever they stand
        self._last_raw: tuple[int, bool] | None = None  # the last with bytes; is it loose before
        self._before: LeafOpening | None = None
        self._inside = 0
        self._edges: dict[str, LeafOpening] = {}
        self._dates: set[int] = set()
        self._wanted: set[int] = set()
        # The extremes of all opened times up to the left edge, and from the right edge on.
        self._times: dict[str, list[tuple[int, int]]] = {LEFT: [], RIGHT: []}

    def leaf_hashes(self, leaves: Iterator[LeafOpening]) -> Iterator[tuple[int, bytes]]:
        """Yield (index, leaf hash), checking each leaf on the way."""
        for leaf in leaves:
            role = self._head.role(leaf.index)
            check_opened(leaf, role)
            raw = self._raw_commitment(leaf)
            self._place(leaf)
            self._note(leaf, role)
            if raw is not None:
                self._border(leaf.index)
            self._before = leaf
            yield leaf.index, leaf.leaf_hash(raw)

    def _raw_commitment(self, leaf: LeafOpening) -> bytes | None:
        salt, _ = leaf.columns[1]
        place = leaf.place()
        if salt is None or place is None:
            return None
        digest = hashlib.sha256(b"CMT1/raw\x00" + salt + u64(place.length))
        left = place.length
        while left and (chunk := self._raw.read(min(left, _CHUNK))):
            digest.update(chunk)
            left -= len(chunk)
        if left:
            raise BindingFailure(f"disclosed: segment {leaf.index}: its bytes are not all there")
        self.raw_bytes += place.length
        return digest.digest()

    def _place(self, leaf: LeafOpening) -> None:
        """4. Places follow one another without hole or overlap, and leave room for the rest."""
        place = leaf.place()
        assert place is not None, "every role opens the place"
        what = f"disclosed: segment {leaf.index}"
        before = self._before.place() if self._before is not None else None
        last = -1 if self._before is None else self._before.index
        end = 0 if before is None else before.offset + before.length
        withheld = leaf.index - last - 1
        after = self._root.segments - leaf.index - 1
        ends = place.offset + place.length
        fits = (place.offset == end if withheld == 0 else place.offset >= end + withheld) and (
            ends == self._root.size if after == 0 else ends + after <= self._root.size
        )
        if not fits:
            raise BindingFailure(f"{what}: its place leaves a hole or an overlap in the file")

    def _border(self, index: int) -> None:
        """Count the segment before as loose if bytes beside it are hidden; remember this one."""
        loose = index > 0
        if self._last_raw is not None:
            last, was_loose = self._last_raw
            loose = last != index - 1
            self.loose += was_loose or loose
        self._last_raw = (index, loose)

    def _note(self, leaf: LeafOpening, role: str) -> None:
        self._check_media(leaf)
        self._all_records += leaf.kind == RECORD
        self._others += leaf.kind != RECORD
        low, high = leaf.second("te_lo"), leaf.second("te_hi")
        if role == INSIDE:
            self._inside += 1
            if leaf.kind == RECORD:
                self.records += 1
                self.redacted += is_redacted(leaf)
                self._date(leaf)
                if self._period is not None and low is not None and high is not None:
                    self.outside += high < self._period.first or low > self._period.last
        elif role == DATES:
            self._dates.add(leaf.index)
        else:
            self._edges[role] = leaf
            self._date(leaf)
        if self._period is not None and low is not None and high is not None:
            start, end = self._head.ranges[0]
            if leaf.index < start:
                self._times[LEFT].append((low, high))
            elif leaf.index >= end:
                self._times[RIGHT].append((low, high))

    def _check_media(self, leaf: LeafOpening) -> None:
        """Media are other files of the manifest (SPEC §8.4, §8.6)."""
        for place in filter(None, (leaf.value("media") or b"").split(b",")):
            if not int(place) < self._sealed.files or int(place) == self._sealed.position:
                raise BindingFailure(
                    f"disclosed: segment {leaf.index} refers to a file that the manifest has not"
                )

    def _date(self, leaf: LeafOpening) -> None:
        """Remember which segment dates this one, if it is not itself or in the range."""
        dated_by = leaf.second("dated_by")
        if dated_by is None or dated_by == leaf.index:
            return
        if not 0 <= dated_by < self._root.segments:
            raise BindingFailure(
                f"disclosed: segment {leaf.index} is dated by one that is not there"
            )
        if self._head.role(dated_by) == DATES:
            self._wanted.add(dated_by)

    def finish(self) -> None:
        """5. Ranges are whole. 6. Dates are there. 7. A period's edges lie outside of it."""
        wanted = sum(end - start for start, end in self._head.ranges)
        if self._last_raw is not None:
            last, was_loose = self._last_raw
            self.loose += was_loose or last + 1 < self._root.segments
        if not self._all_records <= self._root.records <= self._root.segments - self._others:
            raise BindingFailure(
                "messages: the shown segments are not of the number of records said"
            )
        if self._inside != wanted:
            raise Malformed(
                f"disclosed: {self._inside} segments inside the ranges where {wanted} are said"
            )
        if self._dates - self._wanted:
            raise Malformed("disclosed: a segment that no range, period or date asks for")
        missing = self._wanted - self._dates
        self.undated_by = len(missing)
        if self._period is None:
            return
        if missing:
            raise Malformed(f"disclosed: segment {min(missing)}, which dates another, is not shown")
        start, end = self._head.ranges[0]
        for role, needed in ((LEFT, start > 0), (RIGHT, end < self._root.segments)):
            if needed:
                self._edge(role)

    def _edge(self, role: str) -> None:
        assert self._period is not None
        edge = self._edges.get(role)
        if edge is None:
            side = "before" if role == LEFT else "after"
            raise Malformed(f"disclosed: the segment just {side} the period is not shown")
        what = f"disclosed: segment {edge.index}"
        if edge.kind != RECORD:
            raise Malformed(f"{what}: what stands beside a period must be a record")
        greatest, least = (edge.second(name) for name in BOUNDS[role])
        for low, high in self._times[role]:
            if (greatest is not None and high > greatest) or (least is not None and low < least):
                raise BindingFailure(f"{what}: its bound does not cover the times shown beside it")
        outside = (greatest is not None and greatest < self._period.first) or (
            least is not None and least > self._period.last
        )
        if not outside:
            raise BindingFailure(
                f"{what}: segments {'up to' if role == LEFT else 'from'} it may lie within the period"
            )


def pieces(text: BinaryIO, size: int) -> Iterator[Piece]:
    """Yield every leaf whose bytes are shown, and where they stand among them."""
    at = 0
    text.seek(0)
    for leaf in Disclosed(text, size).leaves():
        place = leaf.place()
        if leaf.value("raw") is None or place is None:
            continue
        yield Piece(leaf, at, place.length)
        at += place.length
