"""The tree level by level: from stored tiles and new leaves to the tiles that change.

The second of the two ways in which every root is computed before it is signed:
``right_edge`` carries single hashes along in memory, this one starts from rows
and folds whole tiles. It shares no code with it but ``node_hash``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from verifier.tlog.merkle import EMPTY_ROOT, node_hash

from .prove import ReadTile

_WIDTH: Final = 256


class Grown(NamedTuple):
    """The tree after an append: its root, and the tiles that changed, by (level, index)."""

    size: int
    root: bytes
    tiles: dict[tuple[int, int], bytes]


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes of equally high subtrees, the last of which may be lower."""
    row = list(hashes)
    while len(row) > 1:
        odd = [row[-1]] if len(row) % 2 else []
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)] + odd
    return row[0]


def cut(data: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def grow(read_tile: ReadTile, size: int, leaf_hashes: Sequence[bytes]) -> Grown:
    """Append ``leaf_hashes`` to the stored tree of ``size`` leaves."""
    tiles: dict[tuple[int, int], bytes] = {}
    new: Sequence[bytes] = leaf_hashes
    total = size + len(leaf_hashes)
    level, before = 0, size
    rest: bytes | None = None  # root of what lies below this level's whole hashes
    while before or new:
        first, width = divmod(before, _WIDTH)
        row = cut(read_tile(level, first, width)) if width else []
        row.extend(new)
        full = len(row) // _WIDTH
        complete = [row[n * _WIDTH : (n + 1) * _WIDTH] for n in range(full)]
        partial = row[full * _WIDTH :]
        if new:
            for n, hashes in enumerate([*complete, *([partial] if partial else [])]):
                tiles[level, first + n] = b"".join(hashes)
        if partial or rest is not None:
            rest = fold([*partial, rest] if rest is not None else partial)
        level, before, new = level + 1, first, [fold(hashes) for hashes in complete]
    return Grown(total, EMPTY_ROOT if rest is None else rest, tiles)
