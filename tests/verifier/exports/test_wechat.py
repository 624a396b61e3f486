"""WeChat's own share, as text and as mail: dates come from rows, doubts are flagged."""

from __future__ import annotations

import time
import tracemalloc
from calendar import timegm

import pytest

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED
from verifier.exports.registry import read, reader_named
from verifier.exports.source import Source


def test_group_form():
    reading = read(Source(HERE / "wechat_group.txt"))
    segments = list(reading.segments())
    assert (reading.reader, reading.clock) == ("wechat-official/1", "wall")
    assert [s.kind for s in segments] == [FRAMING, FRAMING, RECORD, RECORD, FRAMING, RECORD]
    one, _, last = segments[2], segments[3], segments[5]
    first = timegm((2024, 5, 13, 9, 5, 0))
    assert (one.time, one.te_lo, one.te_hi, one.dated_by) == (b"09:05", first, first + 59, 1)
    assert (last.time, last.te_lo, last.dated_by) == (b"00:00", timegm((2024, 5, 14, 0, 0, 0)), 4)
    assert one.sender.decode() == "甲"
    assert {"FILTER_POSSIBLE", "TIME_MINUTE_ONLY", "COUNT_APPARENT"} <= {
        n.code for n in reading.notes
    }
    assert "HEADER_AMBIGUOUS" not in {n.code for n in reading.notes}


def test_injected_header_is_flagged_on_four_grounds():
    """Three true records, four apparent: no empty lines, earlier, and a name not in the title."""
    reading = read(Source(HERE / "wechat_injected.txt"))
    segments = list(reading.segments())
    assert sum(s.kind == RECORD for s in segments) == 4
    doubtful = [n for n, s in enumerate(segments) if s.flags]
    assert doubtful == [3]
    details = {n.detail: n.places for n in reading.notes if n.code == "HEADER_AMBIGUOUS"}
    assert details == {"spelling": (3,), "backwards": (3,), "not-in-title": (3,)}


def test_record_without_a_date_row_has_no_time():
    reading = read(Source(HERE / "wechat_undated.txt"))
    _, record = reading.segments()
    assert (record.time, record.te_lo, record.dated_by) == (b"09:05", None, None)
    assert [n.detail for n in reading.notes if n.code == "DATE_PARTIAL"] == ["time-of-day-only"]


def test_date_row_of_another_make_is_flagged():
    text = (HERE / "wechat_group.txt").read_text("utf-8")
    row = "—————  2024-05-14  —————"
    extra = "早\n—————  2023/01/01  —————\n\n"
    reading = read(Source(text.replace("早\n", extra).encode()))
    assert row in text
    flagged = [s for s in reading.segments() if s.kind == FRAMING and s.flags]
    assert len(flagged) == 1
    assert ("HEADER_AMBIGUOUS", "date-row") in {(n.code, n.detail) for n in reading.notes}


def test_text_under_a_date_row_is_unparsed_not_framing():
    text = "—————  2024-05-13  —————\nhidden words\n\n甲  09:05\n\n早\n"
    segments = list(read(Source(text.encode())).segments())
    assert [s.kind for s in segments] == [FRAMING, UNPARSED, RECORD]
    assert segments[2].dated_by == 0
    assert text.encode()[segments[0].length :].startswith(b"hidden words")


def test_text_before_the_title_is_unparsed():
    text = "note of a stranger\n" + (HERE / "wechat_group.txt").read_text("utf-8")
    assert next(iter(read(Source(text.encode())).segments())).kind == UNPARSED


@pytest.mark.parametrize("unit", [b"\n", b"\r\n", b" ", "甲  9:5\n".encode(), b"Dear:\n"])
def test_megabytes_before_the_first_header_cost_little(unit: bytes):
    """They are not the app's preamble, and are not taken apart into lines."""
    chat = "—————  2024-05-13  —————\n\n甲  09:05\n\n早\n".encode()
    source = Source(unit * ((4 << 20) // len(unit)) + b"\n" + chat)
    reader = reader_named("wechat-official/1")
    began = time.process_time()
    reader.read(source)
    assert time.process_time() - began < 8  # it is linear; quadratic would be minutes
    tracemalloc.start()
    segments = list(reader.read(source).segments())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20
    assert [s.kind for s in segments] == [UNPARSED, FRAMING, RECORD]
    assert segments[2].dated_by == 1


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings_and_line_ends(codec: str, ends: str):
    text = (HERE / "wechat_group.txt").read_text("utf-8").replace("\n", ends)
    reading = read(Source(text.encode(codec)))
    assert reading.reader == "wechat-official/1"
    assert [s.sender.decode(codec) for s in reading.segments() if s.kind == RECORD] == [
        "甲",
        "乙",
        "甲",
    ]
    assert "HEADER_AMBIGUOUS" not in {n.code for n in reading.notes}


@pytest.mark.parametrize(
    ("name", "tail"), [("wechat_mail_8bit.eml", []), ("wechat_mail_multipart.eml", [UNPARSED])]
)
def test_mail_with_plain_text_is_cut_like_the_text(name: str, tail: list[int]):
    source = Source(HERE / name)
    reading = read(source)
    segments = list(reading.segments())
    assert (reading.reader, reading.clock) == ("wechat-official-mail/1", "wall")
    assert [s.kind for s in segments] == [
        FRAMING,
        FRAMING,
        FRAMING,
        RECORD,
        RECORD,
        FRAMING,
        RECORD,
        *tail,
    ]
    assert [s.dated_by for s in segments if s.kind == RECORD] == [2, 2, 5]
    assert sum(s.length for s in segments) == source.size
    assert source.head(segments[0].length).endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("name", "why"), [("quoted", "quoted-printable"), ("html", "html")])
def test_mail_that_cannot_be_cut_says_why(name: str, why: str):
    reading = read(Source(HERE / f"wechat_mail_{name}.eml"))
    assert [s.kind for s in reading.segments()] == [RECORD, UNPARSED]
    assert (reading.notes[0].code, reading.notes[0].detail) == ("TRANSCRIPT_NOT_CUT", why)
    assert reading.variant == f"mail {why}"


def test_mail_without_a_transcript_is_a_plain_mail():
    data = (HERE / "wechat_mail_8bit.eml").read_bytes().replace("聊天".encode(), b"")
    assert read(Source(data)).reader == "mail-eml/1"
