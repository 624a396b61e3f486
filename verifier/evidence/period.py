"""A period as a person types it, and the seconds that it covers.

    2024-03-01T00:00..2024-03-31T23:59            wall time of the file's own clock
    2024-03-01T00:00..2024-03-31T23:59+08:00      instants: one offset for both ends

SPEC §9.6. Each end is a date, or a date and a time to the minute or second. It
means its whole unit: the period runs from the first second of the first end to
the last second of the last one. Where a file's clock is wall time an offset is
refused, because nothing says which zone that clock was in; where it has
instants, a period without an offset would mean nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from ..errors import Malformed

# The hours by hand: later versions of Python read 24:00 as the next day.
_END = r"\d{4}-\d{2}-\d{2}(?:T(?:[01]\d|2[0-3]):\d{2}(?::\d{2})?)?"
_PERIOD: Final = re.compile(rf"({_END})\.\.({_END})([+-]\d{{2}}:\d{{2}})?", re.ASCII)
_DAY, _MINUTE = len("2024-03-01"), len("2024-03-01T00:00")
_UNITS: Final = {_DAY: 86400, _MINUTE: 60, _MINUTE + 3: 1}
_MOST_MINUTES: Final = 14 * 60
REASONS: Final = {
    "spelling": "not in its one spelling; write 2024-03-01T00:00..2024-03-31T23:59, with +08:00 "
    "after it where the file has instants",
    "no_times": "the file has no times that are read",
    "offset": "the file's times are wall time without a zone; leave the offset out",
    "no_offset": "the file's times are instants; write the offset, such as +08:00",
    "order": "its end lies before its beginning",
    "calendar": "no such date or time",
    "zone": "no offset in use",
}


class BadPeriod(Malformed):
    """A period that cannot be used; ``reason`` is one of ``REASONS``, for words in any language."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"period: {REASONS[reason]}")
        self.reason = reason


class Period(NamedTuple):
    """First and last second, in the clock of the file, and the text that says so."""

    first: int
    last: int
    text: str


def parse_period(text: str, clock: str) -> Period:
    """Return the period for a file whose clock is ``wall`` or ``instant``.

    Raises BadPeriod for another spelling, for ends in the wrong order, for an
    offset where there can be none, a missing one, and a file without times.
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise BadPeriod("spelling")
    begin, end, offset = match.groups()
    if clock == "none":
        raise BadPeriod("no_times")
    if clock == "wall" and offset is not None:
        raise BadPeriod("offset")
    if clock == "instant" and offset is None:
        raise BadPeriod("no_offset")
    east = _offset_seconds(offset) if offset is not None else 0
    first, _ = _bounds(begin)
    _, last = _bounds(end)
    if last < first:
        raise BadPeriod("order")
    return Period(first - east, last - east, text)


def _bounds(end: str) -> tuple[int, int]:
    """Return the first and last second of one end, as if the clock showed UTC."""
    try:
        moment = datetime.fromisoformat(end).replace(tzinfo=UTC)
    except ValueError:
        raise BadPeriod("calendar") from None
    first = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return first, first + _UNITS[len(end)] - 1


def _offset_seconds(offset: str) -> int:
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    total = hours * 60 + minutes
    if minutes > 59 or total > _MOST_MINUTES or (total == 0 and offset[0] == "-"):
        raise BadPeriod("zone")
    return (-60 if offset[0] == "-" else 60) * total


def to_written(second: int, clock: str, offset_seconds: int = 0) -> str:
    """Return one second of that clock as ``2024-03-01T00:00:00``, with the offset for instants."""
    zone = timezone(timedelta(seconds=offset_seconds))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    return moment.astimezone(zone).isoformat() if clock == "instant" else moment.isoformat()[:19]
