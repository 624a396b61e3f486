"""What a file is by its content, how long a recording runs, how large a picture is.

Container formats say these things in a few bytes near known places; nothing is
decoded. ``duration`` is what the container says of itself (ISO/IEC 14496-12
``mvhd`` or ``mehd``; RIFF/WAVE data size over byte rate), ``pixels`` what PNG's
IHDR or JPEG's frame header say. A file that says it twice, says it out of
bounds or not in the form that is read here gives None. Any bytes whatever are
taken; reads and steps are bounded, and nothing is raised but what the source
raises.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..exports.registry import detect, reader_named
from ..exports.source import Source

KINDS: Final = (
    "chat", "mail", "sms", "payment", "image", "audio", "video", "pdf", "archive", "text", "other",
)  # fmt: skip
MESSAGES: Final = frozenset({"chat", "mail", "sms", "payment"})
"""Kinds that a reader cuts into records."""
_HEAD: Final = 4096
_WINDOW: Final = 4096
_MAX_BOXES: Final = 256
"""So many are looked at in one file. Of one with more (a long recording in fragments) nothing
is said on its length: a second movie might follow."""
_MAX_MARKERS: Final = 1000
_MAX_SECONDS: Final = 366 * 86400
_IMAGE_BRANDS: Final = frozenset((b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"))
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAIL: Final = re.compile(
    rb"(?:Return-Path|Received|From|To|Subject|Date|Message-ID|MIME-Version|Delivered-To"
    rb"|X-[A-Za-z-]{1,60}|Content-Type|DKIM-Signature):[ \t][^\n]*\n",
    re.IGNORECASE,
)
_MAIL_FIELD: Final = re.compile(rb"^(?:From|Date|Message-ID):[ \t]", re.IGNORECASE | re.MULTILINE)
_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF87a", "image"),
    (b"GIF89a", "image"), (b"II*\x00", "image"), (b"MM\x00*", "image"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "archive"), (b"PK\x05\x06", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"), (b"\x1f\x8b\x08", "archive"),
    (b"ID3", "audio"), (b"#!AMR", "audio"), (b"fLaC", "audio"), (b"#!SILK_V3", "audio"),
    (b"\x02#!SILK_V3", "audio"), (b"OggS", "audio"),
    (b"\x1a\x45\xdf\xa3", "video"), (b"FLV\x01", "video"),
)  # fmt: skip
_RIFF: Final = {b"WAVE": "audio", b"AVI ": "video", b"WEBP": "image"}


class Facts(NamedTuple):
    """The kind of a file (one of ``KINDS``), its running time in seconds, its width and height."""

    kind: str
    duration_seconds: float | None = None
    pixels: tuple[int, int] | None = None


def facts_of(source: Source) -> Facts:
    """Return what the content says; the file's name is never asked."""
    head = source.head(_HEAD)
    if head[4:8] == b"ftyp" or head[4:8] in (b"moov", b"wide", b"mdat"):
        return _iso_media(source, head)
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        kind = _RIFF[head[8:12]]
        return Facts(kind, _wave_seconds(source) if head[8:12] == b"WAVE" else None)
    for start, kind in _STARTS:
        if head.startswith(start):
            return Facts(kind, None, _pixels(source, head))
    material = reader_named(detect(source)[0].reader).material
    if material != "none":
        return Facts(material)
    if _MAIL.match(head) and len(_MAIL_FIELD.findall(head)) >= 2:
        return Facts("mail")
    return Facts("text" if _is_text(head, whole=len(head) == source.size) else "other")


def _is_text(head: bytes, *, whole: bool) -> bool:
    """Is it UTF-8 without control characters? A character cut off at the end is no objection."""
    for cut in range(1 if whole or not head else 4):
        try:
            text = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return _CONTROL.search(text) is None
    return False


class _Window:
    """A small piece of a file, kept: what is looked at next is mostly beside it."""

    def __init__(self, source: Source) -> None:
        self.source, self.size = source, source.size
        self._start, self._piece = 0, b""

    def at(self, offset: int, size: int) -> bytes:
        """Return at most ``_WINDOW`` bytes, fewer at the end of the file."""
        inside = offset - self._start
        if inside < 0 or inside + size > len(self._piece):
            pieces = self.source.chunks(_WINDOW, start=offset, stop=offset + _WINDOW)
            self._start, self._piece, inside = offset, b"".join(pieces), 0
        return self._piece[inside : inside + size]


# -- ISO base media: MP4, MOV, M4A, 3GP, HEIC ----------------------------------


class _Box(NamedTuple):
    type: bytes
    start: int
    """Of its content, after the header."""
    end: int


class _Walk:
    """The boxes of one file, with a limit to how many are looked at."""

    def __init__(self, window: _Window) -> None:
        self.window, self.left, self.is_cut = window, _MAX_BOXES, False

    def boxes(self, start: int, end: int) -> Iterator[_Box]:
        """Yield the boxes between two places; ends early at one that does not fit."""
        while start + 8 <= end:
            if self.left == 0:
                self.is_cut = True
                return
            self.left -= 1
            head = self.window.at(start, 16)
            if len(head) < 8:
                return
            size, kind = struct.unpack(">I4s", head[:8])
            length = 8
            if size == 1 and len(head) == 16:
                size, length = int.from_bytes(head[8:16], "big"), 16
            elif size == 0:  # to the end of the file
                size = end - start
            if size < length or start + size > end:
                return
            yield _Box(kind, start + length, start + size)
            start += size

    def one(self, kind: bytes, start: int, end: int) -> _Box | None:
        """Return the only box of that type; None where there is none or a second."""
        return _only(kind, list(self.boxes(start, end)))


