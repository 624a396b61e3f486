"""A document as plain text: one sentence a line, two spaces for each rank, lines end in LF."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from .document import Block, Bullets, Document, Entry, Line, Pair, Quotation, Section, Table
from .marked import to_plain

_STEP: Final = "  "
_WIDEST: Final = 60
"""A column is drawn straight where every line of its table fits into so many half-widths."""


def to_text(document: Document, *, warning_first: bool = False) -> str:
    """Return the document as text. ``warning_first``: the warning stands above the title."""
    colon = "：" if document.lang == "zh" else ": "
    head = [document.title, document.warning]
    lines = [line for line in (reversed(head) if warning_first else head) if line]
    if document.opening:
        lines += ["", *_blocks(document.opening, 1, colon)]
    for section in document.sections:
        lines += ["", section.title, *_blocks(section.blocks, 1, colon)]
    if document.closing:
        lines += ["", *_blocks(document.closing, 1, colon)]
    return "".join(f"{to_plain(line).rstrip()}\n" for line in lines)


def _blocks(blocks: tuple[Block, ...], rank: int, colon: str) -> Iterator[str]:
    for block in blocks:
        yield from _block(block, rank, colon)


def _block(block: Block, rank: int, colon: str) -> Iterator[str]:
    before = _STEP * rank
    match block:
        case Line():
            yield f"{before}{block.text}"
        case Pair():
            yield f"{before}{block.label}{colon}{block.text}"
        case Bullets():
            if block.label:
                yield f"{before}{block.label}{colon.rstrip()}"
            yield from (f"{before}- {item}" for item in block.items)
        case Table():
            yield from (f"{before}{line}" for line in _table(block))
        case Quotation():
            yield from (f"{before}{line}".rstrip() for line in _quotation(block, colon))
        case Entry():
            yield from _entry(block, rank, colon)
        case Section():
            yield ""
            yield f"{before}{block.title}"
            yield from _blocks(block.blocks, rank + 1, colon)


def _entry(entry: Entry, rank: int, colon: str) -> Iterator[str]:
    key = f"{entry.key} " if entry.key else ""
    head = f"{_STEP * rank}[{entry.word}] {key}{entry.title}"
    if entry.tags:
        brackets = "（{}）" if colon == "：" else " ({})"
        head += brackets.format(("；" if colon == "：" else "; ").join(entry.tags))
    blocks = entry.blocks
    if entry.brief and blocks and isinstance(blocks[0], Line):
        head += f"{colon}{blocks[0].text}"
        blocks = blocks[1:]
    yield head
    yield from _blocks(blocks, rank + 2, colon)


def _quotation(block: Quotation, colon: str) -> Iterator[str]:
    yield block.source
    if block.is_verbatim:
        paragraphs = f"「{block.text}」{block.article}".split("\n")
    else:
        paragraphs = block.text.split("\n")
    yield from (f"{_STEP}{paragraph}" for paragraph in paragraphs)
    if block.translation:
        first, *rest = block.translation.split("\n")
        yield f"{_STEP}{block.label}{colon}{first}"
        yield from (f"{_STEP}{paragraph}" for paragraph in rest)
    yield from (f"{_STEP}{note}" for note in block.notes)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in to_plain(text))


def _table(table: Table) -> Iterator[str]:
    yield table.caption
    rows = [table.head, *table.rows]
    columns = range(len(table.head))
    widths = [max(_width(row[column]) for row in rows) for column in columns]
    if sum(widths) > _WIDEST:
        widths = [0] * len(widths)
    for row in rows:
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield " | ".join(cells).rstrip()
