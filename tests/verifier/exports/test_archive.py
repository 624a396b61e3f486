"""ZIPs: what is read twice must be the same, what is read is bounded, nothing is written anywhere."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.archives import CHAT, FILES, PHOTO, Entry, archive, integrity, whatsapp
from verifier.errors import Malformed
from verifier.evidence.segment import RECORD, UNPARSED, Segment
from verifier.exports.archives import archive as archive_module
from verifier.exports.archives.archive import Archive, is_safe
from verifier.exports.archives.archive_member import unpacked
from verifier.exports.reader import Note
from verifier.exports.registry import detect, read
from verifier.exports.source import Source


def opened(data: bytes) -> Archive:
    return Archive(Source(data))


@pytest.mark.parametrize("method", [0, 8])
def test_members_are_what_was_put_in(method: int):
    data = whatsapp(method=method)
    found = opened(data)
    assert [each.name for each in found.members] == [b"_chat.txt", b"00000002-PHOTO.jpg"]
    assert [b"".join(found.chunks(each)) for each in found.members] == [CHAT, PHOTO]
    assert (found.problems, found.bounds, found.broken) == ((), (), False)
    with zipfile.ZipFile(io.BytesIO(data)) as judge:
        assert judge.read("_chat.txt") == CHAT


def test_a_member_is_read_by_the_reader_that_knows_it():
    found = opened(whatsapp(method=8))
    with unpacked(found, found.members[0]) as source:
        reading = read(source)
        assert reading.reader == "whatsapp-text/1"
        assert sum(s.kind == RECORD for s in reading.segments()) == 3
        assert list(reading.segments()) == list(reading.segments())
        assert [line[:5] for line in source.lines()] == [b"[01/0", b"[01/0", b"[13/0"]


@pytest.mark.parametrize("writer", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("streamed", [False, True])
def test_archives_of_another_writer(writer: int, streamed: bool):
    class Pipe(io.RawIOBase):
        """A file that cannot seek: the writer then puts sizes after the data."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    out = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(out, "w", writer) as made:
        made.writestr("聊天/_chat.txt", CHAT * 50)
        made.writestr("empty.txt", b"")
        made.mkdir("folder")
    found = opened(out.data if isinstance(out, Pipe) else out.getvalue())
    assert found.problems == ()
    assert [each.name.decode() for each in found.members] == ["聊天/_chat.txt", "empty.txt"]
    assert b"".join(found.chunks(found.members[0])) == CHAT * 50


def test_names_stay_the_bytes_they_are():
    name = "聊天记录.txt".encode("gb18030")
    found = opened(archive([Entry(name, b"x"), Entry(b"d/", b"")]))
    assert [each.name for each in found.members] == [name]
    assert found.named(name) is not None
    assert found.named(b"d/") is None


A = Entry(b"a.txt", b"hello")
B = Entry(b"b.txt", b"there")


@pytest.mark.parametrize(
    ("data", "problem", "broken"),
    [
        (archive([A, A]), "duplicate-names", True),
        (archive([A, B], shift=-35), "overlapping-members", True),
        (archive([A._replace(local=b"x.txt"), B]), "headers-differ", True),
        (archive([A], before=b"MZ" * 20), "unlisted-bytes", False),
        (archive([Entry(b"../a.txt", b"x")]), "unsafe-names", False),
        (archive([A._replace(flags=1)]), "encrypted-members", False),
        (archive([A])[:-10] + b"xx", "damaged-directory", True),
        (archive([A])[:-22], "damaged-directory", True),
        (archive([A]) + b"appended", "damaged-directory", True),
        (archive([A]).replace(b"PK\x01\x02", b"PK\x01\x09"), "damaged-directory", True),
        (b"", "damaged-directory", True),
    ],
)
def test_what_speaks_against_an_archive(data: bytes, problem: str, broken: bool):
    found = opened(data)
    assert problem in found.problems
    assert found.broken is broken
    if broken:
        for each in found.members:
            with pytest.raises(Malformed):
                list(found.chunks(each))


def test_a_header_that_differs_in_size_or_checksum_is_seen():
    data = bytearray(archive([A, B]))
    for place in (14, 18, 22, 8):  # CRC-32, packed size, size, method of the first own header
        changed = data.copy()
        changed[place] ^= 1
        assert "headers-differ" in opened(bytes(changed)).problems


@pytest.mark.parametrize(
    "entry", [A._replace(crc=1), A._replace(size=4), A._replace(size=6), A._replace(method=8, size=4), A._replace(method=8, size=9), A._replace(method=8, crc=1)]
)  # fmt: skip
def test_a_member_that_is_not_as_announced_raises(entry: Entry):
    found = opened(archive([entry, B]))
    with pytest.raises(Malformed):
        list(found.chunks(found.members[0]))
    assert b"".join(found.chunks(found.members[1])) == b"there"


