"""Values of a record made comparable: zones, times, digests, names. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from ...encoding import escape_bytes, to_time
from ...evidence.provenance.record import Moment, Span
from ...exports.cutting.json_object import unescape
from ...exports.inspection.gaps.shown import Shown
from ..material import SealedFile

MAX_TEXT: Final = 200
"""Longest text of the user in a finding, in characters."""
EAST: Final = 14 * 3600
"""The largest offset there is, in seconds."""
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
_CHINA: Final = frozenset((
    "Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Hong_Kong", "Asia/Macau",
    "Asia/Taipei", "PRC", "China Standard Time", "北京时间", "中国标准时间", "东八区",
))  # fmt: skip
"""Names of the one zone whose offset needs no table: +08:00 without summer time since 1992."""


def zone_of(text: Any) -> int | None:
    """Return the offset from UTC in seconds that a declared time zone means, None if unsure."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if text in _CHINA:
        return 8 * 3600
    if text in ("Z", "UTC", "GMT"):
        return 0
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60
    return (-seconds if match[1] == "-" else seconds) if seconds <= EAST else None


def is_date(moment: Moment) -> bool:
    """Tell whether an end of a period was written as a date."""
    return len(moment.written) == 10


def when(seconds: int) -> str:
    """Return a time in UTC."""
    return to_time(seconds) if 0 <= seconds < 253402300800 else str(seconds)


def shown(moment: Moment) -> str:
    """Return a time as the declarant wrote it, in one spelling."""
    return moment.written.replace(" ", "T")[:40]


def record_time(shown_: Shown, clock: str) -> str:
    """Return a record's time: UTC for an instant, and without a zone what a wall clock showed."""
    if shown_.te_lo is None:
        return "-"
    text = when(shown_.te_lo)
    return text if clock == "instant" else text.removesuffix("Z")


def on_clock(moment: Moment, clock: str) -> int:
    """Return a time on a file's clock: wall time as it was written, or Unix seconds."""
    return moment.seconds + (0 if clock == "instant" else moment.offset_seconds)


# -- digests and files --------------------------------------------------------------


def digest_of(item: Any, name: str) -> bytes | None:
    """Return the SHA-256 in a member of an object of the record."""
    value = item.get(name) if isinstance(item, dict) else None
    if not isinstance(value, str):
        return None
    try:
        digest = bytes.fromhex(value)
    except ValueError:
        return None
    return digest if len(digest) == 32 else None


def digests_in(values: list[Any]) -> Iterator[bytes]:
    """Yield the SHA-256 of a list of digests."""
    for value in values:
        digest = digest_of({"": value}, "")
        if digest is not None:
            yield digest


def name_of(file: SealedFile) -> str:
    """Return a file's name as text."""
    return bounded(escape_bytes(file.name))


def bounded(text: Any) -> str:
    """Return a text of the user, cut to what a finding may carry, without lone surrogates."""
    whole = str(text).encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= MAX_TEXT else whole[:MAX_TEXT] + "…"


# -- names --------------------------------------------------------------------------

_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_PHONE = re.compile(r"\+?[\d\s()\-\u00a0\u202f]{7,}", re.ASCII)
_NONE_WORDS: Final = frozenset((
    "none", "no", "nil", "no relation", "unrelated", "not related", "无", "无关", "没有", "无关系",
    "无利害关系", "没有利害关系", "无关联", "无任何关系", "不存在", "不存在利害关系",
))  # fmt: skip


def sender_name(sender: bytes, reader: str) -> str:
    """Return a sender as text: UTF-8, else GB18030, else with a mark for what is neither."""
    text: str
    for encoding in ("utf-8", "gb18030"):
        try:
            text = sender.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = sender.decode("utf-8", "replace")
    if "json" in reader and "\\" in text:
        text = unescape(text.encode("utf-8"))
    return text


def plain(text: str) -> str:
    """Return a name for comparing: without hidden characters, a phone number as its digits."""
    text = _HIDDEN.sub("", text).strip()
    if _PHONE.fullmatch(text):
        return re.sub(r"\D", "", text)[-11:]
    return text


def comparable(text: str) -> str:
    """Return words for comparing letter by letter: one width, one case, single spaces, nothing hidden."""
    return " ".join(_HIDDEN.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


def says_none(text: Any) -> bool:
    """Tell whether a text says nothing but "none"."""
    return isinstance(text, str) and plain(text).rstrip("。.;； ").casefold() in _NONE_WORDS


def as_span(value: Any) -> Span | None:
    """Return a period, None for anything else."""
    return value if isinstance(value, Span) else None


def as_moment(value: Any) -> Moment | None:
    """Return a time, None for anything else."""
    return value if isinstance(value, Moment) else None
