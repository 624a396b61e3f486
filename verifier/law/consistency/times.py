"""P-02, P-03: the order of the points in time that are declared, and the messages' own times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final, NamedTuple

from ...evidence.provenance.record import Moment, Span
from ...exports.inspection.summary import Summary
from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import as_moment, as_span, is_date, record_time, shown, when

_ORDER_ROWS: Final = ("M18-09",)
_MESSAGE_ROWS: Final = ("M18-09", "M93-02")


class _Point(NamedTuple):
    """A point in the order: the seconds it can mean, its grade, and whose clock it is."""

    field: str
    text: str
    earliest: int
    latest: int
    grade: str
    clock: str  # device | log | verifier


def order(material: Material) -> CheckOutcome:
    """P-02: generated, extracted, declared, anchored, verified, in this order.

    Points that are not known are passed over. On one clock any step back
    counts; between two clocks the tolerance of ``Look`` is allowed. A date
    counts as its whole day: only what is certain is reported.
    """
    sheet, look = Sheet("P-02"), Look(material)
    _grades(sheet, look)
    points = _points(look)
    declared = [point for point in points if point.clock == "device"]
    if not declared or len(points) < 2:
        return look.lacks(sheet, "gen.period", "acq.time", "decl.created_at")
    for before, after in pairwise(points):
        allowed = 0 if before.clock == after.clock else look.tolerance
        if before.earliest > after.latest + allowed:
            sheet.contradiction(
                "ORDER",
                _ORDER_ROWS,
                (before.field, after.field),
                first=before.field,
                first_time=before.text,
                first_grade=before.grade,
                second=after.field,
                second_time=after.text,
                second_grade=after.grade,
            )
    why, values = look.why_not("gen.period", "acq.time", "decl.created_at")
    return sheet.outcome(why, **values, points=" ".join(point.field for point in points))


def _grades(sheet: Sheet, look: Look) -> None:
    """Raise each time whose grade rests on a measured clock where no measurement is declared."""
    if look.record is None or look.get("src.device.clock_offset") is not None:
        return
    for field, value in look.record.values.items():
        claimed = sorted(set(_claimed(value)))
        if claimed:
            sheet.raise_(
                "GRADE_WITHOUT_MEASUREMENT", _ORDER_ROWS, (field, "src.device.clock_offset"),
                what=field, declared=claimed[-1],
            )  # fmt: skip


def _claimed(value: Any) -> Iterator[str]:
    """Yield the grades above T0 that a value of the record claims."""
    if isinstance(value, Moment):
        if value.grade != "T0":
            yield value.grade
    elif isinstance(value, dict):
        if value.get("time_grade", "T0") != "T0":
            yield str(value["time_grade"])
        for each in value.values():
            yield from _claimed(each)
    elif isinstance(value, list | Span):
        for each in value:
            yield from _claimed(each)


def _points(look: Look) -> list[_Point]:
    found = []
    period = as_span(look.get("gen.period"))
    if period is not None:
        end = period.last
        text = end.written if is_date(end) else shown(end)
        first, last = look.earliest(end), look.latest(end)
        found.append(_Point("gen.period", text, first, last, end.grade, "device"))
    for field, name in (("acq.time", "started_at"), ("acq.time", "ended_at")):
        moment = as_moment(look.member(field, name))
        if moment is not None:
            found.append(_declared(f"{field}#{name}", moment))
    created = as_moment(look.get("decl.created_at"))
    if created is not None:
        found.append(_declared("decl.created_at", created))
    material = look.material
    if material.receipt is not None:
        # The log's own word: a time-stamp bounds it and makes no more of it.
        received = material.receipt.entry.received
        found.append(_Point("anc.time", when(received), received, received, "T0", "log"))
        if material.at:
            at = material.at
            found.append(_Point("ver.run", when(at), at, at, "T0", "verifier"))
    return found


def _declared(field: str, moment: Moment) -> _Point:
    second = moment.seconds
    return _Point(field, shown(moment), second, second, moment.grade, "device")


def message_times(material: Material) -> CheckOutcome:
    """P-03: no message is later than the end of the extraction, none later than anchoring.

    Where a file shows wall time without a zone, the device's declared zone
    turns it into an instant; without that nothing is compared. The tolerance
    is that of ``Look``. The newest record is the one that is certainly latest,
    over every reading of an undecided date.
    """
    sheet, look = Sheet("P-03"), Look(material)
    chats = [(file, each) for file, each in look.chats() if each.newest is not None]
    if not chats:
        return look.no_chats(sheet) if not look.chats() else sheet.outcome("NO_TIMES")
    bounds = []
    ended = as_moment(look.member("acq.time", "ended_at"))
    if ended is not None:
        bounds.append(("MESSAGE_AFTER_ACQUISITION", "acq.time", ended.seconds, shown(ended)))
    if material.receipt is not None:
        received = material.receipt.entry.received
        bounds.append(("MESSAGE_AFTER_ANCHORING", "anc.time", received, when(received)))
    if not bounds:
        return look.lacks(sheet, "acq.time")
    why, values = ("", {}) if ended is not None else look.why_not("acq.time")
    for file, summary in chats:
        newest = summary.newest
        second = instant(look, summary)
        if newest is None or second is None:
            why, values = why_no_zone(look)
            continue
        for code, field, bound, declared in bounds:
            if second > bound + look.tolerance:
                sheet.contradiction(
                    code,
                    _MESSAGE_ROWS,
                    (field, "src.device.clock_offset"),
                    file=file.position,
                    segment=newest.segment,
                    found=record_time(newest, summary.clock),
                    declared=declared,
                    tolerance=look.tolerance,
                )
    return sheet.outcome(why, **values)


def instant(look: Look, summary: Summary) -> int | None:
    """Return the newest record's least time as Unix seconds, None where no zone is known."""
    if summary.newest is None or summary.newest.te_lo is None:
        return None
    if summary.clock == "instant":
        return summary.newest.te_lo
    return None if look.zone is None else summary.newest.te_lo - look.zone


def why_no_zone(look: Look) -> tuple[str, dict[str, str | int]]:
    """Return code and values for a wall clock whose zone is not known."""
    if look.record is None:
        return look.why_not()
    said = look.member("src.device.clock_offset", "timezone")
    return ("NO_TIME_ZONE" if said is None else "TIME_ZONE_UNREADABLE"), {}
