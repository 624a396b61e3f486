"""WeFlow's JSON export of a WeChat conversation.

    {"weflow": {…}, "session": {…, "messageCount": 4}, "messages": [{…}, {…}], …}

A record is one object of ``messages``; everything else is framing. Fields are
the bytes as written, without quotes: ``time`` the digits of ``createTime``
(Unix seconds, so the clock is "instant"), ``sender`` of ``senderUsername``,
``native_id`` of ``platformMessageId``, ``type`` of ``type``.

Known of the tool, and noted: ``localId`` is counted 1, 2, 3 … while exporting,
so it shows no gap (``ID_RENUMBERED_BY_TOOL``); its filters leave no trace;
voice may be replaced by machine transcription. ``formattedTime`` is local time
of the exporting computer: with ``createTime`` it gives that computer's offset.
A key that occurs twice is flagged, and both values of a time are spanned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...evidence.segment import RECORD, UNPARSED, Segment
from ..bounds import fit
from ..charset import encoding_notes, encoding_of
from ..cutting.json_cut import ObjectCutter
from ..families.instants import offset_text
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason, nothing
from ..source import Source
from ..tally import Tally
from ..text import Text
from .weflow_message import Message, read_message, view

NAME = "weflow-json/1"

_BEGIN = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"weflow"\s*:\s*\{')
_GENERATOR = re.compile(rb'"generator"\s*:\s*"WeFlow"')
_MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
_VERSION = re.compile(rb'"version"\s*:\s*"([0-9A-Za-z.+-]{1,24})"')
_COUNT = re.compile(rb'(?<!\\)"messageCount"\s*:\s*(\d{1,15})\b')


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the tool's own header object at the very beginning."""
    head = source.head(HEAD_BYTES)
    if not _BEGIN.match(head):
        return ()
    reasons = [Reason("WEFLOW_HEADER")]
    if _GENERATOR.search(head):
        reasons.append(Reason("GENERATOR_NAMED"))
    if _MESSAGES.search(head):
        reasons.append(Reason("MESSAGES_ARRAY"))
    return tuple(reasons)


def read(source: Source) -> Reading:
    """Read a conversation: one pass to survey it, another for each call of ``segments``."""
    preamble = _MESSAGES.split(source.head(HEAD_BYTES), maxsplit=1)[0]
    version = _VERSION.search(preamble)
    declared = _COUNT.search(preamble)
    encoding = encoding_of(source)
    seen = _Survey()
    for index, segment in enumerate(_cut(source, seen)):
        if fit(segment) is not segment:
            seen.too_long.add(index)
    usual = seen.usual_offset()
    notes = _notes(seen, int(declared[1]) if declared else None, usual)

    def segments() -> Iterator[Segment]:
        return _cut(source, _Survey(), usual)

    variant = "json " + (version[1].decode("ascii") if version else "unversioned")
    return Reading(
        NAME,
        variant,
        "instant",
        encoding,
        (*notes, *encoding_notes(encoding)),
        segments,
        generator=f"WeFlow {version[1].decode('ascii')}" if version else "WeFlow",
        declared_records=int(declared[1]) if declared else None,
        ids="native" if seen.no_id.count < seen.records else "none",
    )


class _Survey:
    """What the whole file shows."""

    def __init__(self) -> None:
        self.records = 0
        self.local_ids = 0
        self.arrays = 1
        self.balanced = True
        self.back = Tally()
        self.no_id = Tally()
        self.undated = Tally()
        self.unparsed = Tally()
        self.too_long = Tally()
        self.offsets: dict[int | None, Tally] = {}
        """By seconds east of UTC; None where the two times of a record give no offset."""
        self.flags: dict[str, Tally] = {}

    def usual_offset(self) -> int | None:
        """Return the offset of most records."""
        known = {offset: t.count for offset, t in self.offsets.items() if offset is not None}
        return max(known, key=lambda offset: known[offset]) if known else None

    def add(self, index: int, message: Message) -> None:
        """Count one message."""
        self.records += 1
        self.local_ids += message.local_id
        if not message.native_id:
            self.no_id.add(index)
        if message.te_lo is None:
            self.undated.add(index)
        if message.paired and (message.offset is not None or len(self.offsets) < _MAX_OFFSETS):
            self.offsets.setdefault(message.offset, Tally()).add(index)
        for flag in message.flags:
            self.flags.setdefault(flag, Tally()).add(index)


_MAX_OFFSETS = 200  # there are fewer offsets in quarter hours from -12 to +14


