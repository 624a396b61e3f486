"""Other files of the package that go along whole: what shown records link to, the provenance record."""

from __future__ import annotations

from verifier.evidence.segment import RECORD

from .opened import Private
from .selection import Selection


def linked_media(private: Private, n: int, selection: Selection) -> list[int]:
    """Return the positions of the files that shown records name; redacted ones count only if they show it."""
    found: set[int] = set()
    for index, row in enumerate(private.rows(n)):
        inside = any(start <= index < end for start, end in selection.ranges)
        if inside and row.kind == RECORD and index not in selection.hidden:
            found.update(int(place) for place in row.media)
    return sorted(found - {n})


def provenance(private: Private) -> list[int]:
    """Return the position of the provenance record, if the manifest names one."""
    position = private.manifest.provenance
    return [] if position is None else [position]
