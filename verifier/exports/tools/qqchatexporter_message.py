"""One message of QQChatExporter, in one JSON file or in the lines of a chunk."""

from __future__ import annotations

from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_record import Record, read_record
from ..families.instants import offset_between, rfc3339, unix_milliseconds, wall_seconds
from ..families.json_chat import is_relative
from ..families.json_survey import KEPT, Message
from ..reader import Note
from ..view import View

WANTED: Final = frozenset(
    ("id", "seq", "timestamp", "time", "sender", "type", "content", "recalled", "system")
)


def read_message(record: Record, number: str) -> Message:
    """Return what a message shows; ``number`` names the key of its ``native_id``.

    ``timestamp`` is Unix milliseconds (older versions: RFC 3339), ``time`` wall
    time of the exporting computer.
    """
    text = record.text
    te_lo, te_hi = record.span("timestamp", _instant)
    local, paired, offset = wall_seconds(text("time")), False, None
    if te_lo is not None and local is not None:
        paired, offset = True, offset_between(local, _instant(text("timestamp")) or 0)
    who = record.object("sender")
    uin = who.text("uin")
    sender = (uin if uin != b"0" else b"") or who.text("uid")
    name = who.text("name") or who.text("nickname")
    flags: tuple[str, ...] = ("system",) if text("system") == b"true" else ()
    content = record.object("content")
    if text("recalled") == b"true":
        flags += ("recalled", KEPT) if content.text("text") else ("recalled",)
    kinds = {each.text("type") for each in content.objects("elements")}
    if b"reply" in kinds:
        flags += ("quote",)
    if b"forward" in kinds:
        flags += ("forward",)
    media, remote = _media(content)
    if remote:
        flags += ("media_remote",)
    return Message(
        text("timestamp"), te_lo, te_hi, sender or name, text(number), text("type"), media, flags,
        False, paired, offset, ("SENDER_NAME_ONLY",) if name and not sender else (),
    )  # fmt: skip


def _instant(written: bytes) -> int | None:
    return rfc3339(written) if b"T" in written else unix_milliseconds(written)


def _media(content: Record) -> tuple[tuple[bytes, ...], bool]:
    """Return the paths of files, and whether one has an address only."""
    names, remote = [], False
    for each in content.objects("resources"):
        path = unescape(each.text("localPath"))
        if is_relative(path):
            names.append(path.encode("utf-8", "surrogatepass"))
        elif each.text("url"):
            remote = True
    return tuple(names), remote


def view(data: bytes) -> View:
    """Show the words of a message, and those that it says the quoted one had."""
    content = read_record(data, WANTED).object("content")
    quoted = b""
    for each in content.objects("elements"):
        if each.text("type") == b"reply":
            quoted = each.object("data").text("content")
    return View(unescape(content.text("text")), quoted=unescape(quoted))


def own_notes(header: Record, records: int) -> list[Note]:
    """Return the notes that are known of the tool, and its own word on what it left out."""
    options = header.object("exportOptions")
    notes = [
        Note("RECORDS_DROPPED_BY_TOOL"),
        Note("REORDERED_BY_TOOL"),
        Note("FILTER_POSSIBLE", records),
    ]
    filters = any(each is not None for each in options.object("filters").values.values())
    if filters or options.object("options").text("includeSystemMessages") == b"false":
        notes.append(Note("FILTER_DECLARED"))
    return notes


def is_header(header: Record) -> bool:
    """Tell whether the file names this tool as its maker."""
    name = header.object("metadata").text("name")
    return name.startswith(b"QQChatExporter") and "chatInfo" in header.values
