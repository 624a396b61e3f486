"""A chat as CSV: one row of column names, then one row a message.

The work shared by readers of such files. The first row tells the tool; every
further row is a record, also one with more or fewer cells than there are
columns if its first cells are a message's (flag ``syntax_invalid``). What else
stands in the file is UNPARSED; empty rows are framing.

Quoted cells hold line ends, so a body cannot be mistaken for a row. It may
look like one to other programs all the same, which read line by line: such a
record is flagged ``header_ambiguous``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import fit
from ..cutting.csv_cut import cells, odd_quotes, rows
from ..reader import HEAD_BYTES, Note
from ..source import Source
from ..tally import Tally
from .clock_offset import Offsets


class Message(NamedTuple):
    """What one row shows; fields as in ``Segment``."""

    time: bytes = b""
    te: tuple[int, int] | None = None
    sender: bytes = b""
    native_id: bytes = b""
    type: bytes = b""
    media: tuple[bytes, ...] = ()
    flags: tuple[str, ...] = ()
    paired: bool = False
    """Are both times of the record readable, so that ``offset`` says something."""
    offset: int | None = None


RECALL_NOTICE = re.compile('(?:你|"{1,2}[^"\r\n]{1,300}"{1,2} ?)撤回了一条消息'.encode())
"""The app's notice, where no column tells a notice from a message; quotes may be doubled."""

Columns = tuple[bytes, ...]
Parse = Callable[[list[bytes]], Message | None]
"""Reads the cells of a row; None where the row is no message."""


@dataclass(frozen=True)
class Form:
    """The files of one tool: the names of its columns with what reads their rows.

    ``lookalike`` finds a line within a row's bytes that looks like a row.
    ``widths`` are further numbers of cells that the tool is known to write.
    """

    layouts: Mapping[Columns, Parse]
    lookalike: re.Pattern[bytes]
    widths: frozenset[int] = frozenset()

    def columns(self, source: Source) -> Columns | None:
        """Return the names in the first row if they are those of a layout."""
        first = next(rows([source.head(HEAD_BYTES)]), None)
        if first is None or first.data is None:
            return None
        names = tuple(cells(first.data))
        return names if names in self.layouts else None


@dataclass
class Survey:
    """What the whole file shows."""

    records: int = 0
    minutes: int = 0
    back: Tally = field(default_factory=Tally)
    no_id: Tally = field(default_factory=Tally)
    undated: Tally = field(default_factory=Tally)
    columns: Tally = field(default_factory=Tally)
    lookalike: Tally = field(default_factory=Tally)
    unparsed: Tally = field(default_factory=Tally)
    too_large: Tally = field(default_factory=Tally)
    too_long: Tally = field(default_factory=Tally)
    flags: dict[str, Tally] = field(default_factory=dict)
    offsets: Offsets = field(default_factory=Offsets)

    def flagged(self, flag: str) -> Tally:
        """Return the records with this flag."""
        return self.flags.get(flag, Tally())


def survey(
    source: Source, form: Form, look: Callable[[int, Message], None] | None = None
) -> Survey:
    """Go through the file once; ``look`` sees every message with its segment's index."""
    seen = Survey()
    for index, segment in enumerate(cut(source, form, seen, look=look)):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    return seen


def cut(
    source: Source,
    form: Form,
    seen: Survey,
    usual: int | None = None,
    look: Callable[[int, Message], None] | None = None,
) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``; ``usual`` is the offset known from a first run."""
    columns = form.columns(source)
    parse = form.layouts[columns] if columns is not None else _nothing
    widths = form.widths | {len(columns or ())}
    last: int | None = None
    for index, (length, data, closed) in enumerate(rows(source.chunks())):
        if data is None:
            (seen.too_large if closed else seen.unparsed).add(index)
            yield Segment(UNPARSED, length)
            continue
        found = cells(data)
        if not data.strip() or (index == 0 and columns is not None):
            yield Segment(FRAMING, length)
            continue
        message = parse(found) if tuple(found) != columns else None
        if message is None:
            seen.unparsed.add(index)
            yield Segment(UNPARSED, length)
            continue
        time, te, sender, native_id, kind, media, flags, paired, offset = message
        seen.records += 1
        if not native_id:
            seen.no_id.add(index)
        te_lo = te_hi = None
        if te is None:
            seen.undated.add(index)
        else:
            te_lo, te_hi = te
            seen.minutes += te_lo != te_hi
            if last is not None and te_hi < last:
                seen.back.add(index)
            last = te_lo
        if paired:
            seen.offsets.add(index, offset)
            if usual is not None and offset != usual:
                flags += ("tz_conflict",)
        if len(found) not in widths or odd_quotes(data):
            seen.columns.add(index)
            flags += ("syntax_invalid",)
        if (b"\n" in data or b"\r" in data) and form.lookalike.search(data):
            seen.lookalike.add(index)
            flags += ("header_ambiguous",)
        for flag in flags:
            seen.flags.setdefault(flag, Tally()).add(index)
        if look is not None:
            look(index, message)
        yield Segment(
            RECORD, length, time, te_lo, te_hi, None, sender, native_id, kind, media, flags
        )  # fmt: skip


def _nothing(found: list[bytes]) -> Message | None:
    return None


def notes_of(seen: Survey) -> list[Note]:
    """Return what any such file may leave open."""
    notes: list[Note] = []
    if seen.minutes:
        notes.append(Note("TIME_MINUTE_ONLY", seen.minutes))
    add_note(notes, "HEADER_AMBIGUOUS", seen.lookalike, "inside-body")
    add_note(notes, "RECALLED", seen.flagged("recalled"))
    add_note(notes, "TIME_UNREADABLE", seen.undated)
    add_note(notes, "TIME_NOT_MONOTONE", seen.back)
    add_note(notes, "SYNTAX_INVALID", seen.columns, "columns")
    add_note(notes, "SYNTAX_INVALID", seen.unparsed, "outside-records")
    add_note(notes, "RECORD_TOO_LARGE", seen.too_large)
    add_note(notes, "FIELD_TOO_LONG", seen.too_long)
    return notes


def add_note(notes: list[Note], code: str, tally: Tally, detail: str = "") -> None:
    """Add a note if anything was counted."""
    if tally.count:
        notes.append(Note(code, tally.count, tuple(tally.places), detail))
