"""What an audit asks of the tiles: each holds exactly the hashes that were computed.

A file of another width for the same place must begin as this one does, or this
one as it: partial tiles of older sizes stay readable for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..tlog.merkle import HASH_BYTES
from ..tlog.tiles import TILE_WIDTH
from .log_copy import LogCopy, UnusableFile, path_of
from .log_entries import Fault, Place, more_serious

MAXIMUM_BYTES = TILE_WIDTH * HASH_BYTES


def first_difference(one: bytes, other: bytes) -> int:
    """Return the offset of the first byte that differs, or where the shorter one ends."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def unusable(path: str, index: int) -> Fault:
    """Return the fault of a file that is there and cannot be read as one of the copy's."""
    return Fault(Place(path, index, 0), "SIGNED_DATA_NOT_FOUND", "FILE_UNUSABLE")


def other_files(
    copy: LogCopy, level: int | None, index: int, have: int, maximum: int
) -> Iterator[tuple[int, str, bytes | None]]:
    """Yield (width, path, data) of the files for the same place as the one of width ``have``.

    None is what cannot be read.
    """
    full = path_of(level, index)
    try:
        widths = copy.partial_widths(full)
    except UnusableFile as error:
        yield 0, error.path, None
        widths = []
    found = [(width, path_of(level, index, width)) for width in widths if width != have]
    if have < TILE_WIDTH and copy.has(full):
        found.append((TILE_WIDTH, full))
    for width, path in found:
        try:
            yield width, path, copy.read(path, maximum) or b""
        except UnusableFile:
            yield width, path, None


class Tiles:
    """Compares tiles with their files and keeps the first fault.

    ``differs`` is the first one of level 0, by itself: it can also mean that
    the entry is not what was logged.
    """

    def __init__(self, copy: LogCopy) -> None:
        self._copy = copy
        self.count = 0
        self.fault: Fault | None = None
        self.differs: Fault | None = None

    def compare(self, level: int, index: int, tile: bytes) -> None:
        """Compare a tile as computed with its file, and with its files of other widths."""
        self.count += 1
        width = len(tile) // HASH_BYTES
        path = path_of(level, index, width)
        first = index * TILE_WIDTH ** (level + 1)
        try:
            file = self._copy.read_tile(level, index, width)
        except UnusableFile as error:
            file = None
            self._fault(unusable(error.path, first))
        else:
            if file is None:
                place = Place(path, first, 0)
                self._fault(Fault(place, "SIGNED_DATA_NOT_FOUND", "FILE_MISSING"))
        if file is not None:
            data = file.data if file.path == path else file.data[: len(tile)]
            if len(data) != len(tile):
                self._differs(level, index, file.path, data, tile, "TILE_LENGTH")
            elif data != tile:
                fault = self._differs(level, index, file.path, data, tile, "TILE_DIFFERS")
                if level == 0 and self.differs is None:
                    self.differs = fault
        for other_width, other_path, other in other_files(
            self._copy, level, index, width, MAXIMUM_BYTES
        ):
            if other is None:
                self._fault(unusable(other_path, first))
                continue
            same = tile.startswith(other) or other.startswith(tile)
            if len(other) != other_width * HASH_BYTES or not same:
                self._differs(level, index, other_path, other, tile, "NOT_THE_BEGINNING")

    def _differs(
        self, level: int, index: int, path: str, data: bytes, tile: bytes, reason: str
    ) -> Fault:
        offset = first_difference(data, tile)
        entry = (index * TILE_WIDTH + offset // HASH_BYTES) * TILE_WIDTH**level
        sub_indication = "FORMAT_FAILURE" if reason == "TILE_LENGTH" else "HASH_FAILURE"
        fault = Fault(Place(path, entry, offset), sub_indication, reason)
        self._fault(fault)
        return fault

    def _fault(self, fault: Fault) -> None:
        self.fault = more_serious(self.fault, fault)
