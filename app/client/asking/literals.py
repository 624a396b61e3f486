"""From what a person types to the spelling of a TOML value.

What cannot be meant as a value of its type is refused at once, in words; whether
a value is right is for the record's own reader.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from verifier.evidence.provenance.fields import Type

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)? ?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_DIGITS: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_YES: Final = frozenset({"y", "yes", "true", "是", "有", "能", "可以"})
_NO: Final = frozenset({"n", "no", "false", "否", "没有", "无", "不能"})
_NOW: Final = frozenset({"now", "现在"})

_ANY_DATE: Final = re.compile(r"\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]")
"""What a person means as a date, however it is written."""

Clock = Callable[[], float]


class NotUnderstood(Exception):
    """The answer cannot be what it was meant to be; holds the sentence in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def _no_time() -> NotUnderstood:
    return NotUnderstood(
        "时间请写成 2026-03-02 10:41:07 +08:00（缺少时区的，北京时间在末尾加 +08:00），日期请写成 2026-03-02。",
        "Write a time as 2026-03-02 10:41:07 +08:00 (with its zone) and a date as 2026-03-02.",
    )


def quoted(text: str) -> str:
    """Return a TOML basic string (JSON's escapes are a subset of TOML's, but for U+007F)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def literal(kind: Type, text: str, clock: Clock = time.time) -> str:
    """Return ``text`` as a value of a plain type: no list, no object. Raises NotUnderstood."""
    text = text.strip()
    spell = _SPELLINGS.get(kind.kind)
    if spell is not None:
        return spell(kind, text, clock)
    return quoted(text)


def _bool(_: Type, text: str, __: Clock) -> str:
    word = text.casefold()
    if word not in _YES | _NO:
        raise NotUnderstood("请输入 是 或 否。", "Type yes or no.")
    return "true" if word in _YES else "false"


def _int(_: Type, text: str, __: Clock) -> str:
    if not _DIGITS.fullmatch(text):
        raise NotUnderstood("请输入数字。", "Type a number.")
    return text


def _enum(kind: Type, text: str, _: Clock) -> str:
    """Take a word, its number in the list, or its name in either language."""
    words = list(kind.words)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(words):
        return quoted(words[int(text) - 1])
    for word, label in kind.words.items():
        if text.casefold() in (word, label.zh.casefold(), label.en.casefold()):
            return quoted(word)
    count = len(words)
    raise NotUnderstood(f"请输入 1 至 {count}。", f"Type a number from 1 to {count}.")


def _timestamp(kind: Type, text: str, clock: Clock) -> str:
    if text.casefold() in _NOW:
        return now(clock)
    match = _TIME.fullmatch(text)
    if match is None:
        if _DATE.fullmatch(text) and kind.kind != "timestamp":
            return text
        raise _no_time()
    date, minutes, seconds, offset = match.groups()
    return f"{date}T{minutes}{seconds or ':00'}{offset}"


def _interval(kind: Type, text: str, clock: Clock) -> str:
    """Take two times or dates with 至, ``to``, ``..`` or ``/`` between them."""
    ends = re.split(r"\s*(?:至|\bto\b|\.\.|/)\s*", text)
    if len(ends) != 2:
        raise NotUnderstood(
            "请写起止两个时间，中间写“至”，如 2025-06-01 至 2025-12-31。",
            "Write two times with .. between them, such as 2025-06-01 .. 2025-12-31.",
        )
    return f"[{', '.join(_timestamp(kind, end, clock) for end in ends)}]"


def _point(kind: Type, text: str, clock: Clock) -> str:
    if _TIME.fullmatch(text):
        return _timestamp(kind, text, clock)
    if _ANY_DATE.match(text):
        raise _no_time()
    return quoted(text)


def now(clock: Clock = time.time) -> str:
    """Return this machine's time with its own offset, in whole seconds."""
    seconds = int(clock())
    offset = time.localtime(seconds).tm_gmtoff or 0
    zone = timezone(timedelta(seconds=offset)) if offset else UTC
    return datetime.fromtimestamp(seconds, zone).isoformat()


_SPELLINGS: Final[dict[str, Callable[[Type, str, Clock], str]]] = {
    "bool": _bool,
    "int": _int,
    "enum": _enum,
    "timestamp": _timestamp,
    "date": _timestamp,
    "interval": _interval,
    "point": _point,
}
