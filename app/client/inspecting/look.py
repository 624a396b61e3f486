"""Looking at one file, in this process or in a worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from verifier.errors import Malformed
from verifier.exports.dkim_check import Keys, with_dkim
from verifier.exports.registry import read
from verifier.exports.source import CHUNK_BYTES, MAX_LINE_BYTES, Source
from verifier.exports.source_pass import report_on
from verifier.exports.source_report import SourceReport
from verifier.exports.text import Text

from .found import CHANGED, UNREADABLE, Found, OnDisk


class Looked(NamedTuple):
    """One file with its report, or with the reason why there is none."""

    found: Found
    report: SourceReport | None
    problem: Text | None


class _Counted(Source):
    """A file whose passes are counted, for those who wait."""

    def __init__(self, path: bytes, add: Callable[[int], None]) -> None:
        super().__init__(os.fsdecode(path))
        self._add = add

    def chunks(
        self, size: int = CHUNK_BYTES, *, start: int = 0, stop: int | None = None
    ) -> Iterator[bytes]:
        for piece in super().chunks(size, start=start, stop=stop):
            self._add(len(piece))
            yield piece

    def lines(self, maximum: int = MAX_LINE_BYTES) -> Iterator[bytes]:
        for line in super().lines(maximum):
            self._add(len(line))
            yield line


def look_at(found: Found, add: Callable[[int], None], keys: Keys) -> Looked:
    """Return the report on one file; ``add`` is told of every byte that is read, pass by pass.

    ``keys`` are the key records by which signatures of mails are checked.
    """
    if found.problem is not None:
        return Looked(found, None, found.problem)
    try:
        source = _Counted(found.path, add)
        reading = read(source)
        if keys:
            reading = with_dkim(reading, source, keys)
        return Looked(found, report_on(source, reading, OnDisk(found.path, found.root)), None)
    except OSError:
        return Looked(found, None, UNREADABLE)
    except Malformed:
        return Looked(found, None, CHANGED)
