"""WeChat chats as third-party tools write them: what is cut, what is noted, what is doubted."""

from __future__ import annotations

from itertools import pairwise

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
from verifier.exports.registry import detect, read, reader_named
from verifier.exports.source import Source
from verifier.exports.tools import chatlog_text, memotrace_text, weflow_markdown
from verifier.exports.tools import wechatexporter_text as wechatexporter
from verifier.exports.tools.wechat_words import is_recall

INJECTED = {
    "memotrace_injected.txt": {"spelling": (2,), "backwards": (2,)},
    "memotrace_quoted.txt": {"inside-body": (1,)},
    "weflow_injected.txt": {"spelling": (2,)},
    "weflow_injected.md": {"inside-body": (2,)},
    "chatlog_injected.txt": {"inside-body": (1,)},
    "chatlog_day.txt": {"backwards": (2,)},
    "wechatexporter_injected.txt": {"backwards": (3,)},
    "wechatexporter_glued.txt": {"body-mismatch": (1,)},
}
PERFECT = (
    "memotrace_perfect.txt",
    "weflow_perfect.txt",
    "weflow_perfect.md",
    "chatlog_perfect.txt",
)


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_a_body_line_that_looks_like_a_header_is_flagged(name: str):
    assert_injection_is_flagged(name, INJECTED[name])


@pytest.mark.parametrize("name", sorted(INJECTED))
def test_control_without_the_doubts_the_guard_is_red(name: str, monkeypatch: pytest.MonkeyPatch):
    blind(monkeypatch)
    with pytest.raises(AssertionError):
        assert_injection_is_flagged(name, INJECTED[name])


@pytest.mark.parametrize("name", [*PERFECT, "wechatexporter_perfect.txt"])
def test_a_perfect_forgery_never_gets_a_bare_count(name: str):
    assert_perfect_forgery_leaves_the_count_apparent(name)


# -- MemoTrace ------------------------------------------------------------------------


def test_memotrace():
    reading, segments, notes = opened("memotrace_plain.txt")
    assert (reading.reader, reading.variant, reading.clock) == ("memotrace-txt/1", "text", "wall")
    assert (reading.generator, reading.declared_records, reading.ids) == ("", None, "none")
    day = at(2024, 5, 1)
    assert records(segments) == [
        ("2024-05-01 10:30:05", day + 37805, "甲", ()),
        ("2024-05-01 10:31:00", day + 37860, "乙", ()),
        ("2024-05-01 10:31:40", day + 37900, "乙", ("media_omitted",)),
        ("2024-05-01 10:33:10", day + 37990, "", ("system", "recalled")),
        ("2024-05-01 10:33:15", day + 37995, "", ("system",)),
        ("2024-05-01 10:33:20", day + 38000, "甲", ("quote",)),
        ("2024-05-01 10:34:00", day + 38040, "甲", ()),
    ]
    assert all(each.te_hi == each.te_lo for each in segments)
    assert notes.keys() == {
        "COUNT_APPARENT", "FILTER_POSSIBLE", "BOUNDARY_LOSS_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE",
        "SENDER_NAME_ONLY", "RECALLED", "MEDIA_OMITTED",
    }  # fmt: skip
    assert notes["RECALLED"] == Note("RECALLED", 1, (3,))


def test_memotrace_views():
    reading, segments, _ = opened("memotrace_plain.txt")
    data = (HERE / "memotrace_plain.txt").read_bytes()
    at_ = [sum(each.length for each in segments[:n]) for n in range(len(segments) + 1)]
    shown = [reader_named(reading.reader).view(data[a:b]) for a, b in pairwise(at_)]
    assert [view.text for view in shown] == [
        "在吗", "第一行\n\n第三行", "[图片]", '"乙" 撤回了一条消息', "以上是打招呼的内容", "好的", "甲",
    ]  # fmt: skip
    assert shown[5].quoted == "第一行"


