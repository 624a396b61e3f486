"""A ZIP, as WhatsApp, Slack and other exports come: anchored whole, its directory judged.

The archive itself is one unparsed segment. What is in it is read from its
members (``archive``, ``archive_member``), each by the reader that knows it.
Noted are damage and bounds, and the integrity file of a tool that writes one.
Office files and applications, which are ZIPs too, are left to others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import UNPARSED, Segment
from ..archives.archive import Archive
from ..archives.archive_integrity import integrity_notes
from ..reader import Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text

NAME = "archive-zip/1"
_NOT_OURS: Final = frozenset((
    b"[Content_Types].xml", b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"META-INF/container.xml",
))  # fmt: skip
_LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a member at the beginning and an end record at the end."""
    if source.head(4) != _LOCAL or _END not in source.tail(1 << 16):
        return ()
    archive = Archive(source)
    if archive.first == b"mimetype" or any(each.name in _NOT_OURS for each in archive.members):
        return ()
    return (Reason("ZIP_DIRECTORY", max(1, len(archive.members))),)


def read(source: Source) -> Reading:
    """Read a ZIP as one UNPARSED segment and say what its directory is like."""
    archive = Archive(source)

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    notes = [Note("NO_RECORDS")]
    notes += [Note("ARCHIVE_DAMAGED", detail=word) for word in archive.problems]
    notes += [Note("ARCHIVE_BOUND", detail=word) for word in archive.bounds]
    variant = "zip broken" if archive.broken else "zip"
    return Reading(NAME, variant, "none", "unknown", (*notes, *integrity_notes(archive)), segments)


REASONS: Final = {
    "ZIP_DIRECTORY": Text(
        "以压缩包文件头开始，末尾有目录；目录所列文件。",
        "The file begins and ends as a ZIP does; files in its directory.",
    ),
}

READER = Reader(
    NAME,
    Text("压缩包（ZIP）", "archive (ZIP)"),
    detect,
    read,
    REASONS,
    counted=(),
    material="none",
)
