"""A record as a TOML file, from values; ``blank`` makes the form for a person to fill in.

Everything is spelled ``field = value`` from the top of the file, in the
recommended order of work, one line for each member of an object; no tables
have to be found or reopened. Only ``[decl.signature]`` is a table, at the end,
for it covers what stands before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .blank import FORMAT, blank_form
from .fields import Field, in_flow
from .record import NotApplicable, Unknown
from .spelling import reason, spell

__all__ = ["FORMAT", "blank_form", "to_toml"]

_SIGNATURE: Final = "decl.signature"


def to_toml(values: Mapping[str, Any]) -> bytes:
    """Return a record with these values of a declarant's fields; the same bytes each time.

    ``parse_record`` gives the same values back if they are valid; what is not a
    declarant's is left out. Raises Malformed for text that is not Unicode.
    """
    parts = [FORMAT]
    before = ""
    for field in _in_order():
        if field.id not in values:
            continue
        if field.step != before and field.id != _SIGNATURE:
            parts.append("\n")
            before = field.step
        parts.append(_statements(field, values[field.id]))
    return "".join(parts).encode()


def _in_order() -> list[Field]:
    return sorted(in_flow(), key=lambda field: field.id == _SIGNATURE)


def _statements(field: Field, value: Any) -> str:
    if isinstance(value, Unknown | NotApplicable):
        return f"{field.id} = {reason(value)}\n"
    if field.type.kind != "object":
        return f"{field.id} = {spell(field.type, value)}\n"
    if set(value) == {field.type.lead}:
        member = next(m for m in field.type.members if m.name == field.type.lead)
        return f"{field.id} = {spell(member.type, value[member.name])}\n"
    grade = value.get("time_grade", "T0")
    head, prefix = (f"\n[{field.id}]\n", "") if field.id == _SIGNATURE else ("", f"{field.id}.")
    return head + "".join(
        f"{prefix}{member.name} = {spell(member.type, value[member.name], grade=grade)}\n"
        for member in field.type.members
        if member.name in value
    )
