"""Backups of text messages: cut on bytes, nothing resolved, the other party no sender of ours."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.fixtures.exports.generate import HERE
from tests.fixtures.exports.sms import file, mms, sms
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.exports.cutting import xml_cut
from verifier.exports.cutting.xml_cut import ElementCutter
from verifier.exports.reader import MAX_RECORD_BYTES, Note, Reading
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools.sms_message import view_message

T = 1714530605


def reading_of(name: str) -> tuple[Reading, list[Segment], dict[str, Note]]:
    reading = read(Source(HERE / name))
    return reading, list(reading.segments()), {note.code: note for note in reading.notes}


def records(segments: list[Segment]) -> list[Segment]:
    return [each for each in segments if each.kind == RECORD]


def pieces(data: bytes, segments: list[Segment]) -> list[bytes]:
    out, at = [], 0
    for segment in segments:
        if segment.kind == RECORD:
            out.append(data[at : at + segment.length])
        at += segment.length
    return out


def test_a_backup_is_cut_at_its_elements():
    reading, segments, notes = reading_of("sms_plain.xml")
    assert (reading.reader, reading.variant, reading.clock) == (
        "sms-xml/1",
        "sms xml full",
        "instant",
    )
    assert (reading.generator, reading.declared_records) == ("SMS Backup & Restore v10.20.002", 4)
    assert {s.kind for s in segments} == {RECORD, FRAMING}
    one, two, three, four = records(segments)
    assert (one.time, one.te_lo, one.te_hi) == (b"1714530665123", T + 60, T + 60)
    assert (one.sender, one.native_id, one.type, one.flags) == (b"+8613800000001", b"", b"sms", ())
    assert (two.sender, two.flags) == (b"", ("outgoing",))
    assert (three.sender, three.native_id, three.type) == (b"+8613800000002", b"id3", b"mms-media")
    assert (three.te_lo, three.flags) == (T + 180, ())
    assert (four.sender, four.flags) == (b"", ("outgoing",))
    assert notes.keys() == {"FILTER_POSSIBLE", "NO_NATIVE_ID"}
    assert notes["NO_NATIVE_ID"].count == 2


@pytest.mark.parametrize(
    "name", ["sms_plain.xml", "sms_not_sent.xml", "sms_stray.xml", "sms_twice.xml"]
)
def test_records_are_what_a_parser_finds(name: str):
    """The second opinion, where the file is XML at all (a double attribute is not)."""
    data, (_, segments, _) = (HERE / name).read_bytes(), reading_of(name)
    found = pieces(data, segments)
    if name == "sms_twice.xml":
        with pytest.raises(ET.ParseError):
            ET.fromstring(data)
        return
    root = ET.fromstring(data)
    elements = [each for each in root if each.tag in ("sms", "mms")]
    assert [ET.fromstring(each).attrib for each in found] == [e.attrib for e in elements]


def test_surrogate_references_are_flagged_and_combined_only_in_the_view():
    reading, segments, notes = reading_of("sms_surrogates.xml")
    one, two = records(segments)
    assert (one.flags, two.flags) == (("syntax_invalid",), ())
    assert reading.generator == "Signal"
    assert notes["SYNTAX_INVALID"].count == 1
    data = (HERE / "sms_surrogates.xml").read_bytes()
    assert view_message(pieces(data, segments)[0]).text == "😆 好"


def test_what_was_not_sent_is_flagged():
    _, segments, notes = reading_of("sms_not_sent.xml")
    assert [s.flags[1:] for s in records(segments)] == [
        ("draft",), ("unsent",), ("failed",), ("unsent",), ("failed",)
    ]  # fmt: skip
    assert all(s.flags[0] == "outgoing" and s.sender == b"" for s in records(segments))
    assert notes["NOT_SENT"].count == 5


def test_incremental_and_declared_count():
    notes = reading_of("sms_incremental.xml")[2]
    assert "INCREMENTAL_BACKUP" in notes
    assert notes["COUNT_MISMATCH"].detail == "declared 9 found 1"


def test_a_document_type_is_noted_and_nothing_of_it_used():
    _, segments, notes = reading_of("sms_doctype.xml")
    assert "DOCTYPE_IGNORED" in notes
    assert segments[0].kind == UNPARSED
    data = (HERE / "sms_doctype.xml").read_bytes()
    assert view_message(pieces(data, segments)[0]).text == "&xxe;"


def test_what_only_looks_like_a_record_is_none():
    _, segments, notes = reading_of("sms_injected.xml")
    assert len(records(segments)) == 2
    assert "COUNT_MISMATCH" not in notes


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("sms_nested.xml", [UNPARSED, RECORD, FRAMING, RECORD, FRAMING]),
        ("sms_stray.xml", [FRAMING, RECORD, UNPARSED, RECORD, FRAMING]),
        ("sms_truncated.xml", [FRAMING, RECORD, FRAMING, UNPARSED]),
    ],
)
def test_what_is_not_well_formed_is_unparsed_and_noted(name: str, kinds: list[int]):
    _, segments, notes = reading_of(name)
    if name == "sms_nested.xml":
        kinds = [FRAMING, *kinds]
    assert [s.kind for s in segments] == kinds
    assert notes["SYNTAX_INVALID"].detail == "outside-records"


def test_twice_backwards_undated_and_text_only():
    assert records(reading_of("sms_twice.xml")[1])[0].flags == ("outgoing", "duplicate_key")
    assert "DUPLICATE_KEYS" in reading_of("sms_twice.xml")[2]
    assert reading_of("sms_backwards.xml")[2]["TIME_NOT_MONOTONE"].count == 1
    reading, segments, notes = reading_of("sms_undated.xml")
    assert "TIME_UNREADABLE" in notes
    assert (reading.clock, records(segments)[0].te_lo) == ("none", None)
    assert records(reading_of("sms_text_only.xml")[1])[0].type == b"mms"


@pytest.mark.parametrize(
    "data",
    [
        b"<smses>\n</smses>", b'<html><smses count="1"></html>', b'text <smses count="1">',
        b"<?xml version='1.0'?><calls count='1'><call /></calls>", b"<smseset count='1'>",
        b'<!DOCTYPE html><html><!-- x --><smses count="1">',
    ],
)  # fmt: skip
def test_what_is_no_backup_is_not_claimed(data: bytes):
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


def test_view_of_a_message_with_parts():
    found = pieces((HERE / "sms_plain.xml").read_bytes(), reading_of("sms_plain.xml")[1])
    assert view_message(found[0]).text == '押金\n下周 & "ok" 😀'
    assert view_message(found[2]).text == "[image/png]\nseen <mms> />"


@pytest.mark.parametrize("size", [1, 3, 17, 64])
@pytest.mark.parametrize("name", sorted(n for n in ("sms_plain.xml", "sms_doctype.xml", "sms_injected.xml", "sms_nested.xml", "sms_truncated.xml")))  # fmt: skip
def test_cuts_do_not_depend_on_how_the_bytes_arrive(name: str, size: int):
    source = Source(HERE / name)
    names = frozenset((b"sms", b"mms"))
    whole = list(ElementCutter(source.chunks(), names, b"smses"))
    assert list(ElementCutter(source.chunks(size), names, b"smses")) == whole


@pytest.mark.parametrize("size", [1, 17, 1000])
@pytest.mark.parametrize("long", ["data", "parts", "quote"])
def test_a_message_longer_than_a_record_is_unparsed(
    monkeypatch: pytest.MonkeyPatch, size: int, long: str
):
    monkeypatch.setattr(xml_cut, "MAX_RECORD_BYTES", 2000)
    big = {
        "data": mms(2, data="A" * 5000),
        "parts": mms(2).replace("<parts>", "<parts>" + '<part ct="x" />' * 400),
        "quote": sms(2, "x" * 5000),
    }[long]
    data = file([sms(1), big, sms(3)], 3).encode()
    found = list(ElementCutter(Source(data).chunks(size), frozenset((b"sms", b"mms")), b"smses"))
    before = [] if long == "quote" else [FRAMING]
    assert [cut.kind for cut in found] == [FRAMING, RECORD, *before, UNPARSED, RECORD, FRAMING]
    assert sum(cut.length for cut in found) == len(data)


@pytest.mark.parametrize(
    "unit", [b"<mms>", b"<sms ", b'<sms a="', b"<sms a='", b"<!--", b"<!DOCTYPE [", b"<", b"<mms a='1'><part b=\"2\"/>", b"<![CDATA["]
)  # fmt: skip
def test_hostile_repetition_takes_no_time(unit: bytes):
    data = b'<smses count="1">' + unit * (3_000_000 // len(unit))
    assert read(Source(data)).reader == "sms-xml/1"
    assert sum(s.length for s in read(Source(data)).segments()) == len(data)


def test_a_large_picture_is_one_record():
    data = file([mms(1, data="A" * (MAX_RECORD_BYTES // 2))], 1).encode()
    segments = list(read(Source(data)).segments())
    assert [s.kind for s in segments] == [FRAMING, RECORD, FRAMING]
    assert re.match(rb"  <mms", data[segments[0].length - 2 :])
