"""WeFlow JSON: cut by a tolerant tokenizer, judged by a strict one."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.exports.cutting.json_cut import ObjectCutter
from verifier.exports.reader import Note
from verifier.exports.registry import read
from verifier.exports.source import Source


def weflow(name: str) -> tuple[bytes, list[Segment], dict[str, Note]]:
    data = (HERE / f"weflow_{name}.json").read_bytes()
    reading = read(Source(data))
    assert (reading.reader, reading.variant, reading.clock) == (
        "weflow-json/1",
        "json 1.0.3",
        "instant",
    )
    segments = list(reading.segments())
    assert sum(s.length for s in segments) == len(data)
    return data, segments, {note.code: note for note in reading.notes}


def records(data: bytes, segments: list[Segment]) -> list[bytes]:
    out, at = [], 0
    for segment in segments:
        if segment.kind == RECORD:
            out.append(data[at : at + segment.length])
        at += segment.length
    return out


def test_records_are_exactly_the_objects():
    data, segments, notes = weflow("plain")
    messages = json.loads(data)["messages"]
    assert [json.loads(each) for each in records(data, segments)] == messages
    assert [s.kind for s in segments] == [
        FRAMING,
        RECORD,
        FRAMING,
        RECORD,
        FRAMING,
        RECORD,
        FRAMING,
    ]
    one = segments[1]
    assert (one.time, one.te_lo, one.te_hi) == (b"1715565660", 1715565660, 1715565660)
    assert (one.sender, one.native_id) == (b"wxid_jia", b"7900000000000000001")
    assert one.type.decode() == "文本消息"
    assert notes["TZ_INFERRED"] == Note("TZ_INFERRED", 3, detail="+08:00")
    assert notes["ID_RENUMBERED_BY_TOOL"].count == 3
    assert not notes.keys() & {"COUNT_MISMATCH", "SYNTAX_INVALID", "DUPLICATE_KEYS", "TZ_CONFLICT"}


def test_declared_count_is_compared():
    assert weflow("count_mismatch")[2]["COUNT_MISMATCH"].detail == "declared 3 found 2"


def test_nested_objects_are_neither_records_nor_fields():
    data, segments, _ = weflow("nested")
    assert len(records(data, segments)) == 2
    assert segments[1].sender == b"wxid_jia"
    assert segments[1].flags == ()


def test_duplicate_key_is_flagged_and_both_times_spanned():
    _, segments, notes = weflow("duplicate_key")
    assert segments[1].flags == ("duplicate_key", "tz_conflict")
    assert (segments[1].te_lo, segments[1].te_hi) == (1715565660, 1715569200)
    assert notes["DUPLICATE_KEYS"].places == (1,)


def test_control_character_is_cut_and_flagged():
    _, segments, notes = weflow("control_character")
    assert segments[1].flags == ("syntax_invalid",)
    assert segments[1].te_lo == 1715565660
    assert notes["SYNTAX_INVALID"].places == (1,)


def test_local_time_that_disagrees_is_flagged():
    _, segments, notes = weflow("tz_conflict")
    assert notes["TZ_CONFLICT"].places == (5,)
    assert [s.flags for s in segments if s.kind == RECORD] == [(), (), ("tz_conflict",)]


def test_second_array_of_messages_is_cut_and_noted():
    data, segments, notes = weflow("two_arrays")
    assert len(records(data, segments)) == 2
    assert notes["DUPLICATE_KEYS"] == Note("DUPLICATE_KEYS", 2, detail="messages")


def test_truncated_file_keeps_its_whole_records():
    _, segments, notes = weflow("truncated")
    assert [s.kind for s in segments] == [FRAMING, RECORD, FRAMING, UNPARSED]
    assert notes["SYNTAX_INVALID"].detail == "outside-records"
    assert notes["COUNT_MISMATCH"].detail == "declared 2 found 1"


def test_transcribed_voice_is_not_what_was_said():
    _, segments, notes = weflow("voice")
    assert segments[1].flags == ("voice_transcript",)
    assert notes["TRANSCRIPT_NOT_ORIGINAL"].places == (1,)


HEADER = b'{"weflow":{"generator":"WeFlow"},"messages":['


@pytest.mark.parametrize(
    ("tail", "kinds"),
    [
        (b"]}", [FRAMING]),
        (b'{"a":1}]}', [FRAMING, RECORD, FRAMING]),
        (b'{"a":1},7,{"b":2}]}', [FRAMING, RECORD, UNPARSED, RECORD, FRAMING]),
        (b'{"a":1},"x",[{"no":1}],{"b":2}]}', [FRAMING, RECORD, UNPARSED, RECORD, FRAMING]),
        (b'{"a":1}]}tail', [FRAMING, RECORD, UNPARSED]),
        (b'{"a":1}}}', [FRAMING, RECORD, UNPARSED]),
        (b'{"a":"b', [FRAMING, UNPARSED]),
        (b'{"a":1}', [FRAMING, RECORD]),
        (b'{"a":"{[\\"}]"}]}', [FRAMING, RECORD, FRAMING]),
        (b'{"messages":[{"in":1}]}]}', [FRAMING, RECORD, FRAMING]),
    ],
)
def test_cutting(tail: bytes, kinds: list[int]):
    segments = list(read(Source(HEADER + tail)).segments())
    assert [s.kind for s in segments] == kinds
    assert sum(s.length for s in segments) == len(HEADER + tail)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
@pytest.mark.parametrize(
    "name", ["plain", "nested", "two_arrays", "truncated", "control_character"]
)
def test_cuts_do_not_depend_on_how_the_bytes_arrive(name: str, size: int):
    source = Source(HERE / f"weflow_{name}.json")
    whole = [(cut.kind, cut.length) for cut in ObjectCutter(source.chunks(), "messages")]
    small = [(cut.kind, cut.length) for cut in ObjectCutter(source.chunks(size), "messages")]
    assert small == whole
