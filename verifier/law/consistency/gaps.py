"""P-05: what is missing in the export, and whether the record says why."""

from __future__ import annotations

from typing import Any, Final

from ...encoding import escape_bytes
from ...evidence.provenance.record import Moment
from ...exports.inspection.gaps.running_ids import NumberGap
from ...exports.inspection.gaps.silences import LONG_SILENCE_SECONDS, TimeGap
from ...exports.inspection.summary import Summary
from ..material import Material, SealedFile
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import bounded, on_clock, record_time

_GAP_ROWS: Final = ("N3-01", "M93-04", "MI-05")
_Range = tuple[int, int]


def gaps(material: Material) -> CheckOutcome:
    """P-05: numbers that jump and long silences each have a declared reason that covers them.

    A silence is covered if the declared stretches leave none of more than 30
    days; a jump if they name its two ids, numbers around it, or times around
    it. A jump also contradicts "the full conversation"; a silence does not:
    people do not write for a month. Where nothing is declared, what was found
    is listed and compared with nothing. Stretches declared missing where most
    of the messages are would cover anything, and are raised.
    """
    sheet, look = Sheet("P-05"), Look(material)
    chats = [(file, summary) for file, summary in look.chats() if summary.records]
    if not chats:
        return look.no_chats(sheet)
    declared = look.get("scope.gaps")
    full = look.get("scope.assertion") in ("full_conversation", "full_period")
    for file, summary in chats:
        if not summary.numbered:
            sheet.raise_("NUMBERS_NOT_RUNNING", _GAP_ROWS, ("scope.gaps",), file=file.position)
        if summary.newest is None:
            sheet.raise_("TIMES_NOT_SCANNED", _GAP_ROWS, ("scope.gaps",), file=file.position)
        if summary.noted("TRUNCATION_LIMIT_SUSPECTED"):
            sheet.raise_("EXPORT_LIMIT", _GAP_ROWS, ("scope.gaps",), file=file.position)
        stretches = Stretches(declared or [], summary.clock)
        if declared is None:
            _undeclared(sheet, file, summary, look.get("scope.assertion") if full else None)
        else:
            _missing_numbers(sheet, file, summary, stretches)
            _silences(sheet, file, summary, stretches)
            stretches.raise_width(sheet, file, summary)
        _own_count(sheet, file, summary, claimed=declared == [])
    why, values = look.why_not("scope.gaps")
    return sheet.outcome(why, **values)


def _undeclared(sheet: Sheet, file: SealedFile, summary: Summary, whole: str | None) -> None:
    """List what is missing where the record says nothing of gaps; ``whole``: it claims all."""
    for gap in summary.number_gaps:
        values: dict[str, str | int] = {
            "file": file.position,
            "found": gap.missing,
            "before": bounded(escape_bytes(gap.before)),
            "after": bounded(escape_bytes(gap.after)),
        }
        if whole is None:
            sheet.raise_("NUMBERS_UNEXPLAINED", _GAP_ROWS, ("scope.gaps",), **values)
        else:
            fields = ("scope.gaps", "scope.assertion")
            sheet.contradiction("NUMBERS_YET_WHOLE", _GAP_ROWS, fields, declared=whole, **values)
    for silence in summary.time_gaps:
        ends: dict[str, str | int] = {
            "from": record_time(silence.before, summary.clock),
            "to": record_time(silence.after, summary.clock),
            "days": silence.seconds // 86400,
        }
        sheet.raise_("SILENCE_UNEXPLAINED", _GAP_ROWS, ("scope.gaps",), **ends)


def _missing_numbers(
    sheet: Sheet, file: SealedFile, summary: Summary, stretches: Stretches
) -> None:
    for gap in summary.number_gaps:
        if not stretches.cover_numbers(gap):
            sheet.contradiction(
                "GAP_NUMBERS",
                _GAP_ROWS,
                ("scope.gaps",),
                file=file.position,
                found=gap.missing,
                before=bounded(escape_bytes(gap.before)),
                after=bounded(escape_bytes(gap.after)),
                declared=stretches.count,
            )


def _silences(sheet: Sheet, file: SealedFile, summary: Summary, stretches: Stretches) -> None:
    for gap in summary.time_gaps:
        if not stretches.cover_silence(gap):
            sheet.contradiction(
                "GAP_TIME",
                _GAP_ROWS,
                ("scope.gaps",),
                file=file.position,
                found=gap.seconds // 86400,
                before=record_time(gap.before, summary.clock),
                after=record_time(gap.after, summary.clock),
                declared=stretches.count,
            )


