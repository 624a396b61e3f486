"""P-04, P-05, P-21: how much was exported, what is missing in it, and why it is only a part."""

from __future__ import annotations

import re
from typing import Final

from ...encoding import escape_bytes
from ...evidence.provenance.record import Moment
from ...exports.inspection.gaps.shown import Shown
from ...exports.inspection.gaps.silences import LONG_SILENCE_SECONDS
from ...exports.inspection.summary import Summary
from ..material import Material, SealedFile
from .declared import Look
from .gaps import Stretches
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import (
    as_moment,
    as_span,
    bounded,
    digest_of,
    is_date,
    on_clock,
    record_time,
    shown,
)

_COUNT_ROWS: Final = ("N3-01", "MI-05")
_ENDS: Final = ("first_id", "last_id", "first_at", "last_at")
_EXCERPT_ROWS: Final = ("N3-02",)
_COUNTS: Final = ("messages", "media", "voice", "calls", "transfers")
_NO_FILTER: Final = re.compile(r"未|无|没有|不|全部|(?:none|not?|all|unfiltered)\b", re.IGNORECASE)
_BUT: Final = re.compile("但|除|仅|只|but|except|only", re.IGNORECASE)


def counts(material: Material) -> CheckOutcome:
    """P-04: counts, first and last message and period are those of the exported chats.

    What is not said, and what this format cannot show, is raised: that the
    rest fits says nothing of it.
    """
    sheet, look = Sheet("P-04"), Look(material)
    fields = ("scope.counts", "scope.boundaries", "scope.period")
    if look.no_messages_expected and not any(each.records for _, each in look.chats()):
        return look.no_chats(sheet)
    if all(look.get(field) is None for field in fields):
        return look.lacks(sheet, *fields)
    chats = look.chats()
    if not any(summary.records for _, summary in chats):
        return look.no_chats(sheet)
    summaries = [summary for _, summary in chats]
    compared = [*_counts(sheet, look, summaries), *_ends(sheet, look, summaries)]
    compared += _period(sheet, look, chats)
    if not compared:
        return sheet.outcome("NOTHING_COMPARABLE")
    for field, parts in zip(fields, (_COUNTS, _ENDS, ("period",)), strict=True):
        if look.get(field) is None:
            sheet.raise_("PART_NOT_SAID", _COUNT_ROWS, (field,), what=field)
        elif field != "scope.counts" and not set(parts) & set(compared):
            sheet.raise_("PART_NOT_SHOWN", _COUNT_ROWS, (field,), what=field)
    return sheet.outcome(compared=" ".join(compared))


def _counts(sheet: Sheet, look: Look, summaries: list[Summary]) -> list[str]:
    """Compare the counts that every file can tell; return which were compared.

    The app's own notices are messages to some and not to others, and voice is
    media to some: both ways of counting are taken.
    """
    compared = []
    system = sum(summary.system for summary in summaries)
    voice = sum(summary.voice for summary in summaries)
    for name in _COUNTS:
        declared, what = look.member("scope.counts", name), f"scope.counts#{name}"
        counted = all(name in summary.counted for summary in summaries)
        found = sum(
            summary.records if name == "messages" else int(getattr(summary, name))
            for summary in summaries
        )
        if declared is None or not counted:
            if declared is not None:
                sheet.raise_("PART_NOT_SHOWN", _COUNT_ROWS, ("scope.counts",), what=what)
            elif counted and found and look.get("scope.counts") is not None:
                sheet.raise_(
                    "COUNT_OMITTED", _COUNT_ROWS, ("scope.counts",), what=what, found=found
                )
            continue
        compared.append(name)
        other = {"messages": system, "media": voice}.get(name, 0)
        if declared not in (found, found - other):
            code = f"COUNT_{name.upper()}"
            if name == "messages" and any(each.noted("COUNT_APPARENT") for each in summaries):
                code = "COUNT_APPARENT"
            sheet.contradiction(
                code,
                _COUNT_ROWS,
                ("scope.counts",),
                declared=declared,
                found=found,
                without=found - other,
            )
    return compared


def _ends(sheet: Sheet, look: Look, summaries: list[Summary]) -> list[str]:
    """Compare the first and last message, in the order of the file or of their times."""
    compared = []
    for end, others in (("first", "oldest"), ("last", "newest")):
        found = [
            (summary, record)
            for summary in summaries
            for record in (getattr(summary, end), getattr(summary, others))
            if record is not None
        ]
        ids = [record.native_id for _, record in found if record.native_id]
        declared_id = look.member("scope.boundaries", f"{end}_id")
        if isinstance(declared_id, str) and ids:
            compared.append(f"{end}_id")
            if declared_id.encode() not in ids:
                sheet.contradiction(
                    f"BOUNDARY_{end.upper()}_ID",
                    _COUNT_ROWS,
                    ("scope.boundaries",),
                    declared=bounded(declared_id),
                    found=bounded(escape_bytes(ids[0])),
                )
        moment = as_moment(look.member("scope.boundaries", f"{end}_at"))
        dated = [(summary, record) for summary, record in found if record.te_lo is not None]
        if moment is not None and dated:
            compared.append(f"{end}_at")
            if not any(_is_at(record, moment, summary.clock) for summary, record in dated):
                summary, record = dated[0]
                sheet.contradiction(
                    f"BOUNDARY_{end.upper()}_AT",
                    _COUNT_ROWS,
                    ("scope.boundaries",),
                    declared=shown(moment),
                    found=record_time(record, summary.clock),
                )
    return compared


