"""A member of an archive as a source that a reader can go through several times."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, Self, cast

from ..source import Source
from .archive import Archive, Member


@contextlib.contextmanager
def unpacked(archive: Archive, member: Member) -> Iterator[Source]:
    """Hold a member's bytes in a nameless temporary file while the block runs.

    Raises Malformed where they are not what the directory says, and OSError
    where there is no room for them.
    """
    with tempfile.TemporaryFile() as file:
        for chunk in archive.chunks(member):
            file.write(chunk)
        name = member.name.rpartition(b"/")[2]
        yield Source.over(lambda: cast("BinaryIO", _Look(file)), member.size, name=name)


class _Look:
    """One look at the file, at a place of its own; closing it closes nothing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def seek(self, at: int) -> None:
        self._at = at

    def read(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data

    def readline(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.readline(size)
        self._at += len(data)
        return data
