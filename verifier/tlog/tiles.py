"""Tiles and entry bundles: the files in which a log can be read (c2sp.org/tlog-tiles).

    tile/<level>/<index>[.p/<width>]      up to 256 hashes of 32 bytes
    tile/entries/<index>[.p/<width>]      up to 256 entries, each after its length (2 bytes)

Entry i of tile n of level l is the root over leaves (256n + i) · 256^l onwards,
256^l of them; numbers are big-endian. An index is written in groups of three
digits, all but the last with "x": 1234067 is ``x001/x234/067``. A tile that is
not full, and only such a one, has its width (1 to 255) in its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from verifier.encoding import MAX_INT
from verifier.errors import Malformed

TILE_WIDTH: Final = 256
MAXIMUM_LEVEL: Final = 63
MAXIMUM_ENTRY_BYTES: Final = 65_535

_PATH = re.compile(
    r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII
)


class TilePath(NamedTuple):
    """Which tile a path names; ``level`` is None for an entry bundle."""

    level: int | None
    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    width: int


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile of hashes. Raises Malformed for numbers that no tile has."""
    if not 0 <= level <= MAXIMUM_LEVEL:
        raise Malformed(f"tile: a level that is not between 0 and {MAXIMUM_LEVEL}")
    return f"tile/{level}/{_index_path(index, width)}"


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of an entry bundle. Raises Malformed for numbers that no bundle has."""
    return f"tile/entries/{_index_path(index, width)}"


def _index_path(index: int, width: int) -> str:
    if not 0 <= index <= MAX_INT:
        raise Malformed("tile: an index that is negative or too large")
    if not 1 <= width <= TILE_WIDTH:
        raise Malformed(f"tile: a width that is not between 1 and {TILE_WIDTH}")
    path = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        path = f"x{index % 1000:03}/{path}"
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


def parse_tile_path(path: str) -> TilePath:
    """Return which tile or bundle a path names, in its one spelling only. Raises Malformed."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise Malformed("tile: not a path of a tile")
    kind, index_text, width_text = match.groups()
    index = int(re.sub("[x/]", "", index_text))
    width = int(width_text) if width_text is not None else TILE_WIDTH
    if kind == "entries":
        tile = TilePath(None, index, width)
        spelled = bundle_path(index, width)
    else:
        tile = TilePath(int(kind), index, width)
        spelled = tile_path(int(kind), index, width)
    if spelled != path:
        raise Malformed("tile: a path that is not in its one spelling")
    return tile


def tiles_of_size(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (level, index, width) of every tile of hashes of a log of ``size`` entries.

    Level by level from 0, within a level by index, the partial one last. The
    entry bundles have the indexes and widths of level 0.
    """
    level = 0
    while size > 0:
        full, partial = divmod(size, TILE_WIDTH)
        for index in range(full):
            yield level, index, TILE_WIDTH
        if partial:
            yield level, full, partial
        level, size = level + 1, full


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the ``width`` entries of a bundle, in order. Raises Malformed."""
    if not 1 <= width <= TILE_WIDTH:
        raise Malformed(f"bundle: a width that is not between 1 and {TILE_WIDTH}")
    entries: list[bytes] = []
    start = 0
    for _ in range(width):
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if end > len(data):  # also when the two bytes of length are not all there
            raise Malformed("bundle: ends within an entry or before the last one")
        entries.append(data[start + 2 : end])
        start = end
    if start != len(data):
        raise Malformed("bundle: goes on after the last entry")
    return entries


def to_bundle(entries: Iterable[bytes]) -> bytes:
    """Return the bundle of 1 to 256 entries of at most 65535 bytes. Raises Malformed."""
    parts = list(entries)
    if not 1 <= len(parts) <= TILE_WIDTH:
        raise Malformed(f"bundle: {len(parts)} entries where 1 to {TILE_WIDTH} are allowed")
    if any(len(entry) > MAXIMUM_ENTRY_BYTES for entry in parts):
        raise Malformed(f"bundle: an entry of more than {MAXIMUM_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in parts)
