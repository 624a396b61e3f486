"""What a summary counts is in the file, and whatever the file holds it can be counted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import HERE, paths
from verifier.errors import Malformed
from verifier.evidence.segment import RECORD
from verifier.exports.inspection import personal
from verifier.exports.inspection.summary import MAX_SENDERS, Summary, summarise
from verifier.exports.registry import READERS, read, reader_named
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source

FIXTURES = paths()


def summary_of(data: bytes | Path) -> Summary:
    source = Source(data)
    return summarise(read(source), source)


def weflow(*messages: str) -> bytes:
    return ('{"weflow":{"version":"1.0.3"},"messages":[' + ",".join(messages) + "]}").encode()


def message(number: int, created: int, kind: str = "文本消息", content: str = "好") -> str:
    return (
        f'{{"localId":{number},"createTime":{created},"type":"{kind}","content":"{content}",'
        f'"senderUsername":"wxid_jia","platformMessageId":"{number}"}}'
    )


def android(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


# -- counts ---------------------------------------------------------------------


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_records_first_and_last_are_those_of_the_reader(path: Path):
    source = Source(path)
    reading = read(source)
    records = [
        (index, each) for index, each in enumerate(reading.segments()) if each.kind == RECORD
    ]
    found = summarise(reading, source)
    assert found.records == len(records)
    assert (found.reader, found.variant, found.clock) == (
        reading.reader, reading.variant, reading.clock,
    )  # fmt: skip
    ends = records[:1] + records[-1:]  # none in a file that is not cut
    assert (found.first is None, found.last is None) == (not records, not records)
    for shown, (index, record) in zip((found.first, found.last), ends, strict=False):
        assert shown is not None
        assert shown.segment == index
        assert (shown.native_id, shown.time, shown.te_lo, shown.te_hi) == (
            record.native_id, record.time, record.te_lo, record.te_hi,
        )  # fmt: skip
    dated = [each for _, each in records if each.te_lo is not None]
    assert found.undated == len(records) - len(dated)
    assert found.earliest == min(
        (each.te_lo for each in dated if each.te_lo is not None), default=None
    )
    assert found.latest == max(
        (each.te_hi for each in dated if each.te_hi is not None), default=None
    )
    assert set(found.senders) == {
        each.sender for _, each in records if each.sender and "system" not in each.flags
    }


def test_kinds_of_message_are_told_apart_where_the_tool_says_them():
    kinds = ["文本消息", "语音消息", "图片消息", "转账卡片", "视频消息", "动画表情", "语音消息"]
    data = weflow(*(message(n + 1, 1715565660 + n, kind) for n, kind in enumerate(kinds)))
    found = summary_of(data)
    assert (found.records, found.media, found.voice, found.transfers) == (7, 5, 2, 1)
    assert found.counted == ("messages", "media", "voice", "transfers")
    # The same with the escapes that JSON allows.
    written = data.decode()
    for kind in set(kinds):
        written = written.replace(kind, "".join(f"\\u{ord(c):04x}" for c in kind))
    again = summary_of(written.encode())
    assert (again.media, again.voice, again.transfers) == (5, 2, 1)


def test_what_a_format_cannot_tell_is_not_named_as_counted():
    assert summary_of(HERE / "android_zh_CN.txt").counted == ("messages", "media")
    assert summary_of(HERE / "wechat_group.txt").counted == ("messages",)
    assert summary_of(HERE / "wechat_mail_html.eml").counted == ()
    assert summary_of(b"no chat at all\n").counted == ()


def test_recalled_and_notices_are_counted_apart():
    recalled = '"乙" 撤回了一条消息'.replace('"', '\\"')
    found = summary_of(weflow(message(1, 1715565660), message(2, 1715565661, "系统消息", recalled)))
    assert (found.records, found.recalled, found.system) == (2, 1, 1)
    found = summary_of(
        android("13/05/24, 10:00 - Ann: a", "13/05/24, 10:01 - Ann: This message was deleted")
    )
    assert (found.records, found.recalled) == (2, 1)


def test_distinct_senders_are_bounded():
    lines = [f"13/05/24, 10:00 - Person {n}: a" for n in range(MAX_SENDERS + 5)]
    found = summary_of(android(*lines))
    assert len(found.senders) == MAX_SENDERS
    assert found.senders_more
    assert found.senders[0] == b"Person 0"
    assert not summary_of(android(*lines[:MAX_SENDERS], *lines[:9])).senders_more


# -- gaps -------------------------------------------------------------------------


@pytest.mark.usefixtures("running_weflow")
def test_running_ids_show_what_is_missing():
    numbers = [101, 102, 103, 107, 108, 109]
    found = summary_of(weflow(*(message(n, 1715565660 + n) for n in numbers)))
    assert found.numbered
    [gap] = found.number_gaps
    assert (gap.before, gap.after, gap.missing) == (b"103", b"107", 3)
    assert (gap.earlier.segment + 2, gap.later.te_lo) == (gap.later.segment, 1715565660 + 107)
    assert (gap.earlier.number, gap.later.number) == (3, 4)


def test_ids_that_are_not_known_to_run_on_show_nothing_however_they_lie():
    """The same file as above; the reader says only that the ids are the platform's."""
    dice = random.Random(1)
    server = sorted(dice.randrange(10**18, 9 * 10**18) for _ in range(50))
    for numbers in ([101, 102, 103, 107, 108, 109], server, [1, 2, 3, 2, 3, 4]):
        found = summary_of(weflow(*(message(n, 1715565660 + n) for n in numbers)))
        assert not found.numbered
        assert found.number_gaps == ()


