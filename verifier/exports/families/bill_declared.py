"""What a bill says of itself, and whether its rows bear it out.

Above or below its rows a bill of Alipay or WeChat Pay writes how many there
are, from when to when, and what they add up to, by direction:

    起始时间：[2023-02-10 00:00:00]    终止时间：[2023-02-13 23:59:59]
    共66笔记录
    支出：63笔 16.54元

Both are computed again from the rows. The platforms do not all count alike: a
closed transaction may be left out, and refunds be taken off what was spent. A
total is a mismatch only if none of these ways gives it; the detail shows the
plain sum. Amounts are whole fen (1/100 yuan); nothing is rounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from ..reader import Note
from ..tally import Tally
from .ymd_time import read_time

MAX_LINE_CHARACTERS: Final = 1000
"""A line that declares something is short."""

_COUNT = re.compile(r"共[:：]?(\d{1,9})笔记录", re.ASCII)
_TIME = r"\[(\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}(?::\d{2})?)\]"
_RANGE = re.compile(
    rf"起始(?:时间|日期)[:：]{_TIME}[ \t,]{{0,40}}+终止(?:时间|日期)[:：]{_TIME}", re.ASCII
)
_TOTAL = re.compile(
    r"(已收入|待收入|已支出|待支出|收入|支出|不计收支|其他|中性交易)[:：](\d{1,9})笔[ ,，]{1,4}"
    r"(\d{1,12})(?:\.(\d{1,2}))?元",
    re.ASCII,
)
_DELETED = re.compile("不包[括含]已删除的记录")
_AMOUNT = re.compile("(?:¥|￥)?([+-]?)(\\d{1,12})(?:\\.(\\d{1,2}))?", re.ASCII)

_DIRECTIONS: Final = {
    "收入": "income", "支出": "expense", "不计收支": "uncounted", "其他": "other",
    "中性交易": "neutral", "已收入": "received", "待收入": "receivable", "已支出": "paid",
    "待支出": "payable",
}  # fmt: skip
_ALSO: Final = {"中性交易": ("/", ""), "其他": ("不计收支", "")}
"""How rows write a direction that the totals call otherwise."""
_SPENT: Final = frozenset(("支出", "已支出"))


def cents(written: str) -> int | None:
    """Return an amount such as ``¥28.16`` in fen; None where it is none."""
    match = _AMOUNT.fullmatch(written)
    if match is None:
        return None
    sign, yuan, fen = match.groups()
    value = int(yuan) * 100 + int((fen or "").ljust(2, "0"))
    return -value if sign == "-" else value


def yuan(value: int) -> str:
    """Return fen as ``28.16``."""
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"


@dataclass
class Declared:
    """What the lines around the rows say; of each thing the first that says it."""

    records: int | None = None
    range: tuple[str, str] | None = None
    """First and last time as written; ``span`` is the first and last second they mean."""
    span: tuple[int, int] | None = None
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By direction: how many, how much in fen."""
    deleted: bool = False

    def add(self, line: str) -> None:
        """Look at one line that is no row."""
        if len(line) > MAX_LINE_CHARACTERS:
            return
        line = line.strip(' \t,"')
        self.deleted = self.deleted or _DELETED.search(line) is not None
        if (count := _COUNT.match(line)) and self.records is None:
            self.records = int(count[1])
        if self.range is None and (written := _RANGE.match(line)):
            first, last = (read_time(written[n].encode()) for n in (1, 2))
            if first is not None and last is not None:
                self.range, self.span = (written[1], written[2]), (first[0], last[1])
        if total := _TOTAL.match(line):
            amount = int(total[3]) * 100 + int((total[4] or "").ljust(2, "0"))
            self.totals.setdefault(total[1], (int(total[2]), amount))

    def outside(self, te: tuple[int, int]) -> bool:
        """Tell whether a time is certainly outside the declared range."""
        return self.span is not None and (te[1] < self.span[0] or te[0] > self.span[1])

    def notes(self, records: int, sums: Sums) -> list[Note]:
        """Return what the file declares, and what of it the rows do not bear out."""
        notes: list[Note] = []
        if self.range is not None:
            detail = f"declared {self.range[0]} to {self.range[1]}"
            notes.append(Note("FILTER_DECLARED", detail=detail))
        else:
            notes.append(Note("FILTER_POSSIBLE", records))
        if self.deleted:
            notes.append(Note("DELETED_NOT_INCLUDED"))
        if self.records is not None and self.records != records:
            detail = f"declared {self.records} found {records}"
            notes.append(Note("COUNT_MISMATCH", records, detail=detail))
        for direction, total in self.totals.items():
            if not sums.allow(direction, *total):
                found = sums.of(direction)
                detail = (
                    f"declared {_DIRECTIONS[direction]} {total[0]} {yuan(total[1])}"
                    f" found {found.count} {yuan(found.amount)}"
                )
                notes.append(Note("TOTALS_MISMATCH", found.count, detail=detail))
        return notes


@dataclass
class _Sum:
    """Rows of one direction: all of them, and the closed ones."""

    count: int = 0
    amount: int = 0
    closed_count: int = 0
    closed_amount: int = 0


@dataclass
class Sums:
    """What the rows add up to."""

    directions: dict[str, _Sum] = field(default_factory=dict)
    refunds: int = 0
    unreadable: Tally = field(default_factory=Tally)

    def add(self, index: int, direction: str, amount: int | None, status: str) -> None:
        """Count one row; ``amount`` None where it cannot be read."""
        if amount is None:
            self.unreadable.add(index)
            amount = 0
        if direction not in self.directions and len(self.directions) >= _MAX_DIRECTIONS:
            return
        each = self.directions.setdefault(direction, _Sum())
        each.count += 1
        each.amount += amount
        if "关闭" in status:
            each.closed_count += 1
            each.closed_amount += amount
        if status == "退款成功":
            self.refunds += amount

    def of(self, direction: str) -> _Sum:
        """Return the sum of the rows that a total of this name is about."""
        names = (direction, *_ALSO.get(direction, ()))
        found = [self.directions[name] for name in names if name in self.directions]
        return _Sum(
            sum(each.count for each in found),
            sum(each.amount for each in found),
            sum(each.closed_count for each in found),
            sum(each.closed_amount for each in found),
        )

    def allow(self, direction: str, count: int, amount: int) -> bool:
        """Tell whether one of the platforms' ways of counting gives the total."""
        found = self.of(direction)
        off = (0, self.refunds) if direction in _SPENT else (0,)
        amounts = {
            found.amount - closed - refunds
            for closed, refunds in product((0, found.closed_amount), off)
        }
        return count in (found.count, found.count - found.closed_count) and amount in amounts


_MAX_DIRECTIONS: Final = 100
