"""Which findings a person should read first.

The order is by what a court would ask about: whether something was changed or
is not there, then what cannot be told, then how the file is made. Codes that
are not listed stand in the middle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .finding import SourceFinding

_FIRST: Final = (
    "SECRETS_PRESENT",
    "TOOL_SIGNATURE_MISMATCH", "DKIM_FAIL", "QUOTE_MISMATCH", "LOSSY_EXPORT", "PASTED_WINDOW",
    "RESAVED_BY", "ID_GAP", "COUNT_MISMATCH", "TOTALS_MISMATCH", "TRUNCATION_LIMIT_SUSPECTED",
    "PAGINATION_INCOMPLETE", "DELETED_NOT_INCLUDED", "RECALLED", "EDITED", "QUOTE_TARGET_MISSING",
    "HEADER_AMBIGUOUS", "MBOX_AMBIGUOUS", "COUNT_APPARENT", "DUPLICATE_IDS", "DUPLICATE_RECORDS",
    "DUPLICATE_KEYS", "SYNTAX_INVALID", "CONTENT_DROPPED_BY_TOOL", "TRANSFER_WITHOUT_CONTENT",
    "MEDIA_MISSING", "MEDIA_OMITTED", "TIME_GAP", "TOOL_CAN_EDIT",
)  # fmt: skip
_LAST: Final = (
    "NO_RECORDS", "FILTER_POSSIBLE", "NO_TIMEZONE", "TIME_MINUTE_ONLY", "NO_NATIVE_ID",
    "ID_RENUMBERED_BY_TOOL", "SENDER_NAME_ONLY", "DISPLAY_NAMES_CHOSEN", "TZ_INFERRED",
    "DATE_ORDER_DECIDED", "YEAR_TWO_DIGITS", "MEDIA_UNUSED", "READER_AMBIGUOUS",
)  # fmt: skip
_MIDDLE: Final = len(_FIRST)
_RANK: Final = {
    **{code: place for place, code in enumerate(_FIRST)},
    **{code: _MIDDLE + 1 + place for place, code in enumerate(_LAST)},
}


def rank(code: str) -> int:
    """Return where a code stands; smaller is more important."""
    return _RANK.get(code, _MIDDLE)


def by_importance(findings: Iterable[SourceFinding]) -> tuple[SourceFinding, ...]:
    """Return the findings, the most important first; equals stay in their order."""
    return tuple(sorted(findings, key=lambda each: rank(each.code)))
