"""The sentences of the consistency checks P-01 to P-23, from ``law/data/checks.json``.

Beside each sentence the data say of what kind a value is: the id of a field, a
word of a field's own list, a word of the table. Every other value that is no
number, time, digest or grade is taken for someone's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..evidence.provenance.fields import FIELDS, Type
from ..law.consistency import CheckOutcome, Finding
from .law_data import entry, side
from .marked import ours, own
from .words import Words

_DERIVED: Final = re.compile(r"-?\d[\d:TZ.+/-]*|[0-9a-f]{64}|T[0-4]", re.ASCII)
_PLACE: Final = re.compile(r"\{([a-z0-9_]+)\}")
_FIELD: Final = "field"
_FIELDS: Final = "fields"
_NOTHING: Final = "-"

Values = Mapping[str, str | int]


def check_title(outcome: CheckOutcome, words: Words) -> str:
    """Return what the check compares."""
    return side("checks", words.lang, "checks", outcome.check)


def why_text(outcome: CheckOutcome, words: Words) -> str:
    """Return why the check was not made, or does not apply; nothing where it was made."""
    if not outcome.why:
        return ""
    return _filled(entry("checks", "why", outcome.why), outcome.why, outcome.values, words)


def finding_text(finding: Finding, words: Words) -> str:
    """Return the sentence of one finding."""
    found = entry("checks", "checks", finding.check, "findings", finding.code)
    return _filled(found, finding.code, finding.values, words)


def label_of(field_id: str, words: Words) -> str:
    """Return what a field (or ``field#member``) is called, with its id in brackets."""
    top, _, member = field_id.partition("#")
    known = FIELDS.get(top)
    if known is None:
        return own(field_id)
    part = (known.type.item or known.type).member(member)
    name = words.of(known if part is None else part)
    return f"{name}（{field_id}）" if words.lang == "zh" else f"{name} ({field_id})"


def _filled(found: Mapping[str, Any], code: str, values: Values, words: Words) -> str:
    """Fill the sentence; a code without one is printed as it is, never an error."""
    kinds = found.get("of", {})

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return _value(name, values.get(name, _NOTHING), kinds.get(name, ""), words)

    return _PLACE.sub(value, str(found.get(words.lang, ours(code))))


def _value(name: str, value: str | int, kind: str, words: Words) -> str:
    if isinstance(value, int) or _DERIVED.fullmatch(value):
        return str(value)
    if value == _NOTHING:
        return "—"
    if kind == _FIELD:
        return label_of(value, words)
    if name == _FIELDS:
        return words.comma.join(label_of(each, words) for each in value.split(" "))
    known = side("checks", words.lang, "words", kind, value) if kind else ""
    if not known and kind:
        known = _word(kind, value, words)
    return known or own(value)


def _word(kind: str, value: str, words: Words) -> str:
    """Return the word of a field's own list, or nothing where it has no such word."""
    top, _, member = kind.partition("#")
    if top not in FIELDS:
        return ""
    found: Type | None = FIELDS[top].type.item or FIELDS[top].type
    part = found.member(member or found.lead or "") if found is not None else None
    found = part.type if part is not None else found
    label = found.words.get(value) if found is not None else None
    return "" if label is None else words.of(label)
