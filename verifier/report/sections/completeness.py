"""What a disclosure shows of each file and how complete that is; in the short report with the first records."""

from __future__ import annotations

from ...result import TOTAL_FAILED, Result
from ..completeness import sentences
from ..document import Block, Line, Section
from ..marked import own
from ..shown_files import ShownFile, files_not_shown, is_disclosure, shown_files
from ..statements import is_bound
from ..texts import Texts
from ..words import Words
from .shown_records import records_in_short

KEY = "completeness"


def completeness(result: Result, texts: Texts, *, short: bool = False) -> tuple[Section, ...]:
    """Return the section, none where no disclosure was verified."""
    if not is_disclosure(result):
        return ()
    words = Words(texts.lang)
    return (Section(KEY, words("shown"), tuple(_blocks(result, texts, words, short=short))),)


def _blocks(result: Result, texts: Texts, words: Words, *, short: bool) -> list[Block]:
    if result.verdict == TOTAL_FAILED:
        return [Line(words("shown.failed"))]
    others = files_not_shown(result)
    if others is None:
        return [Line(words("shown.unreached"))]
    found: list[Block] = [] if is_bound(result) else [Line(texts.words["unbound"])]
    files = shown_files(result)
    found += [_file(result, each, words) for each in files]
    if not files:
        found.append(Line(words("shown.nothing")))
    found.append(Line(words("shown.others" if others else "shown.others.none", count=others)))
    if result.shown:
        found.append(records_in_short(result, words) if short else Line(words("shown.annexed")))
    return found


def _file(result: Result, file: ShownFile, words: Words) -> Section:
    lines = tuple(Line(each) for each in sentences(result, file, words))
    return Section(f"{KEY}-{file.position}", title_of(file, words), lines)


def title_of(file: ShownFile, words: Words) -> str:
    """Return a file's heading: position, name, role and size."""
    return words(
        "shown.file",
        n=file.position,
        name=own(file.text("name")),
        role=own(file.text("role")),
        size=file.count("size"),
    )
