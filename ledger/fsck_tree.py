"""fsck, the tree: every tile row and every published file, and the root of every size.

Leaves come in order. A tile is compared when its last leaf is there: its row, the
full file and every partial one that a published size needed.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from verifier.errors import VerifierError
from verifier.tlog.tiles import parse_tile_path, to_bundle

from .durable import TEMPORARY
from .fsck_rows import Finding
from .levels import fold
from .publish import PENDING, Resource
from .queries import fetch
from .right_edge import RightEdge

_WIDTH: Final = 256


class Files:
    """The static tree, compared with what the published sizes need."""

    def __init__(self, folder: Path, sizes: list[int]) -> None:
        self._folder = folder
        self._sizes = sizes
        self.size = sizes[-1] if sizes else 0

    def needed(self, level: int, number: int) -> set[int]:
        """Return the widths in which a tile must be there."""
        shift = 8 * level
        start = bisect_left(self._sizes, number * _WIDTH << shift)
        end = bisect_left(self._sizes, (number + 1) * _WIDTH << shift)
        widths = {(size >> shift) % _WIDTH for size in self._sizes[start:end]} - {0}
        if (number + 1) * _WIDTH << shift <= self.size:
            widths.add(_WIDTH)
        return widths

    def _there(self, resource: Resource, available: int) -> set[int]:
        """Return the partial widths on disk that can be compared, needed or not.

        After ``recover`` the log no longer knows all sizes that were once published.
        """
        try:
            names = os.listdir(self._folder / f"{resource.path()}.p")
        except OSError:
            return set()
        return {int(n) for n in names if n.isascii() and n.isdigit() and 0 < int(n) <= available}

    def check(self, level: int, number: int, hashes: list[bytes]) -> Iterator[Finding]:
        """Compare a tile of hashes in every width that was published."""
        data = b"".join(hashes)
        there = self._there(Resource(level, number, _WIDTH), min(len(hashes), _WIDTH - 1))
        for width in sorted(self.needed(level, number) | there):
            yield from self._compare(Resource(level, number, width), data[: 32 * width])

    def check_bundle(self, number: int, entries: list[bytes]) -> Iterator[Finding]:
        """Compare an entry bundle in every width that was published."""
        there = self._there(Resource(None, number, _WIDTH), min(len(entries), _WIDTH - 1))
        for width in sorted(self.needed(0, number) | there):
            try:
                data = to_bundle(entries[:width])
            except VerifierError:
                continue  # the entry itself was reported
            yield from self._compare(Resource(None, number, width), data)

    def _compare(self, resource: Resource, data: bytes) -> Iterator[Finding]:
        name = f"log/{resource.path()}"
        try:
            there = (self._folder / resource.path()).read_bytes()
        except OSError as error:
            yield Finding(name, f"cannot be read ({error.strerror})")
            return
        if there != data:
            pairs = zip(there, data, strict=False)
            at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(there), len(data)))
            yield Finding(f"{name}, offset {at}", "differs from the entries")

    def names(self) -> list[Path]:
        """Return every path below the static tree, as it is now."""
        return sorted(self._folder.rglob("*"))

    def strangers(self, names: Iterable[Path], size: int, *, live: bool) -> Iterator[Finding]:
        """Report files of ``names`` that a log of ``size`` does not have.

        With ``live`` a service is at work, whose temporary files come and go.
        """
        for path in names:
            name = path.relative_to(self._folder).as_posix()
            if path.is_dir() or name in ("checkpoint", PENDING):
                continue
            if live and path.name.startswith(TEMPORARY):
                continue
            try:
                level, number, width = parse_tile_path(name)
                known = (number * _WIDTH + width) << 8 * (level or 0) <= size
            except VerifierError:
                known = False
            if not known:
                yield Finding(f"log/{name}", "does not belong to this log")


class Tree:
    """The tree that the entries lead to; ``roots`` holds those of the sizes asked for."""

    def __init__(self, connection: Connection, files: Files, sizes: Iterable[int]) -> None:
        self._connection = connection
        self._files = files
        self._edge = RightEdge()
        self._wanted = sorted(sizes)
        self._levels: list[tuple[int, list[bytes]]] = [(0, [])]
        self._entries: list[bytes] = []
        self.roots = {0: self._edge.root()} if 0 in self._wanted else {}
        # Beyond the head nothing is in the tiles yet; recovery will put it there.
        self._saved = int(fetch(connection, "SELECT coalesce(max(size), 0) FROM heads")[0][0])

    def stored_leaves(self, start: int, end: int) -> list[bytes]:
        """Return the leaf hashes of the tile rows from ``start``, a multiple of 256, on."""
        sql = (
            "SELECT tile_index, data FROM tiles WHERE level = 0 AND tile_index >= ? "
            "AND tile_index <= ? ORDER BY tile_index"
        )
        found = bytearray(32 * (end - start))
        for number, data in fetch(self._connection, sql, start // _WIDTH, (end - 1) // _WIDTH):
            at = 32 * (number * _WIDTH - start)
            found[at : at + len(data)] = data
        return [bytes(found[at : at + 32]) for at in range(0, 32 * (end - start), 32)]

    def extend(self, leaves: list[bytes], entries: list[bytes]) -> Iterator[Finding]:
        """Append leaves with their entries."""
        start, done = self._edge.size, 0
        first = bisect_left(self._wanted, start + 1)
        for size in self._wanted[first:]:
            if size > start + len(leaves):
                break
            self._edge.extend(leaves[done : size - start])
            done = size - start
            self.roots[size] = self._edge.root()
        self._edge.extend(leaves[done:])
        if start < self._saved:
            known = min(len(leaves), self._saved - start)
            yield from self._add(0, leaves[:known], entries[:known])

    def _add(self, level: int, hashes: list[bytes], entries: list[bytes]) -> Iterator[Finding]:
        if level == len(self._levels):
            self._levels.append((0, []))
        number, row = self._levels[level]
        row = row + hashes
        if level == 0:
            self._entries += entries
        above = []
        while len(row) >= _WIDTH:
            yield from self._tile(level, number, row[:_WIDTH])
            above.append(fold(row[:_WIDTH]))
            number, row = number + 1, row[_WIDTH:]
        self._levels[level] = (number, row)
        if above:
            yield from self._add(level + 1, above, [])

    def _tile(self, level: int, number: int, hashes: list[bytes]) -> Iterator[Finding]:
        sql = "SELECT data FROM tiles WHERE level = ? AND tile_index = ?"
        rows = fetch(self._connection, sql, level, number)
        there, data = (bytes(rows[0][0]) if rows else b""), b"".join(hashes)
        if there != data:
            pairs = zip(there, data, strict=False)
            at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(there), len(data)))
            where = f"tiles.data, level {level} index {number} offset {at}"
            yield Finding(where, "differs from the entries")
        yield from self._files.check(level, number, hashes)
        if level == 0:
            yield from self._files.check_bundle(number, self._entries[: len(hashes)])
            del self._entries[: len(hashes)]

    def finish(self) -> Iterator[Finding]:
        """Compare the tiles that are not full."""
        for level, (number, row) in enumerate(self._levels):
            if row:
                yield from self._tile(level, number, row)
        there = fetch(self._connection, "SELECT count(*) FROM tiles")[0][0]
        expected = sum(number + bool(row) for number, row in self._levels)
        if there != expected:
            yield Finding("tiles", f"{there} rows where {expected} are expected")
