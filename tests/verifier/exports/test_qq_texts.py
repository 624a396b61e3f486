"""QQ chats as text: the client's own export and QQChatExporter's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from verifier.exports.cutting import headed_text
from verifier.exports.reader import Note
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools import qq_msgmgr_text, qqchatexporter_text, wechatexporter_text

INJECTED = {
    "qq_injected.txt": {"spelling": (6,)},
    "qce_after_footer.txt": {"after-footer": (3,)},
}


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_a_body_line_that_looks_like_a_header_is_flagged(name: str):
    assert_injection_is_flagged(name, INJECTED[name])


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_control_without_the_doubts_the_guard_is_red(name: str, monkeypatch: pytest.MonkeyPatch):
    blind(monkeypatch)
    with pytest.raises(AssertionError):
        assert_injection_is_flagged(name, INJECTED[name])


def test_a_perfect_forgery_never_gets_a_bare_count():
    assert_perfect_forgery_leaves_the_count_apparent("qq_perfect.txt")


def test_private_chat_has_no_accounts():
    reading, segments, notes = opened("qq_private.txt")
    assert (reading.reader, reading.variant, reading.clock) == ("qq-msgmgr-txt/1", "text", "wall")
    assert [each.kind for each in segments] == [FRAMING] * 4 + [RECORD] * 4
    assert records(segments) == [
        ("2016-05-01 9:30:05", at(2016, 5, 1, 9, 30, 5), "甲", ()),
        ("2016-05-01 10:31:00", at(2016, 5, 1, 10, 31, 0), "乙", ()),
        ("2016-05-01 10:31:40", at(2016, 5, 1, 10, 31, 40), "甲", ("media_omitted",)),
        ("2016-05-01 10:32:00", at(2016, 5, 1, 10, 32, 0), "乙", ("recalled",)),
    ]
    assert notes["SENDER_NAME_ONLY"].count == 4
    assert doubts(reading) == {}


def test_group_with_accounts_titles_and_a_12_hour_clock():
    reading, segments, notes = opened("qq_group.txt")
    assert records(segments) == [
        ("2019-09-23 8:43:38 PM", at(2019, 9, 23, 20, 43, 38), "甲(10001234)", ()),
        ("2019-09-23 8:43:40 PM", at(2019, 9, 23, 20, 43, 40), "系统消息(10000)", ("system",)),
        ("2019-09-23 11:44:09 PM", at(2019, 9, 23, 23, 44, 9), "【管理员】乙<yi@example.com>", ()),
        ("2019-09-24 12:46:18 AM", at(2019, 9, 24, 0, 46, 18), "丙(10005678)", ()),
    ]
    assert "SENDER_NAME_ONLY" not in notes
    assert doubts(reading) == {}


def test_half_days_in_chinese():
    _, segments, _ = opened("qq_half_days.txt")
    assert [each.te_lo for each in segments if each.kind == RECORD] == [
        at(2019, 9, 23, 9, 43, 38),
        at(2019, 9, 23, 20, 43, 40),
    ]


def test_several_conversations_begin_anew_and_differ_in_accounts():
    reading, segments, notes = opened("qq_several.txt")
    assert reading.variant == "text several"
    assert [each.kind for each in segments] == [FRAMING] * 4 + [RECORD] * 2 + [FRAMING] * 3 + [
        RECORD
    ]
    assert doubts(reading) == {}, "another conversation may be older, and show accounts"
    assert notes["SENDER_NAME_ONLY"].count == 2
    assert "TIME_NOT_MONOTONE" not in notes


def test_banner_hides_nothing():
    text = (HERE / "qq_private.txt").read_bytes()
    bar = b"=" * 64 + b"\r\n"
    _, two = text.split("消息对象".encode())
    odd = text.replace(two, two.replace(bar, bar + "藏起来的话\r\n".encode(), 1))
    kinds = [each.kind for each in read(Source(odd)).segments()]
    assert kinds == [FRAMING] * 4 + [UNPARSED] + [RECORD] * 4


def test_without_a_title_the_accounts_are_needed():
    assert opened("qq_untitled.txt")[0].variant == "text untitled"
    plain = (
        (HERE / "qq_untitled.txt")
        .read_text("utf-8")
        .replace("(10001234)", "")
        .replace("(10005678)", "")
    )
    assert qq_msgmgr_text.detect(Source(plain.encode())) == ()


def test_gb18030():
    data = (HERE / "qq_private.txt").read_text("utf-8-sig").encode("gb18030")
    reading = read(Source(data))
    assert (reading.reader, reading.encoding) == ("qq-msgmgr-txt/1", "gb18030")
    assert [each.te_lo for each in reading.segments()] == [
        each.te_lo for each in opened("qq_private.txt")[1]
    ]


# -- QQChatExporter -------------------------------------------------------------------


def test_exporter():
    reading, segments, notes = opened("qce_plain.txt")
    assert (reading.reader, reading.generator) == ("qqchatexporter-txt/1", "QQChatExporter V5")
    assert (reading.declared_records, reading.ids, reading.clock) == (3, "none", "wall")
    assert [each.kind for each in segments] == [FRAMING, RECORD, RECORD, RECORD, FRAMING]
    assert records(segments) == [
        ("2024-05-01 10:30:05", at(2024, 5, 1, 10, 30, 5), "甲", ()),
        ("2024-05-01 10:31:00", at(2024, 5, 1, 10, 31, 0), "[群主] 乙", ("quote",)),
        ("2024-05-01 10:32:00", at(2024, 5, 1, 10, 32, 0), "乙", ()),
    ]
    assert segments[2].media == (b"a.jpg",)
    assert doubts(reading) == {}
    assert notes["ID_RENUMBERED_BY_TOOL"] == Note("ID_RENUMBERED_BY_TOOL", 3, detail="number-line")
    assert {"RECORDS_DROPPED_BY_TOOL", "REORDERED_BY_TOOL", "COUNT_APPARENT"} <= notes.keys()
    assert "COUNT_MISMATCH" not in notes
    data = (HERE / "qce_plain.txt").read_bytes()
    start = segments[0].length + segments[1].length
    view = qqchatexporter_text.view(data[start : start + segments[2].length])
    assert (view.text, view.quoted) == ("看图", "在吗")


def test_exporter_injection_breaks_its_numbers_and_its_count():
    reading, segments, notes = opened("qce_injected.txt")
    assert doubts(reading) == {"numbering": (4,)}
    assert segments[4].flags == ("header_ambiguous",)
    assert notes["COUNT_MISMATCH"] == Note("COUNT_MISMATCH", 4, detail="declared 3 found 4")


def test_exporter_that_names_two_numbers():
    assert opened("qce_two_counts.txt")[2]["COUNT_MISMATCH"].detail == "declared 2 found 1"


@pytest.mark.parametrize(
    ("name", "code", "first", "last"),
    [
        ("qce_days.txt", "TIME_DAY_ONLY", at(2024, 5, 1), at(2024, 5, 1) + 86399),
        ("qce_times.txt", "DATE_PARTIAL", None, None),
        ("qce_relative.txt", "TIME_FORMAT_RELATIVE", None, None),
    ],
)
def test_exporter_times_that_are_not_whole(
    name: str, code: str, first: int | None, last: int | None
):
    _, segments, notes = opened(name)
    assert (segments[1].te_lo, segments[1].te_hi) == (first, last)
    assert segments[1].time
    assert notes[code].count == 2
    assert not {"TIME_DAY_ONLY", "DATE_PARTIAL", "TIME_FORMAT_RELATIVE"} - {code} & notes.keys()


def test_exporter_without_its_banner_needs_its_closing_lines():
    text = (HERE / "qce_plain.txt").read_text("utf-8")
    start = text.index("[1]\n")
    assert read(Source(text[start:].encode())).reader == "qqchatexporter-txt/1"
    middle = text[start : text.index("=" * 47, start)]
    assert [each.reader for each in detect(Source(middle.encode()))] == ["any-file/1"]


@pytest.mark.parametrize("size", [1, 2, 5, 17, 64])
def test_headers_of_several_lines_do_not_depend_on_how_the_bytes_arrive(size: int):
    for name, form in (
        ("qce_plain.txt", qqchatexporter_text.FORMAT),
        ("qce_injected.txt", qqchatexporter_text.FORMAT),
    ):
        source = Source((HERE / name).read_bytes())
        whole = list(headed_text.stretches(source.chunks(), form.opening, form.parse, form.lines))
        small = list(
            headed_text.stretches(source.chunks(size), form.opening, form.parse, form.lines)
        )
        assert small == whole
        if size < 64:
            one = list(headed_text.stretches(source.chunks(size), form.opening, form.parse, 1))
            assert one != whole, "control: with too few lines headers are missed"


PIECES = [
    b"[1]\n", "甲:\n".encode(), "时间: 2024-05-01 10:30:05\n".encode(), "时间: 昨天".encode(), "内容: 好\n".encode(),
    b"\n", b"\r\n", b"=" * 47, b"=" * 47 + b"\n", "              导出完成\n".encode(), "总计导出 1 条消息\n".encode(),
    "「甲：好」\n".encode(), b"- - - - - - - - - - - - - - -\n", "甲 (2024-05-01 10:30:05):好\n".encode(), b"x",
]  # fmt: skip


@given(
    data=st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join),
    size=st.integers(min_value=1, max_value=40),
)
def test_cuts_of_any_bytes_do_not_depend_on_how_they_arrive(data: bytes, size: int):
    for form in (qqchatexporter_text.FORMAT, wechatexporter_text.FORMAT):
        parts = [data[n : n + size] for n in range(0, len(data), size)]
        whole, small = (
            list(headed_text.stretches(each, form.opening, form.parse, form.lines))
            for each in ([data], parts)
        )
        assert small == whole
