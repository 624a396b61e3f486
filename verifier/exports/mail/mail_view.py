"""What one mail says to a person: its subject and its text.

Encoded words (RFC 2047) and transfer encodings are undone, with the character
set that the mail names; Chinese mailers that name gb2312 or gbk mean GB18030.
HTML is shown as its words and never rendered. Attachments are not looked into.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from ..cutting.markup import plain_text
from ..source import Source
from ..view import View, plain
from .mail_message import EMPTY_LINE, unfolded
from .mail_parts import Part, end_of, header_of, text_parts

_VIEWED_BYTES: Final = 1 << 21
_WORD = re.compile(rb"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]*+)\?=")
_BETWEEN_WORDS = re.compile(rb"(?<=\?=)[ \t]++(?==\?)")
_QUOTED = re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]*+\r?\n)")
_CHARSET = re.compile(rb"charset[ \t]*+=[ \t]*+\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_ENVELOPE = re.compile(rb"(?:\xef\xbb\xbf)?From [^\n]*+\n")
_SUBJECT = re.compile(
    rb"^subject[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.IGNORECASE | re.MULTILINE
)
_REPLY = re.compile(
    rb"^in-reply-to[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.IGNORECASE | re.MULTILINE
)
_KNOWN = re.compile(
    r"us-ascii|utf-?8|utf-16(?:le|be)?|gb2312|gbk|gb18030|gb_2312-80|hz-gb-2312|hz|big5(?:-hkscs)?"
    r"|iso-8859-\d{1,2}|windows-125\d|iso-2022-(?:jp|kr)|shift_jis|euc-(?:jp|kr)|koi8-[ru]"
)


def decoded(data: bytes, charset: bytes) -> str:
    """Return bytes in the character set of that name; as ``plain`` does where it is unknown."""
    name = charset.decode("ascii", "replace").lower()
    if name in ("gb2312", "gbk", "gb_2312-80"):
        name = "gb18030"
    if _KNOWN.fullmatch(name) is None:
        return plain(data).text
    return data.decode(name, "replace")


def words_of(value: bytes) -> str:
    """Return a header field's value with its encoded words undone; other bytes as ``plain``."""
    value = _BETWEEN_WORDS.sub(b"", unfolded(value))
    parts: list[str] = []
    at = 0
    for match in _WORD.finditer(value):
        parts.append(plain(value[at : match.start()]).text)
        charset, coding, text = match.groups()
        quoted = coding in (b"q", b"Q")
        raw = _unquoted(text.replace(b"_", b" ")) if quoted else _from_base64(text)
        parts.append(decoded(raw, charset.partition(b"*")[0]))
        at = match.end()
    parts.append(plain(value[at:]).text)
    return "".join(parts)


def view_mail(data: bytes) -> View:
    """Return subject and text of a mail, or of one record of a mailbox; never raises."""
    envelope = _ENVELOPE.match(data)
    data = data[envelope.end() if envelope else 0 :][:_VIEWED_BYTES]
    end = EMPTY_LINE.search(data)
    header = data if end is None else data[: end.start() + 1]
    subject, reply = _SUBJECT.search(header), _REPLY.search(header)
    lines = [words_of(subject[1])] if subject else []
    mail = header_of(data)
    if mail is None:
        lines.append(plain(b"" if end is None else data[end.end() :]).text)
    else:
        lines += _texts(data, mail)
    text = "\n\n".join(line for line in (each.strip() for each in lines) if line)
    return View(text, unfolded(reply[1]) if reply else b"")


def _texts(data: bytes, mail: Part) -> list[str]:
    """Return the text parts; of the same text as text and as HTML only the first."""
    source = Source(data)
    found: list[str] = []
    kinds: set[bytes] = set()
    for part, delimiters in text_parts(data, mail):
        if part.kind == b"text/html" and b"text/plain" in kinds:
            continue
        kinds.add(part.kind)
        text = _body(data[part.start : end_of(source, part, delimiters)], part)
        found.append(plain_text(text) if part.kind == b"text/html" else text)
    return found


def _body(raw: bytes, part: Part) -> str:
    if part.coding == b"base64":
        raw = _from_base64(raw)
    elif part.coding == b"quoted-printable":
        raw = _unquoted(raw)
    charset = _CHARSET.search(part.fields.get(b"content-type", b""))
    return decoded(raw, charset[1] if charset else b"")


def _unquoted(raw: bytes) -> bytes:
    return _QUOTED.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"", raw)


def _from_base64(raw: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return b""
