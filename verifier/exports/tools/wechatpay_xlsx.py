"""WeChat Pay's (微信支付) bill as a spreadsheet file, as issued since 2025.

The same lines and columns as ``wechatpay_csv``: what the file declares of
itself is compared with its rows here too. Amounts are numbers, times serial
numbers, which are not read. A file that a spreadsheet program saved again says
so (``RESAVED_BY``).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from ..families.bill_declared import Declared, Sums, cents
from ..reader import Note, Reader, Reading, Reason
from ..sheets.xlsx_report import Counted, reading_of, recognises
from ..sheets.xlsx_sheet import Cells
from ..source import Source
from ..text import Text
from .wechatpay_csv import LAYOUT

NAME = "wechatpay-xlsx/1"

_FEN: Final = Decimal("0.01")
_NOISE: Final = Decimal("0.000001")
"""A spreadsheet program may write 9.78 as 9.7799999999999994."""


def _is_names(row: Cells) -> bool:
    return tuple(row.get(n, "").strip() for n in range(len(LAYOUT.names))) == LAYOUT.names


def _fen(written: str) -> int | None:
    """Return an amount that is a number of the file, or text as in the CSV."""
    if (plain := cents(written.strip())) is not None:
        return plain
    try:
        value = Decimal(written.strip()) if len(written) <= 40 and written.isascii() else None
    except InvalidOperation:
        return None
    if value is None or not value.is_finite() or abs(value) >= 10**12:
        return None
    near = value.quantize(_FEN)
    return int(near * 100) if abs(value - near) < _NOISE else None


def _count(above: Iterator[Cells], below: Iterator[Cells]) -> Counted:
    declared, sums = Declared(), Sums()
    for row in above:
        declared.add(row.get(0, ""))
    found = 0
    for row in below:
        if not row.get(LAYOUT.time) or not row.get(LAYOUT.number):
            declared.add(row.get(0, ""))
            continue
        amount = _fen(row.get(LAYOUT.amount, ""))
        status = row.get(LAYOUT.status, "").strip()
        sums.add(found, row.get(LAYOUT.direction, "").strip(), amount, status)
        found += 1
    notes = [Note("BEIJING_TIME_IMPLIED", found), *declared.notes(found, sums)]
    if sums.unreadable.count:
        notes.append(Note("SYNTAX_INVALID", sums.unreadable.count, detail="amount"))
    notes.append(Note("SENDER_NAME_ONLY", found))
    return Counted(found, tuple(notes), declared.records)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the row of column names in a sheet."""
    return (Reason("WECHATPAY_SHEET"),) if recognises(source, _is_names) else ()


def read(source: Source) -> Reading:
    """Read a file as one UNPARSED segment, and count the rows of its sheet."""
    return reading_of(NAME, source, _is_names, _count)


REASONS: Final = {
    "WECHATPAY_SHEET": Text(
        "电子表格中有微信支付账单的列名一行。",
        "A sheet has a row of the column names of a WeChat Pay bill.",
    ),
}

READER = Reader(
    NAME,
    Text("微信支付账单（XLSX）", "WeChat Pay bill (XLSX)"),
    detect,
    read,
    REASONS,
    counted=(),
    material="payment",
)
