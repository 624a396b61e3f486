"""Find the text part of a mail by byte offsets, without decoding or changing anything.

Only as much of MIME as is needed to say "the transcript stands in these bytes
as they are" or "it is encoded". Anything unusual is not found rather than
guessed; the standard library's parser is not used because it gives no offsets.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..source import Source

HEADER_BYTES: Final = 1 << 20
"""The header of the mail, and the start of the part looked for, lie within so much."""

_MAX_PARTS: Final = 100
_MAX_NESTED: Final = 8
_GLIMPSE_BYTES: Final = 1 << 15
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,76}):[ \t]*")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_QUOTED = re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]*+\r?\n)")
_BOUNDARY = re.compile(rb"boundary=(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_KNOWN = frozenset((
    b"from", b"to", b"date", b"subject", b"message-id", b"mime-version", b"content-type", b"received",
))  # fmt: skip

Fields = dict[bytes, bytes]
"""Header fields by lower-case name, unfolded; the first of equal names."""


@dataclass(frozen=True)
class Part:
    """A body part: its fields, and the first byte of its body within the file."""

    fields: Fields
    start: int

    @property
    def kind(self) -> bytes:
        """Return the media type in lower case; RFC 2045 says text/plain where none is given."""
        written = self.fields.get(b"content-type", b"text/plain")
        return written.partition(b";")[0].strip().lower()

    @property
    def coding(self) -> bytes:
        """Return the transfer encoding in lower case, ``7bit`` where none is given."""
        return self.fields.get(b"content-transfer-encoding", b"7bit").strip().lower()

    @property
    def boundary(self) -> bytes:
        """Return the delimiter of a multipart, empty for others."""
        match = _BOUNDARY.search(self.fields.get(b"content-type", b""))
        return (match[1] or match[2]) if match and self.kind.startswith(b"multipart/") else b""


def header_of(head: bytes) -> Part | None:
    """Return the mail's header if ``head`` begins like a mail, else None."""
    end = _EMPTY_LINE.search(head)
    if end is None or not _FIELD.match(head):
        return None
    fields = _fields(head[: end.start()])
    return Part(fields, end.end()) if len(_KNOWN & fields.keys()) >= 3 else None


def _fields(block: bytes) -> Fields:
    fields: Fields = {}
    for line in _FOLD.sub(b" ", block).split(b"\n"):
        match = _FIELD.match(line)
        if match:
            fields.setdefault(match[1].lower(), line[match.end() :].rstrip(b"\r"))
    return fields


def text_parts(head: bytes, mail: Part) -> Iterator[tuple[Part, tuple[bytes, ...]]]:
    """Yield the text parts that start within ``head``, with the delimiters that can end them."""
    if not mail.boundary:
        if mail.kind.startswith(b"text/"):
            yield mail, ()
        return
    delimiters = [b"--" + mail.boundary]
    at = mail.start
    for _ in range(_MAX_PARTS):
        found = re.search(
            rb"(?:^|\n)(?:" + b"|".join(map(re.escape, delimiters)) + rb")[ \t]*\r?\n", head[at:]
        )
        if found is None:
            return
        start = at + found.end()
        end = _EMPTY_LINE.search(head, max(0, start - 1))
        if end is None:
            return
        part = Part(_fields(head[start : end.start()]), end.end())
        if part.boundary:
            if len(delimiters) == _MAX_NESTED:
                return
            delimiters.append(b"--" + part.boundary)
        elif part.kind.startswith(b"text/"):
            yield part, tuple(delimiters)
        at = part.start - 1


def end_of(source: Source, part: Part, delimiters: tuple[bytes, ...]) -> int:
    """Return the first byte after a part's body: where a delimiter line starts, or the end."""
    if not delimiters:
        return source.size
    pattern = re.compile(b"\n(?:" + b"|".join(map(re.escape, delimiters)) + b")")
    longest = max(map(len, delimiters))
    at, held = part.start - 1, b""  # the line feed before the part
    for chunk in source.chunks(start=at):
        held += chunk
        found = pattern.search(held)
        if found:
            return at + found.start() + 1
        past = max(0, len(held) - longest)
        at, held = at + past, held[past:]
    return source.size


def glimpse(head: bytes, part: Part) -> bytes:
    """Return the beginning of a part's body decoded, for looking at only; never raises."""
    body = head[part.start : part.start + _GLIMPSE_BYTES]
    if part.coding == b"base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body.partition(b"\n--")[0])
        try:
            return binascii.a2b_base64(letters[: len(letters) // 4 * 4])
        except binascii.Error:
            return b""
    if part.coding == b"quoted-printable":
        return _QUOTED.sub(lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"", body)
    return body
