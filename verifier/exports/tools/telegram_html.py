"""Telegram Desktop's export as a web page (``messages.html``).

    <div class="message default clearfix" id="message101">
     … <div class="pull_right date details" title="01.05.2024 10:30:05 UTC+08:00"> …

A record is one such ``div`` with all it holds. ``native_id`` is the number in
its ``id``: the conversation's own in groups and channels, one shared by all
chats of the account elsewhere, so a gap means little. ``time`` is the title,
with the offset of the exporting computer; older versions wrote none, and then
times are wall time. Date dividers, whose ids are negative, are framing.

A message right after another of the same person does not repeat the name
(flag ``joined``, no sender). Names are those of the exporter's address book.
The program escapes what people wrote, so a text cannot look like a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import MAX_FIELD_BYTES
from ..charset import encoding_notes, encoding_of
from ..cutting.markup import plain_text, unreferenced
from ..cutting.markup_cut import pieces
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from ..view import View, plain
from .telegram_title import TITLE, second_of

NAME = "telegram-html/1"

_TITLE = re.compile(rb"<title>Exported Data</title>")
_MARKER = re.compile(rb'<div class="message (?=default |service")')
_OPEN = re.compile(
    rb'<div class="message (default clearfix(?: joined)?|service)" id="message(-?\d{1,20})">'
)
_DIV = re.compile(rb"<(/?)div\b")
_AFTER = re.compile(
    rb'(?:\s|</?(?:div|body|html)\b[^<>]{0,300}>|<a class="pagination[^<>]{0,300}>[^<>]{0,200}</a>)*+\Z'
)
_PAGINATION = re.compile(rb'<a class="pagination block_link"')
_WHEN = re.compile(rb'<div class="pull_right date details" title="([^"<>]{0,60})">')
_FROM = re.compile(rb'<div class="from_name">\s*+([^<]*+)')
_FORWARDED = b'<div class="forwarded body">'
_KIND = re.compile(
    rb'class="(?:media clearfix pull_left (?:block_link )?media_([a-z_]{1,30})|(photo|video_file|animated|sticker|gif)_wrap)\b'
)
_FILE = re.compile(
    rb'<a class="[^"<>]{0,100}" href="((?:photos|video_files|voice_messages|round_video_messages'
    rb'|files|stickers|contacts)/[^"<>]{1,400})"'
)
_LEFT_OUT = re.compile(
    rb"\n(?:Not included, change data exporting settings to download"
    rb"|Exceeds maximum size, change data exporting settings to download"
    rb"|Not available, please try again later)\.?\s*+<"
)
_REPLY = re.compile(
    rb'<div class="reply_to details">[^<]*+<a href="[^"<>]*?#go_to_message(\d{1,20})"'
)
_TEXT = re.compile(r'<div class="text(?: bold)?">((?:[^<]|<(?!/?div\b))*+)</div>')
_SERVICE = re.compile(r'<div class="body details">((?:[^<]|<(?!/?div\b))*+)</div>')
_MEDIA: Final = ("media",)
_TYPES: Final = {
    **dict.fromkeys((b"photo", b"video", b"video_file", b"animated", b"animation", b"sticker", b"gif", b"file", b"audio_file", b"round_video_message", b"contact", b"location", b"live_location", b"venue"), _MEDIA),
    b"voice_message": ("media", "voice"),
    b"call": ("calls",),
}  # fmt: skip


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the page's title and the first message or divider."""
    head = source.head(HEAD_BYTES)
    if not _TITLE.search(head[:4096]):
        return ()
    messages = sum(1 for _ in _OPEN.finditer(head))
    if not messages or b"page_body chat_page" not in head:
        return ()
    return (Reason("TELEGRAM_PAGE"), Reason("MESSAGE_ELEMENTS", messages))


@dataclass
class _Survey:
    """What the whole file shows."""

    records: int = 0
    offsets: int = 0
    last: int | None = None
    more_pages: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)

    def add(self, code: str, index: int) -> None:
        """Count a segment under a note's code."""
        self.tallies.setdefault(code, Tally()).add(index)


def read(source: Source) -> Reading:
    """Read a page: one pass to learn whether times have offsets, one to survey, one to cut."""
    instants = any(
        match is not None and match[7]
        for match in map(TITLE.fullmatch, _titles(source))
    )  # fmt: skip
    encoding = encoding_of(source)
    seen = _Survey()
    for _ in _cut(source, seen, instants=instants):
        pass

    def segments() -> Iterator[Segment]:
        return _cut(source, _Survey(), instants=instants)

    return Reading(
        NAME,
        "html utc" if instants else "html wall",
        "instant" if instants else "wall",
        encoding,
        (*_notes(seen, instants=instants), *encoding_notes(encoding)),
        segments,
        ids="native" if seen.records else "none",
    )


def _titles(source: Source) -> Iterator[bytes]:
    for _, data in pieces(source.chunks(), _MARKER):
        when = _WHEN.search(data) if data else None
        if when is not None:
            yield when[1]


