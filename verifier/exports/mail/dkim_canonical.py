"""The forms of a mail that a DKIM signature is computed over (RFC 6376 §3.4)."""

from __future__ import annotations

import re
from typing import Final

_SPACES = re.compile(rb"[ \t]++")
_LINE_END_SPACE = re.compile(rb"[ \t]++(?=\r\n)")
_BARE = re.compile(rb"(?<!\r)\n")
_NEXT_FIELD = re.compile(rb"\r\n(?![ \t])")
METHODS: Final = (b"simple", b"relaxed")


def with_crlf(data: bytes) -> bytes:
    """Return a mail with the line ends of its transmission, which a saving program may change."""
    return _BARE.sub(b"\r\n", data)


_NAME = re.compile(rb"[!-9;-~]++[ \t]*+:")


def split(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes, bool]:
    """Return the header fields, each (lower-case name, whole field with its CRLF), and the body.

    ``data`` has CRLF line ends. The last value says whether every line of the
    header is a field or the continuation of one: where one is not, programs
    disagree about where the body begins.
    """
    header, found, body = data.partition(b"\r\n\r\n")
    if not found:
        header = data.removesuffix(b"\r\n")
    fields = []
    clean = True
    for field in _NEXT_FIELD.split(header):
        clean = clean and _NAME.match(field) is not None
        name = field.partition(b":")[0]
        fields.append((name.strip(b" \t").lower(), field + b"\r\n"))
    return fields, body, clean


def field_in(method: bytes, field: bytes) -> bytes:
    """Return one header field in that canonical form (§3.4.1, §3.4.2)."""
    if method == b"simple":
        return field
    name, _, value = field.partition(b":")
    value = _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip(b" \t").lower() + b":" + value + b"\r\n"


def body_in(method: bytes, body: bytes) -> bytes:
    """Return the body in that canonical form (§3.4.3, §3.4.4)."""
    if method == b"relaxed":
        if body and not body.endswith(b"\r\n"):
            body += b"\r\n"
        body = _SPACES.sub(b" ", _LINE_END_SPACE.sub(b"", body))
    end = len(body.rstrip(b"\r\n"))
    if body.count(b"\r\n", end) * 2 != len(body) - end:  # a lone CR or LF among them
        end = len(body)
    while body[end - 2 : end] == b"\r\n" and end:
        end -= 2
    if end == 0:
        return b"" if method == b"relaxed" else b"\r\n"
    return body[:end] + b"\r\n"
