"""WeFlow's spreadsheet file of a WeChat conversation.

A few lines about the conversation, then columns 序号, 时间, 发送者身份, 消息类型, 内容,
or the same with names and accounts of the sender among them. 序号 is counted
while exporting and shows no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..reader import Note, Reader, Reading, Reason
from ..sheets.xlsx_report import Counted, reading_of, recognises
from ..sheets.xlsx_sheet import Cells
from ..source import Source
from ..text import Text

NAME = "weflow-xlsx/1"

_FRONT: Final = ("序号", "时间")
_REST: Final = frozenset(("发送者身份", "消息类型", "内容"))


def _is_names(row: Cells) -> bool:
    front = tuple(row.get(n, "").strip() for n in range(len(_FRONT)))
    return front == _FRONT and {each.strip() for each in row.values()} >= _REST


def _count(above: Iterator[Cells], below: Iterator[Cells]) -> Counted:
    for _ in above:
        pass
    found = sum(1 for row in below if row.get(0) and row.get(1))
    notes = (
        Note("FILTER_POSSIBLE", found),
        Note("ID_RENUMBERED_BY_TOOL", found),
        Note("NO_TIMEZONE", found),
    )
    return Counted(found, notes)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the row of column names in a sheet."""
    return (Reason("WEFLOW_SHEET"),) if recognises(source, _is_names) else ()


def read(source: Source) -> Reading:
    """Read a file as one UNPARSED segment, and count the rows of its sheet."""
    return reading_of(NAME, source, _is_names, _count)


REASONS: Final = {
    "WEFLOW_SHEET": Text(
        "电子表格中有 WeFlow 导出表的列名一行。",
        "A sheet has a row of the column names of a WeFlow export.",
    ),
}

READER = Reader(
    NAME,
    Text("WeFlow 导出的微信聊天记录（XLSX）", "WeChat chat exported by WeFlow (XLSX)"),
    detect,
    read,
    REASONS,
    counted=(),
)
