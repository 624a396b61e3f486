"""The segment table: how a file was cut when it was sealed, one line a segment.

    beilin/segments/v1
    R<TAB>31<TAB>1/2/24, 10:00<TAB>1706781600<TAB>1706781659<TAB><TAB>Alice<TAB>…

SPEC §8.6. With the file and the seed it rebuilds every leaf, without any
reader: a later reader that cuts differently cannot make an old seal fail.
Columns: kind (R, F, U), length, time, te_lo, te_hi, dated_by, sender,
native_id, type, media (manifest positions), flags; empty where there is none.
A dated segment shows its time, and ``dated_by`` never names the segment itself:
two tables of one root would otherwise differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from ..encoding import MAX_INT, escape_bytes, unescape_bytes
from ..errors import Malformed, NewerFormat
from .segment import FRAMING, RECORD, UNPARSED, Segment

HEADER: Final = b"beilin/segments/v1\n"
MAX_LINE_BYTES: Final = 1 << 17
_KINDS: Final = {"R": RECORD, "F": FRAMING, "U": UNPARSED}
_LETTERS: Final = {RECORD: "R", FRAMING: "F", UNPARSED: "U"}
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_SIGNED: Final = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_MEDIA: Final = re.compile(r"(?:(?:0|[1-9][0-9]{0,4})(?:,(?:0|[1-9][0-9]{0,4}))*)?", re.ASCII)
_FLAGS: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,40}(?:,[A-Za-z0-9_-]{1,40}){0,19})?", re.ASCII)


def to_line(segment: Segment) -> bytes:
    """Return the table line of a segment whose media are manifest positions."""
    kind, length, time, te_lo, te_hi, dated_by, sender, native_id, type_, media, flags = segment
    return (
        f"{_LETTERS[kind]}\t{length}\t{escape_bytes(time)}\t{'' if te_lo is None else te_lo}\t"
        f"{'' if te_hi is None else te_hi}\t{'' if dated_by is None else dated_by}\t"
        f"{escape_bytes(sender)}\t{escape_bytes(native_id)}\t{escape_bytes(type_)}\t"
        f"{','.join(m.decode() for m in media)}\t{','.join(flags)}\n"
    ).encode()


def read_table(file: BinaryIO, size: int) -> Iterator[Segment]:
    """Yield the segments of a table of ``size`` bytes; raises Malformed or NewerFormat.

    Only one spelling is accepted; values are checked for form here, and for
    truth by the rebuilt root.
    """
    first = file.readline(len(HEADER))
    if first != HEADER:
        if re.fullmatch(rb"beilin/segments/v[1-9][0-9]?", first.rstrip(b"\n")):
            raise NewerFormat("segments: a version that this program does not know")
        raise Malformed("segments: the first line is not beilin/segments/v1")
    left = size - len(HEADER)
    index = 0
    while left:
        line = file.readline(min(left, MAX_LINE_BYTES))
        left -= len(line)
        if not line.endswith(b"\n"):
            raise Malformed(f"segments: row {index}: too long or cut off")
        try:
            yield _parse(line[:-1].decode("utf-8"), index)
        except UnicodeDecodeError:
            raise Malformed(f"segments: row {index}: not UTF-8") from None
        index += 1


def _parse(line: str, index: int) -> Segment:
    cells = line.split("\t")
    if len(cells) != 11:
        raise Malformed(f"segments: row {index}: {len(cells)} columns where 11 are expected")
    kind, length, time, te_lo, te_hi, dated_by, sender, native_id, type_, media, flags = cells
    good = (
        kind in _KINDS
        and _NUMBER.fullmatch(length)
        and (te_lo == te_hi == "" or (_SIGNED.fullmatch(te_lo) and _SIGNED.fullmatch(te_hi)))
        and (dated_by == "" or _NUMBER.fullmatch(dated_by))
        and (te_lo != "" or dated_by == "")
        and (te_lo == "" or time != "")
        and dated_by != str(index)
        and _MEDIA.fullmatch(media)
        and _FLAGS.fullmatch(flags)
    )
    if not good or not 1 <= int(length) <= MAX_INT or (te_lo and int(te_lo) > int(te_hi)):
        raise Malformed(f"segments: row {index}: a value is not in its one spelling")
    what = f"segments: row {index}"
    return Segment(
        _KINDS[kind],
        int(length),
        unescape_bytes(time, what),
        int(te_lo) if te_lo else None,
        int(te_hi) if te_hi else None,
        int(dated_by) if dated_by else None,
        unescape_bytes(sender, what),
        unescape_bytes(native_id, what),
        unescape_bytes(type_, what),
        tuple(media.encode().split(b",")) if media else (),
        tuple(flags.split(",")) if flags else (),
    )
