"""Chats as CSV: exact segments, every note present and absent, rows that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.exports.readings import (
    codes_of,
    notes_of,
    reading_of,
    records_of,
    segments_of,
    views_of,
)
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.exports.cutting import csv_cut
from verifier.exports.inspection.summary import summarise
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.exports.view import View

# -- MemoTrace --------------------------------------------------------------------


def test_memotrace_segments():
    reading = reading_of("memotrace_plain.csv")
    assert (reading.variant, reading.clock, reading.encoding) == (
        "csv 12-columns",
        "instant",
        "utf-8-bom",
    )
    assert (reading.ids, reading.generator, reading.declared_records) == ("native", "", None)
    header, first, second, quote, money, recall = reading.segments()
    assert (header.kind, header.length) == (FRAMING, 103)
    assert first == Segment(
        RECORD, first.length, b"1715565600", 1715565600, 1715565600, None, b"wxid_jia", b"501", b"1,0"
    )  # fmt: skip
    assert (second.sender, second.native_id, second.flags) == (b"wxid_yi", b"502", ())
    assert (quote.type, quote.flags) == (b"49,57", ("quote", "content_dropped"))
    assert (money.type, money.flags) == (b"49,2000", ("transfer", "content_dropped"))
    assert (recall.type, recall.flags) == (b"10000,0", ("system", "recalled"))
    assert [v.text for v in views_of("memotrace_plain.csv")][:3] == [
        "早，押金什么时候退？",
        '下周一\n"一定"',
        "",
    ]


def test_memotrace_notes():
    notes = notes_of("memotrace_plain.csv")
    assert notes.keys() == {
        ("FILTER_POSSIBLE", ""), ("BOUNDARY_LOSS_POSSIBLE", ""), ("TZ_INFERRED", "+08:00"),
        ("CONTENT_DROPPED_BY_TOOL", ""), ("TRANSFER_WITHOUT_CONTENT", ""), ("RECALLED", ""),
    }  # fmt: skip
    assert notes["CONTENT_DROPPED_BY_TOOL", ""].places == (3, 4)
    assert notes["TRANSFER_WITHOUT_CONTENT", ""].places == (4,)
    assert notes["TZ_INFERRED", "+08:00"].count == 5


def test_memotrace_content_that_is_there_is_not_called_dropped():
    data = (
        (HERE / "memotrace_plain.csv")
        .read_bytes()
        .replace(b",49,2000,0,1715565662,2,,", b",49,2000,0,1715565662,2,<msg/>,")
    )
    assert notes_of(data)["CONTENT_DROPPED_BY_TOOL", ""].places == (3,)
    assert "TRANSFER_WITHOUT_CONTENT" not in codes_of(data)


def test_memotrace_two_spellings_of_a_time_that_disagree():
    notes = notes_of("memotrace_tz_conflict.csv")
    assert notes["TZ_CONFLICT", "+08:00"].places == (3,)
    assert [each.flags for each in records_of("memotrace_tz_conflict.csv")] == [
        (),
        (),
        ("tz_conflict",),
    ]


def test_memotrace_rows_without_the_last_three_cells_are_known_of_the_tool():
    assert codes_of("memotrace_short_rows.csv") == codes_of("memotrace_plain.csv")
    assert {each.sender for each in records_of("memotrace_short_rows.csv")} == {b""}


def test_rows_of_another_width_and_what_is_no_row():
    kinds = [each.kind for each in segments_of("memotrace_odd_rows.csv")]
    assert kinds == [FRAMING, *[RECORD] * 6, FRAMING, UNPARSED, UNPARSED, UNPARSED]
    notes = notes_of("memotrace_odd_rows.csv")
    assert notes["SYNTAX_INVALID", "columns"].places == (6,)
    assert notes["SYNTAX_INVALID", "outside-records"].places == (8, 9, 10)
    odd = segments_of("memotrace_odd_rows.csv")[6]
    assert (odd.native_id, odd.te_lo, odd.sender, odd.flags) == (
        b"508",
        1715565700,
        b"",
        ("syntax_invalid",),
    )


def test_local_ids_make_no_gap_because_all_chats_share_them():
    source = Source(HERE / "memotrace_plain.csv")
    reading = read(source)
    found = summarise(reading, source)
    assert (found.numbered, found.number_gaps) == (False, ())
    assert (found.transfers, found.recalled) == (1, 1)
    # The control: were the numbers this chat's own, they would run on and show a gap.
    own = summarise(replace(reading, ids="running"), source)
    assert own.numbered
    assert [gap.missing for gap in own.number_gaps] == [2]


# -- PyWxDump ---------------------------------------------------------------------


def test_pywxdump_segments():
    reading = reading_of("pywxdump_msg_src.csv")
    assert (reading.variant, reading.clock, reading.ids) == ("csv msg-src wall", "wall", "native")
    _, first, picture, recall, quote, money = reading.segments()
    assert first == Segment(
        RECORD, first.length, b"2024-05-13 10:00:00", 1715594400, 1715594400, None,
        "我".encode(), b"4073926741244663531", "文本".encode(),
    )  # fmt: skip
    assert picture.media == (b"File\\a\\1.dat",)
    assert (recall.native_id, recall.flags) == (b"", ("system", "recalled"))
    assert quote.flags == ("quote",)
    assert money.flags == ("transfer",)
    assert views_of("pywxdump_msg_src.csv")[3] == View("在", quoted="早，在吗")


def test_pywxdump_notes():
    assert notes_of("pywxdump_msg_src.csv").keys() == {
        ("FILTER_POSSIBLE", ""), ("NO_TIMEZONE", ""), ("NO_NATIVE_ID", ""),
        ("SENDER_NAME_ONLY", ""), ("RECALLED", ""),
    }  # fmt: skip
    assert notes_of("pywxdump_msg_src.csv")["SENDER_NAME_ONLY", ""].places == (1,)
    assert notes_of("pywxdump_msg_src.csv")["NO_NATIVE_ID", ""].places == (3,)


def test_pywxdump_content_column_as_json_and_as_it_was_before_it_was_quoted():
    quoted, bare = records_of("pywxdump_content.csv"), records_of("pywxdump_unquoted.csv")
    strip = [each._replace(length=1, flags=()) for each in quoted]
    assert [each._replace(length=1, flags=()) for each in bare] == strip
    assert all("syntax_invalid" in each.flags for each in bare)
    assert notes_of("pywxdump_unquoted.csv")["SYNTAX_INVALID", "columns"].count == 5
    assert "SYNTAX_INVALID" not in codes_of("pywxdump_content.csv")
    assert [v.text for v in views_of("pywxdump_content.csv")][:2] == ["早，在吗", "图片"]


def test_pywxdump_minutes_of_a_spreadsheet_program():
    first, *_ = records_of("pywxdump_minutes.csv")
    assert (first.time, first.te_lo, first.te_hi) == (b"2024/5/13 9:00", 1715590800, 1715590859)
    assert notes_of("pywxdump_minutes.csv")["TIME_MINUTE_ONLY", ""].count == 5


def test_pywxdump_unix_seconds_are_instants():
    reading = reading_of("pywxdump_seconds.csv")
    assert reading.clock == "instant"
    assert [each.te_lo for each in reading.segments()][1:3] == [1715565600, 1715565601]
    assert not codes_of("pywxdump_seconds.csv") & {"NO_TIMEZONE", "TIME_UNREADABLE"}


def test_ids_that_a_spreadsheet_program_rounded():
    notes = notes_of("pywxdump_rounded_ids.csv")
    assert notes["ID_PRECISION_LOST", ""].places == (1, 2, 3)
    data = (HERE / "pywxdump_rounded_ids.csv").read_bytes()
    # One id in many may end in zeros by itself.
    few = data.replace(b"1244017411047760000", b"1244017411047760001").replace(
        b"4.07393E+18", b"4073926741244663531"
    )
    assert "ID_PRECISION_LOST" not in codes_of(few)


# -- WeFlow for WeClone -----------------------------------------------------------


def test_weclone_segments_and_notes():
    reading = reading_of("weflow_weclone.csv")
    assert (reading.variant, reading.clock, reading.ids) == ("csv", "instant", "native")
    _, first, picture, voice, recall, sticker = reading.segments()
    assert first == Segment(
        RECORD, first.length, b"2024-05-13T02:00:00.000Z", 1715565600, 1715565600, None,
        "房东".encode(), b"7437267147299592543", b"text",
    )  # fmt: skip
    assert picture.media == (b"../images/a.jpg",)
    assert voice.flags == ("voice_transcript",)
    assert (recall.flags, recall.native_id) == (("recalled",), b"")
    assert sticker.media == ()
    notes = notes_of("weflow_weclone.csv")
    assert notes.keys() == {
        ("FILTER_POSSIBLE", ""), ("ID_RENUMBERED_BY_TOOL", "id"), ("RECORDS_DROPPED_BY_TOOL", "quotes"),
        ("SENDER_NAME_ONLY", ""), ("DISPLAY_NAMES_CHOSEN", ""), ("NO_NATIVE_ID", ""),
        ("TRANSCRIPT_NOT_ORIGINAL", ""), ("RECALLED", ""),
    }  # fmt: skip
    assert notes["TRANSCRIPT_NOT_ORIGINAL", ""].places == (3,)
    assert views_of("weflow_weclone.csv")[0] == View("下周一\n下午")


# -- chatlog ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant"), [("plain", "csv plain"), ("message_id", "csv message-id")]
)
def test_chatlog_segments_and_notes(name: str, variant: str):
    reading = reading_of(f"chatlog_{name}.csv")
    assert (reading.variant, reading.clock, reading.ids) == (variant, "wall", "none")
    _, first, _, recall, cut_off = reading.segments()
    assert first == Segment(
        RECORD, first.length, b"2024-05-13 10:00:00", 1715594400, 1715594400, None, b"wxid_jia"
    )
    assert recall.flags == ("recalled",)
    assert cut_off.flags == ("content_dropped",)
    notes = notes_of(f"chatlog_{name}.csv")
    assert notes.keys() == {
        ("FILTER_POSSIBLE", ""), ("NO_NATIVE_ID", ""), ("NO_TIMEZONE", ""), ("RECALLED", ""),
        ("CONTENT_DROPPED_BY_TOOL", ""), ("TIME_NOT_MONOTONE", ""),
    }  # fmt: skip
    assert notes["TIME_NOT_MONOTONE", ""].places == (4,)
    assert views_of(f"chatlog_{name}.csv")[0] == View('早，"房东"')


# -- all of them ------------------------------------------------------------------

PLAIN = ["memotrace_plain.csv", "pywxdump_msg_src.csv", "weflow_weclone.csv", "chatlog_plain.csv"]


@pytest.mark.parametrize("tool", ["memotrace", "pywxdump", "weflow_weclone", "chatlog"])
def test_a_body_line_that_looks_like_a_row_is_no_row_but_flagged(tool: str):
    """Quotes keep it inside its cell; a program that reads line by line would take it for a row."""
    name = f"{tool}_injected.csv"
    [record] = records_of(name)
    assert record.flags == ("header_ambiguous",)
    assert notes_of(name)["HEADER_AMBIGUOUS", "inside-body"].places == (1,)


@pytest.mark.parametrize("name", PLAIN)
def test_no_body_is_flagged_without_reason(name: str):
    assert "HEADER_AMBIGUOUS" not in codes_of(name)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b"\r"])
def test_line_ends_and_byte_order_mark_change_no_record(name: str, ends: bytes):
    data = (HERE / name).read_bytes().replace(b"\r\n", b"\n").removeprefix(csv_cut.BOM)
    records = [each._replace(length=1) for each in records_of(name)]
    for mark in (b"", csv_cut.BOM):
        changed = mark + data.replace(b"\n", ends)
        assert [each._replace(length=1) for each in records_of(changed)] == records


@pytest.mark.parametrize("name", PLAIN)
def test_a_time_that_none_shows_and_a_field_too_long(name: str):
    data = (HERE / name).read_bytes()
    first = records_of(name)[0]
    never = b"9" * 19 if first.time.isdigit() else b"2024-02-30 10:00:00"
    broken = data.replace(first.time, never, 1)
    assert notes_of(broken)["TIME_UNREADABLE", ""].places == (1,)
    long = data.replace(first.sender, b"x" * 2000, 1)
    assert notes_of(long)["FIELD_TOO_LONG", ""].places == (1,)
    assert segments_of(long)[1].flags == ("field_too_long",)


@pytest.mark.parametrize("name", PLAIN)
def test_a_row_longer_than_a_record_may_be(name: str, monkeypatch: pytest.MonkeyPatch):
    data = (HERE / name).read_bytes()
    monkeypatch.setattr(csv_cut, "MAX_RECORD_BYTES", len(data.splitlines()[0]) + 400)
    long = data + b"1," + b"x" * 1000 + b"\r\n"
    assert segments_of(long)[-1].kind == UNPARSED
    assert "RECORD_TOO_LARGE" in codes_of(long)


@pytest.mark.parametrize("name", PLAIN)
def test_another_first_row_is_none_of_them(name: str):
    data = (HERE / name).read_bytes()
    assert (
        reading_of(
            data.replace(b"ime,", b"ime2,", 1).replace(b"CreateTime\r", b"Created\r", 1)
        ).reader
        == "any-file/1"
    )
    assert reading_of(b"x\n" + data).reader == "any-file/1"
