"""Cut a bill as CSV: lines that declare, one row of column names, rows, more such lines.

The work shared by readers of such files. Their writers end a row at every line
end and quote some cells, or none, so a line is a row whatever quotes are in it.
A cell that held a line end could therefore not be told from two rows: the
number of rows is *apparent* (``COUNT_APPARENT``).

What a record is stands in ``bill_record``. What stands before the names, and
after the records once a rule or a count of them has come, is framing; any
other line is UNPARSED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..cutting.csv_cut import rows
from ..reader import Note
from ..source import Source
from ..tally import Tally
from .bill_declared import Declared, Sums
from .bill_record import Found, Record, read_record, stripped
from .csv_chat import add_note


@dataclass
class Survey:
    """What the whole file shows."""

    records: int = 0
    minutes: int = 0
    declared: Declared = field(default_factory=Declared)
    sums: Sums = field(default_factory=Sums)
    ranged: bool = True
    """Was the declared range known before the first record."""
    outside: Tally = field(default_factory=Tally)
    back: Tally = field(default_factory=Tally)
    forth: int = 0
    """Records later than the one before; a bill may run either way, but not both."""
    no_id: Tally = field(default_factory=Tally)
    undated: Tally = field(default_factory=Tally)
    rounded: Tally = field(default_factory=Tally)
    columns: Tally = field(default_factory=Tally)
    unparsed: Tally = field(default_factory=Tally)
    too_large: Tally = field(default_factory=Tally)
    too_long: Tally = field(default_factory=Tally)


def survey(source: Source, found: Found) -> Survey:
    """Go through the file; a second time where its range stands after its records."""
    seen = Survey()
    for index, segment in enumerate(cut(source, found, seen)):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    if not seen.ranged and seen.declared.range is not None:
        known = seen.declared
        again = Survey(declared=Declared(range=known.range, span=known.span))
        for _ in cut(source, found, again):
            pass
        seen.outside = again.outside
    return seen


_SCIENTIFIC = re.compile(rb"\d(?:\.\d{1,17})?[eE]\+?\d{1,3}", re.ASCII)
_TRAILER: Final = r"(?:-|—|─){4,}|共(?:|:|：)\d{1,9}笔记录|导出信息"
_TRAILER_BYTES: Final = 2000
_ROW_BEGINS = re.compile(rb'"?\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}', re.ASCII)
_ROW_CELLS: Final = 6
"""A line before the names with a time and so many filled cells is no preamble."""


def cut(source: Source, found: Found, seen: Survey) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``."""
    encoding = found.encoding
    names = [name.encode(encoding) for name in found.layout.names]
    trailer = re.compile(_TRAILER.encode(encoding))
    named = over = False
    framing = 0
    index = 0
    last: int | None = None
    for length, data, _ in rows(source.chunks(), quoted=False):
        record = read_record(found, data) if named and data is not None else None
        if record is None and data is not None:
            names_them = not named and stripped(data) == names
            named = named or names_them
            line = data.strip(b' \t,"')
            over = over or (not names_them and named and trailer.match(line) is not None)
            if names_them or not line or _frames(data, named=named, over=over):
                if len(line) <= _TRAILER_BYTES:
                    seen.declared.add(line.decode(encoding, "replace"))
                framing += length
                continue
        if framing:
            yield Segment(FRAMING, framing)
            framing, index = 0, index + 1
        if record is None:
            (seen.too_large if data is None else seen.unparsed).add(index)
            yield Segment(UNPARSED, length)
        else:
            _count(seen, index, record, last)
            last = record.te[0] if record.te is not None else last
            te_lo, te_hi = record.te or (None, None)
            yield Segment(
                RECORD, length, record.time, te_lo, te_hi, None, record.party, record.number,
                record.kind, (), record.flags,
            )  # fmt: skip
        index += 1
    if framing:
        yield Segment(FRAMING, framing)


def _frames(data: bytes, *, named: bool, over: bool) -> bool:
    """Tell whether a line that is no record is one of those around them."""
    if len(data) > _TRAILER_BYTES:
        return False
    rowlike = _ROW_BEGINS.match(data) and sum(map(bool, stripped(data))) >= _ROW_CELLS
    return not rowlike and (not named or over)


def _count(seen: Survey, index: int, record: Record, last: int | None) -> None:
    if not seen.records:
        seen.ranged = seen.declared.range is not None
    seen.records += 1
    if not record.number:
        seen.no_id.add(index)
    if _SCIENTIFIC.fullmatch(record.number):
        seen.rounded.add(index)
    if record.direction is None:
        seen.columns.add(index)
    else:
        seen.sums.add(index, record.direction, record.amount, record.status)
    if record.te is None:
        seen.undated.add(index)
        return
    seen.minutes += record.te[0] != record.te[1]
    if last is not None and record.te[1] < last:
        seen.back.add(index)
    seen.forth += last is not None and record.te[0] > last
    if seen.declared.outside(record.te):
        seen.outside.add(index)


def notes_of(source: Source, found: Found, seen: Survey) -> tuple[str, tuple[Note, ...]]:
    """Return the file's encoding and everything that it declares and leaves open.

    The encoding is certain where the names of the columns are written in it.
    """
    encoding = encoding_of(source)
    n = seen.records
    notes = [Note("COUNT_APPARENT", n), Note("BEIJING_TIME_IMPLIED", n)]
    notes += seen.declared.notes(n, seen.sums)
    if seen.minutes:
        notes.append(Note("TIME_MINUTE_ONLY", seen.minutes))
    if seen.forth:
        add_note(notes, "TIME_NOT_MONOTONE", seen.back)
    add_note(notes, "OUTSIDE_DECLARED_RANGE", seen.outside)
    add_note(notes, "NO_NATIVE_ID", seen.no_id)
    add_note(notes, "ID_PRECISION_LOST", seen.rounded)
    add_note(notes, "TIME_UNREADABLE", seen.undated)
    add_note(notes, "SYNTAX_INVALID", seen.columns, "columns")
    add_note(notes, "SYNTAX_INVALID", seen.sums.unreadable, "amount")
    add_note(notes, "SYNTAX_INVALID", seen.unparsed, "outside-records")
    add_note(notes, "RECORD_TOO_LARGE", seen.too_large)
    add_note(notes, "FIELD_TOO_LONG", seen.too_long)
    if encoding != found.encoding:
        notes += encoding_notes(encoding)
    return encoding, tuple(notes)
