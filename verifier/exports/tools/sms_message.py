"""One ``sms`` or ``mms`` element of a backup: its attributes as bytes, and what they say.

``date`` counts milliseconds (the app's own documentation; ``date_sent`` of an
mms counts seconds). ``type`` and ``msg_box``: 1 received, 2 sent, 3 draft,
4 and 6 waiting, 5 failed. ``address`` is the *other* party whichever way the
message went, so it is the sender of received ones alone; one that was written
on the phone itself is flagged ``outgoing`` and names no sender.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..cutting.markup import SURROGATE_REFERENCE, unreferenced
from ..cutting.xml_cut import ATTRIBUTE, TAG
from ..view import View, plain

SMS, MMS, MMS_MEDIA = b"sms", b"mms", b"mms-media"
_MILLISECONDS = re.compile(rb"\d{1,15}")
_MAX_SECONDS: Final = 253_402_300_799  # 9999-12-31T23:59:59Z
_OF_BOX: Final[dict[bytes, tuple[str, ...]]] = {
    b"2": ("outgoing",),
    b"3": ("outgoing", "draft"),
    b"4": ("outgoing", "unsent"),
    b"5": ("outgoing", "failed"),
    b"6": ("outgoing", "unsent"),
}
_FROM: Final = b"137"  # PduHeaders.FROM in Android's telephony classes
_NOT_MEDIA = (b"text/plain", b"application/smil")
_INVALID = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Message(NamedTuple):
    """What one element shows."""

    time: bytes
    second: int | None
    sender: bytes
    native_id: bytes
    type: bytes
    flags: tuple[str, ...]


def attributes(tag: bytes) -> tuple[dict[bytes, bytes], bool]:
    """Return a tag's attributes, the last of equal names, and whether there were such."""
    pairs = ATTRIBUTE.findall(tag)
    return {key: double or single for key, double, single in pairs}, len(
        {key for key, _, _ in pairs}
    ) < len(pairs)


def read_message(data: bytes) -> Message:
    """Return what an element shows; never raises."""
    opening = TAG.match(data)
    fields, twice = attributes(opening[3] if opening else b"")
    is_mms = opening is not None and opening[2] == MMS
    box = fields.get(b"msg_box" if is_mms else b"type", b"")
    flags = _OF_BOX.get(box, ())
    if box == b"2" and fields.get(b"status") == b"64":
        flags += ("failed",)
    kind, sender = SMS, b""
    if is_mms:
        kind, author = _parts(data, opening.end() if opening else 0)
        sender = author if box == b"1" else b""
    elif box == b"1":
        sender = _text(fields, b"address")
    if _invalid(data):
        flags += ("syntax_invalid",)
    if twice:
        flags += ("duplicate_key",)
    time = _text(fields, b"date")
    return Message(time, _second(time), sender, _text(fields, b"m_id"), kind, flags)


def _parts(data: bytes, start: int) -> tuple[bytes, bytes]:
    """Return whether an mms carries media, and the address it is from."""
    kind, authors = MMS, set()
    for match in TAG.finditer(data, start):
        if match[2] == b"part":
            fields = attributes(match[3])[0]
            if fields.get(b"ct", b"").lower() not in _NOT_MEDIA and _text(fields, b"data"):
                kind = MMS_MEDIA
        elif match[2] == b"addr":
            fields = attributes(match[3])[0]
            if fields.get(b"type") == _FROM:
                authors.add(_text(fields, b"address"))
    return kind, authors.pop() if len(authors) == 1 else b""


def _text(fields: dict[bytes, bytes], key: bytes) -> bytes:
    """Return a value; the writers put the word null where there is none."""
    value = fields.get(key, b"")
    return b"" if value == b"null" else value


def _second(written: bytes) -> int | None:
    if not _MILLISECONDS.fullmatch(written):
        return None
    value = int(written) // 1000
    return value if value <= _MAX_SECONDS else None


def _invalid(data: bytes) -> bool:
    """Tell whether there is something that no XML parser takes."""
    if b"&#" in data and SURROGATE_REFERENCE.search(data):
        return True
    return (not data.isascii() and _not_utf8(data)) or _INVALID.search(data) is not None


def _not_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def view_message(data: bytes) -> View:
    """Return the words of an element: subject and body, or the texts of its parts; never raises."""
    opening = TAG.match(data)
    if opening is None:
        return plain(data)
    fields = attributes(opening[3])[0]
    said = [_text(fields, b"subject"), _text(fields, b"sub"), _text(fields, b"body")]
    for match in TAG.finditer(data, opening.end()):
        if match[2] == b"part":
            part = attributes(match[3])[0]
            kind = part.get(b"ct", b"").lower()
            if kind == b"text/plain":
                said.append(_text(part, b"text"))
            elif kind != b"application/smil":
                said.append(b"[" + kind + b"]")
    return View("\n".join(unreferenced(plain(each).text) for each in said if each))
