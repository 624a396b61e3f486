"""For any bytes whatever the segments partition the file, twice the same, and nothing raises."""

from __future__ import annotations

import random
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import is_soak
from tests.fixtures.exports.generate import HERE, paths
from verifier.evidence.segment import KINDS, RECORD
from verifier.exports.bounds import MAX_FLAGS
from verifier.exports.codes import DETAILS, FLAGS, NOTES
from verifier.exports.cutting import headed_text
from verifier.exports.reader import MAX_RECORD_BYTES, Reader
from verifier.exports.registry import READERS, read
from verifier.exports.source import Source
from verifier.exports.tools import wechat_transcript
from verifier.exports.tools.whatsapp_time import HEADERS

FIXTURES = paths()
pytestmark = pytest.mark.longer
SOAK = is_soak()
"""More of everything; the same tests."""


def check(reader: Reader, data: bytes) -> None:
    reading = reader.read(Source(data))
    segments = list(reading.segments())
    assert sum(each.length for each in segments) == len(data)
    assert segments == list(reading.segments())
    assert reading.variant.isascii()
    assert reading.variant == " ".join(reading.variant.split())
    for index, each in enumerate(segments):
        assert each.length >= 1
        assert each.kind in KINDS
        assert each.kind != RECORD or each.length <= MAX_RECORD_BYTES
        assert (each.te_lo is None) is (each.te_hi is None)
        if each.te_lo is not None and each.te_hi is not None:
            assert each.time
            assert 0 <= each.te_lo <= each.te_hi < 2**40
            assert reading.clock != "none"
        assert each.dated_by is None or 0 <= each.dated_by < index
        assert set(each.flags) <= FLAGS.keys()
        assert len(set(each.flags)) == len(each.flags) < MAX_FLAGS
    for note in reading.notes:
        assert note.code in NOTES
        assert note.detail.isascii()
        assert all(0 <= place < len(segments) for place in note.places)
        assert list(note.places) == sorted(set(note.places))
        assert known_detail(note.detail), note.detail


def known_detail(detail: str) -> bool:
    return detail in {"", *DETAILS} or detail[0] in "+-" or detail.startswith("declared ")


