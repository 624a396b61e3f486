"""Chats written as header lines and bodies: their segments, and what speaks against a header.

Shared by the readers of such texts. A reader gives a ``Format``; this module
cuts at its headers, counts over the whole file how headers are usually spelled,
and flags each record against which something speaks:

* its header is spelled otherwise than most, or its hour filled otherwise, or
  no empty line stands before it where one does before the others;
* it is certainly earlier than the one before it;
* a line in its body looks like a header;
* it stands behind the tool's own closing lines;
* the tool's own number does not follow on.

A forged header in the usual spelling and in order leaves no trace in a text
file, so the number of records is always noted as apparent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..cutting.headed_text import stretches
from ..reader import Ids, Note, Reading
from ..source import Source
from ..tally import Tally, merged
from .headed_format import Format, Head, Row, Said

Shape = tuple[bytes, bool, str]
"""Spelling; does an empty line stand before; filling of the hour."""

_Stretch = tuple[int, Head | Row | None, bytes | None]
_PREAMBLE_BYTES: Final = 1 << 12
_MAX_SHAPES: Final = 1000
_OTHER: Final[Shape] = (b"", True, "")
_DOUBTFUL: Final = "header_ambiguous"


@dataclass
class Survey:
    """What the whole file shows."""

    records: int = 0
    minutes: int = 0
    days: int = 0
    names: int = 0
    """Records whose sender is a name without an account."""
    dated: int = 0
    shapes: dict[Shape, Tally] = field(default_factory=dict)
    partial: dict[str, Tally] = field(default_factory=dict)
    flags: dict[str, Tally] = field(default_factory=dict)
    undated: Tally = field(default_factory=Tally)
    back: Tally = field(default_factory=Tally)
    back_dated: Tally = field(default_factory=Tally)
    unread: Tally = field(default_factory=Tally)
    mismatched: Tally = field(default_factory=Tally)
    numbering: Tally = field(default_factory=Tally)
    numbered: int = 0
    closed: Tally = field(default_factory=Tally)
    too_large: Tally = field(default_factory=Tally)
    too_long: Tally = field(default_factory=Tally)
    usual: Shape | None = None


def survey(chunks: Iterable[bytes], form: Format) -> Survey:
    """Go through a text once."""
    seen = Survey()
    for index, segment in enumerate(cut(chunks, form, seen)):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    seen.usual = _usual(seen.shapes)
    return seen


def cut(chunks: Iterable[bytes], form: Format, seen: Survey) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``; flags follow ``seen.usual`` if it is set."""
    index, number = -1, 0
    before, closed = True, False
    last: Head | None = None
    new = tuple.__new__
    found: Iterator[_Stretch] = stretches(chunks, form.opening, form.parse, form.lines)
    for length, head, body in _without_last_end(found):
        index += 1
        if body is None:
            seen.too_large.add(index)
            yield Segment(UNPARSED, length)
            before = True
            continue
        if head is None:
            own = len(body) <= _PREAMBLE_BYTES and form.preamble.fullmatch(body) is not None
            yield Segment(
                FRAMING if own or not body.strip(b" \t\r\n\xef\xbb\xbf") else UNPARSED, length
            )
        elif isinstance(head, Row):
            closed = closed or head.closes
            if head.resets:
                last = None
            follows = head.follows.match(body)
            own_bytes = head.length + (follows.end() if follows else 0)
            if not body[own_bytes - head.length :].strip():
                yield Segment(FRAMING, length)
            else:
                yield Segment(FRAMING, own_bytes)
                index += 1
                yield Segment(UNPARSED, length - own_bytes)
        else:
            said = form.said(head, body)
            shape = (head.spelling, before or not form.gaps, head.filling)
            back = last is not None and _earlier(head, last)
            if head.moments:
                last = head
            doubts = _count(seen, index, head, said, shape, body, form, back=back, closed=closed)
            if head.number is not None:
                if head.number != number + 1:
                    seen.numbering.add(index)
                    doubts = True
                number = head.number
                seen.numbered += 1
            flags = head.flags + said.flags
            if doubts or (seen.usual is not None and deviates(shape, seen.usual)):
                flags += (_DOUBTFUL,)
            te_lo = te_hi = None
            if head.moments and not head.partial:
                te_lo, te_hi = min(head.moments), max(head.moments) + head.span
            yield new(
                Segment,
                (
                    RECORD, length, head.time, te_lo, te_hi, None, said.sender, b"", b"",
                    said.media, flags,
                ),
            )  # fmt: skip
        before = body.rstrip(b" \t\r").endswith(b"\n")


