"""WhatsApp: what cannot be told apart is flagged, and nothing more is decided than is shown."""

from __future__ import annotations

from calendar import timegm

import pytest

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import RECORD, UNPARSED, Segment
from verifier.exports.reader import MAX_PLACES, Note, Reading
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.exports.tally import Tally
from verifier.exports.tools import whatsapp_judge, whatsapp_text


def chat(*lines: str) -> tuple[Reading, list[Segment], dict[str, Note]]:
    reading = read(Source("\n".join(lines).encode()))
    return reading, list(reading.segments()), {note.code: note for note in reading.notes}


def day(year: int, month: int, number: int, hour: int = 10, minute: int = 0) -> int:
    return timegm((year, month, number, hour, minute, 0))


# -- header injection ---------------------------------------------------------------

INJECTED = {
    "injected_backwards.txt": (4, "backwards", (2,)),
    "injected_other_spelling.txt": (4, "spelling", (2,)),
    "injected_zero_filling.txt": (4, "spelling", (2,)),
    "injected_clipboard.txt": (3, "inside-body", (1,)),
    "injected_quoted.txt": (3, "inside-body", (1,)),
}


def assert_injection_is_flagged(name: str) -> None:
    count, detail, places = INJECTED[name]
    reading = read(Source(HERE / name))
    segments = list(reading.segments())
    assert [s.kind for s in segments] == [RECORD] * count
    notes = [note for note in reading.notes if note.code == "HEADER_AMBIGUOUS"]
    assert (notes[0].detail, notes[0].places) == (detail, places)
    assert [n for n, s in enumerate(segments) if "header_ambiguous" in s.flags] == list(places)


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_three_true_records_that_look_like_four_are_flagged(name: str):
    assert_injection_is_flagged(name)


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_control_without_the_doubts_the_guard_is_red(name: str, monkeypatch: pytest.MonkeyPatch):
    def blind(seen, found):
        return tuple(n for n in notes_of(seen, found) if n.code != "HEADER_AMBIGUOUS")

    notes_of = whatsapp_judge.notes_of
    monkeypatch.setattr(whatsapp_text, "notes_of", blind)
    with pytest.raises((AssertionError, IndexError)):
        assert_injection_is_flagged(name)


def test_perfect_forgery_shows_no_trace_so_the_count_is_never_asserted():
    reading = read(Source(HERE / "injected_perfectly.txt"))
    codes = {note.code: note for note in reading.notes}
    assert "HEADER_AMBIGUOUS" not in codes
    assert codes["COUNT_APPARENT"].count == 4


def test_impossible_date_is_no_header_but_is_flagged():
    _, segments, notes = chat(
        "13/05/24, 10:00 - Alice: one", "31/02/24, 10:00 - Bob: two", "13/05/24, 10:01 - Bob: three"
    )
    assert len(segments) == 2
    assert notes["HEADER_AMBIGUOUS"].detail == "inside-body"
    _, segments, _ = chat("13/05/24, 10:00 - Alice: one", "13/05/24, 25:00 - Bob: two")
    assert [s.flags for s in segments] == [("header_ambiguous",)]


def test_carriage_returns_end_no_line_but_are_flagged():
    _, segments, notes = chat("13/05/24, 10:00 - Alice: one\r13/05/24, 10:01 - Bob: two\r")
    assert [s.flags for s in segments] == [("header_ambiguous",)]
    assert notes["HEADER_AMBIGUOUS"].count == 1


# -- order of day and month -------------------------------------------------------------


def assert_both_orders_are_spanned() -> None:
    _, segments, notes = chat("05/06/2024, 10:00 - Alice: one", "06/06/2024, 10:00 - Bob: two")
    assert notes["DATE_ORDER_AMBIGUOUS"] == Note("DATE_ORDER_AMBIGUOUS", 1, (0,), "dmy-or-mdy")
    assert (segments[0].te_lo, segments[0].te_hi) == (day(2024, 5, 6), day(2024, 6, 5) + 59)
    assert segments[0].flags == ("date_order_ambiguous",)
    assert segments[1].flags == (), "6 June is 6 June either way"


def test_undecidable_order_spans_both():
    assert_both_orders_are_spanned()


def test_control_a_reader_that_picks_one_order_is_caught(monkeypatch: pytest.MonkeyPatch):
    def guess(seen):
        return whatsapp_judge.Judgement(
            (0,), 0, 1, judge(seen).usual, Tally(), Tally(), Tally(), Tally(), Tally()
        )

    judge = whatsapp_judge.judge
    monkeypatch.setattr(whatsapp_text, "judge", guess)
    with pytest.raises((AssertionError, KeyError)):
        assert_both_orders_are_spanned()


@pytest.mark.parametrize(
    ("decider", "order", "first"),
    [("13/06/2024", "dmy", day(2024, 6, 5)), ("06/13/2024", "mdy", day(2024, 5, 6))],
)
def test_one_day_over_twelve_decides_for_the_whole_file(decider: str, order: str, first: int):
    reading, segments, notes = chat(
        "05/06/2024, 10:00 - Alice: one", f"{decider}, 10:00 - Bob: two"
    )
    assert reading.variant == f"android {order} 24h"
    assert segments[0].te_lo == first
    assert notes["DATE_ORDER_DECIDED"] == Note("DATE_ORDER_DECIDED", 1, (1,), order)