def _own_count(sheet: Sheet, file: SealedFile, summary: Summary, *, claimed: bool) -> None:
    """The file itself says how many messages it has, and has another number."""
    note = summary.noted("COUNT_MISMATCH")
    if note is not None:
        add = sheet.contradiction if claimed else sheet.raise_
        said = note.detail.split(" ")
        declared, found = (said[1], int(said[3])) if len(said) == 4 else ("-", summary.records)
        add(
            "FILE_COUNT",
            _GAP_ROWS,
            ("scope.gaps",),
            file=file.position,
            declared=declared,
            found=found,
        )


class Stretches:
    """The declared gaps, on one file's clock: by numbers, by times and by ids."""

    def __init__(self, declared: list[Any], clock: str) -> None:
        self.count = len(declared)
        self._numbers: list[tuple[int, int]] = []
        self._times: list[tuple[int, int]] = []
        self._ids: set[tuple[bytes, bytes]] = set()
        for item in declared:
            first, last = item.get("from"), item.get("to")
            if isinstance(first, Moment) and isinstance(last, Moment):
                self._times.append((on_clock(first, clock), on_clock(last, clock)))
            elif isinstance(first, str) and isinstance(last, str):
                ids = first.encode(), last.encode()
                self._ids |= {ids, ids[::-1]}
                if all(each.isdigit() and len(each) <= 20 for each in ids):
                    self._numbers.append((int(first), int(last)))
        self._times.sort()

    def cover_numbers(self, gap: NumberGap) -> bool:
        """Is the jump within one of them? Its neighbours or what is missing may be named."""
        low, high = int(gap.before) + 1, int(gap.after) - 1
        if any(first <= low and high <= last for first, last in self._numbers):
            return True
        lo, hi = gap.earlier.te_lo, gap.later.te_hi
        if lo is None or hi is None:
            return False
        begins, ends = lo // 60 * 60 + 59, hi // 60 * 60
        return any(first <= begins and ends <= last for first, last in self._times)

    def cover_silence(self, gap: TimeGap) -> bool:
        """Do they leave no stretch of it that is still a long silence?"""
        if (gap.before.native_id, gap.after.native_id) in self._ids:
            return True
        at, end = gap.before.te_hi, gap.after.te_lo
        assert at is not None
        assert end is not None
        return self.cover(at, end)

    def cover(self, at: int, end: int) -> bool:
        """Do they leave no long silence between two times on the file's clock?"""
        for first, last in self._times:
            if min(first, end) - at > LONG_SILENCE_SECONDS:
                return False
            at = max(at, last)
        return end - at <= LONG_SILENCE_SECONDS

    def raise_width(self, sheet: Sheet, file: SealedFile, summary: Summary) -> None:
        """Raise stretches that cover more than half of a file where nothing is missing."""
        if summary.gaps_more:
            return  # not all that is missing is known
        percent = max(self._times_percent(summary), self._numbers_percent(summary))
        if percent > 50:
            sheet.raise_("GAPS_OVER_MESSAGES", _GAP_ROWS, ("scope.gaps",), file=file.position,
                         percent=percent)  # fmt: skip

    def _times_percent(self, summary: Summary) -> int:
        oldest, newest = summary.oldest, summary.newest
        if oldest is None or newest is None or oldest.te_hi is None or newest.te_lo is None:
            return 0
        ends = [(gap.before, gap.after) for gap in summary.time_gaps]
        ends += [(gap.earlier, gap.later) for gap in summary.number_gaps]
        missing = [
            (before.te_lo, after.te_hi)
            for before, after in ends
            if before.te_lo is not None and after.te_hi is not None
        ]
        return _percent(self._times, missing, oldest.te_hi, newest.te_lo)

    def _numbers_percent(self, summary: Summary) -> int:
        first, last = summary.first, summary.last
        if not summary.numbered or first is None or last is None:
            return 0
        ends = first.native_id, last.native_id
        if not all(each.isdigit() and len(each) <= 20 for each in ends):
            return 0
        missing = [(int(gap.before), int(gap.after)) for gap in summary.number_gaps]
        low, high = sorted(int(each) for each in ends)
        return _percent(self._numbers, missing, low, high)


def _percent(declared: list[_Range], missing: list[_Range], low: int, high: int) -> int:
    """Return how much of what is there, between two ends, is declared to be missing."""
    there = high - low - _length(missing, low, high)
    over = _length([*declared, *missing], low, high) - _length(missing, low, high)
    return over * 100 // there if there > 0 else 0


def _length(ranges: list[_Range], low: int, high: int) -> int:
    """Return how much of ``low`` to ``high`` the ranges cover together."""
    total, at = 0, low
    for first, last in sorted(ranges):
        last_ = min(last, high)
        if last_ > at:
            total += last_ - max(first, at)
            at = last_
    return total
