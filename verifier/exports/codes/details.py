"""The fixed words that a note's ``detail`` may be."""

from __future__ import annotations

from typing import Final

from ..text import Text

DETAILS: Final[dict[str, Text]] = {
    "spelling": Text("写法与多数消息头不同", "spelled otherwise than most headers"),
    "backwards": Text("时间早于前一条", "earlier than the one before"),
    "inside-body": Text("正文中有形似消息头的行", "a line inside a body looks like a header"),
    "date-order": Text("日期只能按另一次序读取", "the date can only be read in another order"),
    "date-row": Text("日期行与其他日期行写法不同", "a date row spelled otherwise than the others"),
    "not-in-title": Text("姓名不在标题所列二人之中", "a name that is not one of the two in the title"),
    "time-of-day-only": Text("只有时刻", "time of day only"),
    "outside-records": Text("在记录之外", "outside of records"),
    "no-offset": Text("不构成任何时区偏移", "no offset in use"),
    "base64": Text("base64 编码", "base64"),
    "quoted-printable": Text("quoted-printable 编码", "quoted-printable"),
    "html": Text("网页格式", "HTML"),
    "unknown-encoding": Text("未知的传输编码", "unknown transfer encoding"),
    "no-text-part": Text("没有文本部分", "no text part"),
    "no-mail-header": Text("没有邮件头", "no mail header"),
    "localId": Text("字段 localId", "field localId"),
    "id": Text("字段 id", "field id"),
    "quotes": Text("引用其他消息的回复", "replies that quote a message"),
    "columns": Text("列数或引号与表头不符", "cells or quotes unlike the row of names"),
    "amount": Text("金额无法读取", "an amount that cannot be read"),
    "messages": Text("数组 messages", "array messages"),
    "gb18030": Text("按 GB18030 可解码", "decodes as GB18030"),
    "unknown": Text("未知", "unknown"),
    "dmy": Text("日 月 年", "day month year"),
    "mdy": Text("月 日 年", "month day year"),
    "ymd": Text("年 月 日", "year month day"),
    "dmy-or-mdy": Text("日月年或月日年", "day month year or month day year"),
    "dmy-or-ymd": Text("日月年或年月日", "day month year or year month day"),
    "mdy-or-ymd": Text("月日年或年月日", "month day year or year month day"),
    "dmy-or-mdy-or-ymd": Text("三种次序皆可", "any of three orders"),
    "orders-conflict": Text("没有一种次序适用于全部日期", "no order reads all dates"),
    "lf-only": Text("只有换行符 LF", "LF only"),
    "mixed-line-ends": Text("CRLF 与 LF 混用", "CRLF and LF mixed"),
    "mail-header": Text("邮件头字段", "a field of the mail header"),
    "no-empty-line": Text("分隔行之前没有空行", "no empty line before the separator"),
    "content-length": Text("与 Content-Length 所写长度不符", "not the length that Content-Length states"),
    "body-changed": Text("正文与签名不符", "the body is not the signed one"),
    "header-changed": Text("邮件头与签名不符", "the header is not the signed one"),
    "malformed-signature": Text("签名字段不合规范", "the signature field is against its rules"),
    "malformed-key": Text("密钥记录不合规范或种类不符", "the key record is against its rules or of another kind"),
    "key-revoked": Text("密钥记录已被撤销", "the key record is a revoked one"),
    "weak-algorithm": Text("算法或密钥过弱", "algorithm or key too weak"),
    "no-key-record": Text("未提供该域名的密钥记录", "no key record of that domain was supplied"),
}  # fmt: skip
