"""Dates and times of day as exports write them, in seconds of the file's own clock.

Explicit grammars and no others: what the calendar or the clock does not have
is None, and nothing that is not written is filled in.
"""

from __future__ import annotations

from datetime import date as calendar_date
from functools import lru_cache
from typing import Final

from ..tools.whatsapp_time import ClockTime, DateForms, read_clock, read_date

_EPOCH: Final = calendar_date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def midnight(year: bytes, month: bytes, day: bytes) -> int | None:
    """Return the first second of a day since 1970, None where the calendar has none such."""
    if not 1970 <= int(year) <= 9999:
        return None
    try:
        ordinal = calendar_date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    return (ordinal - _EPOCH) * 86400


@lru_cache(maxsize=4096)
def midnight_of(date: bytes) -> int | None:
    """Return the first second of a day written ``2024-05-13``, whatever stands between."""
    return midnight(date[:4], date[5:7], date[8:10])


@lru_cache(maxsize=90_000)  # a day has 86,400 seconds, and chats repeat them
def any_clock(written: bytes) -> ClockTime | None:
    """Return the time of day in any of the spellings of 12 and 24 hours that ``read_clock`` knows."""
    return read_clock(b" " + written)


@lru_cache(maxsize=4096)
def any_date(written: bytes) -> DateForms | None:
    """Return the calendar readings of a date with a year of four digits, in front or last."""
    return read_date(written, year_first=False)


def time_of_day(written: bytes) -> int | None:
    """Return the second of the day written ``09:05:07``; None where no clock shows it."""
    if written[:2] > b"23" or written[3:5] > b"59" or written[6:] > b"59":
        return None
    return int(written[:2]) * 3600 + int(written[3:5]) * 60 + int(written[6:])


def second_of(date: bytes, clock: bytes) -> int | None:
    """Return the second written ``2024-05-13`` and ``09:05:07``."""
    day = midnight_of(date)
    second = time_of_day(clock)
    return None if day is None or second is None else day + second
