"""Does one checkpoint of a log extend another? Shown from the log's own tiles.

The proof is put together from public files and then checked by the verifier
against both signed roots, so that no tile can make it pass wrongly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.prove import prove_consistency
from verifier.errors import ConsistencyFailure
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.merkle import HASH_BYTES, check_consistency
from verifier.tlog.tiles import TILE_WIDTH, tile_path

Fetch = Callable[[str, int], bytes | None]
"""Returns a public file of at most so many bytes, None where there is none."""
_FULL: Final = TILE_WIDTH * HASH_BYTES


def check_extends(one: Checkpoint, other: Checkpoint, fetch: Fetch) -> None:
    """Check that two checkpoints, in either order, are of one append-only log.

    Raises ConsistencyFailure where they are not, or where the log does not
    show that they are.
    """
    if one.origin != other.origin:
        raise ConsistencyFailure("consistency: two logs")
    old, new = sorted((one, other), key=lambda each: each.size)

    def read_tile(level: int, index: int, width: int) -> bytes:
        data = fetch(tile_path(level, index, width), _FULL)
        if data is None and width < TILE_WIDTH:
            # A log may drop a partial tile once the full one is there.
            data = fetch(tile_path(level, index), _FULL)
        if data is None or len(data) < width * HASH_BYTES:
            raise ConsistencyFailure("consistency: the log does not show a tile that it signed")
        return data[: width * HASH_BYTES]

    proof = prove_consistency(read_tile, old.size, new.size)
    check_consistency(old.size, old.root, new.size, new.root, proof)
