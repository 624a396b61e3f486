"""Marks on single segments: what the reader saw in one record."""

from __future__ import annotations

from typing import Final

from ..text import Text

FLAGS: Final[dict[str, Text]] = {
    "header_ambiguous": Text("消息头有疑点，或正文含有形似消息头的行", "doubtful header, or a header-like line inside"),
    "date_order_ambiguous": Text("日期次序未定", "order of the date undecided"),
    "system": Text("系统提示", "notice of the app"),
    "media_omitted": Text("媒体已省略", "media left out"),
    "deleted": Text("消息已删除", "message deleted"),
    "recalled": Text("消息已撤回", "message recalled"),
    "edited": Text("消息已编辑", "message edited"),
    "voice_transcript": Text("语音转写文字", "voice as transcribed text"),
    "reaction": Text("附有回应", "with reactions"),
    "replies_inside": Text("其中又打印了对它的回复", "replies to it are printed inside"),
    "duplicate_key": Text("键重复", "a key occurs twice"),
    "syntax_invalid": Text("语法无效", "invalid syntax"),
    "too_complex": Text("结构过于复杂，未作严格检查", "too complex to be checked strictly"),
    "field_too_long": Text("字段过长而留空", "a field too long, left empty"),
    "transfer": Text("转账或红包", "transfer or red packet"),
    "quote": Text("引用了另一条消息", "quotes another message"),
    "content_dropped": Text("导出工具没有写出内容", "content not written by the tool"),
    "closed": Text("交易关闭", "transaction closed"),
    "refund": Text("涉及退款", "refund"),
    "tz_conflict": Text("两种时间写法不一致", "the two spellings of the time disagree"),
    "received_differs": Text("发送时间与服务器收件时间相差超过一日", "date and server's receipt over a day apart"),
    "outgoing": Text("由本机写出（依文件所写类型）", "written on this phone (by its type in the file)"),
    "draft": Text("草稿", "draft"),
    "unsent": Text("待发送", "waiting to be sent"),
    "failed": Text("发送失败", "sending failed"),
    "joined": Text("未重复写发送者（紧接同一人的前一条）", "sender not repeated (follows one of the same person)"),
    "words_kept": Text("撤回或删除后内容仍在", "recalled or deleted, content kept"),
    "media_remote": Text("媒体只有网址", "media behind a web address"),
    "forward": Text("转发的消息", "forwarded"),
    "from_index": Text("来自全文索引", "from a full-text index"),
    "snowflake_mismatch": Text("编号所含时间与记录时间不同", "the time inside the id is another"),
    "zone_unknown": Text("只有当地时间，时区未知", "wall time of an unknown zone"),
}  # fmt: skip
