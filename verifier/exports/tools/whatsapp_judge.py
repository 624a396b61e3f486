"""From the survey of a WhatsApp text to what may be said about it.

Three decisions, each over the whole file: which orders of day, month and year
remain possible; which headers differ from the usual one; which notes follow.
Where more than one order remains, all of them stay in: the times of such a
file span every reading.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from ..reader import Note
from ..tally import Tally, merged
from .whatsapp_survey import Shape, Survey
from .whatsapp_time import ORDERS

T = TypeVar("T")

_PAIRS = {(0, 1): 3, (0, 2): 4, (1, 2): 5}
"""Where ``Allowed`` says whether two orders read a date alike."""


@dataclass(frozen=True)
class Judgement:
    """What the survey decides."""

    orders: tuple[int, ...]
    """Entries of ``ORDERS`` that read every date; empty where none does."""
    usual_order: int
    """The one that reads most dates."""
    compared: int
    """Bits of the orders under all of which a step back in time counts as one."""
    usual: Shape
    """Spelling and zero-filling of most headers, each part by its own majority."""
    undecided: Tally
    """Headers that the remaining orders read differently."""
    evidence: Tally
    """Headers whose date speaks against another order."""
    deviant: Tally
    """Headers spelled otherwise than the usual one."""
    unfit: Tally
    """Where no order reads all dates: headers that the usual one does not read."""
    back: Tally
    """Headers earlier than the one before them."""

    def order_text(self) -> str:
        """Return ``dmy``, or ``dmy-or-mdy``, or ``orders-conflict``."""
        return "-or-".join(ORDERS[order] for order in self.orders) or "orders-conflict"


def deviates(shape: Shape, usual: Shape) -> bool:
    """Tell whether a header is spelled otherwise than most, or zero-filled otherwise.

    A number of two digits shows no filling and differs from neither.
    """
    return (
        shape[0] != usual[0]
        or shape[2] != usual[2]
        or (shape[1] != usual[1] and shape[1] != "")
        or (shape[3] != usual[3] and shape[3] != "")
    )


def judge(seen: Survey) -> Judgement:
    """Decide over the whole file."""
    readable = [
        sum(tally.count for allowed, tally in seen.dates.items() if allowed[order])
        for order in (0, 1, 2)
    ]
    orders = tuple(order for order in (0, 1, 2) if readable[order] == seen.records > 0)
    usual_order = readable.index(max(readable))
    undecided = merged(
        tally
        for allowed, tally in seen.dates.items()
        if (not orders and sum(allowed[:3]) > 1)
        or any(
            not allowed[at] for pair, at in _PAIRS.items() if orders and set(pair) <= set(orders)
        )
    )
    usual = _usual(seen.shapes)
    compared = _bits(orders) or 1 << usual_order
    return Judgement(
        orders=orders,
        usual_order=usual_order,
        compared=compared,
        usual=usual,
        undecided=undecided,
        evidence=_evidence(seen, usual_order),
        deviant=merged(t for shape, t in seen.shapes.items() if deviates(shape, usual)),
        unfit=merged(
            t for allowed, t in seen.dates.items() if not orders and not allowed[usual_order]
        ),
        back=merged(t for bits, t in seen.back.items() if bits & compared == compared),
    )


def _bits(orders: tuple[int, ...]) -> int:
    return sum(1 << order for order in orders)


def _evidence(seen: Survey, order: int) -> Tally:
    """Return the headers whose date speaks against another order that was in question."""
    questions = {other for other in (0, 1, 2) if any(allowed[other] for allowed in seen.dates)}
    if questions != {2}:  # a file of four-digit years in front raises no question
        questions |= {0, 1}
    questions.discard(order)
    return merged(
        tally
        for allowed, tally in seen.dates.items()
        if any(not allowed[other] for other in questions)
    )


def _usual(shapes: dict[Shape, Tally]) -> Shape:
    """Return the commonest value of each part; for zero-filling among the headers that show it."""
    dates: Counter[bytes] = Counter()
    clocks: Counter[bytes] = Counter()
    date_fills: Counter[str] = Counter()
    clock_fills: Counter[str] = Counter()
    for (date, date_fill, clock, clock_fill), tally in shapes.items():
        dates[date] += tally.count
        clocks[clock] += tally.count
        date_fills[date_fill] += tally.count if date_fill else 0
        clock_fills[clock_fill] += tally.count if clock_fill else 0
    return _first(dates, b""), _first(date_fills, ""), _first(clocks, b""), _first(clock_fills, "")


def _first(votes: Counter[T], default: T) -> T:
    return votes.most_common(1)[0][0] if votes else default


def notes_of(seen: Survey, found: Judgement) -> tuple[Note, ...]:
    """Return everything that the survey leaves open, in the order in which a person would ask."""
    n = seen.records
    notes = [
        Note("COUNT_APPARENT", n),
        Note("NO_NATIVE_ID", n),
        Note("NO_TIMEZONE", n),
        Note("SENDER_NAME_ONLY", n),
    ]
    for detail, tally in (
        ("spelling", found.deviant),
        ("date-order", found.unfit),
        ("backwards", found.back),
        ("inside-body", seen.unread),
    ):
        _add(notes, "HEADER_AMBIGUOUS", tally, detail)
    _add(notes, "DATE_ORDER_AMBIGUOUS", found.undecided, found.order_text())
    if len(found.orders) == 1 and found.evidence.count:
        _add(notes, "DATE_ORDER_DECIDED", found.evidence, found.order_text())
    if seen.short_years:
        notes.append(Note("YEAR_TWO_DIGITS", seen.short_years))
    if seen.minutes:
        notes.append(Note("TIME_MINUTE_ONLY", seen.minutes))
    _add(notes, "TIME_NOT_MONOTONE", found.back)
    for flag, code in (
        ("media_omitted", "MEDIA_OMITTED"),
        ("deleted", "RECALLED"),
        ("edited", "EDITED"),
    ):
        _add(notes, code, seen.flags.get(flag, Tally()))
    _add(notes, "RECORD_TOO_LARGE", seen.too_large)
    _add(notes, "FIELD_TOO_LONG", seen.too_long)
    if not seen.first_is_notice and any(abs(n - cap) * 100 <= cap for cap in _CAPS):
        notes.append(Note("TRUNCATION_LIMIT_SUSPECTED", n))
    return tuple(notes)


_CAPS = (10_000, 40_000)
"""The app exports about so many messages with and without media, dropping the oldest unsaid."""


def _add(notes: list[Note], code: str, tally: Tally, detail: str = "") -> None:
    if tally.count:
        notes.append(Note(code, tally.count, tuple(tally.places), detail))