PIECES = [
    b"13/05/24, 10:00 - Alice: hi", b"5/6/24, 9:00 - Bob: x", b"[2024/5/1 \xe4\xb8\x8b\xe5\x8d\x882:31:00] A: b",
    b"\xe2\x80\x8e[1/2/24, 3:04:05\xe2\x80\xafPM] A: \xe2\x80\x8e<attached: a.jpg>", b"\n", b"\r\n", b"\r", b"\n\n",
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85", b"\x00", "—————  2024-05-13  —————".encode(), "甲  09:05".encode(),
    "甲 和 乙 在微信上的聊天记录如下，请查收。".encode(), "聊天记录".encode("gb18030")[:-1], b"<Media omitted>",
    b'{"weflow":{"version":"1"},"session":{"messageCount":2},"messages":[', b'{"createTime":1700000000}',
    b'{"createTime":1700000000,"createTime":1}', b",", b"]", b"}", b"{", b"[", b'"', b"\\", b'"messages":[',
    b"From: a\nTo: b\nDate: Wed, 1 May 2024 10:30:05 +0800\nContent-Type: multipart/mixed; boundary=b\n\n",
    b"localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent,StrTime,Remark,NickName,Sender\r\n",
    b"501,12,49,2000,1,1714530605,2,,2024-05-01 10:30:05,a,b,c\r\n", b"id,MsgSvrID,type_name,is_sender,talker,room_name,msg,src,CreateTime\n",
    b"Time,SenderName,Sender,TalkerName,Talker,Content\n", b"2024-05-01 10:30:05,a,b,c,d,", b'"a ""b"" c",',
    "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n".encode(),
    "2024-05-14 21:32:14,a,b,c,支出,¥1.00,d,e,1,2,3\n".encode(), "共4笔记录\n支出：1笔 1.00元\n".encode(),
    b'{"name":"a","type":"private_supergroup","id":1,"messages":[', b'{"id":1,"type":"message","date_unixtime":"1714530605"}',
    b'{"id":2,"date":"2024-05-01T10:30:05","text":["a",{"text":"b"}]}', b'{"about":"Here is the data you requested.","chats":{"list":[',
    b'[{"ts":"1714530605.000100","user":"U","text":"a","files":[{"url_private":"x"}]}', b'{"_type":"header","chatlab":{}}\n',
    b'{"chatlab":{"version":"0.0.2"},"meta":{},"messages":[', b'{"data":{"has_more":true,"items":[{"message_id":"om_1","create_time":"1714530605123"}',
    b'{"metadata":{"name":"QQChatExporter V5"},"chatInfo":{"type":"group"},"messages":[', b'{"seq":"1","timestamp":1714530605000,"recalled":true}',
    b'{"guild":{},"channel":{"id":"1"},"dateRange":{},"messages":[', b'{"id":"100","timestamp":"2024-05-01T10:30:05.1+08:00"}',
    b"--b\nContent-Type: text/plain\n\n", b"--b--\n", b"\xff\xfe", b" ", b": ", b" - ",
    "2024-05-01 10:30:05 甲\n好\n\n".encode(), b"2024-05-01 10:30:06 'A'\nx\n\n", "2024-05-01 9:30:05 甲(10001)\n".encode(),
    "甲(wxid_a1b2) 05-01 10:30:05\n".encode(), "甲 (2024-05-01 10:30:05):好\n".encode(), "系统消息：a\n".encode(),
    "「甲：好」\n- - - - - - - - - - - - - - -\n".encode(), b"[2019-05-29, 15:04] Me: hi\n", b"=" * 64, b"=" * 47,
    "[1]\n甲:\n时间: 2024-05-01 10:30:05\n内容: 好\n".encode(), "消息对象:甲\n".encode(), "导出完成\n".encode(),
    b"May 17, 2022  5:29:42 PM\nMe\nhi\n\n", b"## 2024-05-01 10:30:05 A\n\n", "甲 2024/05/13 10:30\n好\n".encode(),
    b"INSERT INTO weflow_messages (session_id, ", b"');\n", b";", b"'", b"--", "2024年5月13日 10:30\n甲:\n好\n".encode(),
]  # fmt: skip
SOUP = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=30).map(b"".join)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(data=SOUP)
def test_any_bytes(reader: Reader, data: bytes):
    check(reader, data)


def pairs() -> list[tuple[Reader, Path]]:
    """Each reader with all fixtures that it recognises and a few of those that it does not."""
    found = []
    for reader in READERS:
        own = [path for path in FIXTURES if reader.detect(Source(path))]
        others = [path for path in FIXTURES if path not in own]
        few = random.Random(reader.name).sample(others, min(6 if SOAK else 3, len(others)))
        found += [(reader, path) for path in (*own, *few)]
    return found


@pytest.mark.parametrize(("reader", "path"), pairs(), ids=lambda one: one.name.replace("/", "-"))
def test_fixtures_with_every_reader_whole_and_damaged(reader: Reader, path: Path):
    data = path.read_bytes()
    check(reader, data)
    dice = random.Random(path.name)
    for _ in range(8 if SOAK else 2):
        at = dice.randrange(len(data))
        for damaged in (
            data[:at], data[at:], data[:at] + b"\n" + data[at:], data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1 :],
            data[:at] + b"\xef\xbb\xbf" + data[at:],
        ):  # fmt: skip
            check(reader, damaged)
    for ends in (b"\r", b"\r\n", "\u2028".encode(), b"\n\n"):
        check(reader, data.replace(b"\n", ends))
    check(reader, data.decode("utf-8", "replace").encode("gb18030")[:-1])
    check(reader, data.decode("utf-8", "replace").encode("utf-16"))


