"""Short names in a row's sentences that a reader cannot resolve alone, and what they stand for.

The sentences are those of the rule base, letter for letter; where one says G5,
要点3, WX-3 or BIC-CASE, the report says beside it what that is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ..law.rules import GROUPS, PRACTICE, ROWS, Row, source_of
from .words import Words

_POINT: Final = re.compile(r"要点(\d+)")
_PARTS: Final = ("element", "evidence", "present", "missing", "fail", "consequence", "note")


def legend(row: Row, words: Words, *parts: str) -> list[str]:
    """Return one entry for each short name in the row's own sentences (``parts``: only in these)."""
    text = "\n".join(str(getattr(row, f"{part}_{words.lang}")) for part in parts or _PARTS)
    found: dict[str, str] = {}
    for match in _short_names().finditer(text):
        found.setdefault(match[0], _meaning(match[0], words))
    for match in _POINT.finditer(text):
        source = source_of(f"WX-{match[1]}", words.lang)
        found.setdefault(match[0], words("legend.source", id=match[0], source=source))
    return list(found.values())


@cache
def _short_names() -> re.Pattern[str]:
    names = sorted((*GROUPS, *PRACTICE), key=len, reverse=True)
    inside = "[A-Za-z0-9-]"
    return re.compile(rf"(?<!{inside})(?:{'|'.join(map(re.escape, names))})(?!{inside})")


def _meaning(name: str, words: Words) -> str:
    if name in PRACTICE:
        return words("legend.source", id=name, source=source_of(name, words.lang))
    rows = [row.id for row in ROWS.values() if row.group == name]
    title = words.title(GROUPS[name])
    return words("legend.group", id=name, title=title, first=rows[0], last=rows[-1])
