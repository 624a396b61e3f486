"""Signal and iMessage exports as text, and what was pasted from chat windows."""

from __future__ import annotations

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.exports.texts import (
    assert_injection_is_flagged,
    assert_perfect_forgery_leaves_the_count_apparent,
    at,
    blind,
    doubts,
    opened,
    records,
)
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED
from verifier.exports.reader import Note
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools import imessage_text, signal_text

INJECTED = {
    "signal_injected.txt": {"spelling": (2,), "backwards": (2,)},
    "imessage_injected.txt": {"spelling": (2,), "backwards": (2,)},
    "pasted_injected.txt": {"backwards": (2,)},
}


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_a_body_line_that_looks_like_a_header_is_flagged(name: str):
    assert_injection_is_flagged(name, INJECTED[name])


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_control_without_the_doubts_the_guard_is_red(name: str, monkeypatch: pytest.MonkeyPatch):
    blind(monkeypatch)
    with pytest.raises(AssertionError):
        assert_injection_is_flagged(name, INJECTED[name])


@pytest.mark.parametrize(
    "name", ["signal_perfect.txt", "imessage_perfect.txt", "pasted_perfect.txt"]
)
def test_a_perfect_forgery_never_gets_a_bare_count(name: str):
    assert_perfect_forgery_leaves_the_count_apparent(name)


# -- Signal ---------------------------------------------------------------------------


def test_signal_in_minutes():
    reading, segments, notes = opened("signal_minutes.txt")
    assert (reading.reader, reading.clock) == ("signal-export-txt/1", "wall")
    assert records(segments) == [
        ("2019-05-29, 15:04", at(2019, 5, 29, 15, 4), "Me", ()),
        ("2019-05-29, 15:05", at(2019, 5, 29, 15, 5), "Alice", ("reaction",)),
        ("2019-05-29, 15:06", at(2019, 5, 29, 15, 6), "Alice", ()),
        ("2019-05-29, 15:07", at(2019, 5, 29, 15, 7), "Me", ("quote",)),
    ]
    assert segments[0].te_hi == at(2019, 5, 29, 15, 4) + 59
    assert segments[2].media == (b"media/a b.jpg",)
    assert notes["TIME_MINUTE_ONLY"].count == 4
    view = signal_text.view(b"[2019-05-29, 15:07] Me: > yes\nfine\n")
    assert (view.text, view.quoted) == ("fine", "yes")


def test_signal_in_seconds():
    _, segments, notes = opened("signal_seconds.txt")
    assert segments[0].te_lo == segments[0].te_hi == at(2024, 5, 29, 15, 4, 9)
    assert segments[1].flags == ("deleted",)
    assert notes["RECALLED"].places == (1,)
    assert "TIME_MINUTE_ONLY" not in notes


@pytest.mark.parametrize(
    "text",
    [
        "[2024-05-01 10:00:00] production.ERROR: failed\n[2024-05-01 10:00:01] production.ERROR: again\n",
        "[2024-05-01 10:00] cron: started\n[2024-05-01 10:01] cron: done\n",
        "words\n[2019-05-29, 15:04] Me: hello\n", "[2019-13-29, 15:04] Me: hello\n", "[2019-05-29, 24:04] Me: hello\n",
    ],
)  # fmt: skip
def test_a_log_is_not_signal(text: str):
    assert [each.reader for each in detect(Source(text.encode()))] == ["any-file/1"]


# -- iMessage -------------------------------------------------------------------------


def test_imessage():
    reading, segments, notes = opened("imessage_plain.txt")
    assert (reading.reader, reading.clock) == ("imessage-exporter-txt/1", "wall")
    assert records(segments) == [
        ("May 17, 2022  5:29:42 PM", at(2022, 5, 17, 17, 29, 42), "Me", ()),
        ("May 18, 2022 12:00:00 AM", at(2022, 5, 18), "", ("system",)),
        ("May 18, 2022  9:05:00 AM", at(2022, 5, 18, 9, 5, 0), "Alice", ()),
    ]
    assert segments[2].media == (b"attachments/3d/IMG_0001.heic",)
    assert doubts(reading) == {}
    assert "RECORDS_PRINTED_TWICE" not in notes
    assert imessage_text.view(b"May 17, 2022  5:29:42 PM\nMe\nHello\n\n").text == "Hello"
    event = b"May 18, 2022 12:00:00 AM You renamed the conversation to Plans\n\n"
    assert imessage_text.view(event).text == "You renamed the conversation to Plans"


def test_imessage_reply_printed_twice_is_one_record_and_noted():
    _, segments, notes = opened("imessage_replies.txt")
    assert [each.flags for each in segments] == [("replies_inside",), ("quote",)]
    assert notes["RECORDS_PRINTED_TWICE"] == Note("RECORDS_PRINTED_TWICE", 1, (0,))


def test_imessage_typed_line_that_begins_with_a_date_is_flagged():
    text = "May 17, 2022  5:29:42 PM\nMe\nsee\nMay 20, 2022 10:30:00 AM is free\n\nMay 17, 2022  5:31:42 PM\nMe\nyes\n\n"
    reading = read(Source(text.encode()))
    segments = list(reading.segments())
    assert segments[1].flags == ("system", "header_ambiguous")
    assert doubts(reading)["spelling"] == (1,)


