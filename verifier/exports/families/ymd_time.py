"""A date and time written year first, as programs in Chinese write them.

``2024-05-01 10:30:05``, ``2024/5/1 10:30`` (a spreadsheet program's spelling,
to the minute): four digits of the year first, so no order is open.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from functools import lru_cache
from typing import Final

_TIME = re.compile(
    rb"(\d{4}[-/]\d{1,2}[-/]\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII
)  # fmt: skip
_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()


def read_time(written: bytes) -> tuple[int, int] | None:
    """Return the first and last second of a written wall time; None if it is none.

    Seconds count from 1970-01-01T00:00:00 of the same clock. Nothing may stand
    before or after; years before 1970 are none.
    """
    match = _TIME.fullmatch(written)
    if match is None:
        return None
    date, hour, minute, second = match.groups()
    midnight = _midnight(date)
    if midnight is None or int(hour) > 23 or minute > b"59" or (second or b"") > b"59":
        return None
    first = midnight + int(hour) * 3600 + int(minute) * 60
    return (first, first + 59) if second is None else (first + int(second),) * 2


@lru_cache(maxsize=4096)
def _midnight(date: bytes) -> int | None:
    separator = date[4:5]
    parts = date.split(separator)
    if len(parts) != 3:
        return None
    year, month, day = map(int, parts)
    if year < 1970:
        return None
    try:
        return (calendar_date(year, month, day).toordinal() - _EPOCH) * 86400
    except ValueError:
        return None
