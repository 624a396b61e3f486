"""Times for people: every instant of ours is printed with the time of day in Beijing.

The formats of this program know UTC only. One pass over a finished document
puts the local reading beside each instant; what others wrote, statute texts and
command lines stay as they are. Beijing has been at UTC+8 without summer time
since 1991.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, Final

from ..encoding import parse_time, to_time
from ..errors import Malformed
from .document import Bullets, Document, Entry, Line, Pair, Quotation, Section, Table
from .marked import CLOSE, OPEN, pieces

BEIJING: Final = 8 * 3600
_INSTANT: Final = re.compile(r"(?<![\dA-Za-z:+-])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?![\dA-Za-z])")
_BEFORE_WORDS: Final = re.compile(r"(?<=Z）) (?=[\u4e00-\u9fff])")
"""A space that a full-width bracket makes superfluous."""


def local(text: str, lang: str) -> str:
    """Return a sentence with the time in Beijing beside each instant that is not someone's words."""

    def both(match: re.Match[str]) -> str:
        try:
            there = to_time(parse_time(match[0], "time") + BEIJING)
        except (Malformed, ValueError, OverflowError):
            return match[0]  # it looks like an instant and is none
        day, clock = there.removesuffix("Z").split("T")
        if lang == "zh":
            return f"{day} {clock}（北京时间；{match[0]}）"
        return f"{match[0]} ({'' if match[0].startswith(day) else f'{day} '}{clock} in Beijing)"

    def said(piece: str) -> str:
        found, count = _INSTANT.subn(both, piece)
        return _BEFORE_WORDS.sub("", found) if count and lang == "zh" else found

    return "".join(
        f"{OPEN}{piece}{CLOSE}" if others else said(piece) for piece, others in pieces(text)
    )


def with_local_times(document: Document) -> Document:
    """Return the document with the local reading of every instant in our own words."""
    found: Document = _inside(document, document.lang)
    return found


def _inside(part: Any, lang: str) -> Any:
    changed = {each.name: _value(getattr(part, each.name), lang) for each in fields(part)}
    return replace(part, **changed)


def _value(value: object, lang: str) -> object:
    if isinstance(value, str):
        return local(value, lang)
    if isinstance(value, tuple):
        return tuple(_value(each, lang) for each in value)
    if isinstance(value, Quotation) or (isinstance(value, Line) and value.kind == "command"):
        return value
    if isinstance(value, Line | Pair | Bullets | Table | Entry | Section):
        return _inside(value, lang)
    return value
