"""WeFlow's text export of a WeChat conversation.

    2024-05-01 10:30:05 '甲'
    好的

A record is a line of time and quoted name with its text and an empty line. The
name is a remark or nickname, ``我`` for the exporting side in private chats; there
is no id and no zone. The tool's filters (period, sender, type) leave no trace,
and voice may be replaced by machine transcription.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Said, look, view_of
from ..families.wall_time import second_of
from ..reader import Reader, Reading, Reason
from ..source import Source
from ..text import Text
from .wechat_words import PLACEHOLDERS, TRANSFER, is_recall

NAME = "weflow-txt/1"

_OPENING = re.compile(
    rb"\n" + BOM + rb"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) '([^\r\n]{1,512}+)(?<=')" + END_OF_LINE
)
_LOOKALIKE = re.compile(
    rb"[\n\r][ \t>|]{0,8}\d{4}[-/]\d{1,2}[-/]\d{1,2} {1,2}\d{1,2}:\d\d(?::\d\d)? {1,2}"
    rb"(?:'|\xe2\x80\x98)"
)
_MEDIA = re.compile(
    rb"(?:\.\./)?(?:[^/\s]{1,100}/){0,6}(?:images|voices|videos|emojis|files)/[^\r\n]{1,255}"
)
"""A body that is only this is the path of the file that the tool wrote beside the text."""
_TRANSCRIBED: Final = "[语音转文字]".encode()


def _parse(match: re.Match[bytes]) -> Head | None:
    date, clock, name = match.groups(b"")
    second = second_of(date, clock)
    return None if second is None else Head(date + b" " + clock, (second,), sender=name[:-1])


def said(head: Head, body: bytes) -> Said:
    """Return the flags of what the tool writes in a body."""
    text = body.strip()
    if text in PLACEHOLDERS:
        return Said(head.sender, ("media_omitted",))
    if is_recall(text):
        return Said(head.sender, ("system", "recalled"))
    if text.startswith(_TRANSCRIBED):
        return Said(head.sender, ("voice_transcript",))
    if TRANSFER.match(text):
        return Said(head.sender, ("transfer",))
    if b"/" in text and len(text) < 1000 and _MEDIA.fullmatch(text):
        return Said(head.sender, (), (text,))
    return Said(head.sender)


CODES: Final = ("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE")
FLAG_CODES: Final = (
    ("recalled", "RECALLED"),
    ("media_omitted", "MEDIA_OMITTED"),
    ("voice_transcript", "TRANSCRIPT_NOT_ORIGINAL"),
)
FORMAT: Final = Format(
    _OPENING, _parse, _LOOKALIKE, said, gaps=True, codes=CODES, flag_codes=FLAG_CODES
)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a first line of time and quoted name."""
    seen = look(source, FORMAT)
    if not isinstance(seen.first, Head) or seen.lines == len(seen.heads):
        return ()
    return (Reason("WEFLOW_QUOTED_NAMES", len(seen.heads)),)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


REASONS: Final = {
    "WEFLOW_QUOTED_NAMES": Text(
        "文件由“时间 '姓名'”行开始，姓名带单引号，与 WeFlow 的文本导出一致。",
        "The file begins with a line of time and a name in single quotes, as WeFlow's text does.",
    ),
}

READER = Reader(
    NAME,
    Text("WeFlow 导出的微信聊天记录（文本）", "WeChat chat exported by WeFlow (text)"),
    detect,
    read,
    REASONS,
    view=view_of(FORMAT),
)
