"""Marks on single records that say by themselves that something is not there.

Readers flag records; most of them also note what they flagged. Here a flag
becomes a finding where its reader has no note of that code.
"""

from __future__ import annotations

from typing import Final

from ...tally import Tally

CODE_OF: Final = {
    "recalled": "RECALLED",
    "deleted": "RECALLED",
    "edited": "EDITED",
    "media_omitted": "MEDIA_OMITTED",
    "content_dropped": "CONTENT_DROPPED_BY_TOOL",
    "voice_transcript": "TRANSCRIPT_NOT_ORIGINAL",
    "duplicate_key": "DUPLICATE_KEYS",
    "syntax_invalid": "SYNTAX_INVALID",
    "field_too_long": "FIELD_TOO_LONG",
    "header_ambiguous": "HEADER_AMBIGUOUS",
    "tz_conflict": "TZ_CONFLICT",
}
"""What each flag says, as a code."""
_EMPTY_TRANSFER: Final = frozenset({"transfer", "content_dropped"})


class Marks:
    """Counts the flagged records by code."""

    def __init__(self) -> None:
        self.found: dict[str, Tally] = {}

    def add(self, number: int, flags: tuple[str, ...]) -> None:
        """Take the flags of one record; each code counts it once."""
        codes = {CODE_OF[flag] for flag in flags if flag in CODE_OF}
        if _EMPTY_TRANSFER.issubset(flags):
            codes.add("TRANSFER_WITHOUT_CONTENT")
        for code in codes:
            self.found.setdefault(code, Tally()).add(number)
