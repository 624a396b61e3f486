"""WeChat Pay's (微信支付) bill as CSV, as issued until about 2025.

Sixteen lines above, padded with commas to the width of the table: nickname,
range, kind, ``共43笔记录``, totals for 收入, 支出 and 中性交易, three notices. Then 11
columns beginning 交易时间. UTF-8; some cells quoted and some not, in one file;
order numbers followed by a TAB; amounts as ``¥28.16``.

``time`` is 交易时间, Beijing time without a zone; ``sender`` is 交易对方, the other
party's name whichever way the money went; ``native_id`` 交易单号, which the
platform can confirm (ids "native"); ``type`` 交易类型. "/" stands for nothing.

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
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..text import Text

NAME = "wechatpay-csv/1"

LAYOUT: Final = Layout(
    "app",
    (
        "交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态", "交易单号",
        "商户单号", "备注",
    ),
    time=0, party=2, kind=1, number=8, direction=4, amount=5, status=7,
)  # fmt: skip
TITLE: Final = "微信支付账单明细"


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the row of column names."""
    found = find(source, (LAYOUT,))
    if found is None:
        return ()
    if TITLE.encode(found.encoding) in source.head(HEAD_BYTES):
        return (Reason("WECHATPAY_COLUMNS"), Reason("WECHATPAY_TITLE"))
    return (Reason("WECHATPAY_COLUMNS"),)


def read(source: Source) -> Reading:
    """Read a bill: one or two passes to survey it, another for each call of ``segments``."""
    found = find(source, (LAYOUT,)) or Found(LAYOUT, "utf-8", len(LAYOUT.names))
    seen = survey(source, found)
    encoding, notes = notes_of(source, found, seen)

    def segments() -> Iterator[Segment]:
        return cut(source, found, Survey())

    return Reading(
        NAME,
        variant_of(found),
        "wall",
        encoding,
        (*notes, Note("SENDER_NAME_ONLY", seen.records)),
        segments,
        declared_records=seen.declared.records,
        ids="native" if seen.no_id.count < seen.records else "none",
    )


REASONS: Final = {
    "WECHATPAY_COLUMNS": Text(
        "有微信支付账单的列名一行。", "There is a row of the column names of a WeChat Pay bill."
    ),
    "WECHATPAY_TITLE": Text(
        "文件自称微信支付账单明细。", "The file calls itself a statement of WeChat Pay."
    ),
}

READER = Reader(
    NAME,
    Text("微信支付账单（CSV）", "WeChat Pay bill (CSV)"),
    detect,
    read,
    REASONS,
    view=view,
    context=lambda variant, _clock: names_row((LAYOUT,), variant),
    material="payment",
)
