"""One row of a bill as CSV: which columns mean what, and what the row shows.

A line is a record if it has as many cells as the row of names and a time, or an
order number and an amount; with another number of cells, if its time stands
where a time belongs. The latter is flagged ``syntax_invalid`` and shows its
time alone. Blanks and TABs around a cell are the writers' padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..cutting.csv_cut import cells, rows
from ..reader import HEAD_BYTES
from ..source import Source
from .bill_declared import cents
from .ymd_time import read_time

ENCODINGS: Final = ("utf-8", "gb18030")
MAX_EMPTY: Final = 20
"""So many empty cells may follow the last name: Alipay writes one, programs that save again more."""


@dataclass(frozen=True)
class Layout:
    """One generation of a platform's bill: its columns, and which of them mean what.

    ``direction`` is the column by which the file's totals go.
    """

    variant: str
    names: tuple[str, ...]
    time: int
    party: int
    kind: int
    number: int
    direction: int
    amount: int
    status: int


@dataclass(frozen=True)
class Found:
    """The layout of a file, the encoding of its names, and how many cells they fill.

    ``width`` counts an empty cell after the last name, which Alipay writes in
    every row: a row with a comma too many must not pass for a whole one.
    """

    layout: Layout
    encoding: str
    width: int


def find(source: Source, layouts: tuple[Layout, ...]) -> Found | None:
    """Look for a row of column names near the beginning."""
    known = {
        tuple(name.encode(encoding) for name in layout.names): (layout, encoding)
        for layout in layouts
        for encoding in ENCODINGS
    }
    for row in rows([source.head(HEAD_BYTES)], quoted=False):
        line = row.data or b""
        found = known.get(tuple(stripped(line)))
        if found is not None and len(cells(line)) - len(found[0].names) <= MAX_EMPTY:
            return Found(*found, len(cells(line)))
    return None


def variant_of(found: Found) -> str:
    """Return everything that ``find`` decides: generation, encoding, cells a row."""
    return f"csv {found.layout.variant} {found.encoding} {found.width}-cells"


def names_row(layouts: tuple[Layout, ...], variant: str) -> bytes:
    """Return the row of names of a file of that variant, empty for an unknown one."""
    for layout in layouts:
        for encoding in ENCODINGS:
            for empty in range(MAX_EMPTY + 1):
                if variant == variant_of(Found(layout, encoding, len(layout.names) + empty)):
                    return (",".join(layout.names) + "," * empty + "\r\n").encode(encoding)
    return b""


def stripped(data: bytes) -> list[bytes]:
    """Return a line's cells without the blanks and TABs around them, nor empty ones at the end."""
    found = [each.strip() for each in cells(data)]
    while found and not found[-1]:
        found.pop()
    return found


@dataclass(frozen=True)
class Record:
    """What one row shows; ``direction`` is None where it has too many or too few cells."""

    time: bytes
    te: tuple[int, int] | None
    party: bytes = b""
    number: bytes = b""
    kind: bytes = b""
    flags: tuple[str, ...] = ()
    direction: str | None = None
    amount: int | None = None
    status: str = ""


def read_record(found: Found, data: bytes) -> Record | None:
    """Read a line after the names as a row; None where it is none."""
    layout, encoding = found.layout, found.encoding
    row = [each.strip() for each in cells(data)]
    if len(row) != found.width or any(row[len(layout.names) :]):
        return _odd_row(layout, row)
    time = row[layout.time]
    te = read_time(time)
    number = row[layout.number]
    amount = cents(row[layout.amount].decode(encoding, "replace"))
    if te is None and (not number or amount is None):
        return None
    party = row[layout.party]
    status = row[layout.status].decode(encoding, "replace")
    flags: tuple[str, ...] = ()
    if "关闭" in status:
        flags = ("closed",)
    elif "退款" in status:
        flags = ("refund",)
    if amount is None:
        flags += ("syntax_invalid",)
    return Record(
        time,
        te,
        b"" if party == b"/" else party,
        b"" if number == b"/" else number,
        row[layout.kind],
        flags,
        row[layout.direction].decode(encoding, "replace"),
        amount,
        status,
    )


def _odd_row(layout: Layout, row: list[bytes]) -> Record | None:
    """Read a line with too many or too few cells: only its time is certain to be in its place."""
    while row and not row[-1]:
        row.pop()
    place = -1 if layout.time == len(layout.names) - 1 else layout.time
    time = row[place] if len(row) > max(place, 1) else b""
    te = read_time(time)
    return None if te is None else Record(time, te, flags=("syntax_invalid",))