def _is_at(record: Shown, moment: Moment, clock: str) -> bool:
    """Is the record at that time, to the minute? Apps show no seconds to copy."""
    if record.te_lo is None or record.te_hi is None:
        return False
    minute = on_clock(moment, clock) // 60
    return record.te_lo // 60 <= minute <= record.te_hi // 60


def _period(sheet: Sheet, look: Look, chats: list[tuple[SealedFile, Summary]]) -> list[str]:
    """Report records that are certainly outside the period exported; raise one that is far wider.

    Wider at one end by more than what counts as a long silence between two
    messages is a silence too, which no scan between messages can see; declared
    gaps account for it as they do for one between messages.
    """
    period = as_span(look.get("scope.period"))
    if period is None:
        return []
    compared = False
    before: list[tuple[int, str, bool]] = []
    after: list[tuple[int, str, bool]] = []
    for file, summary in chats:
        oldest, newest = summary.oldest, summary.newest
        if oldest is None or newest is None or oldest.te_hi is None or newest.te_lo is None:
            continue
        compared = True
        first = _period_end(look, period.first, summary.clock, last=False)
        last = _period_end(look, period.last, summary.clock, last=True)
        for code, end, record, outside in (
            ("PERIOD_BEFORE", period.first, oldest, oldest.te_hi < first),
            ("PERIOD_AFTER", period.last, newest, newest.te_lo > last),
        ):
            if outside:
                sheet.contradiction(
                    code,
                    _COUNT_ROWS,
                    ("scope.period",),
                    file=file.position,
                    segment=record.segment,
                    declared=shown(end),
                    found=record_time(record, summary.clock),
                )
        stretches = Stretches(look.get("scope.gaps") or [], summary.clock)
        for ends, start, stop, record in (
            (before, first, oldest.te_hi, oldest),
            (after, newest.te_lo, last, newest),
        ):
            said = stretches.cover(start, stop)
            ends.append((stop - start, record_time(record, summary.clock), said))
    for code, end, left in (
        ("PERIOD_EARLIER", period.first, before),
        ("PERIOD_LATER", period.last, after),
    ):
        seconds, found, said = min(left, default=(0, "", True))
        if not said and seconds > LONG_SILENCE_SECONDS:
            sheet.raise_(
                code, _COUNT_ROWS, ("scope.period",), declared=shown(end), found=found,
                days=seconds // 86400,
            )  # fmt: skip
    return ["period"] if compared else []


def _period_end(look: Look, moment: Moment, clock: str, *, last: bool) -> int:
    if clock == "instant":
        return look.latest(moment) if last else look.earliest(moment)
    if is_date(moment):  # a day of the wall clock that the file shows
        midnight = moment.seconds - moment.seconds % 86400
        return midnight + 86399 if last else midnight
    return moment.seconds + moment.offset_seconds


def excerpt(material: Material) -> CheckOutcome:
    """P-21: who files a part says why, and whether the whole can be supplied.

    Filters declared beside "the whole" are raised, unless they begin with a
    word that denies them and name no exception.
    """
    sheet, look = Sheet("P-21"), Look(material)
    assertion = look.get("scope.assertion")
    if assertion is None:
        return look.lacks(sheet, "scope.assertion")
    if assertion != "excerpt":
        filters = look.get("scope.filters")
        if filters and (_NO_FILTER.match(filters.strip()) is None or _BUT.search(filters)):
            sheet.raise_(
                "FULL_YET_FILTERED", _EXCERPT_ROWS, ("scope.assertion", "scope.filters"),
                declared=assertion, filters=bounded(filters),
            )  # fmt: skip
        return sheet.nothing("NOT_AN_EXCERPT", declared=assertion)
    incomplete = False
    if not look.get("scope.rationale"):
        incomplete = True
        sheet.raise_("EXCERPT_NO_REASON", _EXCERPT_ROWS, ("scope.rationale",))
    available = look.member("scope.full_available", "available")
    fields = ("scope.full_available",)
    digest = digest_of(look.get("scope.full_available"), "digest")
    if available is None:
        incomplete = True
        sheet.raise_("EXCERPT_FULL_UNSAID", _EXCERPT_ROWS, fields)
    elif available is False:
        sheet.raise_("EXCERPT_FULL_NOT_AVAILABLE", _EXCERPT_ROWS, fields)
    elif digest is None:
        sheet.raise_("FULL_NO_DIGEST", _EXCERPT_ROWS, fields)
    if digest is not None:
        file = look.file_with(digest)
        if file is None:
            sheet.raise_("FULL_NOT_SEALED", _EXCERPT_ROWS, fields, declared=digest.hex())
        elif [chat.sha256 for chat, _ in look.chats()] == [digest]:
            sheet.contradiction(
                "FULL_IS_EXCERPT",
                _EXCERPT_ROWS,
                ("scope.assertion", "scope.full_available"),
                declared=digest.hex(),
                found=file.position,
            )
    return sheet.outcome("INCOMPLETE" if incomplete else "")
