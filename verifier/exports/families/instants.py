"""Times as structured exports write them, turned into whole seconds.

Each function takes the bytes as written and returns None for anything that is
not exactly of its form, for a date that does not exist, and (``wall_seconds``
apart) for what lies before 1970. None lies after 9999. Parts of a second are cut off, never rounded.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final

_MAX_SECONDS: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()
_SECONDS = re.compile(rb"\d{1,12}")
_MILLISECONDS = re.compile(rb"\d{1,15}")
_FRACTION = re.compile(rb"(\d{1,12})\.\d{1,9}")
_WALL = re.compile(rb"(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d):(\d\d)")
_RFC3339 = re.compile(
    rb"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?+(?:([+-])(\d\d):(\d\d)|[Zz])"
)
_QUARTER: Final = 900
EAST: Final = 14 * 3600
WEST: Final = 12 * 3600
"""Clocks on earth run at most so far ahead of UTC, and so far behind."""


def unix_seconds(written: bytes) -> int | None:
    """Read ``1714530605``."""
    return _bounded(int(written)) if _SECONDS.fullmatch(written) else None


def unix_milliseconds(written: bytes) -> int | None:
    """Read ``1714530605123`` as whole seconds."""
    return _bounded(int(written) // 1000) if _MILLISECONDS.fullmatch(written) else None


def unix_fraction(written: bytes) -> int | None:
    """Read ``1714530605.000100`` as whole seconds."""
    match = _FRACTION.fullmatch(written)
    return _bounded(int(match[1])) if match else None


def wall_seconds(written: bytes) -> int | None:
    """Read ``2024-05-13 10:30:05`` (or with a T) as if the clock showed UTC."""
    match = _WALL.fullmatch(written)
    return _of_day(*match.groups()) if match else None


def rfc3339(written: bytes) -> int | None:
    """Read ``2024-05-13T10:30:05.25+08:00`` (RFC 3339 §5.6) as whole seconds."""
    thousandths = rfc3339_milliseconds(written)
    return None if thousandths is None else thousandths // 1000


def rfc3339_milliseconds(written: bytes) -> int | None:
    """Read an RFC 3339 time as whole milliseconds."""
    match = _RFC3339.fullmatch(written)
    if match is None:
        return None
    date, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    seconds = _of_day(date, hour, minute, second)
    if seconds is None:
        return None
    if sign:
        if hours > b"23" or minutes > b"59":
            return None
        east = int(hours) * 3600 + int(minutes) * 60
        seconds += east if sign == b"-" else -east
    if _bounded(seconds) is None:
        return None
    return seconds * 1000 + int((fraction or b"0").ljust(3, b"0")[:3])


def offset_between(wall: int, instant: int) -> int | None:
    """Return the seconds east of UTC at which a clock shows ``wall``; None if no clock does."""
    offset = wall - instant
    return None if offset % _QUARTER or not -WEST <= offset <= EAST else offset


def offset_text(seconds: int) -> str:
    """Return an offset as ``+08:00``."""
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _bounded(seconds: int) -> int | None:
    return seconds if 0 <= seconds <= _MAX_SECONDS else None


def _of_day(date: bytes, hour: bytes, minute: bytes, second: bytes) -> int | None:
    midnight = _midnight(date)
    if midnight is None or hour > b"23" or minute > b"59" or second > b"59":
        return None
    return midnight + int(hour) * 3600 + int(minute) * 60 + int(second)


@lru_cache(maxsize=4096)
def _midnight(date: bytes) -> int | None:
    """Return the first second of a day written ``2024-05-13``, which a chat repeats."""
    try:
        day = calendar_date(int(date[:4]), int(date[5:7]), int(date[8:]))
    except ValueError:
        return None
    return (day.toordinal() - _EPOCH) * 86400
