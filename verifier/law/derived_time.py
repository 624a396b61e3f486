"""Computed values about time: the three intervals, their grades, when digests were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..evidence.provenance.record import Moment, Span
from . import saying, words
from .case import Case
from .examination import Interval, Text


def digest_delay(case: Case) -> int | None:
    """Return how long after the end of the extraction the last of its digests was computed."""
    ended = case.known.member("acq.time", "ended_at")
    found = [item.get("at") for item in case.known.items("acq.output_digests")]
    times = [each.seconds for each in found if isinstance(each, Moment)]
    if not isinstance(ended, Moment) or not times or len(times) < len(found):
        return None
    earliest, latest = min(times) - ended.seconds, max(times) - ended.seconds
    return earliest if earliest < 0 else latest


def grade(name: str) -> Text:
    """Return a time grade; of one that rests on a measured offset, who says so."""
    return words.text("grade.T1") if name == "T1" else saying.same(name)


def interval(found: Interval) -> Text:
    """Return the length with the grades of both ends, or why there is none."""
    if found.seconds is None or found.first is None or found.last is None:
        return saying.named(words.text("not_computable"), words.text(found.why))
    length = saying.duration(found.seconds)
    if found.seconds >= 0 and found.longest is not None and found.longest != found.seconds:
        at_most = saying.run(words.text("shortest_longest.b"), saying.duration(found.longest))
        length = saying.run(words.text("shortest_longest.a"), length, at_most)
    if found.proven_seconds is not None and found.proven is not None:
        side = "most" if found.name == "export_anchoring" else "least"
        bound = words.text(f"interval.proven.{side}", grade=found.proven.grade)
        proven = saying.run(bound, saying.duration(found.proven_seconds))
        length = saying.run(words.text("interval.claimed"), length, proven)
    if found.seconds < 0:
        length = saying.in_brackets(length, words.text("interval.reversed"))
    ends = (grade(found.first.grade), grade(found.last.grade))
    grades = saying.ours(
        words.WORDS["interval.grades"][0].format(first=ends[0].zh, last=ends[1].zh),
        words.WORDS["interval.grades"][1].format(first=ends[0].en, last=ends[1].en),
    )
    return saying.in_brackets(length, grades)


def _interval(name: str) -> Callable[[Case, str], Text]:
    return lambda case, _: interval(case.intervals[name])


def _generation_grade(case: Case, row: str) -> Text:
    first = case.intervals["creation_export"].first
    if first is not None:
        return grade(first.grade)
    period = case.known.get("gen.period")
    return grade(period.first.grade) if isinstance(period, Span) else saying.NOT_STATED


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "interval_creation_export": _interval("creation_export"),
    "interval_export_anchoring": _interval("export_anchoring"),
    "interval_anchoring_verification": _interval("anchoring_verification"),
    "generation_grade": _generation_grade,
}
