"""What a disclosure shows of a file, made readable for the report, within stated bounds.

A second pass over leaves and bytes that have been checked (``shown_records``).
Framing of nothing but spaces and ASCII punctuation is left out: it stands
between all records of some formats and says nothing. Any other framing is
kept, because nothing but the sealing software says that it is no record.
"""

from __future__ import annotations

import codecs
import string
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from ..evidence.disclosed import INSIDE, WORDS, Disclosed
from ..evidence.leaf_opening import LeafOpening
from ..evidence.segment import FRAMING, KINDS, RECORD
from ..exports.reader import Reader
from ..exports.view import View, plain
from ..shown_segment import MAX_ALL_TEXT, MAX_SEGMENTS, MAX_TEXT, ShownSegment

_WHOLE: Final = 1 << 20
"""A longer record is not read whole: its beginning is shown as it stands."""
_BEGINNING: Final = 1 << 16
_BLANK: Final = frozenset((string.whitespace + string.punctuation).encode())
_ENCODINGS: Final = ("utf-8", "gb18030")
_ORDER: Final = ("sender", "native_id", "type", "media", "flags")

assert frozenset(_ORDER) == WORDS


class Room(NamedTuple):
    """What may still be listed of one disclosure: segments, and characters of text."""

    segments: int = MAX_SEGMENTS
    characters: int = MAX_ALL_TEXT


class Listed(NamedTuple):
    """The segments of one file in order, how many more there are to list, and the room left."""

    segments: tuple[ShownSegment, ...]
    more: int
    room: Room


def make_readable(
    file: int, text: BinaryIO, size: int, raw: BinaryIO, reader: Reader | None, room: Room
) -> Listed:
    """Return what ``text`` and ``raw`` show of the file at that position; both were checked before."""
    text.seek(0)
    disclosed = Disclosed(text, size)
    found: list[ShownSegment] = []
    more, characters, before = 0, room.characters, 0
    for leaf, data, length, hidden in _leaves(disclosed, raw):
        before += hidden
        role = disclosed.head.role(leaf.index)
        if role == INSIDE and leaf.kind == FRAMING and data is not None and _BLANK.issuperset(data):
            continue
        if len(found) >= room.segments:
            more += 1
            continue
        made = _segment(file, leaf, role, before, data, length, reader, characters)
        characters -= len(made.text) + len(made.quoted)
        found.append(made)
        before = 0
    return Listed(tuple(found), more, Room(room.segments - len(found), characters))


def _leaves(
    disclosed: Disclosed, raw: BinaryIO
) -> Iterator[tuple[LeafOpening, bytes | None, int, int]]:
    """Yield each leaf, the beginning of its bytes or None, its length, what is withheld before it."""
    at, last = 0, -1
    for leaf in disclosed.leaves():
        place = leaf.place()
        length = 0 if place is None else place.length
        data = None
        if leaf.value("raw") is not None:
            raw.seek(at)
            data = raw.read(length if length <= _WHOLE else _BEGINNING)
            at += length
        yield leaf, data, length, leaf.index - last - 1
        last = leaf.index


def _segment(
    file: int, leaf: LeafOpening, role: str, before: int, data: bytes | None, length: int,
    reader: Reader | None, characters: int,
) -> ShownSegment:  # fmt: skip
    opened = leaf.opened()
    view = View("") if data is None else _view(leaf, data, length, reader)
    said, quoted, cut = _bounded(view, characters, is_part=length > _WHOLE and data is not None)
    hidden = tuple(n for n in _ORDER if n not in opened) if leaf.kind == RECORD else ()
    if role != INSIDE:
        hidden = ()  # what stands beside a range opens what it is there for
    media, flags = _value(leaf, "media"), _value(leaf, "flags")
    encodings = _encodings(data)
    return ShownSegment(
        file=file,
        index=leaf.index,
        kind=KINDS[leaf.kind],
        role=role,
        before=before,
        size=length,
        time=_value(leaf, "time", encodings),
        first=leaf.second("te_lo"),
        last=leaf.second("te_hi"),
        sender=_value(leaf, "sender", encodings),
        native_id=_value(leaf, "native_id", encodings),
        type=_value(leaf, "type", encodings),
        media=tuple(int(each) for each in media.split(",") if each),
        flags=tuple(each for each in flags.split(",") if each),
        text=said,
        quoted=quoted,
        cut=cut,
        hidden=("content", *hidden) if leaf.value("raw") is None else hidden,
    )


def _value(leaf: LeafOpening, name: str, encodings: tuple[str, ...] = _ENCODINGS) -> str:
    value = leaf.value(name) or b""
    for encoding in encodings:
        try:
            return value.decode(encoding)[:MAX_TEXT]
        except UnicodeDecodeError:
            continue
    return value.decode("utf-8", "backslashreplace")[:MAX_TEXT]


def _encodings(data: bytes | None) -> tuple[str, ...]:
    """Return in which order encodings are tried: GB18030 first beside bytes that are not UTF-8.

    A name in GB18030 may be UTF-8 by accident (two characters are enough), a
    whole record hardly ever.
    """
    if data is None:
        return _ENCODINGS
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _ENCODINGS[::-1]
    return _ENCODINGS


def _view(leaf: LeafOpening, data: bytes, length: int, reader: Reader | None) -> View:
    """Return what the bytes say: the reader's view of a record, of all else the bytes as text."""
    if length > _WHOLE:
        return View(_beginning(data))
    if leaf.kind != RECORD or reader is None:
        return plain(data)
    view = reader.view(data)
    # A record without words (a picture, a call) is shown as it stands, never as nothing.
    return view if view.text.strip() or view.quoted.strip() else plain(data)


def _beginning(data: bytes) -> str:
    """Return the beginning of a longer text; a character that is cut at the end is left out."""
    for encoding in _ENCODINGS:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(data)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _bounded(view: View, characters: int, *, is_part: bool) -> tuple[str, str, bool]:
    """Return text and quotation within the bounds, and whether anything was left out."""
    text = view.text[: max(0, min(MAX_TEXT, characters))]
    quoted = view.quoted[: max(0, min(MAX_TEXT, characters - len(text)))]
    cut = is_part or len(text) < len(view.text) or len(quoted) < len(view.quoted)
    return text, quoted, cut