def test_contradictory_days_leave_every_reading_open():
    reading, segments, notes = chat(
        "13/06/2024, 10:00 - Alice: one",
        "14/06/2024, 10:00 - Alice: two",
        "06/13/2024, 10:00 - Bob: three",
        "05/06/2024, 10:00 - Bob: four",
    )
    assert reading.variant == "android orders-conflict 24h"
    details = {n.detail: n.places for n in reading.notes if n.code == "HEADER_AMBIGUOUS"}
    assert details["date-order"] == (2,)
    assert "header_ambiguous" in segments[2].flags
    assert (segments[3].te_lo, segments[3].te_hi) == (day(2024, 5, 6), day(2024, 6, 5) + 59)
    assert notes["DATE_ORDER_AMBIGUOUS"].places == (3,)


def test_two_digit_year_in_front_is_considered_where_phones_write_it():
    """16/5/12: a Chinese phone before 2016 meant 2016; with hyphens others do too."""
    _, segments, notes = chat("16/5/12, 14:31 - 甲: 好的")
    assert notes["DATE_ORDER_AMBIGUOUS"].detail == "dmy-or-ymd"
    assert (segments[0].te_lo, segments[0].te_hi) == (
        day(2012, 5, 16, 14, 31), day(2016, 5, 12, 14, 31) + 59,
    )  # fmt: skip
    reading, _, _ = chat("16-05-12 14:31 - Alice: yes", "16-05-13 14:31 - Alice: yes")
    assert reading.variant == "android dmy-or-ymd 24h"
    reading, _, _ = chat("16/5/12, 14:31 - Alice: yes")
    assert reading.variant == "android dmy 24h"


def test_year_before_the_app_rules_an_order_out():
    reading, _, _ = chat("16-05-12 14:31 - Alice: yes", "01-06-12 14:31 - Alice: yes")
    assert reading.variant == "android dmy 24h"


# -- clocks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2024/5/13 上午12:05", 0), ("2024/5/13 下午12:05", 12), ("2024/5/13 凌晨2:05", 2),
        ("2024/5/13 中午12:05", 12), ("2024/5/13 中午1:05", 13), ("2024/5/13 晚上8:05", 20),
        ("2024/5/13 午後0:05", 12), ("2024/5/13 오후 3:05", 15), ("2024/5/13, 3:05 p.m.", 15),
        ("2024/5/13, 3:05 p. m.", 15), ("2024/5/13, 3:05\u202fAM", 3), ("2024/5/13, 3:05\u00a0pm", 15),
        ("2024/5/13 à 15:05", 15), ("2024/5/13 klo 15.05", 15), ("2024/5/13 15 h 05", 15),
    ],
)  # fmt: skip
def test_clock(written: str, hour: int):
    _, segments, _ = chat(f"{written} - Alice: one")
    assert segments[0].te_lo == day(2024, 5, 13, hour, 5)
    assert segments[0].te_hi == day(2024, 5, 13, hour, 5) + 59
    assert segments[0].time == written.encode()


@pytest.mark.parametrize("written", ["晚上12:05", "上午13:05", "中午5:05"])
def test_clock_with_two_meanings_is_not_read(written: str):
    reading, segments, _ = chat("2024/5/13 上午9:05 - 甲: 一", f"2024/5/13 {written} - 甲: 二")
    assert [s.flags for s in segments] == [("header_ambiguous",)]
    assert reading.variant == "android ymd 12h"


# -- the rest -------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [9_900, 10_000, 10_100])
def test_export_limit_is_suspected_unless_the_notice_stands_first(count: int):
    lines = ["13/05/24, 10:00 - Alice: hello"] * count
    assert "TRUNCATION_LIMIT_SUSPECTED" in chat(*lines)[2]
    notice = "13/05/24, 10:00 - Messages and calls are end-to-end encrypted."
    assert "TRUNCATION_LIMIT_SUSPECTED" not in chat(notice, *lines[1:])[2]
    assert "TRUNCATION_LIMIT_SUSPECTED" not in chat(*lines[: count // 2])[2]


def test_places_are_bounded_and_counts_exact():
    lines = [f"13/05/24, 10:{n % 2:02} - Alice: hello" for n in range(200)]
    note = chat(*lines)[2]["TIME_NOT_MONOTONE"]
    assert (note.count, len(note.places)) == (99, MAX_PLACES)


def test_record_over_the_bound_is_unparsed():
    big = b"x" * ((16 << 20) + 1)
    source = Source(
        b"13/05/24, 10:00 - A: one\n13/05/24, 10:01 - A: " + big + b"\n13/05/24, 10:02 - B: three\n"
    )
    reading = read(source)
    segments = list(reading.segments())
    assert [s.kind for s in segments] == [RECORD, UNPARSED, RECORD]
    assert sum(s.length for s in segments) == source.size
    notes = {note.code: note for note in reading.notes}
    assert notes["RECORD_TOO_LARGE"].places == (1,)


def test_text_cut_off_at_its_beginning():
    lines = [f"13/05/24, 10:0{n} - Alice: hello" for n in range(6)]
    _, segments, _ = chat("the end of an older message", *lines)
    assert [s.kind for s in segments] == [UNPARSED] + [RECORD] * 6


def test_byte_order_mark_and_colons_in_texts():
    _, segments, _ = chat(
        "\ufeff13/05/24, 10:00 - Alice: see: https://example.com", "13/05/24, 10:00 - no name"
    )
    assert (segments[0].sender, segments[1].sender) == (b"Alice", b"")
    assert segments[1].flags == ("system",)
