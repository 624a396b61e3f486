"""The tree over a whole log, as its tiles see it: leaf hashes go in, full tiles come out.

This is the path of an audit, a million entries long, so the hashing of
``tlog.merkle`` is written out here instead of called (twice as fast). The
tests build their logs by the recursion of RFC 6962.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise

from .tlog.merkle import EMPTY_ROOT, root_of
from .tlog.tiles import TILE_WIDTH


def hash_leaves(data: bytes, starts: list[int]) -> list[bytes]:
    """Return the leaf hashes of a bundle's entries (``merkle.leaf_hash``, without its call)."""
    return [sha256(b"\0" + data[start : end - 2]).digest() for start, end in pairwise(starts)]


def _root_of_full(hashes: list[bytes]) -> bytes:
    """Return the root over 256 hashes; ``merkle.root_of`` for any number is half as fast."""
    while len(hashes) > 1:
        pair = iter(hashes)
        hashes = [
            sha256(b"\1" + left + right).digest() for left, right in zip(pair, pair, strict=True)
        ]
    return hashes[0]


class Levels:
    """The right edge of a growing tree, as the tiles see it: under 256 hashes a level."""

    def __init__(self) -> None:
        self.pending: list[list[bytes]] = []
        self.full: list[int] = []

    def push(self, hashes: list[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """Append leaf hashes, to one tile's end at most; yield (level, index, tile) of each full one."""
        level, grown = 0, hashes
        while grown:
            if level == len(self.pending):
                self.pending.append([])
                self.full.append(0)
            tile = self.pending[level]
            tile += grown
            assert len(tile) <= TILE_WIDTH
            if len(tile) < TILE_WIDTH:
                return
            yield level, self.full[level], b"".join(tile)
            self.pending[level] = []
            self.full[level] += 1
            level, grown = level + 1, [_root_of_full(tile)]

    def partial(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield (level, index, tile) of the tiles that are not full."""
        for level, tile in enumerate(self.pending):
            if tile:
                yield level, self.full[level], b"".join(tile)

    def root(self, more: list[bytes] | None = None) -> bytes:
        """Return the root, as if the leaf hashes ``more`` followed within the same tile.

        A hash of a lower level's remainder may stand beside full ones: RFC 6962
        splits a tree of 3 · 256 + 5 leaves just as one of 4.
        """
        root: bytes | None = None
        for level, tile in enumerate(self.pending or [[]]):
            hashes = tile + (more or []) if level == 0 else list(tile)
            if root is not None:
                hashes.append(root)
            root = root_of(hashes) if hashes else None
        return EMPTY_ROOT if root is None else root
