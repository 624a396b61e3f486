"""The tree of a copy of the log, read from its tiles: a few hashes for each question.

The tiles are not believed: what is put together from them counts only where it
leads to the copy's own signed root (``Tree.part`` checks that).
"""

from __future__ import annotations

from ..checks.log_copy import LogCopy
from ..errors import Malformed
from ..tlog.checkpoint import Checkpoint
from ..tlog.merkle import HASH_BYTES, node_hash
from ..tlog.tiles import TILE_WIDTH
from .trees import Tree, is_complete

_HEIGHT = 8
_MOST_TILES = 4096


class CopyTree(Tree):
    """Every complete subtree of the copy's checkpoint is known, as far as its tile is there."""

    def __init__(self, head: Checkpoint, note: bytes, copy: LogCopy) -> None:
        super().__init__(head, note)
        self._copy = copy
        self._tiles: dict[tuple[int, int], bytes] = {}

    def known(self, start: int, end: int) -> bytes | None:
        """Return the root of a complete subtree. Raises Malformed where its tile is not fit."""
        if (start, end) == (0, self.size):
            return self.head.root
        if not is_complete(start, end) or end > self.size:
            return None
        level, below = divmod((end - start).bit_length() - 1, _HEIGHT)
        first = start >> _HEIGHT * level
        tile = self._tile(level, first // TILE_WIDTH)
        at = first % TILE_WIDTH * HASH_BYTES
        hashes = [
            tile[n : n + HASH_BYTES] for n in range(at, at + (HASH_BYTES << below), HASH_BYTES)
        ]
        while len(hashes) > 1:
            pair = iter(hashes)
            hashes = [node_hash(left, right) for left, right in zip(pair, pair, strict=True)]
        return hashes[0]

    def _tile(self, level: int, index: int) -> bytes:
        found = self._tiles.get((level, index))
        if found is None:
            full = (self.size >> _HEIGHT * level) - index * TILE_WIDTH
            width = min(full, TILE_WIDTH)
            file = self._copy.read_tile(level, index, width)
            if file is None or len(file.data) < width * HASH_BYTES:
                raise Malformed("log copy: a tile is missing or too short")
            if len(self._tiles) >= _MOST_TILES:
                self._tiles.clear()
            found = self._tiles[level, index] = file.data[: width * HASH_BYTES]
        return found