def test_a_long_silence_is_listed_and_one_of_exactly_thirty_days_is_not():
    day = 86400
    start = 1715565660
    found = summary_of(weflow(message(1, start), message(2, start + 30 * day)))
    assert found.time_gaps == ()
    found = summary_of(weflow(message(1, start), message(2, start + 30 * day + 1)))
    [gap] = found.time_gaps
    assert (gap.before.te_lo, gap.after.te_lo, gap.seconds) == (
        start, start + 30 * day + 1, 30 * day + 1,
    )  # fmt: skip


def test_newest_first_gives_the_same_silence_earlier_record_first():
    start, later = 1715565660, 1715565660 + 40 * 86400
    [gap] = summary_of(weflow(message(1, later), message(2, start))).time_gaps
    assert (gap.before.te_lo, gap.after.te_lo) == (start, later)


def test_an_undecided_date_shows_no_silence_that_is_not_certain():
    """5 January or 1 May: the two readings of either date overlap."""
    found = summary_of(android("1/5/24, 10:00 - A: a", "2/5/24, 10:00 - A: b"))
    assert found.time_gaps == ()
    assert found.oldest is not None
    assert found.newest is not None
    assert found.earliest is not None
    assert found.oldest.te_hi is not None
    assert found.earliest < found.oldest.te_hi


def test_steps_back_in_time_are_counted():
    assert summary_of(HERE / "injected_backwards.txt").out_of_order == 1
    assert summary_of(HERE / "android_zh_CN.txt").out_of_order == 0


# -- personal data ---------------------------------------------------------------

ID_NUMBER = "11010519491231002X"  # the specimen of GB 11643-1999, Annex A
CARD = "6222021234567890123"


def with_check_digit(card: str) -> str:
    for digit in "0123456789":
        number = card[:-1] + digit
        if personal.is_bank_card(number.encode()):
            return number
    raise AssertionError


