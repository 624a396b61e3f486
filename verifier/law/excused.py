"""Where a declarant's "not applicable" is an answer, and where it is none.

Anybody can write that a question does not concern them. It counts only for the
fields of ``data/excusable.json``: what they ask about need not be there at all,
and the file says when that is so. For every other field it is no more than
"unknown": the row stays open, and the reason is printed as the declarant's words.
(A field that the kind of material excludes is not asked in the first place.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from . import saying, words
from .examination import Text
from .known import NOT_APPLICABLE, Known

FIELDS: Final = frozenset(words.load("excusable.json"))
"""Ids of the fields that can really be not applicable."""


def is_excused(known: Known, field: str) -> bool:
    """Whether the declarant says that the field does not apply, and that can be so."""
    return field in FIELDS and known.state(field) == NOT_APPLICABLE


def unexplained(known: Known, fields: Iterable[str]) -> Text | None:
    """Return what is said of fields called not applicable that cannot be; None if there are none."""
    found = [
        field
        for field in dict.fromkeys(fields)
        if field not in FIELDS and known.state(field) == NOT_APPLICABLE
    ]
    if not found:
        return None
    reasons = dict.fromkeys(known.reason(field) or "" for field in found)
    quoted = saying.listed([saying.theirs(reason) for reason in reasons])
    platform = all(field.startswith("plat.") for field in found)
    key = "why.platform_said_not_applicable" if platform else "why.said_not_applicable"
    said = saying.named(words.text(key), quoted)
    return saying.run(said, saying.SEMICOLON, words.text("why.unexplained"))