@pytest.mark.parametrize("name", ["android_en_US.txt", "ios_zh_CN.txt", "wechat_group.txt"])
@pytest.mark.parametrize("size", [1, 5, 64])
def test_cuts_do_not_depend_on_how_the_bytes_arrive(name: str, size: int):
    source = Source(HERE / name)
    for pattern in (*HEADERS.values(), wechat_transcript.OPENING):
        whole = list(headed_text.stretches(source.chunks(), pattern, lambda match: match[0]))
        small = list(headed_text.stretches(source.chunks(size), pattern, lambda match: match[0]))
        assert small == whole


@pytest.mark.parametrize("ends", [b"", b"\n"])
def test_lines_and_records_longer_than_what_is_held(monkeypatch: pytest.MonkeyPatch, ends: bytes):
    """With limits of a few bytes every path of the cutter is walked."""
    monkeypatch.setattr(headed_text, "MAX_LINE_BYTES", 40)
    monkeypatch.setattr(headed_text, "MAX_RECORD_BYTES", 100)
    data = b"".join(
        b"13/05/24, 10:%02d - A: %s\n" % (n, (b"x" * (n * 7)) + ends + b"y" * (n * 5))
        for n in range(30)
    )
    for size in (1, 3, 17, 64, 1000):
        found = list(
            headed_text.stretches(
                (data[n : n + size] for n in range(0, len(data), size)),
                HEADERS["dash"],
                lambda m: m[3],
            )
        )
        assert sum(length for length, _, _ in found) == len(data)
        assert [head for _, head, _ in found] == [b", 10:%02d" % n for n in range(30)]
        assert all((body is None) is (length > 100) for length, _, body in found)


def test_a_reader_never_depends_on_the_name():
    for path in FIXTURES:
        data = path.read_bytes()
        names = ("_chat.txt", "photo.gif", b"\xff.json", "")
        assert len({read(Source(data, name=name)).reader for name in names}) == 1


HOSTILE = [
    b" ", b"\n", b"\r", b"1/1/24, ", b"\n13/05/24, 10:00 - a", b"<attached: ", b"\xe2\x80\x8e omitted ",
    b'"', b"\\", b"[{", b'"messages" ', b'{"a":', "—".encode(), "甲 和 乙 在微信上的聊天记录如下\n".encode(),
    b"'", b"';", b"--", b"-", b"2024-05-01 10:30:05 ", b"\n2024-05-01 10:30:05 '", "\n甲(wxid_a1b2)".encode(), b"(wxid_a1b2) ",
    b" (2024-05-01 10:30:05)", "\n「".encode(), "」\n- -".encode(), b"\n[1]\nA:\n", "\nA:\n时间: ".encode(), b"\n  - a: b",
    b"\n" + b"=" * 64, b"\n[2019-05-29, 15:04] ", b"](./a)", b"\nMay 17, 2022  5:29:42 PM", b"\na/b.c", b"A 10:30\n",
    b"\rA 10:30", b"\nINSERT INTO weflow_messages ('", b"\n(- a", b"> ", b"a" * 600 + b"\n",
    "在微信上的聊天记录如下".encode(), b"\n--b\nContent-Type: text/plain\n\n", b"\n>>>>>>>>  ",
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_size_and_not_with_its_square(reader: Reader, unit: bytes):
    """A repeated morsel; a pattern that backtracked took minutes for it."""
    starts = (
        b"13/05/24, 10:00 - A: ",
        b'{"weflow":{},"messages":[{"a":"',
        b'{"messages":[{"text":["',
    )
    size, chosen = (400_000, starts) if SOAK else (100_000, (starts[zlib.crc32(unit) % 3],))
    for start in (b"", *chosen):
        data = start + unit * (size // len(unit))
        began = time.process_time()
        source = Source(data)
        reader.detect(source)
        assert sum(s.length for s in reader.read(source).segments()) == len(data)
        assert time.process_time() - began < 4
