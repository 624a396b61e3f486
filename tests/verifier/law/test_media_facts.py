"""What a file is by its content; any bytes whatever give an answer."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import paths
from tests.verifier.law.recorded import box, movie, png, wave
from verifier.exports.registry import detect, reader_named
from verifier.exports.source import Source
from verifier.law.media_facts import KINDS, Facts, facts_of

JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xdb\x00\x04\x00\x00\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x00\xff\xd9"
)


def facts(data: bytes) -> Facts:
    return facts_of(Source(data))


# -- kinds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(), "image"), (JPEG, "image"), (b"GIF89a" + bytes(20), "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (movie(1), "video"), (movie(1, brand=b"qt  "), "video"), (movie(1, b"soun"), "audio"),
        (movie(1, b"soun", b"M4A "), "audio"), (movie(1, brand=b"heic"), "image"),
        (wave(1), "audio"), (b"ID3\x04" + bytes(20), "audio"), (b"#!AMR\n", "audio"),
        (b"\x02#!SILK_V3", "audio"), (b"OggS" + bytes(30), "audio"), (b"fLaC" + bytes(9), "audio"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video"), (b"\x1a\x45\xdf\xa3" + bytes(9), "video"),
        (b"%PDF-1.7\n", "pdf"),
        (b"PK\x03\x04" + bytes(30), "archive"), (b"\x1f\x8b\x08" + bytes(9), "archive"),
        (b"Rar!\x1a\x07\x00", "archive"), (b"7z\xbc\xaf\x27\x1c", "archive"),
        (b"From: a@example.com\nDate: Wed, 1 May 2024 10:30:05 +0800\n\nhello\n", "mail"),
        ("只是一段文字。\n".encode(), "text"), (b"", "text"), (b"\xef\xbb\xbf{}", "text"),
        (b"\x00\x01\x02", "other"), ("一段文字".encode("gb18030"), "other"), (b"a\x00b", "other"),
    ],
)  # fmt: skip
def test_the_kind_is_what_the_content_says(data: bytes, kind: str):
    assert facts(data).kind == kind
    assert kind in KINDS


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)
def test_exports_are_what_their_reader_says(path: Path):
    material = reader_named(detect(Source(path))[0].reader).material
    kind = facts_of(Source(path)).kind
    if path.suffix in {".xlsx", ".zip"}:
        assert kind == "archive"
    elif material != "none":
        assert kind == material
    else:
        assert kind in {"text", "other", "mail"}


def test_a_text_cut_within_a_character_is_still_text():
    assert facts(("字" * 2000).encode()).kind == "text"
    assert facts(("a" + "字" * 2000).encode()).kind == "text"
    assert facts(("字" * 2000).encode()[:-1]).kind == "text"  # beyond what is looked at
    assert facts("字字".encode()[:-1]).kind == "other"


def test_the_name_is_never_asked():
    assert facts_of(Source(png(), name="chat.txt")).kind == "image"
    assert facts_of(Source(b"text\n", name="photo.png")).kind == "text"


# -- durations --------------------------------------------------------------------------


def test_durations_are_what_the_container_says():
    assert facts(movie(90.5)).duration_seconds == 90.5
    assert facts(wave(3)).duration_seconds == 3
    long = box(
        b"mvhd", b"\x01\x00\x00\x00", bytes(16), struct.pack(">IQ", 600, 600 * 90_000), bytes(80)
    )
    assert facts(box(b"ftyp", b"isom") + box(b"moov", long)).duration_seconds == 90_000


def mvhd(scale: int, length: int, version: int = 0) -> bytes:
    return box(b"mvhd", struct.pack(">IIIII", version << 24, 0, 0, scale, length), bytes(80))


def moov(*inside: bytes, before: bytes = b"") -> bytes:
    return box(b"ftyp", b"isom", bytes(8)) + before + box(b"moov", *inside)


@pytest.mark.parametrize(
    "data",
    [
        moov(mvhd(0, 5)),
        moov(mvhd(1000, 0)),
        moov(mvhd(1000, 2**32 - 1)),
        moov(mvhd(1, 400 * 86400)),
        moov(mvhd(1000, 5, version=2)),
        moov(mvhd(1000, 5), mvhd(1000, 6)),
        moov(mvhd(1000, 5)) + box(b"moov", mvhd(1000, 6)),
        moov(box(b"mvhd", bytes(10))),
        moov(),
        box(b"ftyp", b"isom"),
        movie(9)[:60],
    ],
    ids=["no scale", "nothing", "unknown", "a year", "version", "twice", "two movies", "short",
         "empty", "no movie", "cut off"],
)  # fmt: skip
def test_what_is_not_said_in_one_way_is_not_said(data: bytes):
    assert facts(data) == Facts("video")


def test_a_recording_written_in_fragments():
    mehd = box(b"mehd", struct.pack(">II", 0, 61_000))
    long = box(b"mehd", b"\x01\x00\x00\x00", struct.pack(">Q", 61_000))
    assert facts(moov(mvhd(1000, 0), box(b"mvex", mehd))).duration_seconds == 61
    assert facts(moov(mvhd(1000, 0), box(b"mvex", long))).duration_seconds == 61
    assert facts(moov(mvhd(1000, 0), box(b"mvex", mehd[:-2]))).duration_seconds is None


def test_boxes_with_long_sizes_and_to_the_end():
    inside = mvhd(1000, 4000)
    wide = struct.pack(">I4sQ", 1, b"moov", len(inside) + 16) + inside
    assert facts(box(b"ftyp", b"isom") + wide).duration_seconds == 4
    open_end = struct.pack(">I4s", 0, b"moov") + inside
    assert facts(box(b"ftyp", b"isom") + open_end).duration_seconds == 4


def test_steps_are_bounded():
    """Very many boxes: the walk ends, and what was not reached is not said."""
    many = box(b"free") * 6000
    assert facts(moov(mvhd(1000, 5000), before=many)) == Facts("video")
    assert facts(moov(many, mvhd(1000, 5000))) == Facts("video")
    assert facts(moov(mvhd(1000, 5000)) + many) == Facts("video")
    assert facts(moov(mvhd(1000, 5000)) + box(b"free") * 240).duration_seconds == 5
    assert facts(movie(9, b"soun") + many) == Facts("audio")  # the kind is known before the rest
    assert facts(moov(mvhd(1000, 5000), before=box(b"free") * 100)).duration_seconds == 5


def test_looks_are_few(monkeypatch: pytest.MonkeyPatch):
    """Neighbouring boxes are read together, and not more than the limit of them."""
    looks = []
    plain = Source.chunks

    def counted(self, size=1 << 20, *, start=0, stop=None):
        looks.append(stop - start)
        return plain(self, size, start=start, stop=stop)

    monkeypatch.setattr(Source, "chunks", counted)
    facts(moov(mvhd(1000, 5000), before=box(b"free") * 10_000))
    assert (len(looks), max(looks)) == (1, 4096)
    looks.clear()
    facts(moov(mvhd(1000, 5000), before=box(b"free", bytes(5000)) * 1000))
    assert len(looks) <= 256


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:40] + struct.pack("<I", 2**32 - 1) + data[44:],  # never finished
        lambda data: data[:-1],  # cut off
        lambda data: data + b"data" + struct.pack("<I", 0),  # a second one
        lambda data: data[:28] + bytes(4) + data[32:],  # no rate
        lambda data: data[:12],
    ],
)
def test_a_wave_that_says_no_length(change):
    data = wave(2)
    assert data[36:40] == b"data"
    assert facts(data).duration_seconds == 2
    assert facts(change(data)) == Facts("audio")


# -- pictures -----------------------------------------------------------------------------


def test_sizes_of_pictures():
    assert facts(png(640, 480)).pixels == (640, 480)
    assert facts(JPEG).pixels == (640, 480)
    damaged = bytearray(png(640, 480))
    damaged[19] ^= 1
    assert facts(bytes(damaged)).pixels is None
    assert facts(JPEG.replace(b"\xff\xc0", b"\xff\xda")).pixels is None
    assert facts(JPEG[:30]).pixels is None
    assert facts(b"\xff\xd8\xff" + b"\xff\xe0\x00\x02" * 2000).pixels is None


# -- anything ---------------------------------------------------------------------------------

STARTS = st.sampled_from(
    [b"", png(), JPEG, wave(1)[:60], movie(3), b"\x00\x00\x00\x18ftypisom", b"RIFF    WAVE", b"PK",
     b"\x89PNG\r\n\x1a\n", b"From: a\nDate: b\n", b"\xff\xd8\xff"]
)  # fmt: skip


@given(start=STARTS, rest=st.binary(max_size=400))
@example(start=b"", rest=b"\x00\x00\x00\x00moov" * 40)
@example(start=b"", rest=b"\x00\x00\x00\x01ftyp" + b"\xff" * 8)
def test_any_bytes_give_facts(start: bytes, rest: bytes):
    found = facts(start + rest)
    assert found.kind in KINDS
    if found.duration_seconds is not None:
        assert 0 < found.duration_seconds <= 366 * 86400
    if found.pixels is not None:
        assert all(0 < side < 2**31 for side in found.pixels)


@given(
    data=st.sampled_from([png(9, 9), JPEG, wave(1)[:2000], movie(3)]),
    place=st.integers(0, 10**6),
    put=st.binary(max_size=8),
    cut=st.integers(0, 30),
)
def test_damaged_media_give_facts(data: bytes, place: int, put: bytes, cut: int):
    at = place % (len(data) + 1)
    assert facts(data[:at] + put + data[at + cut :]).kind in KINDS
