"""A careful look into a ZIP: which files it holds, and their bytes as a bounded stream.

Nothing is ever written to a path that an archive names, and no member is run
or followed. What a ZIP says twice, in its directory and in front of each
member, must be the same, or two programs would read two archives; then nothing
of it is read (``problems``). Names are raw bytes: an archive made in China has
them in GB18030, and says so nowhere.

Reference: PKWARE APPNOTE 6.3.10, §4.3 to §4.5. Stored and deflated members are
read, no other methods. Raises nothing but what ``source`` raises, and
``Malformed`` where a member's bytes are not what the directory says.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from ...errors import Malformed
from ..source import CHUNK_BYTES, Source

MAX_MEMBERS: Final = 20_000
MAX_MEMBER_BYTES: Final = 4 << 30
MAX_TOTAL_BYTES: Final = 16 << 30
"""So much the directory may announce; what is larger is not read."""
MAX_RATIO: Final = 1100
"""Deflate cannot do more than 1032 to 1."""

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_TAIL: Final = 65_535 + _END.size + _LOCATOR.size
_BIG16: Final = 0xFFFF
_BIG32: Final = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _STREAMED = 1, 8
_DESCRIPTOR: Final = 24
"""The most that may follow a member written as a stream: signature, CRC-32, two 64-bit sizes."""


class Member(NamedTuple):
    """One file of an archive, as its directory has it; ``name`` are raw bytes."""

    name: bytes
    size: int
    packed: int
    crc: int
    method: int
    encrypted: bool
    offset: int
    flags: int

    @property
    def readable(self) -> bool:
        """Tell whether this program reads the member's bytes."""
        return (
            not self.encrypted
            and self.method in (_STORED, _DEFLATED)
            and self.size <= MAX_MEMBER_BYTES
            and self.size <= max(1 << 20, self.packed * MAX_RATIO)
        )


class Archive:
    """An archive's directory.

    ``members`` are its files in the directory's order, without folders.
    ``problems`` are words of ``codes.DETAILS``: where ``broken``, no member is
    to be read. ``bounds`` are words too: more than is read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.members: tuple[Member, ...] = ()
        self.problems: tuple[str, ...] = ()
        self.bounds: tuple[str, ...] = ()
        self.first = b""
        try:
            self._all = self._directory()
        except Malformed:
            self._all = []
            self.problems = ("damaged-directory",)
        self._judge()

    @property
    def broken(self) -> bool:
        """Tell whether two programs could read two archives, or the directory cannot be read."""
        return bool(_BREAKING & set(self.problems)) or "too-many-members" in self.bounds

    def _at(self, start: int, size: int) -> bytes:
        return b"".join(self._source.chunks(start=start, stop=start + size))

    def _directory(self) -> list[Member]:
        tail = self._source.tail(_TAIL)
        end = tail.rfind(b"PK\x05\x06")
        if end < 0 or end + _END.size > len(tail):
            raise Malformed("archive: no end record")
        _, disk, start_disk, here, count, size, start, comment = _END.unpack_from(tail, end)
        if end + _END.size + comment != len(tail):
            raise Malformed("archive: bytes after the end record")
        place = self._source.size - len(tail) + end
        if _BIG16 in (count, here) or _BIG32 in (size, start):
            count, size, start, place = self._end64(place)
        elif disk or start_disk or here != count:
            raise Malformed("archive: in several parts")
        if count > MAX_MEMBERS:
            self.bounds = ("too-many-members",)
            return []
        if start + size != place or size > count * (_CENTRAL.size + 3 * _BIG16):
            raise Malformed("archive: the directory is not where it should be")
        self._start = start
        return _entries(self._at(start, size), count)

    def _end64(self, place: int) -> tuple[int, int, int, int]:
        locator = self._at(place - _LOCATOR.size, _LOCATOR.size) if place > _LOCATOR.size else b""
        if len(locator) < _LOCATOR.size or locator[:4] != b"PK\x06\x07":
            raise Malformed("archive: no ZIP64 locator")
        where = _LOCATOR.unpack(locator)[2]
        record = self._at(where, _END64.size)
        if len(record) < _END64.size or record[:4] != b"PK\x06\x06":
            raise Malformed("archive: no ZIP64 end record")
        count, size, start = _END64.unpack(record)[7:10]
        return count, size, start, where

    def _judge(self) -> None:
        """Fill in ``members`` and what speaks against the archive."""
        self.members = tuple(each for each in self._all if not each.name.endswith(b"/"))
        self.first = self._all[0].name if self._all else b""
        problems = set(self.problems)
        if len({each.name for each in self._all}) < len(self._all):
            problems.add("duplicate-names")
        if any(each.encrypted for each in self._all):
            problems.add("encrypted-members")
        if any(not is_safe(each.name) for each in self.members):
            problems.add("unsafe-names")
        place = 0
        for each in sorted(self._all, key=lambda member: member.offset):
            begin, end, same = self._extent(each)
            if not same:
                problems.add("headers-differ")
            if begin < place or end > self._start:
                problems.add("overlapping-members")
            elif begin - place > (_DESCRIPTOR if place else 0):
                problems.add("unlisted-bytes")
            place = max(place, end)
        if any(not each.readable and not each.encrypted for each in self.members):
            self.bounds += ("member-not-read",)
        if sum(each.size for each in self.members) > MAX_TOTAL_BYTES:
            self.bounds += ("too-large",)
        self.problems = tuple(sorted(problems))

    def _extent(self, member: Member) -> tuple[int, int, bool]:
        """Return where a member begins and ends, and whether its own header says the same."""
        head = self._at(member.offset, _LOCAL.size)
        if len(head) < _LOCAL.size:
            return member.offset, member.offset, False
        magic, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(head)
        data = member.offset + _LOCAL.size + name + extra
        same = (
            magic == b"PK\x03\x04"
            and (flags & 0x0809, method) == (member.flags & 0x0809, member.method)
            and self._at(member.offset + _LOCAL.size, name) == member.name
            and (bool(flags & _STREAMED) or crc == member.crc)
            and (bool(flags & _STREAMED) or packed in (member.packed, _BIG32))
            and (bool(flags & _STREAMED) or size in (member.size, _BIG32))
        )
        return member.offset, data + member.packed, same

    def chunks(self, member: Member) -> Iterator[bytes]:
        """Yield a member's bytes; raises Malformed at the first that is not as announced."""
        if self.broken or not member.readable:
            raise Malformed("archive: a member that is not read")
        begin, end, _ = self._extent(member)
        head = _LOCAL.unpack(self._at(begin, _LOCAL.size))
        start = begin + _LOCAL.size + head[9] + head[10]
        packed = self._source.chunks(start=start, stop=end)
        left, crc = member.size, 0
        for piece in packed if member.method == _STORED else _inflated(packed, member.size):
            left -= len(piece)
            if left < 0:
                raise Malformed("archive: a member is longer than announced")
            crc = zlib.crc32(piece, crc)
            yield piece
        if left or crc != member.crc:
            raise Malformed("archive: a member is not what the directory says")

    def named(self, name: bytes) -> Member | None:
        """Return the member of that name."""
        return next((each for each in self.members if each.name == name), None)


