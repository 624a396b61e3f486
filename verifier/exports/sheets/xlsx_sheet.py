"""The rows of a spreadsheet file as text, by a tokenizer on bytes.

No XML parser: nothing is expanded but the five named entities and characters
by number, a document type or a CDATA section stops the reading, and formulas
are never evaluated; of a cell that has one only the value counts that the
writing program stored. Numbers are text as written, dates serial numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .xlsx_members import NotReadError, Workbook

MAX_SHEETS: Final = 16
MAX_SHEET_BYTES: Final = 96 << 20
MAX_STRINGS_BYTES: Final = 32 << 20
MAX_CELL_CHARACTERS: Final = 1 << 16
_MAX_COLUMN: Final = 1000

_TOKEN = re.compile(
    rb"<(/?)(?:[A-Za-z][\w.-]{0,20}:)?(row|c|v|t|is|si|rPh)(?=[\s/>])([^<>]{0,1000})>([^<]*+)",
    re.ASCII,
)
_REFERENCE = re.compile(rb'\sr\s?=\s?["\']([A-Z]{1,3})\d{1,7}["\']')
_TYPE = re.compile(rb'\st\s?=\s?["\']([A-Za-z]{1,10})["\']')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SHEET = re.compile(rb"xl/worksheets/sheet([1-9]\d{0,3})\.xml")

Cells = dict[int, str]
"""A row: text by column, counted from 0; empty cells are left out."""


def sheets(book: Workbook) -> list[bytes]:
    """Return the names of the sheets' members in the order of their numbers."""
    found = sorted(
        (int(match[1]), name) for name in book.names if (match := _SHEET.fullmatch(name))
    )
    return [name for _, name in found[:MAX_SHEETS]]


def strings(book: Workbook) -> list[str]:
    """Return the texts that cells refer to by number."""
    found: list[str] = []
    parts: list[str] = []
    spoken = False
    for closing, name, attributes, text in _tokens(
        book.read(b"xl/sharedStrings.xml", MAX_STRINGS_BYTES)
    ):
        if name == b"si":
            if closing or attributes.endswith(b"/"):
                found.append("".join(parts)[:MAX_CELL_CHARACTERS])
            parts = []
        elif name == b"rPh":  # how to pronounce it
            spoken = not closing and not attributes.endswith(b"/")
        elif name == b"t" and not closing and not spoken:
            parts.append(_text(text))
    return found


def rows(data: bytes, texts: list[str]) -> Iterator[Cells]:
    """Yield the rows of a sheet's bytes that hold anything."""
    row: Cells = {}
    column = -1
    kind = b""
    value = ""
    open_cell = False
    for closing, name, attributes, text in _tokens(data):
        if name == b"row":
            if row:
                yield row
            row, column = {}, -1
        elif name == b"c":
            if open_cell and value:
                row[column] = _resolved(kind, value, texts)
            open_cell, value = False, ""
            if not closing:
                reference = _REFERENCE.search(attributes)
                column = _column(reference[1]) if reference else column + 1
                declared = _TYPE.search(attributes)
                kind = declared[1] if declared else b""
                open_cell = not attributes.endswith(b"/") and column < _MAX_COLUMN
        elif name in (b"v", b"t") and not closing and open_cell:
            value = (value + _text(text))[:MAX_CELL_CHARACTERS]
    if row:
        yield row


def _tokens(data: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    if b"<!" in data:
        raise NotReadError
    for match in _TOKEN.finditer(data):
        closing, name, attributes, text = match.groups()
        yield closing, name, attributes, text


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _resolved(kind: bytes, value: str, texts: list[str]) -> str:
    if kind != b"s":
        return value
    number = value.strip()
    known = number.isascii() and number.isdigit() and len(number) < 9 and int(number) < len(texts)
    return texts[int(number)] if known else ""


def _text(raw: bytes) -> str:
    text = raw[: MAX_CELL_CHARACTERS * 4].decode("utf-8", "replace")
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