CARD = with_check_digit(CARD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"我的身份证是{ID_NUMBER}。", {"id_numbers": 1}),
        (f"身份证{ID_NUMBER.lower()}", {"id_numbers": 1}),
        ("身份证110105194912310021", {}),  # the check character is X
        ("身份证11010519491331002X", {}),  # a thirteenth month
        ("打我电话13800138000", {"phones": 1}),
        ("打我电话 138 0013 8000 或 138-0013-8001", {"phones": 2}),
        ("+86 13800138000, 8613800138000", {"phones": 2}),
        ("12800138000 11012345678", {}),  # no mobile prefix
        (f"转到{CARD}", {"bank_cards": 1}),
        ("卡号 " + " ".join(CARD[n : n + 4] for n in range(0, 19, 4)), {"bank_cards": 1}),
        (f"转到{int(CARD) + 1}", {}),  # Luhn's digit is wrong
        ("订单1380013800012345678901234567890", {}),  # part of a long number
        (f"9{ID_NUMBER} 9{CARD} 0{CARD}", {}),
        ("v13800138000 13800138000a _13800138000_ 0.13800138000", {}),
        ("mmexport1715565660123.jpg", {}),
    ],
)
def test_personal_numbers_are_counted_by_their_own_arithmetic(text: str, expected: dict[str, int]):
    assert personal.count(text.encode()) == expected
    assert personal.count(text.encode("gb18030")) == expected


def test_the_tools_own_numbers_are_no_ones():
    own = with_check_digit("6222021234567890123")
    data = weflow(
        f'{{"createTime":1715565660,"platformMessageId":"{own}","content":"\\n13800138000"}}',
        f'{{"createTime":1715565661,"platformMessageId":"1","content":"\\u4e2d{own}"}}',
    )
    assert summary_of(data).personal == {"phones": 1, "bank_cards": 1}


def test_counts_hold_no_value():
    found = summary_of(android(f"13/05/24, 10:00 - A: {ID_NUMBER} {CARD} 13800138000"))
    assert found.personal == {"id_numbers": 1, "bank_cards": 1, "phones": 1}
    for value in (ID_NUMBER, CARD, "13800138000"):
        assert value not in repr(found)


@given(st.binary(max_size=200))
def test_any_bytes_are_scanned(data: bytes):
    assert set(personal.count(data)) <= set(personal.KINDS)
    assert set(personal.count(data, escaped=True)) <= set(personal.KINDS)


# -- any bytes whatever -------------------------------------------------------------

EDIT = st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.binary(max_size=6))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(data=st.binary(max_size=600))
def test_any_bytes_give_a_summary(reader, data: bytes):
    source = Source(data)
    reading = reader.read(source)
    found = summarise(reading, source)
    assert found.records == sum(each.kind == RECORD for each in reading.segments())


@given(path=st.sampled_from(FIXTURES), edits=st.lists(EDIT, max_size=4))
def test_damaged_exports_give_a_summary(path: Path, edits: list[tuple[int, int, bytes]]):
    data = path.read_bytes()
    for place, cut, put in edits:
        at = place % (len(data) + 1)
        data = data[:at] + put + data[at + cut :]
    found = summary_of(data)
    assert found.records >= found.undated >= 0
    assert (found.earliest is None) == (found.oldest is None) == (found.newest is None)


def test_a_file_that_changes_meanwhile_is_not_summed_up(tmp_path: Path):
    path = tmp_path / "chat.txt"
    path.write_bytes(android(*(f"13/05/24, 10:{n:02} - A: a" for n in range(60))))
    source = Source(path)
    reading = read(source)
    path.write_bytes(android("13/05/24, 10:00 - A: another"))
    with pytest.raises(Malformed):
        summarise(reading, source)


def test_records_are_scanned_whole_across_the_pieces_they_are_read_in():
    """Chunks end where they will; a number across the border is still one number."""
    body = "x" * ((1 << 20) - 30)
    found = summary_of(
        android(f"13/05/24, 10:00 - A: {body} 13800138000", "13/05/24, 10:01 - B: b")
    )
    assert (found.records, found.personal) == (2, {"phones": 1})
    assert reader_named(found.reader).name == "whatsapp-text/1"


@given(path=st.sampled_from(FIXTURES), size=st.integers(1, 200))
def test_each_record_has_its_own_bytes_wherever_the_pieces_end(path: Path, size: int):
    class Pieces(Source):
        def chunks(self, _: int = 0, *, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
            return super().chunks(size, start=start, stop=stop)

    data = path.read_bytes()
    reading = read(Source(data))
    at = 0
    for segment, found in with_bytes(reading.segments(), Pieces(data)):
        assert found == (data[at : at + segment.length] if segment.kind == RECORD else b"")
        at += segment.length
    assert at == len(data)