def _only(kind: bytes, boxes: list[_Box]) -> _Box | None:
    found = [box for box in boxes if box.type == kind]
    return found[0] if len(found) == 1 else None


def _iso_media(source: Source, head: bytes) -> Facts:
    brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
    if brand in _IMAGE_BRANDS:
        return Facts("image")
    kind = "audio" if brand in (b"M4A ", b"M4B ") else "video"
    walk, movie = _Walk(_Window(source)), None
    for box in walk.boxes(0, source.size):
        if box.type == b"moov":
            if movie is not None:
                return Facts(kind)
            movie = _movie(walk, box, kind)  # before the rest, which may be very long
    if movie is None:
        return Facts(kind)
    return Facts(movie.kind) if walk.is_cut else movie


def _movie(walk: _Walk, moov: _Box, kind: str) -> Facts:
    inside, handlers = list(walk.boxes(moov.start, moov.end)), set()
    for trak in inside:
        if trak.type == b"trak" and (mdia := walk.one(b"mdia", trak.start, trak.end)):
            hdlr = walk.one(b"hdlr", mdia.start, mdia.end)
            if hdlr is not None:
                handlers.add(walk.window.at(hdlr.start + 8, 4))
    if b"vide" in handlers:
        kind = "video"
    elif b"soun" in handlers:
        kind = "audio"
    return Facts(kind, _movie_seconds(walk, inside))


def _movie_seconds(walk: _Walk, inside: list[_Box]) -> float | None:
    mvhd = _only(b"mvhd", inside)
    if mvhd is None:
        return None
    data = walk.window.at(mvhd.start, min(32, mvhd.end - mvhd.start))
    if len(data) < 20 or data[0] > 1 or (data[0] == 1 and len(data) < 32):
        return None
    if data[0] == 1:
        scale, length = struct.unpack(">IQ", data[20:32])
        unknown = 2**64 - 1
    else:
        scale, length = struct.unpack(">II", data[12:20])
        unknown = 2**32 - 1
    if length == 0:  # written in fragments while recording
        length = _fragments(walk, inside)
    if not scale or not length or length == unknown or length / scale > _MAX_SECONDS:
        return None
    return float(length / scale)


def _fragments(walk: _Walk, inside: list[_Box]) -> int:
    mvex = _only(b"mvex", inside)
    mehd = walk.one(b"mehd", mvex.start, mvex.end) if mvex else None
    if mehd is None:
        return 0
    data = walk.window.at(mehd.start, min(12, mehd.end - mehd.start))
    wanted = {0: 8, 1: 12}.get(data[0] if data else -1)
    return int.from_bytes(data[4:wanted], "big") if wanted and len(data) >= wanted else 0


# -- RIFF/WAVE -------------------------------------------------------------------


def _wave_seconds(source: Source) -> float | None:
    window, at, rate, length = _Window(source), 12, 0, 0
    seen: set[bytes] = set()
    for _ in range(_MAX_MARKERS):
        if at + 8 > source.size:
            break
        kind, size = struct.unpack("<4sI", window.at(at, 8))
        if kind in (b"fmt ", b"data") and kind in seen:
            return None
        seen.add(kind)
        if at + 8 + size > source.size:  # a stream that was never finished, or one cut off
            return None
        if kind == b"fmt " and size >= 16:
            rate = int.from_bytes(window.at(at + 16, 4), "little")
        elif kind == b"data":
            length = size
        at += 8 + size + size % 2
    seconds = length / rate if rate else 0.0
    return seconds if 0 < seconds <= _MAX_SECONDS else None


# -- PNG and JPEG ----------------------------------------------------------------


def _pixels(source: Source, head: bytes) -> tuple[int, int] | None:
    width = height = 0
    if head.startswith(b"\x89PNG"):
        header = head[12:29]
        if head[8:16] == b"\x00\x00\x00\x0dIHDR" and len(header) == 17:
            crc = int.from_bytes(head[29:33], "big")
            if zlib.crc32(header) == crc:
                width, height = struct.unpack(">II", header[4:12])
    elif head.startswith(b"\xff\xd8\xff"):
        width, height = _jpeg_size(source)
    return (width, height) if 0 < width < 2**31 and 0 < height < 2**31 else None


def _jpeg_size(source: Source) -> tuple[int, int]:
    window, at = _Window(source), 2
    for _ in range(_MAX_MARKERS):
        data = window.at(at, 9)
        if len(data) < 4 or data[0] != 0xFF:
            break
        marker, length = data[1], int.from_bytes(data[2:4], "big")
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if len(data) < 9 or length < 8:
                break
            height, width = struct.unpack(">HH", data[5:9])
            return width, height
        if length < 2 or marker in (0xD9, 0xDA) or 0xD0 <= marker <= 0xD8 or marker < 0xC0:
            break
        at += 2 + length
    return 0, 0
