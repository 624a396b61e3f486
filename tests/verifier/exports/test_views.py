"""What a record says, without its header, in the formats whose header is a line; and what WeFlow quotes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import HERE, paths
from tests.verifier.exports.test_summary import android, message, weflow
from verifier.evidence.segment import RECORD
from verifier.exports.inspection.source_pass import report_on
from verifier.exports.registry import READERS, read, reader_named
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source
from verifier.exports.view import View, plain


def views(data: bytes | Path) -> list[View]:
    source = Source(data)
    reading = read(source)
    view = reader_named(reading.reader).view
    return [view(d) for s, d in with_bytes(reading.segments(), source) if s.kind == RECORD]


def test_whatsapp_shows_the_words_alone():
    data = android("13/05/24, 10:00 - Ann: hello", "second: line", "13/05/24, 10:01 - Ann left")
    assert [each.text for each in views(data)] == ["hello\nsecond: line", "Ann left"]
    ios = "\u200e[2024/5/1 下午2:31:00] 甲: 下周一\r\n[2024/5/1 下午2:32:00] 乙: 好\r\n".encode()
    assert [each.text for each in views(ios)] == ["下周一", "好"]


def test_wechat_shows_the_words_alone():
    texts = [each.text for each in views(HERE / "wechat_group.txt")]
    whole = plain((HERE / "wechat_group.txt").read_bytes()).text
    assert all(text in whole for text in texts)
    assert not [text for text in texts if "  " in text.split("\n")[0]]


def test_weflow_shows_content_and_quote():
    quoting = (
        '{"createTime":1715565661,"content":"好\\n的","platformMessageId":"8",'
        '"replyToMessageId":"7","quotedContent":"x"}'
    )
    data = weflow(message(7, 1715565660, content="y"), quoting)
    assert views(data) == [View("y"), View("好\n的", b"7", "x")]
    report = report_on(Source(data))
    assert {each.code: each.places for each in report.findings}["QUOTE_MISMATCH"] == (2,)
    absent = report_on(Source(weflow(quoting)))
    assert {each.code: each.places for each in absent.findings}["QUOTE_TARGET_MISSING"] == (1,)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)
def test_every_record_of_every_fixture_has_a_view(path: Path):
    assert all(isinstance(each.text, str) for each in views(path))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(data=st.binary(max_size=200))
def test_any_bytes_have_a_view(reader, data: bytes):
    view = reader.view(data)
    assert isinstance(view.text, str)
    assert isinstance(view.reply_to, bytes)
