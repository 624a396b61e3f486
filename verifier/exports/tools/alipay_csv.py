"""Alipay's (支付宝) bill as CSV, in the three generations that are known.

* 2019, from the website: four lines above, 16 columns beginning 交易号, and below
  ``共6笔记录`` with totals by 资金状态 (已收入, 待收入, 已支出, 待支出).
* 2021, from the app: records first, 11 columns beginning 收/支 and ending 交易时间,
  what the file declares below.
* 2023, from the app: 24 lines above, 12 columns beginning 交易时间.

GB18030 as issued, UTF-8 where it was saved again. Cells are padded with blanks,
order numbers followed by a TAB, nothing is quoted. ``time`` is 交易时间 (2019:
交易创建时间), Beijing time without a zone; ``sender`` is 交易对方, the other party's
name whichever way the money went; ``native_id`` the order number, which the
platform can confirm (ids "native"); ``type`` 交易分类 or 类型.

The file says itself that deleted records are not in it
(``DELETED_NOT_INCLUDED``). It is not signed; the sealed PDF is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import Segment
from ..families.bill_record import Found, Layout, find, names_row, variant_of
from ..families.bill_rows import Survey, cut, notes_of, survey
from ..families.bill_view import view
from ..reader import HEAD_BYTES, Reader, Reading, Reason
from ..source import Source
from ..text import Text

NAME = "alipay-csv/1"

_WEB = Layout(
    "web-2019",
    (
        "交易号", "商家订单号", "交易创建时间", "付款时间", "最近修改时间", "交易来源地", "类型", "交易对方",
        "商品名称", "金额（元）", "收/支", "交易状态", "服务费（元）", "成功退款（元）", "备注", "资金状态",
    ),
    time=2, party=7, kind=6, number=0, direction=15, amount=9, status=11,
)  # fmt: skip
_APP_2021 = Layout(
    "app-2021",
    (
        "收/支", "交易对方", "对方账号", "商品说明", "收/付款方式", "金额", "交易状态", "交易分类",
        "交易订单号", "商家订单号", "交易时间",
    ),
    time=10, party=1, kind=7, number=8, direction=0, amount=5, status=6,
)  # fmt: skip
_APP_2023 = Layout(
    "app-2023",
    (
        "交易时间", "交易分类", "交易对方", "对方账号", "商品说明", "收/支", "金额", "收/付款方式", "交易状态",
        "交易订单号", "商家订单号", "备注",
    ),
    time=0, party=2, kind=1, number=9, direction=5, amount=6, status=8,
)  # fmt: skip
LAYOUTS: Final = (_APP_2023, _APP_2021, _WEB)
_NAMED: Final = tuple("支付宝".encode(encoding) for encoding in ("gb18030", "utf-8"))


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a row of one generation's column names."""
    if find(source, LAYOUTS) is None:
        return ()
    head = source.head(HEAD_BYTES)
    if any(name in head for name in _NAMED):
        return (Reason("ALIPAY_COLUMNS"), Reason("ALIPAY_NAMED"))
    return (Reason("ALIPAY_COLUMNS"),)


def read(source: Source) -> Reading:
    """Read a bill: one or two passes to survey it, another for each call of ``segments``."""
    found = find(source, LAYOUTS) or Found(_APP_2023, "gb18030", len(_APP_2023.names))
    seen = survey(source, found)
    encoding, notes = notes_of(source, found, seen)

    def segments() -> Iterator[Segment]:
        return cut(source, found, Survey())

    return Reading(
        NAME,
        variant_of(found),
        "wall",
        encoding,
        notes,
        segments,
        declared_records=seen.declared.records,
        ids="native" if seen.no_id.count < seen.records else "none",
    )


REASONS: Final = {
    "ALIPAY_COLUMNS": Text(
        "有支付宝账单的列名一行。", "There is a row of the column names of an Alipay bill."
    ),
    "ALIPAY_NAMED": Text("文件自称支付宝账单。", "The file calls itself a bill of Alipay."),
}

READER = Reader(
    NAME,
    Text("支付宝账单（CSV）", "Alipay bill (CSV)"),
    detect,
    read,
    REASONS,
    view=view,
    context=lambda variant, _clock: names_row(LAYOUTS, variant),
    material="payment",
)
