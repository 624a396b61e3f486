"""Putting values into words in both languages, without losing whose words they are.

A ``Text`` that is in somebody's own words is marked ``own`` and stays as it is:
the faces of the report escape it and put it in quotes. Words of enumerations
and names of members come from the table of fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ..encoding import to_time
from ..evidence.provenance.fields import Label, Type
from ..evidence.provenance.record import Moment, NotApplicable, Span, Unknown
from . import words
from .examination import Text

NOT_STATED: Final = words.text("not_stated")
NONE: Final = words.text("none")
YES: Final = words.text("yes")
NO: Final = words.text("no")
UNKNOWN: Final = words.text("declared_unknown")
NOT_APPLICABLE: Final = words.text("declared_not_applicable")
OTHER_KIND: Final = words.text("other_kind")
COMMA: Final = words.text("comma")
SEMICOLON: Final = words.text("semicolon")
ENUMERATION: Final = words.text("enumeration")
COLON: Final = words.text("colon")
COMMITTED: Final = words.text("committed")
MAXIMUM_ITEMS: Final = 5
"""So many items of a list are printed; the rest are counted."""
_ALONE: Final = frozenset({"account_id"})
"""Members that need no name before them: the field is what they are."""
_UNNAMED: Final = frozenset({"note"})
OPEN: Final = words.text("open_alone")
CLOSE: Final = words.text("close")
_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def ours(zh: str, en: str) -> Text:
    """Return words of this program."""
    return Text(zh, en, own=False)


def theirs(text: str) -> Text:
    """Return somebody's own words, the same in both languages."""
    return Text(text, text, own=True) if text.strip() else NOT_STATED


def same(text: str | int) -> Text:
    """Return a number, a digest or a time: derived and bounded, the same in both languages."""
    return Text(str(text), str(text), own=False)


def label(found: Label) -> Text:
    """Return a label of the tables as words of this program."""
    return Text(found.zh, found.en, own=False)


def run(*pieces: Text) -> Text:
    """Return the pieces one after another as one value."""
    flat = [part for piece in pieces for part in (piece.parts or (piece,))]
    if len(flat) == 1:
        return flat[0]
    merged: list[Text] = []
    for part in flat:
        if merged and not part.own and not merged[-1].own:
            last = merged.pop()
            merged.append(Text(last.zh + part.zh, last.en + part.en, own=False))
        else:
            merged.append(part)
    if len(merged) == 1:
        return merged[0]
    return Text(
        "".join(part.zh for part in merged),
        "".join(part.en for part in merged),
        any(part.own for part in merged),
        tuple(merged),
    )


def listed(items: Sequence[Text], separator: Text = SEMICOLON, empty: Text = NONE) -> Text:
    """Return the items as a list: the first of them, and how many there are if there are more."""
    if not items:
        return empty
    pieces: list[Text] = []
    for item in items[:MAXIMUM_ITEMS]:
        pieces += [separator, item] if pieces else [item]
    if len(items) > MAXIMUM_ITEMS:
        pieces.append(words.text("more", count=len(items)))
    return run(*pieces)


def yes_no(found: bool) -> Text:
    """Return the word for a yes or a no."""
    return YES if found else NO


def named(name: Text, value: Text) -> Text:
    """Return ``name: value``."""
    return run(name, COLON, value)


def in_brackets(value: Text, note: Text) -> Text:
    """Return the value with a note in brackets behind it."""
    return run(value, words.text("open"), note, words.text("close"))


def duration(seconds: int) -> Text:
    """Return a length of time in its two largest units, whichever way it runs."""
    parts: list[Text] = []
    rest = abs(seconds)
    for size, name in _UNITS:
        number, rest = divmod(rest, size)
        if number:
            parts.append(words.text(name if number == 1 else f"{name}s", count=number))
        if len(parts) == 2 or (parts and not number):
            break
    if not parts:
        return words.text("seconds", count=0)
    return run(parts[0], *(one for part in parts[1:] for one in (words.text("space"), part)))


def moment(found: Moment) -> Text:
    """Return a time as it is written in the record, and its grade."""
    grade = same(found.grade)
    if found.grade != "T0":
        grade = words.text("grade.declared", grade=found.grade)
    return in_brackets(same(found.written), grade)


def instant(seconds: int) -> Text:
    """Return Unix seconds as a time in UTC."""
    return same(to_time(seconds))


def said(kind: Type, value: Any) -> Text:
    """Return what the record says for a field or member of this type."""
    if value is None:
        return NOT_STATED
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, NotApplicable):
        return NOT_APPLICABLE
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, int):
        return same(value)
    if isinstance(value, Moment):
        return moment(value)
    if isinstance(value, Span):
        return _span(value)
    if isinstance(value, list):
        inner = kind.item or kind
        separator = SEMICOLON if inner.kind == "object" else ENUMERATION
        return listed([said(inner, item) for item in value], separator)
    if isinstance(value, dict):
        return _members(kind, value)
    return _word(kind, str(value))


def is_commitment(value: Any) -> bool:
    """Whether an identifier is registered only as a commitment."""
    return isinstance(value, str) and value.startswith("commit:")


def _word(kind: Type, value: str) -> Text:
    if kind.kind in {"identifier", "commitment"} and is_commitment(value):
        return COMMITTED
    if value in kind.words:
        return label(kind.words[value])
    if value == "none" and kind.or_none:
        return NONE
    if kind.kind in {"digest", "sm3"}:
        return same(value)
    return theirs(value)


def _span(value: Span) -> Text:
    if value.first.written == value.last.written:
        return same(value.first.written)
    return words.text("from_to", first=value.first.written, last=value.last.written)


def _members(kind: Type, value: dict[str, Any]) -> Text:
    """Return the members that are given, each with its name; the leading one stands before them.

    What only a commitment stands for has nothing to be called by: it goes with the rest.
    """
    head: list[Text] = []
    rest: list[Text] = []
    is_committed = False
    for member in kind.members:
        if member.name not in value:
            continue
        raw = value[member.name]
        text = said(member.type, raw)
        hidden = member.name in _ALONE and is_commitment(raw)
        is_committed = is_committed or hidden
        if (member.name == kind.lead or member.name in _ALONE) and not hidden:
            head.append(text)
        else:
            plain_ = hidden or member.name in _UNNAMED
            rest.append(text if plain_ else named(ours(member.zh, member.en), text))
    if not rest:
        return joined(head) if head else NOT_STATED
    if head:
        return in_brackets(joined(head), joined(rest))
    return run(OPEN, joined(rest), CLOSE) if is_committed else joined(rest)


def joined(items: Sequence[Text], separator: Text = COMMA) -> Text:
    """Return the items with commas (or another sign) between them, however many there are."""
    pieces: list[Text] = []
    for item in items:
        pieces += [separator, item] if pieces else [item]
    return run(*pieces)


def each_member(kind: Type, value: Any, name: str) -> Text:
    """Return one member of an object, or of each object of a list in order."""
    if isinstance(value, dict):
        member = kind.member(name)
        return NOT_STATED if member is None else said(member.type, value.get(name))
    if isinstance(value, list) and kind.item is not None:
        inner = kind.item
        texts = [each_member(inner, item, name) for item in value]
        return listed(texts, ENUMERATION, NOT_STATED)
    return NOT_STATED


def plain(texts: Iterable[Text]) -> list[Text]:
    """Return the texts that say something."""
    return [text for text in texts if text not in {NOT_STATED, UNKNOWN, NOT_APPLICABLE}]
