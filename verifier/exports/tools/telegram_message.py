"""One message object of a Telegram Desktop export: its fields, and what they say."""

from __future__ import annotations

from typing import Final

from ..cutting.json_object import unescape
from ..cutting.json_record import Record, read_record
from ..families.instants import offset_between, unix_seconds, wall_seconds
from ..families.json_chat import is_relative
from ..families.json_survey import Message
from ..view import View

WANTED: Final = frozenset((
    "id", "type", "date", "date_unixtime", "from", "from_id", "actor", "actor_id", "action",
    "media_type", "photo", "file", "thumbnail", "contact_vcard", "edited", "edited_unixtime",
    "forwarded_from", "text", "reply_to_message_id", "reply_to_peer_id",
))  # fmt: skip
_FILES: Final = ("photo", "file", "contact_vcard")


def read_message(record: Record) -> Message:
    """Return what a message shows.

    ``date_unixtime`` is an instant, ``date`` wall time of the exporting
    computer; older versions write only the latter. ``type`` is the action of a
    service message, else the kind of its media, else the message's own type.
    """
    values, text = record.values, record.text
    time, wall = text("date_unixtime"), False
    te_lo, te_hi = record.span("date_unixtime", unix_seconds)
    date = text("date")
    local = wall_seconds(date) if date else None
    paired, offset = False, None
    if te_hi is not None:
        if local is not None:
            paired, offset = True, offset_between(local, unix_seconds(time) or 0)
    elif local is not None:
        time, wall = date, True
        te_lo, te_hi = record.span("date", wall_seconds)
    kind, action = text("type"), text("action")
    sender = text("from_id") or text("actor_id")
    named = text("from") or text("actor")
    flags: tuple[str, ...] = ("system",) if kind == b"service" else ()
    if action == b"clear_history":
        flags += ("deleted",)
    if "edited" in values or "edited_unixtime" in values:
        flags += ("edited",)
    if "forwarded_from" in values:
        flags += ("forward",)
    if "reply_to_message_id" in values:
        flags += ("quote",)
    media: tuple[bytes, ...] = ()
    if "photo" in values or "file" in values or "contact_vcard" in values:
        media, omitted = _media(record)
        if omitted:
            flags += ("media_omitted",)
    return Message(
        time or date, te_lo, te_hi, sender or named, text("id"), action or text("media_type") or kind,
        media, flags, wall, paired, offset, ("SENDER_NAME_ONLY",) if named and not sender else (),
    )  # fmt: skip


def _media(record: Record) -> tuple[tuple[bytes, ...], bool]:
    """Return the names of files, and whether one was left out (a sentence stands for its name)."""
    names, omitted = [], False
    for key in (*_FILES, "thumbnail"):
        name = unescape(record.text(key))
        if "(File " in name and name.endswith(")"):
            omitted = omitted or key in _FILES
        elif is_relative(name):
            names.append(name.encode("utf-8", "surrogatepass"))
    return tuple(names), omitted


def view(data: bytes) -> View:
    """Show the words of a message: a string, or an array of strings and marked-up parts."""
    record = read_record(data, WANTED)
    parts = (
        each.text("text") if isinstance(each, Record) else each for each in record.elements("text")
    )
    words = record.text("text") or b"".join(parts) or record.text("action")
    elsewhere = record.text("reply_to_peer_id")
    return View(unescape(words), b"" if elsewhere else record.text("reply_to_message_id"))
