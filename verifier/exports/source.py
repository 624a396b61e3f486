"""A file to be read, from disk or from memory, without loading it whole.

A reader looks at a source twice: once to decide what the file is, once to cut
it. Every look starts a new iteration from byte 0, holds no more than one chunk
or line, and sees the same bytes: a file on disk that changes size or
modification time after it was opened here raises ``Malformed`` instead of
giving a mixture of two versions.

The name is advisory. It is never used to decide what a file is.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from ..errors import Malformed

CHUNK_BYTES: Final = 1 << 20
"""How much is held at a time; 1 MiB keeps a 1 GB file well under 100 MB of memory."""

MAX_LINE_BYTES: Final = 1 << 20
"""A longer line comes in pieces; no header of any known format is near this."""


class Source:
    """One file's bytes, readable any number of times.

    ``Source(path)`` for a path (``str`` or ``os.PathLike``), ``Source(data)``
    for ``bytes``; ``name`` is the file name to report and defaults to the last
    part of the path. Raises ``OSError`` where the file cannot be opened and
    ``Malformed`` where it is not a regular file.
    """

    def __init__(
        self, origin: bytes | str | os.PathLike[str], *, name: bytes | str | None = None
    ) -> None:
        self._data: bytes | None = None
        self._path = ""
        self._seen = (0, 0)
        if isinstance(origin, bytes):
            self._data = origin
            self.size = len(origin)
            self.name: bytes | str = b"" if name is None else name
        else:
            self._path = os.fspath(origin)
            state = os.stat(self._path)
            if not stat.S_ISREG(state.st_mode):
                raise Malformed("source: not a regular file")
            self.size = state.st_size
            self._seen = (state.st_size, state.st_mtime_ns)
            self.name = os.fsencode(os.path.basename(self._path)) if name is None else name

    @classmethod
    def over(cls, opener: Callable[[], BinaryIO], size: int, *, name: bytes = b"") -> Source:
        """Return a source whose bytes ``opener`` gives anew, from the beginning, for each look.

        Whoever hands it over answers for the bytes staying the same.
        """
        return _Opened(opener, size, name)

    def _open(self) -> BinaryIO:
        if self._data is not None:
            return io.BytesIO(self._data)
        stream = open(self._path, "rb")  # noqa: SIM115 - handed to the caller's `with`
        try:
            self._check(stream)
        except BaseException:
            stream.close()
            raise
        return stream

    def _check(self, stream: BinaryIO) -> None:
        if self._data is None:
            state = os.fstat(stream.fileno())
            if (state.st_size, state.st_mtime_ns) != self._seen:
                raise Malformed("source: the file changed while it was being read")

    def head(self, size: int) -> bytes:
        """Return the first ``size`` bytes, or all there are."""
        with self._open() as stream:
            return stream.read(size)

    def tail(self, size: int) -> bytes:
        """Return the last ``size`` bytes, or all there are."""
        with self._open() as stream:
            stream.seek(max(0, self.size - size))
            return stream.read(size)

    def chunks(
        self, size: int = CHUNK_BYTES, *, start: int = 0, stop: int | None = None
    ) -> Iterator[bytes]:
        """Yield the bytes from ``start`` to ``stop`` in pieces of at most ``size``, none empty."""
        left = max(0, (self.size if stop is None else min(stop, self.size)) - start)
        with self._open() as stream:
            stream.seek(start)
            while left > 0 and (piece := stream.read(min(size, left))):
                left -= len(piece)
                yield piece
            self._check(stream)

    def lines(self, maximum: int = MAX_LINE_BYTES) -> Iterator[bytes]:
        """Yield raw lines with their terminator, split after LF and nowhere else.

        CR, U+0085 and U+2028 do not end a line. A line of more than
        ``maximum`` bytes comes in pieces: all but its last do not end with LF.
        """
        with self._open() as stream:
            while piece := stream.readline(maximum):
                yield piece
            self._check(stream)


class _Opened(Source):
    """A source over what somebody else opens."""

    def __init__(self, opener: Callable[[], BinaryIO], size: int, name: bytes) -> None:
        self._opener = opener
        self.size = size
        self.name = name

    def _open(self) -> BinaryIO:
        return self._opener()

    def _check(self, stream: BinaryIO) -> None:
        """Nothing: see ``over``."""
