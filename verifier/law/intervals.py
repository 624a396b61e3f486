"""The three intervals: creation → export → anchoring → verification.

Article 16 reaches only the last of them. Each end has its own grade; an end in
a clock without a zone is no instant and gives no length.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..encoding import parse_time
from ..evidence.provenance.record import Moment, Span
from ..proven_time import proven_time
from .consistency.declared import Look
from .consistency.values import is_date, zone_of
from .examination import Interval, Point
from .known import Known
from .material import Material

NAMES: Final = ("creation_export", "export_anchoring", "anchoring_verification")
_DAY: Final = 86400


def intervals_of(material: Material, known: Known) -> list[Interval]:
    """Return the three intervals in order."""
    oldest, created, why_created = _created(material, known)
    no_export = "interval.no_export"
    if material.withheld is not None and material.withheld.record:
        no_export = "interval.withheld"
    started, ended = _exported(known)
    anchored, verified = _anchored(material), _verified(material)
    unanchored = "interval.not_anchored" if material.result is None else "interval.no_receipt"
    before = _between(NAMES[1], ended, anchored, no_export, unanchored)
    after = _between(NAMES[2], anchored, verified, unanchored, "interval.no_time_given")
    proven = _proven(material)
    return [
        _between(NAMES[0], created, started, why_created, no_export, oldest),
        _with_proof(before, before.first, proven, proven),
        _with_proof(after, proven, after.last, proven),
    ]


def _with_proof(
    found: Interval, first: Point | None, last: Point | None, proven: Point | None
) -> Interval:
    """Return the interval with its length to or from the proven time, where that is not negative."""
    if found.seconds is None or found.seconds < 0 or first is None or last is None:
        return replace(found, proven=proven)
    length = last.seconds - first.seconds
    return replace(found, proven=proven, proven_seconds=length if length >= 0 else None)


def _between(
    name: str,
    first: Point | None,
    last: Point | None,
    without_first: str,
    without_last: str,
    oldest: Point | None = None,
) -> Interval:
    if first is None or last is None:
        why = without_first if first is None else without_last
        return Interval(name, first, last, None, why, oldest)
    seconds = last.seconds - first.seconds
    if first.written and -_DAY < seconds < 0:
        seconds = 0  # on the very day that is named: nobody knows how long after
    why = "interval.reversed" if seconds < 0 else ""
    longest = None if oldest is None else last.seconds - oldest.seconds
    return Interval(name, first, last, seconds, why, oldest, longest)


def _grade(declared: str, known: Known) -> str:
    """Return what a declared grade counts for: T0, or T1 where the clock is said to have been measured.

    No declarant gives more; and measured means how, and when, before the
    acquisition ended.
    """
    method = known.member("src.device.clock_offset", "method")
    measured = known.member("src.device.clock_offset", "measured_at")
    ended = known.member("acq.time", "ended_at")
    if declared != "T1" or not method or not isinstance(measured, Moment):
        return "T0"
    return "T1" if isinstance(ended, Moment) and measured.seconds <= ended.seconds else "T0"


def _created(material: Material, known: Known) -> tuple[Point | None, Point | None, str]:
    """Return when creation began and ended, and why not: as declared, else from the records."""
    period = known.get("gen.period")
    if isinstance(period, Span):
        return _at(period.first, known), _at(period.last, known, is_last=True), ""
    if material.withheld is not None:
        key = "withheld" if material.withheld.record else "part"
        return None, None, f"interval.{key}"  # part of the material is not the whole
    zone = zone_of(known.member("src.device.clock_offset", "timezone"))
    found: list[tuple[Point, Point]] = []
    for file, summary in Look(material).chats():
        if summary.earliest is None or summary.latest is None:
            continue
        if summary.clock == "wall" and zone is None:
            return None, None, "interval.wall_clock"  # part of the material is not the whole
        position = file.position
        offset = 0 if summary.clock == "instant" else zone
        if offset is not None and summary.clock in {"instant", "wall"}:
            grade, source = _grade("T1", known), f"file.{position}"
            # The first second that the newest record can mean: minutes may hide 59 more.
            newest = summary.newest.te_lo if summary.newest is not None else None
            until = summary.latest if newest is None else newest
            ends = (summary.earliest - offset, until - offset)
            found.append((Point(ends[0], grade, source), Point(ends[1], grade, source)))
    if found:
        return min(each[0] for each in found), max(each[1] for each in found), ""
    return None, None, "interval.no_creation"


def _at(moment: Moment, known: Known, *, is_last: bool = False) -> Point:
    """Return an end of a period: of a day that is only named, its first or last second there.

    "There" is the device's declared zone, else that in which the export's time is written.
    """
    seconds = moment.seconds
    if is_date(moment):
        zone = zone_of(known.member("src.device.clock_offset", "timezone"))
        started = known.member("acq.time", "started_at")
        if zone is None:
            zone = started.offset_seconds if isinstance(started, Moment) else 0
        seconds = seconds - seconds % _DAY - zone + (_DAY - 1 if is_last else 0)
        return Point(seconds, _grade(moment.grade, known), "gen.period", moment.written)
    return Point(seconds, _grade(moment.grade, known), "gen.period")


def _exported(known: Known) -> tuple[Point | None, Point | None]:
    """Return start and end of the export; the grade is the one given for the whole if lower."""
    whole = known.member("acq.time", "time_grade")
    points: list[Point | None] = []
    for name in ("started_at", "ended_at"):
        value = known.member("acq.time", name)
        if not isinstance(value, Moment):
            points.append(None)
            continue
        grade = str(whole) if whole is not None and value.grade == "T0" else value.grade
        points.append(Point(value.seconds, _grade(grade, known), "acq.time"))
    return points[0], points[1]


def _anchored(material: Material) -> Point | None:
    """Return when the entry came into the log by the log's own word, which nothing makes more of."""
    if material.result is None or material.receipt is None:
        return None
    return Point(material.receipt.entry.received, "T0", "anc.time")


def _proven(material: Material) -> Point | None:
    """Return the proven *not after* of the entry at its grade, later by what its clock may be off."""
    found = proven_time(material.result)
    if material.receipt is None or found.latest is None:
        return None
    latest = parse_time(found.latest.time, "time") + found.latest.accuracy
    return Point(latest, found.grade, "anc.proven")


def _verified(material: Material) -> Point | None:
    if material.at <= 0:
        return None
    is_clock = material.result is not None and material.result.at_is_clock
    return Point(material.at, "T0", "ver.run.clock" if is_clock else "ver.run")
