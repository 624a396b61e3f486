"""The ZIP that holds a package: one spelling, so that no byte of it is free.

SPEC §9.1. Any unzip program reads it, and only one sequence of bytes is
accepted for given members: stored (not compressed), ASCII names in order,
dates 1980-01-01, no comments, no extra fields but ZIP64's where a number needs
it, nothing before, between or after. Stored members cannot be bombs, and a
flipped bit in a header is as visible as one in the evidence.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple, Self

from ..errors import Malformed

MAX_MEMBERS: Final = 60000
"""10,000 files with up to four members each, and the tag files; fits 16 bits."""
MAX_NAME: Final = 200
_BIG: Final = 0xFFFFFFFF
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_DATE: Final = 0x0021
_CHUNK: Final = 1 << 20


class Member(NamedTuple):
    """One member: its name, where its bytes start, how many, and their CRC-32."""

    name: str
    offset: int
    size: int
    crc: int


def _local(name: bytes, size: int, crc: int) -> bytes:
    extra = struct.pack("<2H2Q", 1, 16, size, size) if size >= _BIG else b""
    short = _BIG if extra else size
    return (
        _LOCAL.pack(
            b"PK\x03\x04", 45 if extra else 20, 0, 0, 0, _DATE, crc, short, short,
            len(name), len(extra),
        )
        + name
        + extra
    )  # fmt: skip


def _central(name: bytes, size: int, crc: int, header: int) -> bytes:
    long = b""
    if size >= _BIG:
        long += struct.pack("<2Q", size, size)
    if header >= _BIG:
        long += struct.pack("<Q", header)
    extra = struct.pack("<2H", 1, len(long)) + long if long else b""
    short = min(size, _BIG)
    version = 45 if extra else 20
    return (
        _CENTRAL.pack(
            b"PK\x01\x02", 0x0300 | version, version, 0, 0, 0, _DATE, crc, short, short,
            len(name), len(extra), 0, 0, 0, 0o100644 << 16, min(header, _BIG),
        )
        + name
        + extra
    )  # fmt: skip


def _end(count: int, size: int, start: int) -> bytes:
    tail = b""
    if start >= _BIG or size >= _BIG:
        where = start + size
        tail = _END64.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
        tail += _LOCATOR.pack(b"PK\x06\x07", 0, where, 1)
    return tail + _END.pack(b"PK\x05\x06", 0, 0, count, count, min(size, _BIG), min(start, _BIG), 0)


def write_container(out: BinaryIO, members: Iterable[tuple[str, int, Iterable[bytes]]]) -> None:
    """Write (name, size in bytes, chunks) members, given in name order, to a seekable file.

    Raises ValueError where a size is not what its chunks hold: our own mistake,
    or a file that changed while it was read.
    """
    central = b""
    count = 0
    for name, size, chunks in members:
        raw = name.encode("ascii")
        header = out.tell()
        out.write(_local(raw, size, 0))
        crc = written = 0
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
            written += len(chunk)
            out.write(chunk)
        if written != size:
            raise ValueError(f"member {name}: {written} bytes where {size} were announced")
        end = out.tell()
        out.seek(header)
        out.write(_local(raw, size, crc))
        out.seek(end)
        central += _central(raw, size, crc, header)
        count += 1
    start = out.tell()
    out.write(central)
    out.write(_end(count, len(central), start))


class Container:
    """An opened package file; ``members`` by name, read in chunks."""

    def __init__(self, path: Path) -> None:
        """Open and check the structure (not the CRCs: ``chunks`` does that).

        Raises Malformed where the file is not in the one spelling, OSError
        where it cannot be read.
        """
        self._file: BinaryIO = path.open("rb")
        try:
            self.members = self._read()
        except Malformed:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)

    def _read(self) -> dict[str, Member]:
        bad = "package: not a ZIP in the form Beilin writes: "
        length = self._file.seek(0, 2)
        tail = self._at(length - _END.size, _END.size) if length >= _END.size else b""
        if tail[:4] != b"PK\x05\x06":
            raise Malformed(bad + "no end record at its end (cut off, padded or re-packed)")
        count, size, start = _END.unpack(tail)[4:7]
        if size == _BIG or start == _BIG:
            block = self._at(length - _END.size - _LOCATOR.size - _END64.size, _END64.size)
            if len(block) != _END64.size or block[:4] != b"PK\x06\x06":
                raise Malformed(bad + "no ZIP64 end record")
            size, start = _END64.unpack(block)[8:10]
        if count > MAX_MEMBERS or size > MAX_MEMBERS * (_CENTRAL.size + MAX_NAME + 28):
            raise Malformed(bad + "too many members")
        ending = _end(count, size, start)
        if start + size + len(ending) != length or self._at(start + size, length) != ending:
            raise Malformed(bad + "the end record is not in its one form")
        central = self._at(start, size)
        members: dict[str, Member] = {}
        place = at = 0
        previous = ""
        for _ in range(count):
            name, file_size, crc = self._central_at(central, at, bad)
            expected = _central(name, file_size, crc, place)
            if central[at : at + len(expected)] != expected:
                raise Malformed(bad + "a directory record is not in its one form")
            local = _local(name, file_size, crc)
            if self._at(place, len(local)) != local:
                raise Malformed(bad + "a local header differs from the directory")
            text = name.decode("ascii")
            if text <= previous:
                raise Malformed(bad + "members are not in order")
            members[text] = Member(text, place + len(local), file_size, crc)
            previous = text
            at += len(expected)
            place += len(local) + file_size
            if place > start:
                raise Malformed(bad + "a member reaches past the directory")
        if at != size or place != start:
            raise Malformed(bad + "bytes that belong to no member")
        return members

    @staticmethod
    def _central_at(central: bytes, at: int, bad: str) -> tuple[bytes, int, int]:
        """Return (name, size, CRC) of the record at ``at``; the caller compares all of it."""
        if at + _CENTRAL.size > len(central):
            raise Malformed(bad + "the directory is too short")
        fields = _CENTRAL.unpack_from(central, at)
        crc, size, name_length = fields[7], fields[9], fields[10]
        name = central[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
        if (
            not 1 <= name_length <= MAX_NAME
            or not name.isascii()
            or not name.decode().isprintable()
        ):
            raise Malformed(bad + "a member's name is not plain ASCII")
        if size == _BIG:
            extra = central[at + _CENTRAL.size + name_length :][4:12]
            size = int.from_bytes(extra, "little")
        return name, size, crc

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member's bytes; raises Malformed at the end if the CRC-32 differs."""
        member = self.members[name]
        at, left, crc = member.offset, member.size, 0
        while left:
            chunk = self._at(at, min(left, _CHUNK))
            if not chunk:
                raise Malformed(f"package: member {name} is cut off")
            crc = zlib.crc32(chunk, crc)
            at += len(chunk)
            left -= len(chunk)
            yield chunk
        if crc != member.crc:
            raise Malformed(f"package: member {name}: CRC-32 differs from the directory")

    def read(self, name: str, maximum: int) -> bytes:
        """Return a whole small member; raises Malformed above ``maximum`` bytes."""
        if self.members[name].size > maximum:
            raise Malformed(f"package: member {name}: more than {maximum} bytes")
        return b"".join(self.chunks(name))

    def open(self, name: str) -> BinaryIO:
        """Return a member as a readable, seekable binary file."""
        member = self.members[name]
        return io.BufferedReader(_Window(self._file, member.offset, member.size), _CHUNK)


class _Window(io.RawIOBase):
    """Part of a file as a file."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file, self._offset, self._size, self._position = file, offset, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self._position, self._size)[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        left = max(0, self._size - self._position)
        self._file.seek(self._offset + self._position)
        data = self._file.read(min(len(view), left))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
