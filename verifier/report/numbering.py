"""Numbers before the headings of a report, so that people can say which part they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .document import Section

_DIGITS: Final = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """Return 1 to 99 as Chinese headings have it: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def numbered(sections: Sequence[Section], lang: str) -> tuple[Section, ...]:
    """Return the sections with their numbers in their titles."""
    return tuple(
        replace(each, title=f"{numeral(n)}、{each.title}" if lang == "zh" else f"{n}. {each.title}")
        for n, each in enumerate(sections, 1)
    )
