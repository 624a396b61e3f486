"""Recognise a spreadsheet file by a row of its sheet, and count what stands under it.

The work shared by readers of such files. An XLSX is an archive: its rows are
not stretches of its bytes, so nothing can be cut or shown apart, and the whole
file is one UNPARSED segment. What its sheet holds is read all the same and
counted for the report, within the bounds of ``xlsx_members`` and ``xlsx_sheet``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...evidence.segment import UNPARSED, Segment
from ..reader import Note, Reading
from ..source import Source
from .xlsx_maker import maker_of
from .xlsx_members import NotReadError, Workbook
from .xlsx_sheet import MAX_SHEET_BYTES, Cells, rows, sheets, strings

_LOOK_BYTES = 1 << 18
"""So much of a sheet is looked at for the row of names: hundreds of rows."""
_LOOK_ROWS = 100


@dataclass
class Counted:
    """What a sheet was found to hold: its rows, and what the reader of the tool makes of them."""

    rows: int = 0
    notes: tuple[Note, ...] = ()
    declared_records: int | None = None


IsNames = Callable[[Cells], bool]
"""Tells the row of column names."""
Count = Callable[[Iterator[Cells], Iterator[Cells]], Counted]
"""Counts a sheet, given the rows above the names and then those below."""


def recognises(source: Source, is_names: IsNames) -> bool:
    """Tell whether a sheet has the row of names near its beginning; raises what the source does."""
    try:
        book = Workbook(source)
        return _sheet_of(book, strings(book), is_names) != b""
    except NotReadError:
        return False


def _sheet_of(book: Workbook, texts: list[str], is_names: IsNames) -> bytes:
    for name in sheets(book):
        start = book.start(name, _LOOK_BYTES)
        for number, row in enumerate(rows(start, texts)):
            if is_names(row):
                return name
            if number >= _LOOK_ROWS:
                break
    return b""


def reading_of(name: str, source: Source, is_names: IsNames, count: Count) -> Reading:
    """Read a file that ``recognises`` took; what cannot be read is noted, never raised."""
    generator = saved_by = ""
    counted: Counted | None = None
    try:
        book = Workbook(source)
        generator, saved_by = maker_of(book)
        texts = strings(book)
        sheet = _sheet_of(book, texts, is_names)
        if sheet:
            every = rows(book.read(sheet, MAX_SHEET_BYTES), texts)
            counted = count(_until(every, is_names), every)
    except NotReadError:
        counted = None
    notes = [Note("NO_RECORDS")]
    if counted is None:
        notes.append(Note("SHEET_NOT_READ"))
    else:
        notes += [Note("SHEET_NOT_CUT", counted.rows), *counted.notes]
    if saved_by:
        notes.append(Note("RESAVED_BY", detail=saved_by))

    def segments() -> Iterator[Segment]:
        if source.size:
            yield Segment(UNPARSED, source.size)

    return Reading(
        name,
        "xlsx",
        "none",
        "unknown",
        tuple(notes),
        segments,
        generator=generator,
        declared_records=counted.declared_records if counted is not None else None,
    )


def _until(every: Iterator[Cells], is_names: IsNames) -> Iterator[Cells]:
    for row in every:
        if is_names(row):
            return
        yield row