def test_a_bomb_is_not_unpacked():
    """A gigabyte of nothing is let out no further than what the directory announces."""
    bomb = Entry(b"bomb", b"", 8)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(64)) + deflate.flush()
    name = b"bomb"
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(data), 10, 4, 0) + name
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(data), 10, 4, 0, 0, 0, 0, 0, 0) + name  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local + data), 0)
    found = opened(local + data + central + end)
    with pytest.raises(Malformed, match="longer"):
        list(found.chunks(found.members[0]))
    dense = opened(archive([bomb._replace(data=b"x", size=2 << 30, method=8)]))
    assert dense.bounds == ("member-not-read",)
    with pytest.raises(Malformed):
        list(dense.chunks(dense.members[0]))


def test_bounds(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(archive_module, "MAX_MEMBERS", 1)
    assert opened(archive([A, B])).bounds == ("too-many-members",)
    assert opened(archive([A, B])).broken
    monkeypatch.undo()
    monkeypatch.setattr(archive_module, "MAX_TOTAL_BYTES", 9)
    assert opened(archive([A, B])).bounds == ("too-large",)


def test_members_beyond_four_gigabytes_have_their_own_fields():
    extra = struct.pack("<2H2Q", 1, 16, 5, 5)
    crc = zlib.crc32(b"hello")
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 33, crc, 0xFFFFFFFF, 0xFFFFFFFF, 1, 20) + b"a" + extra + b"hello"  # fmt: skip
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, crc, 0xFFFFFFFF, 0xFFFFFFFF, 1, 20, 0, 0, 0, 0, 0) + b"a" + extra  # fmt: skip
    end64 = struct.pack(
        "<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(central), len(local)
    )
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(local + central), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    found = opened(local + central + end64 + locator + end)
    assert found.problems == ()
    assert b"".join(found.chunks(found.members[0])) == b"hello"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        (b"a/b.txt", True), (b"..a", True), ("聊天".encode("gb18030"), True), (b"10:30.txt", True),
        (b"/a", False), (b"a/../b", False), (b"..", False), (b"a//b", False), (b"./a", False), (b"C:a", False),
        (b"C:/a", False), (b"a\\b", False), (b"a\x00", False), (b"", False), (b"a/", False),
    ],
)  # fmt: skip
def test_names(name: bytes, safe: bool):
    assert is_safe(name) is safe


@given(st.integers(0, 400), st.binary(max_size=4))
def test_any_damage(at: int, put: bytes):
    data = whatsapp()
    found = opened(data[:at] + put + data[at + len(put) :])
    for each in found.members:
        try:
            list(found.chunks(each))
        except Malformed:
            continue


# -- the reader -------------------------------------------------------------------


def notes_of(data: bytes) -> tuple[Note, ...]:
    reading = read(Source(data))
    assert reading.reader == "archive-zip/1"
    assert list(reading.segments()) == [Segment(UNPARSED, len(data))]
    return reading.notes


def test_an_archive_is_one_segment_and_its_damage_is_noted():
    assert notes_of(whatsapp()) == (Note("NO_RECORDS"),)
    assert notes_of(archive([A, A])) == (
        Note("NO_RECORDS"),
        Note("ARCHIVE_DAMAGED", detail="duplicate-names"),
    )
    dense = archive([Entry(b"x", b"x", 8, size=2 << 30)])
    assert Note("ARCHIVE_BOUND", detail="member-not-read") in notes_of(dense)


def test_the_integrity_file_of_a_tool_is_checked_and_proves_no_more():
    codes = [note.code for note in notes_of(integrity(FILES))]
    assert codes == ["NO_RECORDS", "TOOL_SIGNATURE_PRESENT", "TOOL_CAN_EDIT"]
    for listed, differ in (
        (FILES | {"index.json": b"[]"}, 1), (FILES | {"gone.json": b""}, 1), ({"index.json": b"{}"}, 1),
    ):  # fmt: skip
        assert notes_of(integrity(FILES, listed))[-1] == Note("TOOL_SIGNATURE_MISMATCH", differ)
    assert notes_of(integrity(FILES, {}))[-1].detail == "unreadable-list"


@pytest.mark.parametrize(
    "name", [b"[Content_Types].xml", b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"mimetype"]
)
def test_office_files_and_applications_are_left_alone(name: bytes):
    assert [each.reader for each in detect(Source(archive([Entry(name, b"x"), A])))] == [
        "any-file/1"
    ]


def test_a_stored_chat_does_not_make_the_archive_a_chat():
    """Its lines stand in the archive as they are, and more of them than a chat needs."""
    found = [each.reader for each in detect(Source(whatsapp(CHAT * 50)))]
    assert found == ["archive-zip/1", "whatsapp-text/1", "any-file/1"]


def test_a_photo_with_an_archive_behind_it_is_no_archive():
    data = PHOTO + whatsapp()
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


def test_nothing_is_written_where_a_name_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    found = opened(archive([Entry(b"../x", b"x")]))
    with unpacked(found, found.members[0]) as source:
        assert source.head(9) == b"x"
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]
