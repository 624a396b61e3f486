"""The records that a disclosure shows, one by one, with a mark wherever something is not shown.

The short report has the first 30, the full one all that were made readable
(``shown_segment`` has the bounds). What is redacted stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from ...encoding import to_time
from ...evidence.period import to_written
from ...result import Result
from ...shown_segment import MAX_SEGMENTS, MAX_TEXT, ShownSegment
from ..document import Block, Entry, Line, Section
from ..escape import MAXIMUM, escape
from ..marked import ours, own
from ..shown_files import ShownFile, shown_files
from ..words import Words

IN_SHORT: Final = 30
_LINES: Final = 200
"""So many lines of one text, and parts between TABs of one line, are set apart; the rest follows as one."""
_NEXT_LINE: Final = " ⏎ "
_TAB: Final = " ⇥ "
_CODE: Final = escape("“")
"""What ``escape`` makes of a sign that it hides often, for the sentence that explains it."""
_ROLES: Final = {"left": "beside", "right": "beside", "dates": "dates"}


def records_in_short(result: Result, words: Words) -> Section:
    """Return the first records, and how many more there are and where."""
    blocks: list[Block] = []
    left = IN_SHORT
    for file, listed in _by_file(result):
        if left <= 0:
            break
        blocks.append(Line(_title(file, words)))
        blocks += _blocks(file, listed[:left], words, MAXIMUM)
        if len(listed) <= left and not file.count("not_listed"):
            blocks += _end(file, listed, words)
        left -= len(listed)
    rest = len(result.shown) - min(IN_SHORT, len(result.shown))
    rest += sum(file.count("not_listed") for file in shown_files(result))
    blocks.append(
        Line(
            words("records.rest", count=rest, most=MAX_SEGMENTS, code=_CODE)
            if rest
            else words("records.full", code=_CODE)
        )
    )
    return Section("records", words("records"), tuple(blocks))


def records_annex(result: Result, words: Words) -> tuple[Section, ...]:
    """Return all of them as an annex, none where none were made readable."""
    sections = [
        Section(
            f"records-{file.position}",
            _title(file, words),
            (*_blocks(file, listed, words, MAX_TEXT), *_end(file, listed, words)),
        )
        for file, listed in _by_file(result)
    ]
    if not sections:
        return ()
    blocks: list[Block] = [Line(words("records.lead", code=_CODE)), *sections]
    return (Section("records", words("records"), tuple(blocks), annex=True),)


def _by_file(result: Result) -> Iterator[tuple[ShownFile, list[ShownSegment]]]:
    files = {file.position: file for file in shown_files(result)}
    for position, listed in groupby(result.shown, lambda each: each.file):
        if position in files:
            yield files[position], list(listed)


def _title(file: ShownFile, words: Words) -> str:
    return words("records.file", n=file.position, name=own(file.text("name")))


def _blocks(
    file: ShownFile, listed: Sequence[ShownSegment], words: Words, most: int
) -> Iterator[Block]:
    for each in listed:
        if each.before:
            yield Line(words("records.gap", count=each.before), "note")
        yield entry(each, file, words, most)


def _end(file: ShownFile, listed: Sequence[ShownSegment], words: Words) -> Iterator[Block]:
    """Yield what follows the last one: more that is shown, or segments that are not."""
    if more := file.count("not_listed"):
        yield Line(words("records.more", count=more, most=MAX_SEGMENTS, member=file.member))
        return
    left = file.count("withheld_segments") - sum(each.before for each in listed)
    if left > 0:
        yield Line(words("records.gap", count=left), "note")


def entry(each: ShownSegment, file: ShownFile, words: Words, most: int) -> Entry:
    """Return one segment: its place, what is known of it, and its words or that they are redacted."""
    kind = _ROLES.get(each.role) or ("redacted" if each.redacted else each.kind)
    place = words("records.segment", index=each.index)
    if file.is_numbered:
        place += words("records.number", number=each.index + 1)
    said = words("records.redacted", size=each.size) if each.redacted else _text(each.text, most)
    return Entry(
        "",
        place,
        f"shown-{kind}",
        words(f"records.kind.{kind}"),
        tuple(_tags(each, file, words, most)),
        (Line(said),),
        brief=True,
    )


def _tags(each: ShownSegment, file: ShownFile, words: Words, most: int) -> Iterator[str]:
    if each.time:
        yield words("records.time", time=own(each.time)) + _span(each, file, words)
    for name in ("sender", "type"):
        if found := str(getattr(each, name)):
            yield words(f"records.{name}", value=own(found))
    if each.media:
        yield words("records.media", files=words.comma.join(map(str, each.media)))
    if each.quoted:
        yield words("records.quoted", value=_text(each.quoted, most))
    names = [words(f"records.field.{name}") for name in each.hidden if name != "content"]
    if names:
        yield words("records.hidden", names=words.comma.join(names))
    if each.cut or len(each.text) > most or len(each.quoted) > most:
        yield words("records.cut")


def _span(each: ShownSegment, file: ShownFile, words: Words) -> str:
    """Return the seconds that the written time can mean, in the clock of the file."""
    if each.first is None or each.last is None:
        return ""
    clock = file.text("clock")
    first, last = _moment(each.first, clock), _moment(each.last, clock)
    key = "records.moment" if first == last else "records.span"
    return words(key, first=ours(first), last=ours(last))


def _moment(second: int, clock: str) -> str:
    try:
        return (
            to_time(second) if clock == "instant" else to_written(second, clock).replace("T", " ")
        )
    except (OverflowError, ValueError, OSError):
        return f"{second} s"  # a date beyond the calendar, in the file's own words


def _text(text: str, most: int) -> str:
    """Return someone's words on one line; a new line or a TAB in them is a sign between quotes."""
    found, left = [], most
    for line in text.replace("\r\n", "\n").split("\n", _LINES):
        parts: list[str] = []
        for part in filter(None, (each.strip() for each in line.split("\t", _LINES))):
            if left <= 0:
                break
            parts.append(own(part, left))
            left -= len(part)
        if parts:
            found.append(_TAB.join(parts))
    return _NEXT_LINE.join(found) or own("")
