"""Times, dates and periods of a form, each with the grade of how it is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from .places import Path
from .record import Moment, Problem, Span

GRADES: Final = ("T0", "T1", "T2")
END: Final = 7_258_118_400
"""Times lie from 1970 to 2199: before 2200-01-01T00:00:00Z, in Unix seconds."""
MAX_PROBLEMS: Final = 1000
NOT_READ: Final[Any] = object()
"""What could not be read; a problem was noted."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}.{0,20})?", re.ASCII)
_NO_OFFSET = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_END: Final = 86_399
_MAX_OFFSET: Final = timedelta(hours=14)

Locate = Callable[[Path], tuple[int, str]]
"""Gives line and spelling of the item at a path."""


class Times:
    """Reads times and collects problems; ``values.Reader`` adds the other types.

    ``unread`` are paths of keys whose value could not be read at all: they are
    not missing, and a problem was noted for them.
    """

    def __init__(self, locate: Locate, unread: Collection[Path] = ()) -> None:
        self.problems: list[Problem] = []
        self._locate = locate
        self._unread = unread
        self._field = ""
        self._depth = 0
        self._grade = "T0"

    def note(self, path: Path, code: str, /, line: int = 0, **values: str | int) -> Any:
        """Collect a problem with the item at ``path``; ``line`` if it is not the item's."""
        within = ".".join(
            str(part + 1 if isinstance(part, int) else part) for part in path[self._depth :]
        )
        if within:
            values = {"within": within, **values}
        if within or "member" in values:
            values["of"] = self._field  # whose names these are
        line = line or self._locate(path)[0]
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, self._field, code, values))
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Problem(line, "", "more", {"maximum": MAX_PROBLEMS}))
        return NOT_READ

    def _timestamp(self, raw: Any, path: Path) -> Any:
        if isinstance(raw, dict):
            return self._graded(raw, path)
        if isinstance(raw, str):
            return self.note(path, self._quoted(raw, "date_only", "not_time"))
        if isinstance(raw, datetime):
            return self._moment(raw, path)
        return self.note(path, "date_only" if isinstance(raw, date) else "not_time")

    def _quoted(self, raw: str, date: str, other: str) -> str:
        """Return what is most wrong with a time in quotes; ``date``: if only a date stands there."""
        if _NO_OFFSET.fullmatch(raw.strip()):
            return "no_offset"
        if not _TIME.fullmatch(raw.strip()):
            return other
        return date if len(raw.strip()) == len("2026-03-02") else "time_in_quotes"

    def _graded(self, raw: dict[str, Any], path: Path) -> Any:
        if set(raw) != {"at", "grade"}:
            return self.note(path, "not_time")
        if raw["grade"] not in GRADES:
            return self.note((*path, "grade"), "grade")
        grade, self._grade = self._grade, raw["grade"]
        moment = (
            NOT_READ if isinstance(raw["at"], dict) else self._timestamp(raw["at"], (*path, "at"))
        )
        self._grade = grade
        return self.note(path, "not_time") if isinstance(raw["at"], dict) else moment

    def _moment(self, raw: datetime, path: Path) -> Any:
        offset = raw.utcoffset()
        if offset is None:
            return self.note(path, "no_offset")
        seconds = (raw - _EPOCH) // timedelta(seconds=1)
        if not 0 <= seconds < END or abs(offset) > _MAX_OFFSET:
            return self.note(path, "time_range")
        written = self._locate(path)[1] or raw.isoformat()
        return Moment(seconds, offset // timedelta(seconds=1), self._grade, written)

    def _date(self, raw: Any, path: Path) -> Any:
        if isinstance(raw, str):
            return self.note(path, self._quoted(raw, "time_in_quotes", "not_date"))
        if isinstance(raw, datetime):
            moment = self._moment(raw, path)
            return NOT_READ if moment is NOT_READ else Span(moment, moment)
        if not isinstance(raw, date):
            return self.note(path, "not_date")
        seconds = (datetime(raw.year, raw.month, raw.day, tzinfo=UTC) - _EPOCH).days * 86_400
        if not 0 <= seconds < END:
            return self.note(path, "time_range")
        written = raw.isoformat()
        return Span(
            Moment(seconds, 0, self._grade, written),
            Moment(seconds + _DAY_END, 0, self._grade, written),
        )

    def _interval(self, raw: Any, path: Path) -> Any:
        if isinstance(raw, dict) and set(raw) == {"from", "to"}:
            ends = [(raw["from"], (*path, "from")), (raw["to"], (*path, "to"))]
        elif isinstance(raw, list) and len(raw) == 2:
            ends = [(raw[0], (*path, 0)), (raw[1], (*path, 1))]
        else:
            return self.note(path, "not_interval")
        first, last = (self._end(end, at) for end, at in ends)
        if first is NOT_READ or last is NOT_READ:
            return NOT_READ
        span = Span(first.first, last.last)
        if span.first.seconds > span.last.seconds:
            return self.note(path, "period_reversed")
        return span

    def _end(self, raw: Any, path: Path) -> Any:
        """Return an end of an interval as the Span it covers."""
        if isinstance(raw, dict):
            moment = self._graded(raw, path)
            return NOT_READ if moment is NOT_READ else Span(moment, moment)
        return self._date(raw, path)
