"""The date of a mail, as RFC 5322 §3.3 writes it, to Unix seconds.

    Wed, 1 May 2024 10:30:05 +0800 (CST)

Only a complete date with a numeric offset, or with UT, UTC or GMT, is an
instant. Names of zones are not read: CST is an hour in Shanghai to one mailer
and one in Chicago to the next. Years of two digits are not read either. A date
without seconds spans its minute.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final, NamedTuple

_MONTHS: Final = {
    b"jan": 1, b"feb": 2, b"mar": 3, b"apr": 4, b"may": 5, b"jun": 6,
    b"jul": 7, b"aug": 8, b"sep": 9, b"oct": 10, b"nov": 11, b"dec": 12,
}  # fmt: skip
_SPACE = rb"[ \t]{1,8}"
DATE: Final = re.compile(
    rb"(?:(?:mon|tue|wed|thu|fri|sat|sun),?[ \t]{0,8})?(\d{1,2})" + _SPACE
    + rb"(" + b"|".join(_MONTHS) + rb")" + _SPACE + rb"(\d{4})" + _SPACE
    + rb"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:" + _SPACE
    + rb"(?:([+-])(\d{2})(\d{2})|(?:gmt|utc?))(?![0-9A-Za-z]))?",
    re.IGNORECASE,
)  # fmt: skip
"""A date with or without an offset."""
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()
_UTC: Final = (b"c", b"C", b"t", b"T")


class Instant(NamedTuple):
    """A date as written, without what may follow it, and the first and last second it means."""

    written: bytes
    lo: int
    hi: int


def read_date(value: bytes) -> Instant | None:
    """Return the instant at the beginning of a field's value, None for anything less than one."""
    match = DATE.match(value)
    if match is None:
        return None
    day, name, year, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    if sign is None and not match[0].endswith(_UTC):
        return None
    midnight = _midnight(day, name, year)
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if midnight is None or hours > 23 or minutes > 59 or seconds > 60:
        return None
    offset = 0
    if sign is not None:
        if int(off_hours) > 23 or int(off_minutes) > 59:
            return None
        offset = (int(off_hours) * 3600 + int(off_minutes) * 60) * (-1 if sign == b"-" else 1)
    lo = midnight + hours * 3600 + minutes * 60 + seconds - offset
    return Instant(match[0], lo, lo + (59 if second is None else 0)) if lo >= 0 else None


@lru_cache(maxsize=4096)
def _midnight(day: bytes, name: bytes, year: bytes) -> int | None:
    """Return the first second of a day in UTC, None for one that does not exist or is before 1970."""
    try:
        date = calendar_date(int(year), _MONTHS[name.lower()], int(day))
    except ValueError:
        return None
    days = date.toordinal() - _EPOCH
    return days * 86400 if days >= 0 else None
