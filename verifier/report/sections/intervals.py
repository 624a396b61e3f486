"""The three intervals, with the time grade and the source of each end."""

from __future__ import annotations

from ...encoding import to_time
from ...law.derived_time import grade
from ...law.examination import Examination, Interval, Point
from ...law.saying import duration
from ...law.words import text
from ..document import Block, Line, Pair, Section
from ..field_label import label_of
from ..words import Words


def intervals(examination: Examination, words: Words) -> Section:
    """Return creation → export → anchoring → verification."""
    blocks: list[Block] = [Line(words("intervals.lead"))]
    for each in examination.intervals:
        pairs = [Pair(words("interval.oldest"), _point(each.oldest, words))] if each.oldest else []
        pairs += [
            Pair(
                words("interval.newest" if each.oldest else "interval.first"),
                _point(each.first, words),
            ),
            Pair(words("interval.last"), _point(each.last, words)),
        ]
        if each.proven is not None:
            pairs.append(Pair(words("interval.proven"), _point(each.proven, words)))
        pairs.append(Pair(words("interval.length"), interval_length(each, words)))
        blocks.append(
            Section(f"interval-{each.name}", words(f"interval.{each.name}"), tuple(pairs))
        )
    return Section("intervals", words("intervals"), tuple(blocks))


def _point(point: Point | None, words: Words) -> str:
    if point is None:
        return words("interval.unknown")
    time = to_time(point.seconds)
    said = words.text(grade(point.grade))
    return words("interval.point", time=time, grade=said, source=_source(point, words))


def _source(point: Point, words: Words) -> str:
    if point.source.startswith("file."):
        return words("interval.file", n=point.source.removeprefix("file."))
    if point.source == "anc.proven":
        return words(f"interval.anc.{'stamped' if point.grade >= 'T3' else 'witnessed'}")
    if point.source in {"anc.time", "ver.run", "ver.run.clock"}:
        return words(f"interval.{point.source}")
    return label_of(point.source, words)


def interval_length(interval: Interval, words: Words) -> str:
    """Return how long it is, or why that cannot be said."""
    if interval.seconds is None:
        why = words.text(text(interval.why)) if interval.why else ""
        return words("interval.open") + (f"{words.colon}{why}" if why else "")
    length = words.text(duration(interval.seconds))
    if interval.seconds < 0:
        return words("interval.negative", length=length)
    if interval.longest is not None and interval.longest != interval.seconds:
        longest = words.text(duration(interval.longest))
        length = words("interval.between", shortest=length, longest=longest)
    if interval.proven_seconds is None:
        return length
    side = "most" if interval.name == "export_anchoring" else "least"
    proven = words.text(duration(interval.proven_seconds))
    return words(f"interval.proven.{side}", length=length, proven=proven)
