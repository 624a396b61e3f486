"""What a consistency check found, as sentences: the one place where ``data/checks.json`` is put into words.

Beside each sentence the data say of what kind a value is: the id of a field, a
word of a field's own list, a word of the table. Every other value that is no
number, time, digest or grade is taken for somebody's own words. The faces print
what is returned here, and a row's sentence can hold it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from ...evidence.provenance.fields import FIELDS, Label
from .. import saying
from ..examination import Text
from .outcome import CheckOutcome, Finding

_FIELD_LIST: Final = "fields"
"""The value of an outcome or a finding that lists ids of fields, parted by spaces."""
_OF_A_FIELD: Final = "field"
_NOTHING: Final = "-"
_PLACE: Final = re.compile(r"\{([a-z_0-9]+)\}")
_DERIVED: Final = re.compile(r"-?\d[\d:TZ.+/-]*|[0-9a-f]{64}|T[0-4]", re.ASCII)
_STOPS: Final = "。."

Values = Mapping[str, str | int]


@cache
def table() -> Mapping[str, Any]:
    """Return what ``data/checks.json`` holds: ``checks``, ``why``, ``shown`` and ``words``."""
    data = resources.files("verifier.law") / "data" / "checks.json"
    found: Mapping[str, Any] = json.loads(data.read_bytes())
    return found


def title_of(check: str) -> Text:
    """Return what a check compares."""
    found = table()["checks"][check]
    return saying.ours(found["zh"], found["en"])


def name_of(check: str) -> Text:
    """Return a check's id and what it compares."""
    return saying.run(saying.same(f"{check} "), title_of(check))


def shown_of(outcome: CheckOutcome) -> Text:
    """Return the word for what came of a check, as a reader gets it."""
    return _pair(table()["shown"][outcome.shown])


def sentence_of(finding: Finding) -> Text:
    """Return what a finding says, as a sentence; a code without one is printed as it is."""
    return _filled(_entry(finding), finding.code, finding.values)


def clause_of(finding: Finding) -> Text:
    """Return the same without its full stop, to stand within another sentence."""
    return _filled(_entry(finding), finding.code, finding.values, _STOPS)


def reason_of(outcome: CheckOutcome) -> Text | None:
    """Return why a check was not made or does not apply; None where it was made."""
    if not outcome.why:
        return None
    return _filled(table()["why"].get(outcome.why, {}), outcome.why, outcome.values)


def field_label(path: str) -> Label | None:
    """Return the name of ``field`` or ``field#member`` with its id; None for an unknown one."""
    field_id, _, member = path.partition("#")
    field = FIELDS.get(field_id)
    if field is None:
        return None
    part = (field.type.item or field.type).member(member)
    named = Label(field.zh, field.en) if part is None else Label(
        f"{field.zh}·{part.zh}", f"{field.en}, {part.en}"
    )  # fmt: skip
    return Label(f"{named.zh}（{path}）", f"{named.en} ({path})")


def _entry(finding: Finding) -> Mapping[str, Any]:
    found = table()["checks"].get(finding.check, {}).get("findings", {}).get(finding.code, {})
    return dict(found)


def _pair(found: Mapping[str, str]) -> Text:
    return saying.ours(found["zh"], found["en"])


def _filled(found: Mapping[str, Any], code: str, values: Values, strip: str = "") -> Text:
    if not found:
        return saying.same(code)
    kinds = found.get("of", {})
    zh, en = (_PLACE.split(found[lang].rstrip(strip)) for lang in ("zh", "en"))
    pieces: list[Text] = []
    # Both sentences name their values in one order (a test demands it).
    for number, (one, other) in enumerate(zip(zh, en, strict=True)):
        if number % 2:
            pieces.append(_value(one, values.get(one, _NOTHING), kinds.get(one, "")))
        else:
            pieces.append(saying.ours(one, other))
    return saying.run(*pieces)


def _value(name: str, value: str | int, kind: str) -> Text:
    if isinstance(value, int) or _DERIVED.fullmatch(value):
        return saying.same(value)
    if value == _NOTHING:
        return saying.NOT_STATED
    if kind == _OF_A_FIELD:
        return _field(value)
    if name == _FIELD_LIST or kind == _FIELD_LIST:
        return saying.joined([_field(each) for each in value.split(" ")], saying.ENUMERATION)
    word = _word(kind, value) if kind else None
    return saying.theirs(value) if word is None else word


def _field(path: str) -> Text:
    known = field_label(path)
    return saying.theirs(path) if known is None else saying.label(known)


def _word(kind: str, value: str) -> Text | None:
    """Return one of our own words: of the table, or of a field's own list; else None."""
    words = table()["words"].get(kind)
    if words is not None:
        return _pair(words[value]) if value in words else None
    field_id, _, member = kind.partition("#")
    if field_id not in FIELDS:
        return None
    found = FIELDS[field_id].type.item or FIELDS[field_id].type
    part = found.member(member or found.lead or "")
    label = (found if part is None else part.type).words.get(value)
    return None if label is None else saying.label(label)
