"""The tree of a signed head, read from tiles that nobody vouches for.

Every hash is led to the signed root before it is used: the tiles at the right
edge all together, any other tile by the hash that its parent has of it. So what
``SignedTree`` returns is what was signed, wherever the bytes came from, and a
proof built from it convinces whoever has the two notes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.checks.log_copy import path_of
from verifier.tlog.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, root_of
from verifier.tlog.tiles import TILE_WIDTH

from .errors import NotShown

Fetch = Callable[[int, int, int], bytes | None]
"""Returns a tile by level, index and width, or a wider one of the same place; None if there is none."""
ReadTile = Callable[[int, int, int], bytes]
_REMEMBERED: Final = 64
"""Inner tiles that are kept, 8 KiB each."""


def split(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def root_at(read: ReadTile, size: int) -> bytes:
    """Return the root over the first ``size`` leaves."""
    root: bytes | None = None
    level = 0
    while size:
        size, width = divmod(size, TILE_WIDTH)
        if width:
            hashes = split(read(level, size, width))
            root = root_of(hashes if root is None else [*hashes, root])
        level += 1
    return EMPTY_ROOT if root is None else root


class SignedTree:
    """The hashes of the tree with this size and root. Every method raises NotShown."""

    def __init__(self, fetch: Fetch, size: int, root: bytes) -> None:
        self.size = size
        self._fetch = fetch
        self._known: dict[tuple[int, int], bytes] = {}
        self._edge: dict[int, bytes] = {}
        if root_at(self._take_edge, size) != root:
            level = min(self._edge, default=0)
            path = path_of(level, size >> 8 * (level + 1), len(self._edge[level]) // HASH_BYTES)
            raise NotShown(path, self._edge[level])

    def _take_edge(self, level: int, index: int, width: int) -> bytes:
        self._edge[level] = self._fetched(level, index, width)
        return self._edge[level]

    def _fetched(self, level: int, index: int, width: int) -> bytes:
        data = self._fetch(level, index, width)
        if data is None or len(data) < width * HASH_BYTES:
            raise NotShown(path_of(level, index, width), data)
        return data[: width * HASH_BYTES]

    def read(self, level: int, index: int, width: int) -> bytes:
        """Return the first ``width`` hashes of a tile."""
        if index == self.size >> 8 * (level + 1):
            tile = self._edge.get(level, b"")
            assert width * HASH_BYTES <= len(tile), "beyond the signed size"
            return tile[: width * HASH_BYTES]
        tile = self._known.get((level, index), b"")
        if not tile:
            tile = self._fetched(level, index, TILE_WIDTH)
            self.check(level, index, tile)
            if level:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[level, index] = tile
        return tile[: width * HASH_BYTES]

    def check(self, level: int, index: int, tile: bytes) -> None:
        """Check that this is the tile, as wide as the signed size has it."""
        if index == self.size >> 8 * (level + 1):
            good = tile == self._edge.get(level)
        else:
            parent = self.read(level + 1, index // TILE_WIDTH, index % TILE_WIDTH + 1)
            good = (
                len(tile) == TILE_WIDTH * HASH_BYTES
                and root_of(split(tile)) == parent[-HASH_BYTES:]
            )
        if not good:
            raise NotShown(path_of(level, index, max(1, len(tile) // HASH_BYTES)), tile)

    # -- proofs

    def root(self, size: int) -> bytes:
        """Return the root that the first ``size`` leaves have in this tree."""
        return root_at(self.read, size)

    def prove_consistency(self, old: int) -> list[bytes]:
        """Return the proof from ``old`` to this size (RFC 6962 §2.1.2)."""
        proof: list[bytes] = []
        if not 0 < old < self.size:
            return proof
        start, end, whole = 0, self.size, True
        while old != end:
            middle = start + _split_at(end - start)
            if old <= middle:
                proof.append(self._subtree(middle, end))
                end = middle
            else:
                proof.append(self._subtree(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._subtree(start, end))
        return proof[::-1]

    def prove_inclusion(self, index: int) -> list[bytes]:
        """Return the path of an entry, its sibling first (RFC 6962 §2.1.1)."""
        proof: list[bytes] = []
        start, end = 0, self.size
        while end - start > 1:
            middle = start + _split_at(end - start)
            if index < middle:
                proof.append(self._subtree(middle, end))
                end = middle
            else:
                proof.append(self._subtree(start, middle))
                start = middle
        return proof[::-1]

    def _subtree(self, start: int, end: int) -> bytes:
        """Return the root over leaves ``start`` to ``end``; ``start`` is a multiple of their split."""
        count = end - start
        if count & (count - 1) == 0:
            level, height = divmod(count.bit_length() - 1, 8)
            index, first = divmod(start >> 8 * level, TILE_WIDTH)
            last = first + (1 << height)
            return root_of(split(self.read(level, index, last))[first:])
        middle = start + _split_at(count)
        return node_hash(self._subtree(start, middle), self._subtree(middle, end))


def _split_at(count: int) -> int:
    """Return the largest power of two that is less than ``count``."""
    return 1 << (count - 1).bit_length() - 1
