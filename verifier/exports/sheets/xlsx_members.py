"""The members of a spreadsheet file (XLSX, a ZIP), read within bounds.

``archive`` judges the ZIP; one in which anything is encrypted, doubled or told
twice differently is not read at all. A member is unpacked only up to its
bound, so nothing unfolds into more than the caller asked for.
"""

from __future__ import annotations

from typing import Final

from ...errors import Malformed
from ..archives.archive import Archive
from ..source import Source

MAX_FILE_BYTES: Final = 64 << 20
MAX_MEMBERS: Final = 1000
MARK: Final = b"PK\x03\x04"
_CONTENT_TYPES: Final = b"[Content_Types].xml"


class NotReadError(Exception):
    """The file is no spreadsheet file that is read here; never shown to anybody."""


class Workbook:
    """An opened spreadsheet file. Raises NotReadError, and what the source raises."""

    def __init__(self, source: Source) -> None:
        if source.head(4) != MARK or source.size > MAX_FILE_BYTES:
            raise NotReadError
        self._archive = Archive(source)
        if self._archive.problems or self._archive.bounds:
            raise NotReadError
        self.names = tuple(each.name for each in self._archive.members)
        if _CONTENT_TYPES not in self.names or len(self.names) > MAX_MEMBERS:
            raise NotReadError

    def read(self, name: bytes, limit: int) -> bytes:
        """Return a member's bytes, empty if there is none of that name; NotReadError past ``limit``."""
        member = self._archive.named(name)
        if member is None:
            return b""
        if member.size > limit:
            raise NotReadError
        try:
            return b"".join(self._archive.chunks(member))
        except Malformed as error:
            raise NotReadError from error

    def start(self, name: bytes, limit: int) -> bytes:
        """Return the first bytes of a member; those of a damaged one may be among them."""
        member = self._archive.named(name)
        data = b""
        if member is None:
            return data
        try:
            for chunk in self._archive.chunks(member):
                data += chunk
                if len(data) >= limit:
                    break
        except Malformed as error:
            raise NotReadError from error
        return data[:limit]
