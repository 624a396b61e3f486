"""Building proofs and roots from tiles: the proving half of the Merkle tree.

Shares only the two hash functions with the half that checks (``verifier.tlog``).
Imports no database: a tile comes from a callable, so the same code proves from
rows, from files and over HTTP.

A node is (height, position) and covers leaves [position · 2^height, that of the
next) as far as the log of ``size`` reaches. Where it reaches only into the left
half, the node's hash is that of its left half: this is RFC 6962's tree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.tlog.merkle import EMPTY_ROOT, node_hash

ReadTile = Callable[[int, int, int], bytes]
"""(level, index, width) → ``width`` hashes of 32 bytes; it raises if there is no such tile."""

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 256
_APART: Final = 2
"""Levels of a path that are looked up for each leaf; what is above is kept for four leaves."""


class Tree:
    """The tree of the first ``size`` leaves; remembers every tile and node it has seen."""

    def __init__(self, read_tile: ReadTile, size: int) -> None:
        if size < 0:
            raise ValueError("a tree has no negative size")
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._above: dict[int, list[bytes]] = {}

    def _tile(self, level: int, index: int) -> bytes:
        data = self._tiles.get((level, index))
        if data is None:
            width = min(TILE_WIDTH, (self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
            data = self._read_tile(level, index, width)
            if len(data) != 32 * width:
                raise ValueError(f"tile {level}/{index}: {len(data)} bytes, width {width}")
            self._tiles[level, index] = data
        return data

    def node(self, height: int, position: int) -> bytes:
        """Return the hash of a node that covers at least one leaf."""
        found = self._nodes.get((height, position))
        if found is not None:
            return found
        if height % TILE_HEIGHT == 0 and (position + 1) << height <= self.size:
            at = 32 * (position % TILE_WIDTH)
            data = self._tile(height // TILE_HEIGHT, position // TILE_WIDTH)
            value = data[at : at + 32]
        else:
            value = self.node(height - 1, 2 * position)
            if (2 * position + 1) << (height - 1) < self.size:
                value = node_hash(value, self.node(height - 1, 2 * position + 1))
        self._nodes[height, position] = value
        return value

    def root(self) -> bytes:
        """Return the root."""
        if self.size == 0:
            return EMPTY_ROOT
        return self.node((self.size - 1).bit_length(), 0)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the audit path of a leaf, its sibling first (RFC 6962 §2.1.1)."""
        if not 0 <= index < self.size:
            raise ValueError("the index is not below the size")
        top = (self.size - 1).bit_length()
        low = min(_APART, top)
        above = self._above.get(index >> low)  # the same for all its neighbours
        if above is None:
            above = self._above[index >> low] = self._siblings(index, low, top)
        return self._siblings(index, 0, low) + above

    def _siblings(self, index: int, low: int, high: int) -> list[bytes]:
        path: list[bytes] = []
        for height in range(low, high):
            sibling = (index >> height) ^ 1
            if sibling << height < self.size:
                path.append(self.node(height, sibling))
        return path

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the first ``old`` leaves are a beginning (RFC 6962 §2.1.2).

        Empty for ``old`` 0 and ``old`` equal to the size.
        """
        if not 0 <= old <= self.size:
            raise ValueError("the older size is not a smaller one")
        if old in (0, self.size):
            return []
        # Down from the root to the largest subtree that ends where the old log ends.
        height, position = (self.size - 1).bit_length(), 0
        siblings: list[bytes] = []
        whole = True  # whether the subtree is still the old log from its beginning
        while not _ends_at(height, position, self.size, old):
            right = 2 * position + 1
            if right << (height - 1) >= self.size:
                position *= 2  # no right half at all: the same subtree one lower
            elif old > right << (height - 1):
                siblings.append(self.node(height - 1, 2 * position))
                position, whole = right, False
            else:
                siblings.append(self.node(height - 1, right))
                position *= 2
            height -= 1
        if not whole:
            siblings.append(self.node(height, position))
        return siblings[::-1]


def _ends_at(height: int, position: int, size: int, old: int) -> bool:
    return min((position + 1) << height, size) == old


def root_at(read_tile: ReadTile, size: int) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return Tree(read_tile, size).root()


def prove_consistency(read_tile: ReadTile, old: int, new: int) -> list[bytes]:
    """Return the proof that the log of ``old`` leaves is the beginning of that of ``new``."""
    return Tree(read_tile, new).consistency(old)
