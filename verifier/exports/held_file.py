"""A file that is held open while several look at it, each at a place of its own."""

from __future__ import annotations

from typing import BinaryIO, Self, cast


def look_at(file: BinaryIO) -> BinaryIO:
    """Return a new look at the file, from its beginning; closing it does not close the file."""
    return cast("BinaryIO", _Look(file))


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
