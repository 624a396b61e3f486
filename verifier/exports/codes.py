"""Every code that a reader gives, with its sentence in Chinese and English.

``NOTES``: what a file leaves open or does not carry. ``REASONS``: signs by
which a file was recognised. ``FLAGS``: marks on single segments. ``DETAILS``:
the fixed words in a note's ``detail``; other details are numbers or offsets.

The sentences say what the reader saw. They do not say what follows from it.
That a code is absent means "not detected", not "not so".
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Text(NamedTuple):
    """One sentence in two languages."""

    zh: str
    en: str


NOTES: Final[dict[str, Text]] = {
    "NO_RECORDS": Text(
        "未按消息切分：整个文件作为一段字节处理，不能单独出示其中某条消息。",
        "Not cut into messages: the whole file is one stretch of bytes, and no single message can be shown apart.",
    ),
    "READER_AMBIGUOUS": Text(
        "还有其他读取器也识别了该文件；按固定次序选用第一个。",
        "Other readers recognise the file too; the first in the fixed order was used.",
    ),
    "COUNT_APPARENT": Text(
        "条数为表观条数：该文本格式中，正文里形似消息头的行无法与真正的消息头区分。",
        "The number of records is apparent: in this text format a body line that looks like a header cannot be told from one.",
    ),
    "HEADER_AMBIGUOUS": Text(
        "有消息头或形似消息头的行存在疑点，切分可能与原聊天不同。",
        "Something speaks against a header, or a line inside a body looks like one; the cutting may differ from the chat.",
    ),
    "DATE_ORDER_AMBIGUOUS": Text(
        "日期中日、月（或年）的次序无法由文件本身确定；时间按所有可能的读法取范围。",
        "The file does not decide the order of day, month or year; the times span every possible reading.",
    ),
    "DATE_ORDER_DECIDED": Text(
        "日期次序由全文件确定：所列记录的日期排除了其他次序。",
        "The order of the dates is decided over the whole file: the dates of these records rule the other orders out.",
    ),
    "YEAR_TWO_DIGITS": Text(
        "年份只写了两位，按 20xx 年读取（该应用 2009 年发布）。",
        "The year is written with two digits and read as 20xx (the app was published in 2009).",
    ),
    "DATE_PARTIAL": Text(
        "这些记录没有完整日期，未予补全。",
        "These records show no complete date; nothing was filled in.",
    ),
    "TIME_UNREADABLE": Text(
        "这些记录没有可读的时间。", "These records show no time that can be read."
    ),
    "TIME_MINUTE_ONLY": Text(
        "时间只精确到分钟，每条记录对应 60 秒的范围。",
        "Times are written to the minute; each covers 60 seconds.",
    ),
    "TIME_NOT_MONOTONE": Text(
        "这些记录的时间早于文件中的前一条记录。",
        "These records are earlier than the record before them in the file.",
    ),
    "NO_TIMEZONE": Text(
        "文件未写明时区；时间为导出设备所显示的当地时间。",
        "The file names no time zone; times are wall time of the exporting device.",
    ),
    "TZ_INFERRED": Text(
        "由每条记录的两种时间写法推得导出电脑的时区偏移。",
        "The exporting computer's offset follows from the two spellings of each record's time.",
    ),
    "TZ_CONFLICT": Text(
        "这些记录的两种时间写法得出与其他记录不同的偏移，或不构成任何偏移。",
        "In these records the two spellings of the time give another offset than in most, or none in use.",
    ),
    "NO_NATIVE_ID": Text(
        "这些记录没有平台消息编号。", "These records carry no message id of the platform."
    ),
    "ID_RENUMBERED_BY_TOOL": Text(
        "该编号由导出工具从 1 起重新编排，不能反映缺失的消息。",
        "This number is counted from 1 by the exporting tool; it shows no missing message.",
    ),
    "SENDER_NAME_ONLY": Text(
        "发送者只有显示名称，没有账号标识。",
        "Senders are display names only, without an account id.",
    ),
    "COUNT_MISMATCH": Text(
        "文件自称的条数与读到的条数不同。",
        "The file declares another number of records than was found.",
    ),
    "FILTER_POSSIBLE": Text(
        "导出时可以挑选或过滤消息，文件中不留痕迹。",
        "Messages can be picked or filtered when exporting, and the file does not show it.",
    ),
    "TRUNCATION_LIMIT_SUSPECTED": Text(
        "条数接近该应用的导出上限（约一万或四万条），且开头没有加密提示；更早的消息可能未被导出。",
        "The number is near the app's export limit (about 10,000 or 40,000) and the encryption notice is not first; older messages may not have been exported.",
    ),
    "MEDIA_OMITTED": Text(
        "这些记录只写明省略了媒体文件。", "These records only say that media was left out."
    ),
    "RECALLED": Text(
        "这些记录表明消息已被撤回或删除，原内容不在文件中。",
        "These records say that a message was recalled or deleted; its content is not in the file.",
    ),
    "EDITED": Text(
        "这些记录注明消息已被编辑，编辑前的内容不在文件中。",
        "These records are marked as edited; what they said before is not in the file.",
    ),
    "TRANSCRIPT_NOT_ORIGINAL": Text(
        "这些语音记录的文字可能是机器转写，不是原话。",
        "The text of these voice records may be a machine transcription, not what was said.",
    ),
    "TRANSCRIPT_NOT_CUT": Text(
        "邮件中的聊天记录经过编码或为网页格式，不能按字节切分；其条数未予判断。",
        "The transcript in this mail is encoded or HTML and cannot be cut on bytes; the number of its messages is not stated.",
    ),
    "DUPLICATE_KEYS": Text(
        "同一对象中有重复的键，不同软件可能读出不同内容。",
        "A key occurs twice in one object; different programs may read different content.",
    ),
    "SYNTAX_INVALID": Text(
        "不符合其自身格式的语法，严格的解析器会拒绝；字节仍照原样固定。",
        "Not valid in its own syntax, so a strict parser refuses it; the bytes are fixed all the same.",
    ),
    "ENCODING_UNCERTAIN": Text(
        "字符编码不能确定；固定的是字节，不受影响。",
        "The character encoding is not certain; what is fixed are bytes, which this does not touch.",
    ),
    "RECORD_TOO_COMPLEX": Text(
        "这些记录嵌套超过 64 层或结构符号超过十万个，未作严格的语法检查。",
        "These records are nested more than 64 levels deep or have over 100,000 structural characters; their syntax was not checked strictly.",
    ),
    "FIELD_TOO_LONG": Text(
        "这些记录中有字段过长（一般字段 1,024 字节，媒体文件名 4,096 字节或一千个），该字段留空；字节仍照原样固定。",
        "A field of these records is too long (1,024 bytes; media names 4,096 bytes or a thousand names) and is left empty; the bytes are fixed all the same.",
    ),
    "RECORD_TOO_LARGE": Text(
        "超过 16 MiB 的记录不作为消息切分，按未解析字节处理。",
        "What would be a record of more than 16 MiB is kept as unparsed bytes.",
    ),
}

REASONS: Final[dict[str, Text]] = {
    "ANY_FILE": Text("任何文件都可按字节读取。", "Any file can be read as bytes."),
    "WHATSAPP_HEADERS": Text(
        "开头部分有 WhatsApp 导出格式的消息头。",
        "There are headers in WhatsApp's export format near the beginning.",
    ),
    "FIRST_LINE_IS_HEADER": Text("第一行即为消息头。", "The first line is such a header."),
    "WHATSAPP_NOTICE": Text(
        "开头有该应用的端到端加密提示。", "The app's notice about encryption stands first."
    ),
    "WECHAT_TITLE": Text(
        "有微信转发聊天记录的标题句。", "WeChat's title of a shared transcript is there."
    ),
    "WECHAT_DATE_ROWS": Text("有破折号围成的日期行。", "There are date rows between em dashes."),
    "WECHAT_HEADERS": Text("有“姓名  时:分”形式的消息头。", "There are “name  HH:MM” headers."),
    "MAIL_HEADER": Text("以邮件头开始。", "The file begins with a mail header."),
    "WEFLOW_HEADER": Text(
        "以 WeFlow 的文件头对象开始。", "The file begins with WeFlow's header object."
    ),
    "GENERATOR_NAMED": Text("文件自称由 WeFlow 生成。", "The file names WeFlow as its generator."),
    "MESSAGES_ARRAY": Text("有名为 messages 的数组。", "There is an array named messages."),
}

FLAGS: Final[dict[str, Text]] = {
    "header_ambiguous": Text("消息头有疑点，或正文含有形似消息头的行", "doubtful header, or a header-like line inside"),
    "date_order_ambiguous": Text("日期次序未定", "order of the date undecided"),
    "system": Text("系统提示", "notice of the app"),
    "media_omitted": Text("媒体已省略", "media left out"),
    "deleted": Text("消息已删除", "message deleted"),
    "recalled": Text("消息已撤回", "message recalled"),
    "edited": Text("消息已编辑", "message edited"),
    "voice_transcript": Text("语音转写文字", "voice as transcribed text"),
    "duplicate_key": Text("键重复", "a key occurs twice"),
    "syntax_invalid": Text("语法无效", "invalid syntax"),
    "too_complex": Text("结构过于复杂，未作严格检查", "too complex to be checked strictly"),
    "field_too_long": Text("字段过长而留空", "a field too long, left empty"),
    "tz_conflict": Text("两种时间写法不一致", "the two spellings of the time disagree"),
}  # fmt: skip

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
}  # fmt: skip
