"""What a row says where its sentence for "missing" would say more than anybody knows.

That nothing is recorded is no finding that there is nothing. A sentence of the
matrix that asserts a fact ("the carrier is lost") is used only where the
declarant says so; else a row says that it is not stated, by whom not, and what
*is* stated of the point.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..evidence.provenance.fields import FIELDS
from . import saying, words
from .case import Case
from .examination import NO_RECORD, WITHHELD, WITHOUT_RECORD, Text
from .known import UNKNOWN

LISTS: Final = frozenset({"M93-04", "MC-02"})
"""Rows whose sentence names by itself what is lacking."""


_NAMES: Final = frozenset((
    "item.no", "item.title", "item.category", "item.kind", "item.purpose", "item.files",
    "decl.declarant", "decl.created_at",
))  # fmt: skip


def label(field: str) -> Text:
    """Return a field's name."""
    return saying.ours(FIELDS[field].zh, FIELDS[field].en)


def labels(fields: list[str]) -> Text:
    """Return the names of fields."""
    pieces: list[Text] = []
    for field in fields:
        pieces += [saying.ENUMERATION, label(field)] if pieces else [label(field)]
    return saying.run(*pieces)


def is_unusable(case: Case) -> bool:
    """Whether there may be a record, but none that was reached from the anchored manifest."""
    if case.known.record is not None or case.result is None:
        return False
    return case.phase.word in WITHOUT_RECORD - {NO_RECORD}


def given(case: Case, fields: Iterable[str]) -> list[str]:
    """Return what the declarant says that bears on a row, without what only names the material."""
    known = case.known
    return [
        field
        for field in dict.fromkeys(fields)
        if field not in _NAMES
        and FIELDS[field].source == "declarant"
        and known.filled(field)
        and known.get(field) != []
    ]


def silent(case: Case, row: str, *, platform: bool) -> Text | None:
    """Return that a row's point is not stated, None where no word for the point is kept."""
    key = f"what.{row}"
    if key not in words.WORDS:
        return None
    zh, en = words.WORDS[key]
    if platform:
        source = "platform" if case.material.declaration is None else "platform_there"
    elif case.known.record is not None:
        source = "record"
    else:
        source = "unusable" if is_unusable(case) else "none"
        source = WITHHELD if case.phase.word == WITHHELD else source
    frame_zh, frame_en = words.WORDS[f"silent.{source}"]
    return saying.ours(frame_zh.replace("{what}", zh), frame_en.replace("{what}", en))


def partly(case: Case, given: list[str], absent: list[str]) -> Text:
    """Return what is declared of a point, then what is not, with the reasons given for that."""
    known = case.known
    unknown = [field for field in absent if known.state(field) == UNKNOWN]
    unsaid = [field for field in absent if field not in unknown]
    parts: list[Text] = []
    if given:
        parts.append(saying.named(words.text("partly.given"), labels(given)))
    if unsaid:
        parts.append(saying.named(words.text("partly.unsaid"), labels(unsaid)))
    for field in unknown:
        said = saying.named(words.text("partly.unknown"), label(field))
        reason = known.reason(field)
        if reason:
            why = saying.named(words.text("reason"), saying.theirs(reason))
            said = saying.in_brackets(said, why)
        parts.append(said)
    return sentence(parts)


def sentence(parts: list[Text]) -> Text:
    """Return the parts with semicolons between them, however many there are."""
    pieces: list[Text] = []
    for part in parts:
        pieces += [saying.SEMICOLON, part] if pieces else [part]
    return saying.run(*pieces)
