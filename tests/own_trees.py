"""A tree builder of one's own: leaves with any values, anchored in an honest log, and what is shown of them.

The client makes no such disclosure, and the segment table cannot even spell
some of these values. All sums fit, whatever the values say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.worked import Sealed, WorkedLog, seed, submission
from verifier.encoding import lp
from verifier.evidence import package
from verifier.evidence.digests import Digest
from verifier.evidence.disclosed import BARE, DATES, EDGE, INSIDE, LEFT, SHOWN, Head, Range
from verifier.evidence.leaf_opening import NAMES, LeafOpening, commitment
from verifier.evidence.manifest import FileLine, Manifest, open_file
from verifier.evidence.messages import FIELDS, MessagesRoot, field_values, salts
from verifier.evidence.segment import RECORD
from verifier.evidence.time_bounds import TimeBounds
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.tlog.merkle import root_of

_REDACTED = frozenset(("pos", "time", "te_lo", "te_hi", "dated_by"))


@dataclass
class Leaf:
    """One segment: its kind, its bytes, its thirteen fields by name."""

    kind: int
    raw: bytes
    fields: dict[str, bytes] = field(default_factory=lambda: dict.fromkeys(FIELDS, b""))

    def put(self, **values: object) -> Leaf:
        """Set fields, numbers as decimals."""
        self.fields |= {name: str(value).encode() for name, value in values.items()}
        return self


def leaves_of(data: bytes) -> list[Leaf]:
    """Return the leaves that an honest builder makes of a file."""
    rows = [row._replace(media=()) for row in read(Source(data)).segments()]
    bounds = TimeBounds()
    for row in rows:
        bounds.add(row.te_lo, row.te_hi)
    found, at = [], 0
    for index, (row, bound) in enumerate(zip(rows, bounds, strict=True)):
        values = dict(zip(FIELDS, field_values(index, row, bound), strict=True))
        found.append(Leaf(row.kind, data[at : at + row.length], values))
        at += row.length
    bounds.close()
    return found


class Tree:
    """A message tree over leaves, ``how`` being reader, variant and clock.

    ``root`` replaces numbers of its root text: segments, records, size.
    """

    def __init__(
        self,
        leaves: Sequence[Leaf],
        how: tuple[str, str, str],
        root: Mapping[str, int] | None = None,
    ) -> None:
        self.leaves = leaves
        self.data = b"".join(leaf.raw for leaf in leaves)
        self._columns: list[list[tuple[bytes, bytes]]] = []
        at = 0
        for index, leaf in enumerate(leaves):
            drawn = salts(seed("tree of one's own"), index)
            place = b"%d %d" % (at, len(leaf.raw))
            values = (place, b"", *(leaf.fields[name] for name in FIELDS))
            self._columns.append(
                [(drawn[32 * n : 32 * n + 32], value) for n, value in enumerate(values)]
            )
            at += len(leaf.raw)
        everything = frozenset(NAMES)
        self.hashes = [
            self._leaf(n, everything).leaf_hash(self._raw(n)) for n in range(len(leaves))
        ]
        records = sum(leaf.kind == RECORD for leaf in leaves)
        counts = {"segments": len(leaves), "records": records, "size": len(self.data)} | dict(
            root or {}
        )
        self.root = MessagesRoot(
            *how, counts["segments"], counts["records"], counts["size"],
            root_of(iter(self.hashes)), bytes(32),
        )  # fmt: skip

    def _raw(self, n: int) -> bytes:
        salt, _ = self._columns[n][1]
        return hashlib.sha256(b"CMT1/raw\x00" + salt + lp(self.leaves[n].raw)).digest()

    def _leaf(self, n: int, opened: Collection[str]) -> LeafOpening:
        columns: list[tuple[bytes | None, bytes]] = []
        for name, (salt, value) in zip(NAMES, self._columns[n], strict=True):
            if name in opened:
                columns.append((salt, value))
            else:
                hidden = self._raw(n) if name == "raw" else commitment(name, salt, value)
                columns.append((None, hidden))
        return LeafOpening(n, self.leaves[n].kind, tuple(columns))

    def show(
        self,
        *ranges: tuple[int, int],
        period: str | None = None,
        redacted: Collection[int] = (),
        dates: Iterable[int] = (),
        bounds: Mapping[str, str] | None = None,
    ) -> tuple[bytes, bytes]:
        """Return the text and the bytes shown of these ranges."""
        head = Head(period, tuple(Range(*each) for each in ranges), (), 0)
        wanted = {n for start, end in ranges for n in range(start, end)} | set(dates)
        if period is not None:
            ((start, end),) = ranges
            wanted |= {n for n in (start - 1, end) if 0 <= n < len(self.leaves)}
        raw, lines = b"", []
        for n in sorted(wanted):
            role = head.role(n)
            if role == DATES or (role == INSIDE and self.leaves[n].kind != RECORD):
                opened: frozenset[str] = BARE
            elif role == INSIDE:
                opened = _REDACTED if n in redacted else SHOWN
            else:
                opened = EDGE | {(bounds or {}).get(role, "pmax" if role == LEFT else "smin")}
            lines.append(self._leaf(n, opened).to_line())
            raw += self.leaves[n].raw if "raw" in opened else b""
        hashes: list[bytes] = []
        self._rest(0, len(self.leaves), wanted, hashes)
        head = head._replace(hashes=tuple(hashes), leaves=len(lines))
        return head.to_bytes() + b"".join(lines), raw

    def _rest(self, start: int, end: int, wanted: set[int], hashes: list[bytes]) -> None:
        if start < end and not any(start <= n < end for n in wanted):
            hashes.append(root_of(iter(self.hashes[start:end])))
        elif end - start > 1:
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            self._rest(start, middle, wanted, hashes)
            self._rest(middle, end, wanted, hashes)


def anchored(tree: Tree, shown: tuple[bytes, bytes], *whole: tuple[str, bytes]) -> Sealed:
    """Return a disclosure of the tree's file, ``chat.txt``, and of whole files, all anchored."""
    payload: dict[str, bytes] = {}
    lines: list[FileLine] = []
    for n, (name, data) in enumerate([("chat.txt", tree.data), *whole]):
        digest = Digest("sha-256", hashlib.sha256(data).digest())
        size = len(data) if n else tree.root.size
        opening = open_file(
            name.encode(), "original", size, (digest,), seed(f"opening {n}"), seed(f"content {n}")
        )
        lines.append(FileLine(opening.commitment(), None if n else tree.root.root()))
        part = opening if n else opening._replace(content=None)
        payload[package.opening_member(n)] = part.to_bytes()
        if n:
            payload[package.file_member(n, name.encode())] = data
    payload[package.messages_member(0)] = tree.root.to_bytes()
    payload[package.disclosed_member(0)] = shown[0]
    if shown[1]:
        payload[package.shown_member(0)] = shown[1]
    manifest = Manifest(tuple(lines), None, None).to_bytes()
    log = WorkedLog()
    log.fill(5)
    entry = log.anchor(*submission(manifest, "manifest"))
    log.fill(3)
    payload |= {package.MANIFEST: manifest, package.RECEIPT: entry.receipt()}
    return Sealed(payload, entry, log)
