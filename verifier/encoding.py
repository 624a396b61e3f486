"""One spelling per value: decimals, base64, times, names and lines.

Every parser of this package reads its values through these functions, because
Python's own are lenient (``int(" 4_2")``, ``b64decode("AB==")``,
``str.splitlines`` at U+2028). A value that is accepted here is written back
to exactly the same bytes. Errors are ``Malformed`` and never repeat the input.
"""

from __future__ import annotations

import binascii
import calendar
import re
import time
from functools import lru_cache
from typing import Final

from .errors import Malformed

MAX_INT: Final = 2**63 - 1
"""Largest number in any of our texts (C2SP tlog-checkpoint, RFC 6962 sizes)."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_CONTROLS = bytes([*range(0x0A), *range(0x0B, 0x20), 0x7F])  # but LF; in UTF-8 always themselves


def parse_decimal(text: str, what: str, *, maximum: int = MAX_INT) -> int:
    """Return the number that ``text`` spells: ``0`` or digits without a leading zero.

    Raises Malformed for any other spelling and for numbers over ``maximum``.
    """
    if not _DECIMAL.fullmatch(text):
        raise Malformed(f"{what}: not a decimal number in its one spelling")
    value = int(text)
    if value > maximum:
        raise Malformed(f"{what}: larger than {maximum}")
    return value


def to_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648 §4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def parse_base64(text: str, what: str, *, length: int | None = None) -> bytes:
    """Return the bytes of canonical base64 (RFC 4648 §4, padded, zero trailing bits).

    ``length`` is the exact number of bytes expected, if there is one.
    """
    try:
        raw = text.encode("ascii")
        data = binascii.a2b_base64(raw, strict_mode=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise Malformed(f"{what}: not base64") from None
    if binascii.b2a_base64(data, newline=False) != raw:
        raise Malformed(f"{what}: not base64 in its one spelling")
    if length is not None and len(data) != length:
        raise Malformed(f"{what}: {len(data)} bytes where {length} are expected")
    return data


@lru_cache(maxsize=1024)  # entries of one batch, and what is in a receipt, say the same time
def to_time(seconds: int) -> str:
    """Return Unix seconds as ``YYYY-MM-DDTHH:MM:SSZ`` (RFC 3339, UTC)."""
    # A year before 1000, as a certificate may have it, is padded by hand: strftime does not.
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)).rjust(20, "0")


def parse_time(text: str, what: str) -> int:
    """Return Unix seconds of ``YYYY-MM-DDTHH:MM:SSZ``; years 1970 to 9999, no leap seconds."""
    if not _TIME.fullmatch(text):
        raise Malformed(f"{what}: not a time of the form YYYY-MM-DDTHH:MM:SSZ")
    seconds = _seconds_of(text)
    if seconds is None:
        raise Malformed(f"{what}: no such date")
    return seconds


@lru_cache(maxsize=1024)
def _seconds_of(text: str) -> int | None:
    try:
        seconds = calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return None
    return seconds if seconds >= 0 and to_time(seconds) == text else None


def decode_text(data: bytes, what: str, *, maximum_bytes: int) -> str:
    """Decode bounded UTF-8 that has no control character but LF."""
    if len(data) > maximum_bytes:
        raise Malformed(f"{what}: {len(data)} bytes, more than the {maximum_bytes} allowed")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"{what}: not UTF-8 at byte {error.start}") from None
    if data.translate(None, _CONTROLS) != data:  # four times as fast as a regular expression
        raise Malformed(f"{what}: holds a control character other than a line feed")
    return text


def split_lines(data: bytes, what: str, *, maximum_bytes: int) -> list[str]:
    """Split bounded UTF-8 at LF; the last line must end with LF too.

    Never ``splitlines``: it also splits at U+0085, U+2028 and others.
    """
    text = decode_text(data, what, maximum_bytes=maximum_bytes)
    if not text.endswith("\n"):
        raise Malformed(f"{what}: does not end with a line feed")
    return text[:-1].split("\n")


def lp(data: bytes) -> bytes:
    """Return ``data`` after its length as 8 big-endian bytes."""
    return len(data).to_bytes(8, "big") + data


def u64(value: int) -> bytes:
    """Return 8 big-endian bytes."""
    return value.to_bytes(8, "big")


# -- names -------------------------------------------------------------------
# A file name may hold any byte but NUL and "/", so it needs a spelling that is
# one line of readable text: percent-encode control bytes, "%", and what is not
# UTF-8; leave everything else (Chinese included) as it is.

_ESCAPE = frozenset([*range(0x20), 0x25, 0x7F])
_TO_ESCAPE = re.compile(rb"[\x00-\x1f%\x7f]")


def escape_bytes(raw: bytes) -> str:
    """Return one line of text for any bytes: ``%XX`` for controls, ``%`` and non-UTF-8."""
    if _TO_ESCAPE.search(raw) is None:  # nearly always, and eight times as fast
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    out: list[str] = []
    for character in raw.decode("utf-8", "surrogateescape"):
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"%{code - 0xDC00:02X}")
        elif code in _ESCAPE:
            out.append(f"%{code:02X}")
        else:
            out.append(character)
    return "".join(out)


_PERCENT = re.compile(r"%([0-9A-F]{2})")


def unescape_bytes(text: str, what: str) -> bytes:
    """Return the bytes that ``escape_bytes`` wrote; any other spelling is Malformed."""
    if "%" not in text:
        raw = text.encode("utf-8")
    else:
        parts = _PERCENT.split(text)
        raw = b"".join(
            bytes([int(part, 16)]) if n % 2 else part.encode("utf-8")
            for n, part in enumerate(parts)
        )
    if escape_bytes(raw) != text:
        raise Malformed(f"{what}: not percent-encoded in its one spelling")
    return raw