def test_memotrace_notice_at_the_end_of_a_file_with_and_without_its_empty_line():
    text = "2024-05-01 10:30:05 甲\n一\n\n2024-05-01 10:31:05 你已添加了乙\n"
    for end, doubtful in (("\n", False), ("", True)):
        *_, last = read(Source((text + end).encode())).segments()
        assert last.flags == (("system", "header_ambiguous") if doubtful else ("system",))
    assert doubts(read(Source(text.encode()))) == {"body-mismatch": (1,)}


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 10:00:00 - INFO - started\nmore\n\n2024-05-01 10:00:01 - INFO - done\nmore\n\n",
        "2024-05-01 10:00:00 INFO started\nmore\n\n2024-05-01 10:00:01 INFO done\nmore\n\n",
        "2024-05-01 10:00:00 [main] started\nmore\n\n2024-05-01 10:00:01 [main] done\nmore\n\n",
        "2024-05-01 10:00:00 started\n2024-05-01 10:00:01 worked\n2024-05-01 10:00:02 done\nmore\n",
        "2024-05-01 10:00:00 甲\r\n一\r\n\r\n", "2024-05-01 9:00:00 甲\n一\n\n", "2024-05-01 10:00:00 甲\n",
        "2024-02-31 10:00:00 甲\n一\n\n", "2024-05-01 25:00:00 甲\n一\n\n", "日记\n2024-05-01 10:00:00 甲\n一\n\n",
    ],
)  # fmt: skip
def test_what_memotrace_does_not_write_is_left_alone(text: str):
    assert "memotrace-txt/1" not in {each.reader for each in detect(Source(text.encode()))}


def test_lossy_text_for_training_is_named_and_never_cut():
    reading, segments, notes = opened("memotrace_ai.txt")
    assert [each.kind for each in segments] == [UNPARSED]
    assert notes.keys() == {"LOSSY_EXPORT", "NO_RECORDS"}
    assert reading.clock == "none"
    two = "电话[phone xxx]，邮箱[email xxx]".encode()
    assert read(Source(two)).reader == "memotrace-ai-txt/1"
    assert read(Source(b'{"a":"' + two + b'"}')).reader == "any-file/1"
    assert read(Source("文中写着 [phone xxx] 一次".encode())).reader == "any-file/1"


# -- WeFlow ---------------------------------------------------------------------------


def test_weflow_text():
    reading, segments, notes = opened("weflow_plain.txt")
    assert (reading.reader, reading.clock) == ("weflow-txt/1", "wall")
    assert [(each.sender.decode(), each.flags) for each in segments] == [
        ("甲", ()), ("我", ()), ("甲", ("media_omitted",)), ("甲", ("voice_transcript",)), ("甲", ("transfer",)),
        ("甲", ()),
        ("甲", ("system", "recalled")),
    ]  # fmt: skip
    assert segments[5].media == (b"images/a b.jpg",)
    assert segments[0].te_lo == segments[0].te_hi == at(2024, 5, 1, 10, 30, 5)
    assert {"TRANSCRIPT_NOT_ORIGINAL", "RECALLED", "MEDIA_OMITTED"} <= notes.keys()
    assert "TRANSCRIPT_NOT_ORIGINAL" not in opened("weflow_perfect.txt")[2]


def test_weflow_markdown():
    reading, segments, notes = opened("weflow_plain.md")
    assert (reading.reader, reading.generator, reading.declared_records) == (
        "weflow-md/1",
        "WeFlow",
        3,
    )
    assert [each.kind for each in segments] == [FRAMING] + [RECORD] * 3
    assert segments[2].flags == ("quote",)
    assert segments[3].media == (b"images/a b.jpg",)
    assert "COUNT_MISMATCH" not in notes
    view = weflow_markdown.view("## 2024-05-01 10:31:00 我\n\n> 甲: 在吗\n\n在的\n\n".encode())
    assert (view.text, view.quoted) == ("在的", "在吗")


def test_weflow_markdown_with_one_heading_too_many_contradicts_its_own_number():
    note = opened("weflow_perfect.md")[2]["COUNT_MISMATCH"]
    assert note == Note("COUNT_MISMATCH", 4, detail="declared 3 found 4")


def test_weflow_markdown_hides_nothing_in_front():
    text = (HERE / "weflow_plain.md").read_text("utf-8")
    text = text.replace("---\n\n", "---\n\n藏在前面的话\n\n", 1)
    assert next(iter(read(Source(text.encode())).segments())).kind == UNPARSED


# -- chatlog --------------------------------------------------------------------------


def test_chatlog_with_full_times():
    reading, segments, notes = opened("chatlog_full.txt")
    assert (reading.reader, reading.clock) == ("chatlog-txt/1", "wall")
    assert records(segments) == [
        ("2024-05-01 10:30:05", at(2024, 5, 1, 10, 30, 5), "甲(wxid_jia01)", ()),
        ("2025-05-01 10:31:00", at(2025, 5, 1, 10, 31, 0), "乙(我)", ()),
        ("2025-05-01 10:32:00", at(2025, 5, 1, 10, 32, 0), "wxid_bing", ("media_omitted",)),
        ("2025-05-02 10:33:00", at(2025, 5, 2, 10, 33, 0), "丁(ding_ding-8) [项目群(123456@chatroom)]", ("transfer",)),
        ("2025-05-02 10:33:30", at(2025, 5, 2, 10, 33, 30), "甲(wxid_jia01)", ("system", "recalled")),
    ]  # fmt: skip
    assert "SENDER_NAME_ONLY" not in notes
    assert "DATE_PARTIAL" not in notes
    assert notes["SELF_IDENTITY_GUESSED"].count == 5


