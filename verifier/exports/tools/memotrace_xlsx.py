"""MemoTrace's (WeChatMsg, 留痕) spreadsheet file of a WeChat conversation.

The columns of ``memotrace_csv`` in the first row. What is known of the tool is
noted; rows whose content it did not write are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..reader import Note, Reader, Reading, Reason
from ..sheets.xlsx_report import Counted, reading_of, recognises
from ..sheets.xlsx_sheet import Cells
from ..source import Source
from ..text import Text
from .memotrace_csv import COLUMNS

NAME = "memotrace-xlsx/1"

_NAMES: Final = tuple(name.decode("ascii") for name in COLUMNS)
_TYPE, _SUB_TYPE, _CONTENT = (_NAMES.index(each) for each in ("Type", "SubType", "StrContent"))


def _is_names(row: Cells) -> bool:
    return tuple(row.get(n, "") for n in range(len(_NAMES))) == _NAMES


def _count(above: Iterator[Cells], below: Iterator[Cells]) -> Counted:
    for _ in above:
        pass
    found = dropped = unpaid = 0
    for row in below:
        found += 1
        if row.get(_TYPE) == "49" and not row.get(_CONTENT):
            dropped += 1
            unpaid += row.get(_SUB_TYPE) in ("2000", "2001")
    notes = [Note("FILTER_POSSIBLE", found), Note("BOUNDARY_LOSS_POSSIBLE", found)]
    if dropped:
        notes.append(Note("CONTENT_DROPPED_BY_TOOL", dropped))
    if unpaid:
        notes.append(Note("TRANSFER_WITHOUT_CONTENT", unpaid))
    return Counted(found, tuple(notes))


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the row of column names in a sheet."""
    return (Reason("MEMOTRACE_SHEET"),) if recognises(source, _is_names) else ()


def read(source: Source) -> Reading:
    """Read a file as one UNPARSED segment, and count the rows of its sheet."""
    return reading_of(NAME, source, _is_names, _count)


REASONS: Final = {
    "MEMOTRACE_SHEET": Text(
        "电子表格中有留痕（MemoTrace）导出表的列名一行。",
        "A sheet has a row of the column names of a MemoTrace export.",
    ),
}

READER = Reader(
    NAME,
    Text("留痕（MemoTrace）导出的微信聊天记录（XLSX）", "WeChat chat exported by MemoTrace (XLSX)"),
    detect,
    read,
    REASONS,
    counted=(),
)