# -- pasted windows -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant", "first"),
    [
        ("pasted_wechat.txt", "ymd", at(2024, 5, 13, 10, 30)),
        ("pasted_wechat_12h.txt", "ymd", at(2023, 9, 16, 14, 51)),
        ("pasted_qq_decided.txt", "mdy", at(2020, 2, 3, 21, 16, 13)),
        ("pasted_qq_us.txt", "dmy-or-mdy", at(2020, 2, 3, 21, 16, 13)),
        ("pasted_qq_times.txt", "ymd", None),
        ("pasted_qqnt.txt", "ymd", None),
        ("pasted_rows.txt", "rows", None),
    ],
)
def test_clipboards_of_the_usual_kinds(name: str, variant: str, first: int | None):
    reading, segments, notes = opened(name)
    assert (reading.reader, reading.variant) == ("pasted-window/1", variant)
    one = next(each for each in segments if each.kind == RECORD)
    assert one.te_lo == first
    assert {"PASTED_WINDOW", "COUNT_APPARENT", "FILTER_POSSIBLE", "NO_TIMEZONE"} <= notes.keys()
    assert reading.clock == ("none" if first is None else "wall")
    assert doubts(reading) == {}


def test_undecided_order_spans_both_readings():
    _, segments, notes = opened("pasted_qq_us.txt")
    assert segments[0].te_hi == at(2020, 3, 2, 21, 16, 13)
    assert segments[0].flags == ("date_order_ambiguous",)
    assert notes["DATE_ORDER_AMBIGUOUS"] == Note("DATE_ORDER_AMBIGUOUS", 2, (0, 1), "dmy-or-mdy")
    assert "DATE_ORDER_AMBIGUOUS" not in opened("pasted_qq_decided.txt")[2]


def test_contradictory_orders_leave_every_reading_open():
    text = "甲 13/2/2020 9:16:13\n在吗\n乙 2/14/2020 9:17:00\n在的\n甲 3/4/2020 9:18:00\n好\n"
    reading = read(Source(text.encode()))
    third = list(reading.segments())[2]
    assert reading.variant == "orders-conflict"
    assert (third.te_lo, third.te_hi) == (at(2020, 3, 4, 9, 18, 0), at(2020, 4, 3, 9, 18, 0))


def test_parts_of_a_date_are_kept_and_nothing_is_filled_in():
    for name, detail, time in (
        ("pasted_qq_times.txt", "time-of-day-only", b"23:50:12"),
        ("pasted_qqnt.txt", "year-missing", b"05-13 10:30:05"),
    ):
        _, segments, notes = opened(name)
        assert (segments[0].time, notes["DATE_PARTIAL"].detail) == (time, detail)
    assert [each.sender.decode() for each in opened("pasted_qq_times.txt")[1]] == [
        "甲(10001234)", "乙<yi@example.com>",
    ]  # fmt: skip


def test_rows_are_framing_and_give_their_records_no_time():
    _, segments, notes = opened("pasted_rows.txt")
    assert [each.kind for each in segments] == [FRAMING] + [RECORD] * 3
    assert [each.sender.decode() for each in segments[1:]] == ["甲", "乙", "甲"]
    assert notes["TIME_UNREADABLE"].count == 3
    text = (HERE / "pasted_rows.txt").read_text("utf-8").replace("10:30\n", "10:30\n藏起来的话\n")
    assert [each.kind for each in read(Source(text.encode())).segments()][:2] == [FRAMING, UNPARSED]


@pytest.mark.parametrize(
    "text",
    [
        "更新时间 2024/05/01 10:30\n内容\n\n更新时间 2024/05/02 10:30\n内容\n",
        "备份于 2024-05-01 10:30:00\n内容\n\n备份于 2024-05-02 10:30:00\n内容\n",
        "姓名,时间\n甲,2024/05/01 10:30\n乙,2024/05/01 10:31\n",
        "甲\t2024/05/01 10:30\n一\n乙\t2024/05/01 10:31\n二\n",
        "甲: 好\n乙: 是\n甲: 再见\n", "甲:\n好\n\n乙:\n是\n\n甲:\n再见\n", "会议纪要\n甲 2024/05/01 10:30\n一\n甲 2024/05/01 10:31\n二\n",
        "甲 2024/05/01 10:30\n一\n", "2024年5月1日 10:30\n今天去了公园。\n天气很好。\n",
        "2024-05-01 10:30:00 INFO 启动\n2024-05-01 10:30:01 INFO 完成\n",
        "Alice 2024/05/01 10:30\nhello\n\nBob 2024/05/01 10:31\nhello\n",
        "".join(f"{what} 2024/05/01 06:30\n一\n" for what in ("起床", "早餐", "上班", "开会", "午饭")),
        "甲 2024/05/01 10:30\n乙 2024/05/01 10:31\n丙 2024/05/01 10:32\n",
        "甲 2024/05/01 10:30\n" + "这是一篇很长的文章。\n" * 40 + "甲 2024/05/01 10:31\n" + "这是一篇很长的文章。\n" * 40,
        "键: 2024-05-01 10:30:00\n值\n键: 2024-05-02 10:30:00\n值\n" + "{\n}\n" * 20,
    ],
)  # fmt: skip
def test_ordinary_texts_logs_and_tables_are_left_alone(text: str):
    assert "pasted-window/1" not in {each.reader for each in detect(Source(text.encode()))}