@pytest.mark.parametrize(
    ("name", "what", "time"),
    [("chatlog_year.txt", "year-missing", "02-29 10:30:05"), ("chatlog_day.txt", "time-of-day-only", "10:30:05")],
)  # fmt: skip
def test_chatlog_fills_nothing_in(name: str, what: str, time: str):
    reading, segments, notes = opened(name)
    assert segments[0].time == time.encode()
    assert all(each.te_lo is None and each.te_hi is None for each in segments)
    assert reading.clock == "none"
    assert (notes["DATE_PARTIAL"].detail, notes["DATE_PARTIAL"].count) == (what, len(segments))
    assert "TIME_NOT_MONOTONE" not in notes


def test_chatlog_quote_with_its_own_header_is_a_quote_and_no_doubt():
    reading, segments, notes = opened("chatlog_year.txt")
    assert [each.flags for each in segments] == [(), ("quote",), ("content_dropped",)]
    assert doubts(reading) == {}
    assert notes["CONTENT_DROPPED_BY_TOOL"].places == (2,)
    view = chatlog_text.view(
        "乙(我) 05-01 10:31:00\n> 甲(wxid_a1b2) 02-29 10:30:05\n> 在吗\n在的\n\n".encode()
    )
    assert (view.text, view.quoted) == ("在的", "在吗")


@pytest.mark.parametrize(
    ("text", "recalled"),
    [
        ("你撤回了一条消息", True), ('"甲" 撤回了一条消息', True), ("甲撤回了一条消息 重新编辑", True),
        ("他昨天撤回了一条消息，你看到了吗", False), ("撤回了一条消息", False),
    ],
)  # fmt: skip
def test_a_recall_is_the_notice_and_nothing_else(text: str, recalled: bool):
    assert is_recall(text.encode()) is recalled


def test_chatlog_needs_an_account_of_wechat():
    text = "甲(zhangsan) 2024-05-01 10:30:05\n在吗\n\n"
    assert chatlog_text.detect(Source(text.encode())) == ()
    assert chatlog_text.detect(Source(text.replace("zhangsan", "wxid_zhangsan").encode()))


# -- WechatExporter -------------------------------------------------------------------


def test_wechatexporter():
    reading, segments, notes = opened("wechatexporter_plain.txt")
    assert reading.reader == "wechatexporter-txt/1"
    assert segments[0].kind == FRAMING
    assert records(segments) == [
        ("2024-05-01 10:30:05", at(2024, 5, 1, 10, 30, 5), "甲", ()),
        ("2024-05-01 10:31:00", at(2024, 5, 1, 10, 31, 0), "乙", ()),
        ("", None, "", ("system", "recalled")),
        ("", None, "", ("quote",)),
        ("2024-05-01 10:33:00", at(2024, 5, 1, 10, 33, 0), "甲", ("media_omitted",)),
    ]
    assert notes["TIME_UNREADABLE"] == Note("TIME_UNREADABLE", 2, (3, 4))
    assert {"TOOL_KNOWN_BUG", "RECALLED", "MEDIA_OMITTED"} <= notes.keys()
    dashes = "- - - - - - - - - - - - - - -"
    view = wechatexporter.view(f"「甲：在吗」\n{dashes}\n可以\n".encode())
    assert (view.text, view.quoted) == ("可以", "在吗")


def test_wechatexporter_without_its_title():
    text = (HERE / "wechatexporter_plain.txt").read_text("utf-8").partition("\n\n")[2]
    assert read(Source(text.encode())).reader == "wechatexporter-txt/1"
    one = "甲 (2024-05-01 10:30:05):在吗\n"
    assert read(Source(one.encode())).reader == "any-file/1"


@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030"])
def test_a_byte_order_mark_or_another_encoding_changes_no_time(codec: str):
    for name in ("memotrace_plain.txt", "weflow_plain.txt"):
        data = (HERE / name).read_text("utf-8").encode(codec)
        reading = read(Source(data))
        assert [each.te_lo for each in reading.segments()] == [
            each.te_lo for each in opened(name)[1]
        ]
    assert memotrace_text.view(b"\xff\xfe nonsense").text
