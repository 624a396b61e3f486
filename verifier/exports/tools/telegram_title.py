"""The time of a message in Telegram Desktop's web page: ``01.05.2024 10:30:05 UTC+08:00``."""

from __future__ import annotations

import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final

TITLE: Final = re.compile(
    rb"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}):(\d{2}):(\d{2})(?: UTC([+-])(\d{2}):(\d{2}))?"
)
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()


def second_of(written: bytes, *, instants: bool) -> int | None:
    """Return the second of a title: an instant by its offset, or wall time; None for neither."""
    match = TITLE.fullmatch(written)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    midnight = _midnight(day, month, year)
    if midnight is None or hour > b"23" or minute > b"59" or second > b"59":
        return None
    value = midnight + int(hour) * 3600 + int(minute) * 60 + int(second)
    if not instants:
        return value
    if sign is None or off_hours > b"23" or off_minutes > b"59":
        return None
    offset = (int(off_hours) * 60 + int(off_minutes)) * 60
    value += offset if sign == b"-" else -offset
    return value if value >= 0 else None


@lru_cache(maxsize=4096)
def _midnight(day: bytes, month: bytes, year: bytes) -> int | None:
    try:
        days = calendar_date(int(year), int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    return days * 86400 if days >= 0 else None
