"""What a consistency check found, as a value that can stand inside a row's sentence.

The sentences are in ``data/checks.json``. A value that is none of our own
words, no number, time, digest or grade is taken for somebody's own words.
"""

from __future__ import annotations

import re
from typing import Final

from . import saying
from .consistency import Finding
from .consistency.words import label_of, table
from .examination import Text

_PLACE: Final = re.compile(r"\{([a-z_0-9]+)\}")
_DERIVED: Final = re.compile(r"-?\d[\d:TZ.+/-]*|[0-9a-f]{64}|T[0-4]", re.ASCII)


def name_of(check: str) -> Text:
    """Return a check's id and what it checks."""
    found = table()["checks"][check]
    return saying.ours(f"{check} {found['zh']}", f"{check} {found['en']}")


def sentence(finding: Finding) -> Text:
    """Return what a finding says, with its values in place."""
    found = table()["checks"][finding.check]["findings"].get(finding.code)
    if found is None:
        return saying.same(finding.code)
    zh, en = (_PLACE.split(found[lang].rstrip("。.")) for lang in ("zh", "en"))
    pieces: list[Text] = []
    # Both sentences name their values in one order (a test demands it).
    for number, (one, other) in enumerate(zip(zh, en, strict=True)):
        pieces.append(_value(finding, one) if number % 2 else saying.ours(one, other))
    return saying.run(*pieces)


def _value(finding: Finding, name: str) -> Text:
    value = finding.values.get(name)
    known = label_of(finding, name)
    if known is not None:
        return saying.label(known)
    if value is None or value == "-":
        return saying.NOT_STATED
    if isinstance(value, int) or _DERIVED.fullmatch(value):
        return saying.same(value)
    return saying.theirs(value)
