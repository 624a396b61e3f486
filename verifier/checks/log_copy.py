"""A folder that holds a copy of a static log, and how its bundles are cut.

    DIR/checkpoint                      the signed tree head
    DIR/tile/<level>/<index>[.p/<w>]    hashes        (c2sp.org/tlog-tiles)
    DIR/tile/entries/<index>[.p/<w>]    the entries

Nothing in the folder is trusted: sizes are bounded before a file is read, links
are not followed, and only regular files are opened. ``audit`` checks all of it;
``siblings`` answers one question for the holder of a receipt.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import Malformed
from ..tlog.merkle import HASH_BYTES
from ..tlog.note import MAXIMUM_BYTES as MAXIMUM_NOTE_BYTES
from ..tlog.tiles import MAXIMUM_ENTRY_BYTES, TILE_WIDTH, bundle_path, tile_path

MAXIMUM_TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
MAXIMUM_BUNDLE_BYTES: Final = TILE_WIDTH * (2 + MAXIMUM_ENTRY_BYTES)


_EVIDENCE: Final = 168  # an evidence entry after its length; a bundle of them is cut at once
_FLAGS: Final = (
    # Non-blocking, so that a pipe planted in a copy cannot stop us for ever.
    getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


class UnusableFile(Malformed):
    """Where a file of the log belongs stands a link, a pipe, or what may not be read."""

    def __init__(self, path: str) -> None:
        super().__init__(f"log copy: {path} is not a file that can be read")
        self.path = path


class BrokenBundle(Malformed):
    """A bundle is not ``width`` entries: ``index`` within it and ``offset`` say where."""

    def __init__(self, index: int, offset: int) -> None:
        super().__init__(f"bundle: entry {index} at byte {offset} is cut off or goes on too long")
        self.index = index
        self.offset = offset


class Found(NamedTuple):
    """A file that was read for a place: ``path`` below the folder, and its bytes."""

    path: str
    data: bytes


class LogCopy:
    """The files of a log below ``folder``; every path is as the log would serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._top = os.fspath(folder)
        self._folders = {""}  # those below the top that were seen to be no links

    def read(self, path: str, maximum: int) -> bytes | None:
        """Return a regular file's bytes, ``maximum`` + 1 of them if it is longer; None if absent.

        Raises UnusableFile where something stands there that is no file of the copy.
        """
        try:
            if not self._has_folder(path.rpartition("/")[0]):
                return None
            self._refuse_link(path)
            file = os.open(f"{self._top}/{path}", os.O_RDONLY | _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            raise UnusableFile(path) from None
        try:
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode):
                raise UnusableFile(path)
            room = min(about.st_size, maximum) + 1  # os.read allocates what it is asked for
            data = os.read(file, room)
            while len(data) < room and (more := os.read(file, room - len(data))):
                data += more
            return data
        except OSError:
            raise UnusableFile(path) from None
        finally:
            os.close(file)

    def _has_folder(self, folder: str) -> bool:
        """Whether there is that folder, every part of its path being one. Raises as ``read``."""
        if folder in self._folders:
            return True
        if not self._has_folder(folder.rpartition("/")[0]):
            return False
        if not stat.S_ISDIR(self._refuse_link(folder).st_mode):
            return False
        self._folders.add(folder)
        return True

    def _refuse_link(self, path: str) -> os.stat_result:
        """A link could lead out of the copy, or make a short one endless."""
        about = os.lstat(f"{self._top}/{path}")
        if stat.S_ISLNK(about.st_mode):
            raise UnusableFile(path)
        return about

    def has(self, path: str) -> bool:
        """Whether anything stands at that path, a file or not."""
        return os.path.lexists(f"{self._top}/{path}")

    def read_checkpoint(self) -> bytes:
        """Return the file ``checkpoint``. Raises OSError if there is none that can be read."""
        try:
            data = self.read("checkpoint", MAXIMUM_NOTE_BYTES)
        except UnusableFile:
            data = None
        if data is None:
            raise FileNotFoundError(2, "no file checkpoint in this folder", str(self.folder))
        return data

    def read_tile(self, level: int | None, index: int, width: int) -> Found | None:
        """Return the tile (level None: bundle) of that width, or else the full one.

        tlog-tiles lets a log drop a partial tile once the full one exists.
        Raises UnusableFile.
        """
        maximum = MAXIMUM_BUNDLE_BYTES if level is None else MAXIMUM_TILE_BYTES
        path = path_of(level, index, width)
        data = self.read(path, maximum)
        if data is None and width < TILE_WIDTH:
            path = path_of(level, index)
            data = self.read(path, maximum)
        return None if data is None else Found(path, data)

    def partial_widths(self, path: str) -> list[int]:
        """Return the widths of which there is a partial file beside a full tile's path.

        Raises UnusableFile where the folder of them is a link or cannot be read.
        """
        try:
            if not self._has_folder(f"{path}.p"):
                return []
            names = set(os.listdir(f"{self._top}/{path}.p"))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError:
            raise UnusableFile(f"{path}.p") from None
        return [width for width in range(1, TILE_WIDTH) if str(width) in names] if names else []


def path_of(level: int | None, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile, or of a bundle where ``level`` is None."""
    return bundle_path(index, width) if level is None else tile_path(level, index, width)


def cut_bundle(data: bytes, width: int, *, exact: bool = True) -> list[int]:
    """Return where each of ``width`` entries starts in a bundle (after its length), and the end + 2.

    So entry i is ``data[starts[i] : starts[i + 1] - 2]``. ``exact`` demands
    that nothing follows. Raises BrokenBundle.
    """
    size = len(data)
    if size == width * _EVIDENCE and _all_alike(data, width):
        return list(range(2, size + 3, _EVIDENCE))
    starts = [2]
    start = 2
    for index in range(width):
        if start > size:
            raise BrokenBundle(index, start - 2)
        start += 2 + (data[start - 2] << 8 | data[start - 1])
        if start - 2 > size:
            raise BrokenBundle(index, starts[-1] - 2)
        starts.append(start)
    if exact and start - 2 != size:
        raise BrokenBundle(width, start - 2)
    return starts


def _all_alike(data: bytes, width: int) -> bool:
    lengths = data[0::_EVIDENCE] + data[1::_EVIDENCE]
    return lengths == bytes(width) + bytes([_EVIDENCE - 2]) * width


def entries_of(data: bytes, starts: list[int]) -> list[bytes]:
    """Return the entries of a bundle that ``cut_bundle`` measured."""
    return [data[start : end - 2] for start, end in pairwise(starts)]


def tile_widths(size: int) -> Iterator[tuple[int, int]]:
    """Yield (index, width) of the bundles, and so of level 0, of a log of ``size`` entries."""
    full, partial = divmod(size, TILE_WIDTH)
    for index in range(full):
        yield index, TILE_WIDTH
    if partial:
        yield full, partial
