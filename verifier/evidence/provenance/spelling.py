"""Values spelled in TOML, so that the reader gives the same values back.

Whatever an editor would hide or move (direction marks, zero-width characters,
controls) is spelled as an escape: what the person sees is what is anchored.
"""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from ...errors import Malformed
from .fields import Type
from .record import Moment, NotApplicable, Span, Unknown

_SHORT: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_WIDTH: Final = 100
"""Longest list that stays on one line."""


def quoted(text: str) -> str:
    """Return a basic string on one line. Raises Malformed for what is not Unicode text."""
    return f'"{"".join(map(_character, text))}"'


def _character(c: str) -> str:
    if c in _SHORT:
        return _SHORT[c]
    category = unicodedata.category(c)
    if category == "Cs":
        raise Malformed("text: not Unicode text")
    if category in {"Cc", "Cf", "Zl", "Zp"}:
        return f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}"
    return c


def _long(text: str) -> str:
    """Return a basic string over several lines, each line of the text on its own."""
    lines = ["".join(map(_character, line)) for line in text.split("\n")]
    return '"""\n' + "\n".join(lines) + '"""'


def reason(value: Unknown | NotApplicable) -> str:
    """Return ``{ unknown = "…" }`` or ``{ not_applicable = "…" }``."""
    word = "unknown" if isinstance(value, Unknown) else "not_applicable"
    return f"{{ {word} = {quoted(value.reason)} }}"


def spell(kind: Type, value: Any, *, grade: str = "T0", inline: bool = False) -> str:
    """Return one value of a type.

    ``grade`` is that of times around it that say none; ``inline``: all on one
    line, as TOML demands within braces.
    """
    if kind.kind == "object":
        own = value.get("time_grade", grade)
        parts = [
            f"{member.name} = {spell(member.type, value[member.name], grade=own, inline=True)}"
            for member in kind.members
            if member.name in value
        ]
        return f"{{ {', '.join(parts)} }}"
    if kind.kind == "list":
        return _list(kind, value, grade, inline=inline)
    if kind.kind == "bool":
        return "true" if value else "false"
    if kind.kind == "int":
        return str(value)
    if isinstance(value, Moment):
        return _moment(value, grade)
    if isinstance(value, Span):
        if kind.kind == "date":
            return _moment(value.first, grade)
        return f"[{_moment(value.first, 'T0')}, {_moment(value.last, 'T0')}]"
    if kind.kind == "text" and "\n" in value and not inline:
        return _long(value)
    return quoted(value)


def _list(kind: Type, value: list[Any], grade: str, *, inline: bool) -> str:
    assert kind.item is not None
    items = [spell(kind.item, item, grade=grade, inline=True) for item in value]
    line = f"[{', '.join(items)}]"
    if inline or (len(line) <= _WIDTH and kind.item.kind != "object") or not items:
        return line
    return "[\n" + "".join(f"{item},\n" for item in items) + "]"


def _moment(moment: Moment, grade: str) -> str:
    if moment.grade == grade:
        return moment.written
    return f'{{ at = {moment.written}, grade = "{moment.grade}" }}'
