"""The synthetic exports: every locale is read to the second that was written into it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.exports.generate import FAMILIES, HERE, outputs, paths
from tests.fixtures.exports.whatsapp_locales import LOCALES
from verifier.evidence.segment import RECORD
from verifier.exports.registry import read
from verifier.exports.source import Source

EXPECTED = json.loads((HERE / "expected.json").read_text("utf-8"))


def test_committed_files_are_what_the_generator_writes():
    files = outputs()
    assert {path.name for path in paths()} | {"expected.json"} == set(files)
    for name, data in files.items():
        assert (HERE / name).read_bytes() == data, name


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_locale(name: str):
    reading = read(Source(HERE / name))
    records = [each for each in reading.segments() if each.kind == RECORD]
    assert reading.reader == "whatsapp-text/1"
    assert reading.variant == EXPECTED[name]["variant"]
    assert [[r.te_lo, r.te_hi, r.sender.decode()] for r in records] == EXPECTED[name]["records"]
    assert not any({"header_ambiguous", "date_order_ambiguous"} & set(r.flags) for r in records)
    codes = {note.code for note in reading.notes}
    assert {"COUNT_APPARENT", "NO_TIMEZONE", "NO_NATIVE_ID"} <= codes
    assert not codes & {"HEADER_AMBIGUOUS", "DATE_ORDER_AMBIGUOUS", "TIME_NOT_MONOTONE"}
    assert ("TIME_MINUTE_ONLY" in codes) is (not LOCALES[Path(name).stem].seconds)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_the_app_writes_in_place_of_a_message(name: str):
    reading = read(Source(HERE / name))
    first, several, omitted, deleted, attached, edited, plain = reading.segments()
    assert first.flags == ("system",)
    assert not several.flags
    assert omitted.flags == ("media_omitted",)
    assert deleted.flags == ("deleted",)
    assert edited.flags == ("edited",)
    assert (plain.flags, plain.media) == ((), ())
    ending = (
        b"00000042-PHOTO-2024-05-13.jpg"
        if attached.media[0][:1] == b"0"
        else b"IMG-20240513-WA0001.jpg"
    )
    assert attached.media == (ending,)


def test_body_lines_belong_to_their_record():
    source = Source(HERE / "android_de.txt")
    _, several, *_ = read(source).segments()
    text = source.head(source.size)
    assert b"second line: with a colon\n\nlast line\n" in text[:200]
    assert several.length == len(
        b"01.05.24, 12:00 - Alice: first line\nsecond line: with a colon\n\nlast line\n"
    )


def test_gb18030_copy_has_the_same_times():
    ours, copy = (read(Source(HERE / f"{n}.txt")) for n in ("android_zh_CN", "gb18030_zh_CN"))
    assert copy.encoding == "gb18030"
    assert "ENCODING_UNCERTAIN" in {note.code for note in copy.notes}
    assert [s.te_lo for s in copy.segments()] == [s.te_lo for s in ours.segments()]
    assert [s.sender.decode("gb18030") for s in copy.segments()][2] == "乙"


FAMILY_COUNTS = {name: each for family in FAMILIES for name, each in family.COUNTS.items()}


@pytest.mark.parametrize("name", sorted(FAMILY_COUNTS))
def test_reader_and_number_of_records(name: str):
    reading = read(Source(HERE / name))
    records = sum(each.kind == RECORD for each in reading.segments())
    assert (reading.reader, records) == FAMILY_COUNTS[name]


def test_every_file_of_a_family_has_its_count():
    for family in FAMILIES:
        assert family.COUNTS.keys() == family.outputs().keys(), family.__name__