def _without_last_end(found: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """Take the last stretch's line feed from its body, as the others have theirs outside."""
    held = next(found, None)
    for following in found:
        if held is not None:
            yield held
        held = following
    if held is not None:
        length, head, body = held
        yield length, head, None if body is None else body.removesuffix(b"\n")


def _earlier(head: Head, last: Head) -> bool:
    """Tell whether a header is earlier than the last one under every reading."""
    now, then, span = head.moments, last.moments, head.span
    if head.partial != last.partial or not now:
        return False
    if len(now) == 1:
        return now[0] + span < then[0]
    return all(one + span < other for one, other in zip(now, then, strict=False))


def _count(
    seen: Survey, index: int, head: Head, said: Said, shape: Shape, body: bytes, form: Format,
    *, back: bool, closed: bool,
) -> bool:  # fmt: skip
    """Count one record, and tell whether anything but its spelling speaks against its header."""
    _, moments, span, _, _, _, partial, _, flags, account = head
    seen.records += 1
    tally = seen.shapes.get(shape)
    if tally is None:
        if len(seen.shapes) >= _MAX_SHAPES:
            shape = _OTHER
        tally = seen.shapes.setdefault(shape, Tally())
    tally.add(index)
    if span:
        seen.minutes += span == 59
        seen.days += span == 86399
    seen.names += not account
    if partial:
        seen.partial.setdefault(partial, Tally()).add(index)
    elif not moments:
        seen.undated.add(index)
    else:
        seen.dated += 1
        if back:
            seen.back_dated.add(index)
    if flags or said.flags:
        for flag in flags + said.flags:
            seen.flags.setdefault(flag, Tally()).add(index)
    doubtful = back or closed or said.doubtful
    if (b"\n" in body or b"\r" in body) and form.lookalike.search(body) is not None:
        seen.unread.add(index)
        doubtful = True
    if doubtful:
        for one, found in (
            (seen.back, back),
            (seen.mismatched, said.doubtful),
            (seen.closed, closed),
        ):
            if found:
                one.add(index)
    return doubtful


def deviates(shape: Shape, usual: Shape) -> bool:
    """Tell whether a header is written otherwise than most; two digits show no filling."""
    return shape[:2] != usual[:2] or shape[2] not in ("", usual[2])


def _usual(shapes: dict[Shape, Tally]) -> Shape:
    """Return the commonest value of each part; for the filling among the headers that show it."""
    spellings: Counter[bytes] = Counter()
    gaps: Counter[bool] = Counter()
    fillings: Counter[str] = Counter()
    for (spelling, gap, filling), tally in shapes.items():
        spellings[spelling] += tally.count
        gaps[gap] += tally.count
        fillings[filling] += tally.count if filling else 0
    return (
        spellings.most_common(1)[0][0] if spellings else b"",
        gaps[True] >= gaps[False],
        fillings.most_common(1)[0][0] if fillings else "",
    )


def notes_of(seen: Survey, form: Format, declared: int | None = None) -> tuple[Note, ...]:
    """Return everything that the text leaves open."""
    n = seen.records
    notes = [Note("COUNT_APPARENT", n), *(Note(code, n) for code in form.codes)]
    usual = seen.usual or _OTHER
    deviant = merged(t for shape, t in seen.shapes.items() if deviates(shape, usual))
    for code, tally, detail in (
        ("HEADER_AMBIGUOUS", deviant, "spelling"),
        ("HEADER_AMBIGUOUS", seen.back, "backwards"),
        ("HEADER_AMBIGUOUS", seen.unread, "inside-body"),
        ("HEADER_AMBIGUOUS", seen.mismatched, "body-mismatch"),
        ("HEADER_AMBIGUOUS", seen.closed, "after-footer"),
        ("HEADER_AMBIGUOUS", seen.numbering, "numbering"),
        *(
            ("TIME_FORMAT_RELATIVE", tally, "")
            if what == "relative"
            else ("DATE_PARTIAL", tally, what)
            for what, tally in sorted(seen.partial.items())
        ),
        ("TIME_UNREADABLE", seen.undated, ""),
        ("TIME_NOT_MONOTONE", seen.back_dated, ""),
        *((code, seen.flags.get(flag, Tally()), "") for flag, code in form.flag_codes),
        ("RECORD_TOO_LARGE", seen.too_large, ""),
        ("FIELD_TOO_LONG", seen.too_long, ""),
    ):
        if tally.count:
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    if seen.names:
        notes.append(Note("SENDER_NAME_ONLY", seen.names))
    if seen.minutes:
        notes.append(Note("TIME_MINUTE_ONLY", seen.minutes))
    if seen.days:
        notes.append(Note("TIME_DAY_ONLY", seen.days))
    if declared is not None and declared != n:
        notes.append(Note("COUNT_MISMATCH", n, detail=f"declared {declared} found {n}"))
    return tuple(notes)


def read_chat(
    source: Source,
    name: str,
    form: Format,
    variant: str,
    *,
    generator: str = "",
    declared: int | None = None,
    ids: Ids = "none",
    also: Callable[[Survey], tuple[Note, ...]] | None = None,
) -> Reading:
    """Read a chat in a format: one pass to survey it, another for each call of ``segments``."""
    seen = survey(source.chunks(), form)
    encoding = encoding_of(source)

    def segments() -> Iterator[Segment]:
        return cut(source.chunks(), form, Survey(usual=seen.usual))

    notes = (
        *notes_of(seen, form, declared),
        *(also(seen) if also else ()),
        *encoding_notes(encoding),
    )
    return Reading(
        name, variant, "wall" if seen.dated else "none", encoding, notes, segments,
        generator=generator, declared_records=declared, ids=ids,
    )  # fmt: skip