def _cut(source: Source, seen: _Survey, *, instants: bool) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``."""
    index = -1
    for length, data in pieces(source.chunks(), _MARKER):
        index += 1
        if data is None:
            seen.add("RECORD_TOO_LARGE", index)
            yield Segment(UNPARSED, length)
            continue
        head = _OPEN.match(data)
        if head is None:
            if index:
                seen.add("SYNTAX_INVALID outside-records", index)
            yield Segment(UNPARSED if index else FRAMING, length)
            continue
        end = _end(data)
        if end < 0:
            seen.add("SYNTAX_INVALID outside-records", index)
            yield Segment(UNPARSED, length)
            continue
        if head[2].startswith(b"-"):
            yield Segment(FRAMING, end)
        else:
            yield _record(head, data[:end], index, seen, instants=instants)
        if end < length:
            index += 1
            clean = _AFTER.match(data, end) is not None
            if not clean:
                seen.add("SYNTAX_INVALID outside-records", index)
            seen.more_pages = seen.more_pages or _PAGINATION.search(data, end) is not None
            yield Segment(FRAMING if clean else UNPARSED, length - end)


def _end(data: bytes) -> int:
    """Return where the message's own element ends, white space after it included; -1 if nowhere."""
    opened, closed = len(_OPENED.findall(data)), data.count(b"</div>")
    if opened == closed:
        return len(data) if not data[data.rfind(b"</div>") + 6 :].strip() else _balanced(data)
    return -1 if closed < opened else _balanced(data)


_OPENED = re.compile(rb"<div\b")


def _balanced(data: bytes) -> int:
    depth = 0
    for match in _DIV.finditer(data):
        depth += -1 if match[1] else 1
        if depth == 0:
            return data.find(b">", match.end()) + 1 or len(data)
    return -1


def _record(
    head: re.Match[bytes], data: bytes, index: int, seen: _Survey, *, instants: bool
) -> Segment:
    seen.records += 1
    flags: tuple[str, ...] = ()
    sender = b""
    if head[1] == b"service":
        flags = ("system",)
    elif head[1].endswith(b"joined"):
        flags = ("joined",)
        seen.add("SENDER_NOT_REPEATED", index)
    else:
        name = _FROM.search(data)
        if name is not None and not -1 < data.find(_FORWARDED) < name.start():
            sender = name[1].strip()
    when = _WHEN.search(data)
    time = when[1] if when else b""
    te = second_of(time, instants=instants)
    if te is None:
        seen.add("TIME_UNREADABLE", index)
    elif seen.last is not None and te < seen.last:
        seen.add("TIME_NOT_MONOTONE", index)
    seen.last = seen.last if te is None else te
    kind = _KIND.search(data)
    media = tuple(_path(name) for name in _FILE.findall(data))
    if _LEFT_OUT.search(data):
        flags += ("media_omitted",)
        seen.add("MEDIA_OMITTED", index)
    if len(sender) > MAX_FIELD_BYTES:
        seen.add("FIELD_TOO_LONG", index)
    return Segment(
        RECORD, len(data), time, te, te, None, sender, head[2],
        (kind[1] or kind[2]) if kind else b"", tuple(dict.fromkeys(media)), flags,
    )  # fmt: skip


def _path(name: bytes) -> bytes:
    """Return a file's path as it is on disk."""
    return unreferenced(name.decode("utf-8", "replace")).encode() if b"&" in name else name


def _notes(seen: _Survey, *, instants: bool) -> tuple[Note, ...]:
    notes = [
        Note(code, seen.records)
        for code in ("FILTER_POSSIBLE", "DISPLAY_NAMES_CHOSEN", "SENDER_NAME_ONLY")
    ]
    if not instants:
        notes.append(Note("NO_TIMEZONE", seen.records))
    if seen.more_pages:
        notes.append(Note("PARTS_OF_ONE_EXPORT"))
    for name in (
        "SENDER_NOT_REPEATED", "TIME_UNREADABLE", "TIME_NOT_MONOTONE", "MEDIA_OMITTED",
        "SYNTAX_INVALID outside-records", "RECORD_TOO_LARGE", "FIELD_TOO_LONG",
    ):  # fmt: skip
        tally = seen.tallies.get(name)
        if tally is not None:
            code, _, detail = name.partition(" ")
            notes.append(Note(code, tally.count, tuple(tally.places), detail))
    return tuple(notes)


def view_message(data: bytes) -> View:
    """Return the words of one message, and the id of the one it answers; never raises."""
    text = plain(data).text
    said = _TEXT.findall(text) or _SERVICE.findall(text)
    reply = _REPLY.search(data)
    return View("\n".join(map(plain_text, said)), reply[1] if reply else b"")


_UTC_TITLE: Final = (
    b'<div class="message service" id="message-1">'
    b'<div class="pull_right date details" title="01.01.1970 00:00:00 UTC+00:00"></div></div>\n'
)
"""In front of single messages: that this page's times have offsets."""

REASONS: Final = {
    "TELEGRAM_PAGE": Text(
        "网页标题与 Telegram Desktop 导出的相同。",
        "The page has the title that Telegram Desktop's export has.",
    ),
    "MESSAGE_ELEMENTS": Text("其中有消息元素。", "There are message elements in it."),
}

READER = Reader(
    NAME,
    Text("Telegram Desktop 导出（网页）", "Telegram Desktop export (web page)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "calls"),
    types=_TYPES,
    view=view_message,
    context=lambda variant, _clock: _UTC_TITLE if variant == "html utc" else b"",
    ahead=lambda variant, _clock: _UTC_TITLE if variant == "html utc" else b"",
    between=b'<div class="message service" id="message-1"></div>\n',
)
