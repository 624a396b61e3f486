"""imessage-exporter's text of an iMessage or SMS conversation.

    May 17, 2022  5:29:42 PM (Read by you after 5 seconds)
    Me
    Hello world
    This message responded to an earlier message.

A record is a line of time, then the sender's line, then the parts one per line
and an empty line. An event of a group is one line of time and words, without a
sender (flag ``system``). A reply stands twice: four blanks indented below the
message that it answers, where it belongs to that record (flag
``replies_inside``), and again in its own place, where it is a record. Which
words are tapbacks or notices of the tool and which were typed cannot be told.

There is no id; times are those of the exporting computer's zone, unnamed; the
tool's period filter leaves no trace.
"""

from __future__ import annotations

import re
from typing import Final

from ..families.headed_chat import read_chat
from ..families.headed_format import BOM, Format, Head, Said, look
from ..families.wall_time import midnight
from ..reader import Reader, Reading, Reason
from ..source import Source
from ..text import Text
from ..view import View, plain

NAME = "imessage-exporter-txt/1"

_MONTHS: Final = {
    month: b"%02d" % number
    for number, month in enumerate(
        (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"), 1
    )
}  # fmt: skip
_STAMP = rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d\d), (\d{4}) ( ?\d{1,2}):(\d\d):(\d\d) ([AP]M)"
_OPENING = re.compile(
    rb"\n" + BOM + _STAMP + rb"(?: (\([^\r\n]{1,300}\))(?=\r?\n|\r?$)|( )|(?=\r?\n|\r?$))"
)
_INDENTED = re.compile(rb"[\n\r]    (?:    )?" + _STAMP)
_LOOKALIKE = re.compile(
    rb"[\n\r](?:[ \t]{0,3}|[ \t]{5,7}|[ \t]{0,8}[>|][ \t>|]{0,4})[A-Z][a-z]{2,8} \d{1,2}, \d{4},? {1,2}\d{1,2}:\d\d"
)
_ANSWER = b"This message responded to an earlier message."
_DELETED = b"This message was deleted from the conversation!"
_UNSENT = re.compile(rb"\n(?:You|[^\r\n]{1,200}) unsent (?:this|a) (?:message|part)")
_EDITED = re.compile(rb"\nEdited [^\r\n]{1,60} later: ")
_PATH = re.compile(
    rb"\n((?![^\r\n]{0,400}://)[^\r\n]{0,400}/[^/\r\n]{1,200}\.[A-Za-z0-9]{2,5})[ \t\r]*(?=\n|$)"
)


def _parse(match: re.Match[bytes]) -> Head | None:
    month, day, year, hour, minute, second, half, _, event = match.groups()
    start = midnight(year, _MONTHS[month], day)
    if start is None or not 1 <= int(hour) <= 12 or minute > b"59" or second > b"59":
        return None
    late = 43200 if half == b"PM" else 0
    clock = int(hour) % 12 * 3600 + int(minute) * 60 + int(second) + late
    written = b"%b %b, %b %b:%b:%b %b" % (month, day, year, hour, minute, second, half)
    filling = hour[:1].decode("ascii") if len(hour) == 2 and int(hour) < 10 else ""
    if len(hour) == 1:
        filling = "1"
    flags = ("system",) if event else ()
    return Head(written, (start + clock,), filling=filling, flags=flags)


def _said(head: Head, body: bytes) -> Said:
    if head.flags:
        return Said(b"", doubtful=b"\n" in body.strip())
    name, _, rest = body.lstrip(b"\r\n").partition(b"\n")
    name = name.rstrip(b"\r")
    flags: tuple[str, ...] = ()
    if _INDENTED.search(body):
        flags += ("replies_inside",)
    own = b"\n" + rest
    if _ANSWER in own:
        flags += ("quote",)
    if _DELETED in own or _UNSENT.search(own):
        flags += ("deleted",)
    if _EDITED.search(own):
        flags += ("edited",)
    media = tuple(_PATH.findall(own)) if b"/" in own else ()
    return Said(name, flags, media, doubtful=not name.strip())


FORMAT: Final = Format(
    _OPENING,
    _parse,
    _LOOKALIKE,
    _said,
    gaps=True,
    codes=("FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE"),
    flag_codes=(
        ("replies_inside", "RECORDS_PRINTED_TWICE"), ("deleted", "RECALLED"), ("edited", "EDITED"),
    ),
)  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise a first line of time alone, as the tool spells it, with a sender below."""
    seen = look(source, FORMAT)
    plain_heads = sum(not head.flags for head in seen.heads)
    if not isinstance(seen.first, Head) or not plain_heads:
        return ()
    if seen.lines < plain_heads * 2 or seen.gaps * 10 < len(seen.heads) * 6:
        return ()
    return (Reason("IMESSAGE_HEADERS", len(seen.heads)),)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    return read_chat(source, NAME, FORMAT, "text")


def view(data: bytes) -> View:
    """Show one record's parts without time and sender; replies printed inside stay."""
    match = _OPENING.match(b"\n" + data)
    text = plain(data[match.end() - 1 :] if match else data).text.strip("\r\n")
    if match is None or match[9] is not None:
        return View(text)
    return View(text.partition("\n")[2])


REASONS: Final = {
    "IMESSAGE_HEADERS": Text(
        "文件由“May 17, 2022  5:29:42 PM”形式的时间行开始，与 imessage-exporter 的文本导出一致。",
        "The file begins with a line of time as imessage-exporter spells it.",
    ),
}

READER = Reader(
    NAME,
    Text(
        "imessage-exporter 导出的 iMessage/短信（文本）",
        "iMessage or SMS chat exported by imessage-exporter (text)",
    ),
    detect,
    read,
    REASONS,
    counted=("messages", "media"),
    view=view,
)
