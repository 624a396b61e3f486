"""Looking at one file, in this process or in a worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from verifier.errors import Malformed
from verifier.exports.archives.archive import Archive
from verifier.exports.archives.archive_member import unpacked
from verifier.exports.inspection.gaps.linked_media import Beside
from verifier.exports.inspection.source_pass import report_on
from verifier.exports.inspection.source_report import SourceReport
from verifier.exports.mail.dkim_check import Keys, with_dkim
from verifier.exports.registry import read
from verifier.exports.source import CHUNK_BYTES, MAX_LINE_BYTES, Source
from verifier.exports.text import Text
from verifier.exports.tools import archive_zip

from .found import CHANGED, NOT_UNPACKED, UNREADABLE, Found, InArchive, OnDisk


class Looked(NamedTuple):
    """One file with its report, or with the reason why there is none.

    ``member`` is the raw name within the archive that ``found`` is, None for a file of its own.
    """

    found: Found
    report: SourceReport | None
    problem: Text | None
    member: bytes | None = None

    @property
    def path(self) -> bytes:
        """Return the path, a member's name behind that of its archive."""
        path = self.found.path
        return path if self.member is None else path + b"/" + self.member


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


def look_at(found: Found, add: Callable[[int], None], keys: Keys) -> list[Looked]:
    """Return the report on one file, and on those in it if it is an archive; ``add`` is told of every byte that is read, pass by pass.

    ``keys`` are the key records by which signatures of mails are checked.
    """
    if found.problem is not None:
        return [Looked(found, None, found.problem)]
    try:
        source = _Counted(found.path, add)
        report = _report(source, OnDisk(found.path, found.root), keys)
        members = _members(found, source, keys) if report.reader == archive_zip.NAME else ()
        return [Looked(found, report, None), *members]
    except OSError:
        return [Looked(found, None, UNREADABLE)]
    except Malformed:
        return [Looked(found, None, CHANGED)]


def _report(source: Source, beside: Beside, keys: Keys) -> SourceReport:
    reading = read(source)
    if keys:
        reading = with_dkim(reading, source, keys)
    return report_on(source, reading, beside)


def _members(found: Found, source: Source, keys: Keys) -> Iterator[Looked]:
    """Yield the files of an archive, one level deep; none where it cannot be read (it says so)."""
    archive = Archive(source)
    if archive.broken:
        return
    names = frozenset(each.name for each in archive.members)
    for member in archive.members:
        try:
            with unpacked(archive, member) as held:
                report = _report(held, InArchive(member.name, names), keys)
                yield Looked(found, report, None, member.name)
        except Malformed:
            yield Looked(found, None, NOT_UNPACKED, member.name)
