"""Words for the values of a finding that are ours: ids of fields, words of a list, kinds of file.

``data/checks.json`` says of each code which of its values are such words and
of which list; everything else is a number, a time, a digest, or text of the
user, which a face escapes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from ...evidence.provenance.fields import FIELDS, Label
from .outcome import CheckOutcome, Finding

FIELD_LIST: Final = "fields"
"""The value of an outcome or a finding that lists ids of fields, parted by spaces."""
_OF_A_FIELD: Final = "field"


@cache
def table() -> Mapping[str, Any]:
    """Return what ``data/checks.json`` holds: ``checks``, ``why``, ``shown`` and ``words``."""
    data = resources.files("verifier.law") / "data" / "checks.json"
    found: Mapping[str, Any] = json.loads(data.read_bytes())
    return found


def label_of(finding: Finding, name: str) -> Label | None:
    """Return the words for a value of a finding that is one of our own words; else None."""
    codes = table()["checks"][finding.check]["findings"]
    source = codes.get(finding.code, {}).get("of", {}).get(name)
    value = finding.values.get(name)
    if source is None or not isinstance(value, str):
        return None
    if source == _OF_A_FIELD:
        return field_label(value)
    if source == FIELD_LIST:
        return _labels(value)
    words = table()["words"].get(source)
    if words is not None:
        found = words.get(value)
        return Label(found["zh"], found["en"]) if found else None
    return _word(source, value)


def label_of_fields(outcome: CheckOutcome) -> Label | None:
    """Return the names of the fields that an outcome's reason speaks of; None if of none."""
    value = outcome.values.get(FIELD_LIST)
    return _labels(value) if isinstance(value, str) else None


def shown_label(outcome: CheckOutcome) -> Label:
    """Return the word for what came of a check, as a reader gets it."""
    found = table()["shown"][outcome.shown]
    return Label(found["zh"], found["en"])


def _labels(value: str) -> Label:
    labels = [label for each in value.split(" ") if (label := field_label(each)) is not None]
    return Label("、".join(each.zh for each in labels), ", ".join(each.en for each in labels))


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
    return Label(f"{named.zh}（{field_id}）", f"{named.en} ({field_id})")


def _word(source: str, value: str) -> Label | None:
    field_id, _, member = source.partition("#")
    kind = FIELDS[field_id].type
    kind = kind.item or kind
    part = kind.member(member) if member else None
    return (kind if part is None else part.type).words.get(value)
