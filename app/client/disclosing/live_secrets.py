"""Tokens and keys in what is about to be shown: found before anything is written."""

from __future__ import annotations

from typing import NamedTuple

from verifier.evidence.segment import RECORD
from verifier.exports.inspection.live_secrets import kinds_in
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source

from .opened import Private
from .selection import Selection


class Found(NamedTuple):
    """Record numbers in which something was found, and the kinds of it."""

    numbers: list[int]
    kinds: list[str]


def find_secrets(private: Private, n: int, selection: Selection | None) -> Found:
    """Return which records that would be shown hold tokens or keys (``live_secrets``).

    Only records are searched; a file that is not cut into records is not.
    """
    root = private.root(n) if private.manifest.files[n].root is not None else None
    numbers: list[int] = []
    kinds: set[str] = set()
    if root is None:
        return Found([], [])
    source = Source.over(lambda: private.open_file(n), root.size)
    number = 0
    for index, (segment, data) in enumerate(with_bytes(private.rows(n), source)):
        if segment.kind != RECORD:
            continue
        number += 1
        found = kinds_in(data) if _is_shown(index, selection, root.segments) else {}
        if found:
            numbers.append(number)
            kinds |= found.keys()
    return Found(numbers, sorted(kinds))


def _is_shown(index: int, selection: Selection | None, segments: int) -> bool:
    """Tell whether the bytes of a segment would be shown."""
    if selection is None or index in selection.dates or index in selection.edges(segments):
        return True
    inside = any(start <= index < end for start, end in selection.ranges)
    return inside and index not in selection.hidden
