"""Which segments a disclosure shows: from record numbers or a period to ranges of the message tree.

For a period the rule is SPEC §9.6's: everything before the range must lie
certainly outside of it by ``pmax`` or ``pmin`` of the segment just before, and
everything after it by ``smin`` or ``smax`` of the segment just after. In a file
that is not in time order the range therefore reaches as far as it must.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.evidence.disclosed import Range
from verifier.evidence.period import REASONS, BadPeriod, Period, parse_period
from verifier.evidence.segment import FRAMING, RECORD
from verifier.evidence.time_bounds import Bounds

from .asked import Asked
from .opened import Private

_PERIOD_ZH: Final = {
    "spelling": "应写作 2024-03-01T00:00..2024-03-31T23:59；文件所载为时刻的，末尾再加时差，如 +08:00。",
    "no_times": "该文件没有可读的时间；请用 --records 或 --all。",
    "offset": "该文件的时间是未写明时区的当地时间；请去掉末尾的时差。",
    "no_offset": "该文件的时间是确切时刻；请在末尾写明时差，如 +08:00。",
    "order": "终点早于起点。",
    "calendar": "没有这样的日期或时间。",
    "zone": "没有这样的时差；东八区写作 +08:00。",
}
assert _PERIOD_ZH.keys() == REASONS.keys()


class Selection(NamedTuple):
    """Ranges of segments, what dates them from outside, and which of the records stay hidden.

    ``hidden`` maps segments to the fields that stay hidden; ``dates`` are
    segments outside the ranges and not beside the period. ``left`` and
    ``right`` are the record numbers of what stands beside a period, None where
    nothing does or it is no record; ``dating`` those of records that are shown
    because they date an undated one of the period. ``loose`` counts the records
    shown for a period whose own times do not lie wholly within it: they can mean
    several days, or the file is not in order of time.
    """

    ranges: tuple[Range, ...]
    period: Period | None
    hidden: dict[int, frozenset[str]]
    dates: frozenset[int]
    records: int
    left: int | None
    right: int | None
    dating: tuple[int, ...] = ()
    loose: int = 0

    def edges(self, segments: int) -> tuple[int | None, int | None]:
        """Return the segments just before and just after the period, where there are any."""
        if self.period is None:
            return None, None
        start, end = self.ranges[0]
        return (start - 1 if start else None), (end if end < segments else None)


def select(private: Private, n: int, asked: Asked) -> Selection:
    """Return what is asked for as segments; raises Refusal 65 naming what cannot be shown."""
    root = private.root(n)
    if not root.records:
        raise Refusal(
            EXIT_BAD_INPUT,
            "该文件未按消息切分，不能只出示其中一部分；请用 --all 出示整个文件。",
            "This file is not cut into records, so no part of it can be shown; use --all.",
        )
    period = None
    if asked.period is None:
        ranges, hidden = _by_number(private, n, asked, root.records)
    else:
        try:
            period = parse_period(asked.period, root.clock)
        except BadPeriod as error:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"--period：{_PERIOD_ZH[error.reason]}",
                f"--period: {REASONS[error.reason]}",
            ) from None
        ranges = (_by_period(private, n, period, root.segments),)
        hidden = _hidden(private, n, asked, ranges)
    found = Selection(ranges, period, hidden, frozenset(), 0, None, None)
    return _with_dates(private, n, found, root.segments)


def _by_number(
    private: Private, n: int, asked: Asked, records: int
) -> tuple[tuple[Range, ...], dict[int, frozenset[str]]]:
    last = max(numbers.last for numbers in asked.records)
    if last > records:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"该文件只有 {records} 条记录，没有第 {last} 条。",
            f"This file has {records} records; there is no record {last}.",
        )
    ranges: list[Range] = []
    wanted = iter(asked.records)
    numbers = next(wanted, None)
    number = start = 0
    for index, row in enumerate(private.rows(n)):
        if numbers is None:
            break
        if row.kind != RECORD:
            continue
        number += 1
        if number == numbers.first:
            start = index
        if number == numbers.last:
            ranges.append(Range(start, index + 1))
            numbers = next(wanted, None)
    # Two stretches with nothing between them are one: an end and a start may meet.
    merged: list[Range] = []
    for each in ranges:
        if merged and merged[-1].end == each.start:
            merged[-1] = Range(merged[-1].start, each.end)
        else:
            merged.append(each)
    return tuple(merged), _hidden(private, n, asked, tuple(merged))


def _hidden(
    private: Private, n: int, asked: Asked, ranges: tuple[Range, ...]
) -> dict[int, frozenset[str]]:
    """Return the hidden fields by segment; a number outside the ranges is refused."""
    if not asked.hidden:
        return {}
    hidden: dict[int, frozenset[str]] = {}
    number = 0
    for index, row in enumerate(private.rows(n)):
        if row.kind == RECORD:
            number += 1
            inside = any(start <= index < end for start, end in ranges)
            if number in asked.hidden and inside:
                hidden[index] = asked.hidden[number]
    if len(hidden) != len(asked.hidden):
        raise Refusal(
            EXIT_BAD_INPUT,
            "--redact 所列记录中有的不在出示范围内；未写出任何内容。",
            "--redact names records that are not among those shown; nothing was written.",
        )
    return hidden


def _by_period(private: Private, n: int, period: Period, segments: int) -> Range:
    """Return the narrowest range outside of which everything lies certainly outside the period."""
    left = right = None
    dated = False
    for index, (row, bounds) in enumerate(private.bounded_rows(n)):
        _, _, pmin, pmax, smin, smax, _ = bounds
        if pmin is None or pmax is None or smin is None or smax is None:
            break
        dated = True
        if row.kind != RECORD:
            continue  # what stands beside a period should show a date of its own
        if pmax < period.first or pmin > period.last:
            left = index
        if right is None and (smin > period.last or smax < period.first):
            right = index
    if not dated:
        raise Refusal(
            EXIT_BAD_INPUT,
            "该文件没有可读的时间，不能按时段出示；请用 --records 或 --all。",
            "This file shows no time that can be read, so no period of it can be shown; use "
            "--records or --all.",
        )
    start = 0 if left is None else left + 1
    return Range(start, segments if right is None or right < start else right)


def _with_dates(private: Private, n: int, found: Selection, segments: int) -> Selection:
    """Add what dates the shown records from outside, and count what is shown."""
    left, right = found.edges(segments)
    wanted: set[int] = set()
    records = number = loose = 0
    beside: dict[int, int] = {}
    for index, (row, bounds) in enumerate(private.bounded_rows(n)):
        number += row.kind == RECORD
        inside = any(start <= index < end for start, end in found.ranges)
        records += inside and row.kind == RECORD
        loose += inside and row.kind == RECORD and _is_loose(found.period, bounds)
        if index in (left, right) and row.kind == RECORD:
            beside[index] = number
        if not (inside and row.kind == RECORD) and index not in (left, right):
            continue
        source = bounds.source
        if source is not None:
            dated_by = index if row.dated_by is None else row.dated_by
            wanted.add(dated_by if source == index else source)
    outside = {
        index
        for index in wanted
        if not any(start <= index < end for start, end in found.ranges)
        and index not in (left, right)
    }
    if outside and found.period is None:
        # A date row may stand outside; another message is not shown for its date.
        kinds = {index: row.kind for index, row in enumerate(private.rows(n)) if index in outside}
        outside = {index for index in outside if kinds[index] == FRAMING}
    numbers = _numbers(private, n, outside)
    return found._replace(
        dating=numbers,
        dates=frozenset(outside),
        records=records,
        left=None if left is None else beside.get(left),
        right=None if right is None else beside.get(right),
        loose=loose,
    )


def _is_loose(period: Period | None, bounds: Bounds) -> bool:
    if period is None or bounds.te_lo is None or bounds.te_hi is None:
        return False
    return bounds.te_lo < period.first or bounds.te_hi > period.last


def _numbers(private: Private, n: int, indexes: set[int]) -> tuple[int, ...]:
    """Return the record numbers of those segments that are records."""
    number, found = 0, []
    for index, row in enumerate(private.rows(n) if indexes else ()):
        number += row.kind == RECORD
        if index in indexes and row.kind == RECORD:
            found.append(number)
    return tuple(found)
