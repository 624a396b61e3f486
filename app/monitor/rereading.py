"""Files that were published stay as they are: some of the old ones are read again each round.

A small log is re-read whole every time, a large one goes round in turn, so the
cost of a round does not grow with the log. The mirror holds what was proven.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from verifier.checks.log_copy import MAXIMUM_BUNDLE_BYTES, MAXIMUM_TILE_BYTES, path_of
from verifier.tlog.tiles import TILE_WIDTH, tiles_of_size

from .fetching import Source
from .memory import Memory
from .mirror import Mirror

FILES: Final = 24
"""How many are read again in one round."""


def files_of(size: int) -> Iterator[tuple[int | None, int, int]]:
    """Yield level (None: bundle), index and width of every file that a head of this size needs."""
    for level, index, width in tiles_of_size(size):
        if level == 0:
            yield None, index, width
        yield level, index, width


def reread(memory: Memory, mirror: Mirror, source: Source, size: int) -> tuple[str, bytes] | None:
    """Read some files again; return path and bytes of the first that is not as it was.

    A partial file may give way to the full one. Raises NoAnswer. A file that
    is gone is returned with no bytes.
    """
    turn = memory.number("reread") or 0
    some = list(islice(files_of(size), turn, turn + FILES))
    if not some and turn:
        turn, some = 0, list(islice(files_of(size), FILES))
    wanted = []
    for level, index, width in some:
        most = MAXIMUM_BUNDLE_BYTES if level is None else MAXIMUM_TILE_BYTES
        wanted.append((path_of(level, index, width), most))
    answers = source.get_all(wanted)
    for (path, most), (level, index, width), served in zip(wanted, some, answers, strict=True):
        kept = mirror.read(level, index, width)
        found = served
        if found is None and width < TILE_WIDTH:
            found = source.get(path_of(level, index), most)
            found = found and found[: len(kept or b"")]
        if found != kept:
            return path, found or b""
    memory.put(reread=turn + len(some))
    return None