_BREAKING: Final = frozenset(
    ("damaged-directory", "duplicate-names", "overlapping-members", "headers-differ")
)


def _entries(directory: bytes, count: int) -> list[Member]:
    found: list[Member] = []
    at = 0
    for _ in range(count):
        if at + _CENTRAL.size > len(directory):
            raise Malformed("archive: the directory is too short")
        fields = _CENTRAL.unpack_from(directory, at)
        magic, flags, method = fields[0], fields[3], fields[4]
        crc, packed, size, name_length, extra_length, comment = fields[7:13]
        disk, offset = fields[13], fields[16]
        name = directory[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        extra = directory[at + _CENTRAL.size + name_length :][:extra_length]
        if magic != b"PK\x01\x02" or disk not in (0, _BIG16) or len(name) < name_length:
            raise Malformed("archive: a directory entry is damaged")
        if _BIG32 in (packed, size, offset):
            size, packed, offset = _long(extra, size, packed, offset)
        found.append(
            Member(name, size, packed, crc, method, bool(flags & _ENCRYPTED), offset, flags)
        )
        at += _CENTRAL.size + name_length + extra_length + comment
    if at != len(directory):
        raise Malformed("archive: bytes in the directory that belong to no entry")
    return found


def _long(extra: bytes, *short: int) -> tuple[int, int, int]:
    """Return size, packed size and offset with the ZIP64 values where the short ones are full."""
    values = list(short)
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            for n, value in enumerate(values):
                if value == _BIG32:
                    if len(field) < 8:
                        raise Malformed("archive: a ZIP64 field is too short")
                    values[n], field = struct.unpack("<Q", field[:8])[0], field[8:]
            break
        at += 4 + length
    return values[0], values[1], values[2]


def _inflated(packed: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Yield what deflated bytes hold, at most one byte more than ``most``."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    left = most + 1
    try:
        for piece in packed:
            held = piece
            while held and left > 0 and not inflate.eof:
                out = inflate.decompress(held, min(left, CHUNK_BYTES))
                held = inflate.unconsumed_tail
                left -= len(out)
                if out:
                    yield out
        while left > 0 and not inflate.eof:
            out = inflate.decompress(inflate.unconsumed_tail, min(left, CHUNK_BYTES))
            if not out:
                break
            left -= len(out)
            yield out
    except zlib.error:
        raise Malformed("archive: a member is not deflated data") from None
    if not inflate.eof or inflate.unused_data:
        raise Malformed("archive: a member is cut off or followed by more")


def is_safe(name: bytes) -> bool:
    """Tell whether a name is a relative path that stays below the folder it is unpacked in."""
    parts = name.split(b"/")
    return (
        bool(name)
        and not {b"", b".", b".."} & set(parts)
        and b"\\" not in name
        and b"\x00" not in name
        and b":" not in parts[0][:2]
    )
