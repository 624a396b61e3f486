"""What was declared, word for word: a value is printed whole, however long its record is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...evidence.provenance.fields import FIELDS, PARTS, Type
from ...evidence.provenance.record import Moment, NotApplicable, Span, Unknown
from ..document import Block, Bullets, Pair, Section
from ..field_label import label_of
from ..marked import ours, own
from ..words import Words

_WHOLE: Final = 10_000
"""The longest text that a field may hold; nothing of it is cut off here."""


def declared(values: Mapping[str, Any], words: Words, prefix: str) -> Iterator[Block]:
    """Yield the fields that are there, under the headings of the record's parts."""
    for part, label in PARTS.items():
        names = [name for name in FIELDS if name.split(".")[0] == part and name in values]
        blocks = [block for name in names for block in _field(name, values[name], words)]
        if blocks:
            yield Section(f"{prefix}-{part}", words.title(label), tuple(blocks))


def _field(name: str, value: Any, words: Words) -> Iterator[Block]:
    lines = list(_lines(FIELDS[name].type, value, words))
    label = label_of(name, words)
    if len(lines) == 1:
        yield Pair(label, lines[0])
    else:
        yield Bullets(tuple(lines), label)


def _lines(kind: Type, value: Any, words: Words) -> Iterator[str]:
    """Yield what stands in a field: one sentence, or one for each item or line of text."""
    if isinstance(value, list):
        for item in value:
            yield "".join(_value(kind.item or kind, item, words))
        if not value:
            yield words("value.none")
    elif kind.kind == "text" and isinstance(value, str) and "\n" in value:
        yield from (own(line, _WHOLE) for line in value.split("\n") if line.strip())
    else:
        yield "".join(_value(kind, value, words))


def _value(kind: Type, value: Any, words: Words) -> Iterator[str]:
    match value:
        case Unknown():
            yield words("record.unknown", reason=own(value.reason, _WHOLE))
        case NotApplicable():
            yield words("record.not_applicable", reason=own(value.reason, _WHOLE))
        case bool():
            yield words("value.yes" if value else "value.no")
        case int():
            yield str(value)
        case Moment():
            yield _moment(value, words)
        case Span():
            first, last = value.first.written, value.last.written
            if first == last:  # a date, or one day
                yield ours(first)
            else:
                yield words("value.to", first=ours(first), last=ours(last))
        case list():
            yield words.comma.join("".join(_value(kind.item or kind, v, words)) for v in value)
        case dict():
            yield words.semicolon.join(_members(kind, value, words))
        case _:
            yield _word(kind, str(value), words)


def value_text(kind: Type, value: Any, words: Words) -> str:
    """Return one value of a record in words; whatever is the declarant's own is marked."""
    return "".join(_value(kind, value, words))


def _moment(value: Moment, words: Words) -> str:
    key = "value.moment" if value.grade == "T0" else "value.moment.declared"
    return words(key, written=ours(value.written), grade=ours(value.grade))


def _members(kind: Type, value: Mapping[str, Any], words: Words) -> Iterator[str]:
    for member in kind.members:
        if member.name in value:
            said = "".join(_value(member.type, value[member.name], words))
            yield f"{words.of(member)}{words.colon}{said}"


def _word(kind: Type, value: str, words: Words) -> str:
    if value in kind.words:
        return words.of(kind.words[value])
    if value == "none" and kind.or_none:
        return words("value.none")
    if kind.kind in {"digest", "sm3"}:
        return ours(value)
    return own(value, _WHOLE)