def _cut(source: Source, seen: _Survey, usual: int | None = None) -> Iterator[Segment]:
    """Yield the segments and count in ``seen``; ``usual`` is the offset known from a first run."""
    cutter = ObjectCutter(source.chunks(), "messages")
    last: int | None = None
    for index, (kind, length, data) in enumerate(cutter):
        if kind != RECORD:
            if kind == UNPARSED:
                seen.unparsed.add(index)
            yield Segment(kind, length)
            continue
        message = read_message(data)
        seen.add(index, message)
        flags = message.flags
        if usual is not None and message.paired and message.offset != usual:
            flags += ("tz_conflict",)
        if last is not None and message.te_lo is not None and message.te_lo < last:
            seen.back.add(index)
        last = message.te_lo if message.te_lo is not None else last
        yield Segment(
            RECORD, length, message.time, message.te_lo, message.te_hi, None,
            message.sender, message.native_id, message.type, message.media, flags,
        )  # fmt: skip
    seen.arrays, seen.balanced = cutter.arrays, cutter.balanced


def _notes(seen: _Survey, declared: int | None, usual: int | None) -> tuple[Note, ...]:
    notes = [Note("FILTER_POSSIBLE", seen.records)]
    if seen.local_ids:
        notes.append(Note("ID_RENUMBERED_BY_TOOL", seen.local_ids, detail="localId"))
    _add(notes, "NO_NATIVE_ID", seen.no_id)
    if declared is not None and declared != seen.records:
        notes.append(
            Note("COUNT_MISMATCH", seen.records, detail=f"declared {declared} found {seen.records}")
        )
    if usual is not None:
        pairs = seen.offsets[usual]
        others = sorted(
            index for offset, t in seen.offsets.items() if offset != usual for index in t.places
        )
        against = sum(t.count for offset, t in seen.offsets.items() if offset != usual)
        notes.append(Note("TZ_INFERRED", pairs.count, detail=offset_text(usual)))
        _add(notes, "TZ_CONFLICT", Tally(against, others[:20]), offset_text(usual))
    elif seen.offsets:
        _add(notes, "TZ_CONFLICT", seen.offsets[None], "no-offset")
    if seen.arrays > 1:
        notes.append(Note("DUPLICATE_KEYS", seen.arrays, detail="messages"))
    for flag, code in (
        ("duplicate_key", "DUPLICATE_KEYS"),
        ("syntax_invalid", "SYNTAX_INVALID"),
        ("too_complex", "RECORD_TOO_COMPLEX"),
        ("recalled", "RECALLED"),
        ("voice_transcript", "TRANSCRIPT_NOT_ORIGINAL"),
    ):
        _add(notes, code, seen.flags.get(flag, Tally()))
    _add(notes, "TIME_UNREADABLE", seen.undated)
    _add(notes, "TIME_NOT_MONOTONE", seen.back)
    _add(notes, "FIELD_TOO_LONG", seen.too_long)
    if not seen.balanced or seen.unparsed.count:
        notes.append(
            Note(
                "SYNTAX_INVALID",
                seen.unparsed.count,
                tuple(seen.unparsed.places),
                "outside-records",
            )
        )
    return tuple(notes)


def _add(notes: list[Note], code: str, tally: Tally, detail: str = "") -> None:
    if tally.count:
        notes.append(Note(code, tally.count, tuple(tally.places), detail))


REASONS: Final = {
    "WEFLOW_HEADER": Text(
        "以 WeFlow 的文件头对象开始。", "The file begins with WeFlow's header object."
    ),
    "GENERATOR_NAMED": Text("文件自称由 WeFlow 生成。", "The file names WeFlow as its generator."),
    "MESSAGES_ARRAY": Text("有名为 messages 的数组。", "There is an array named messages."),
}

READER = Reader(
    NAME,
    Text("WeFlow 导出的微信聊天记录（JSON）", "WeChat chat exported by WeFlow (JSON)"),
    detect,
    read,
    REASONS,
    counted=("messages", "media", "voice", "transfers"),  # a call has no type of its own here
    types={
        "图片消息".encode(): ("media",),
        "视频消息".encode(): ("media",),
        "语音消息".encode(): ("media", "voice"),
        "动画表情".encode(): ("media",),
        "文件消息".encode(): ("media",),
        "转账卡片".encode(): ("transfers",),
    },
    escaped=True,
    view=view,
    quotes=b'"replyToMessageId"',
    context=lambda _variant, _clock: b'{"weflow":{},"messages":[',
    between=b",",
    ahead=nothing,
)
