"""Exports written as HTML: cut on bytes, never rendered, nothing of them fetched."""

from __future__ import annotations

import pytest

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.exports.cutting import markup_cut
from verifier.exports.cutting.markup import plain_text, unreferenced
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools import qq_msgmgr_mht, telegram_html

DAY = 1462060800  # 2016-05-01
T = 1714530605  # 2024-05-01T10:30:05+08:00


def reading_of(name: str) -> tuple[Reading, list[Segment], dict[str, Note], list[bytes]]:
    data = (HERE / name).read_bytes()
    reading = read(Source(data))
    segments = list(reading.segments())
    texts, at = [], 0
    for each in segments:
        if each.kind == RECORD:
            texts.append(data[at : at + each.length])
        at += each.length
    assert at == len(data)
    return reading, segments, {note.code: note for note in reading.notes}, texts


def records(segments: list[Segment]) -> list[Segment]:
    return [each for each in segments if each.kind == RECORD]


# -- QQ ---------------------------------------------------------------------------


def test_rows_are_dated_by_the_row_above_them():
    reading, segments, notes, texts = reading_of("qq_plain.mht")
    assert (reading.reader, reading.variant, reading.clock) == ("qq-msgmgr-mht/1", "mht", "wall")
    assert {s.kind for s in segments} == {RECORD, FRAMING}
    one, two, three, four = records(segments)
    assert (one.time, one.te_lo, one.te_hi) == (b"9:30:05", DAY + 34205, DAY + 34205)
    assert one.sender.decode() == "小周(12345678)"
    data, at, rows = (HERE / "qq_plain.mht").read_bytes(), 0, []
    for number, each in enumerate(segments):
        if each.kind == FRAMING and "日期:".encode() in data[at : at + each.length]:
            rows.append(number)
        at += each.length
    first, second = rows
    assert (one.dated_by, two.dated_by, three.dated_by) == (first, first, second)
    assert three.te_lo == DAY + 86400 + 8 * 3600
    assert [s.flags for s in (one, two, three, four)] == [(), (), ("recalled",), ("system",)]
    assert [s.type for s in (one, two)] == [b"", b"image"]
    assert qq_msgmgr_mht.view_row(texts[0]).text == "<tr><td>日期: 2020-01-01 & more"
    assert qq_msgmgr_mht.view_row(texts[1]).text == "[图片]"
    assert notes.keys() == {
        "COUNT_APPARENT", "FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE", "SYNTAX_INVALID",
        "SENDER_NAME_ONLY", "RECALLED",
    }  # fmt: skip
    assert notes["SYNTAX_INVALID"].detail == "mail-header"
    assert notes["SENDER_NAME_ONLY"].count == 2


def test_a_row_without_a_date_above_it_stays_undated_and_a_missing_picture_is_noted():
    _, segments, notes, _ = reading_of("qq_undated.mht")
    assert [(s.time, s.te_lo, s.dated_by) for s in records(segments)] == [
        (b"10:31:00", None, None), (b"1:00:00", None, None)
    ]  # fmt: skip
    assert (notes["DATE_PARTIAL"].count, notes["DATE_PARTIAL"].detail) == (2, "time-of-day-only")
    assert notes["MEDIA_MISSING"].count == 1


def test_a_date_is_not_carried_into_the_next_conversation():
    _, segments, notes, _ = reading_of("qq_two_chats.mht")
    assert [s.te_lo for s in records(segments)] == [DAY + 9 * 3600, None]
    assert notes["DATE_PARTIAL"].count == 1
    data = (
        (HERE / "qq_two_chats.mht")
        .read_bytes()
        .replace("消息对象:别人".encode(), "消息分组:x".encode())
    )
    assert records(list(read(Source(data)).segments()))[1].te_lo == DAY + 20 * 3600 + 43 * 60 + 38


def test_a_row_that_is_none_of_the_programs_is_unparsed():
    _, segments, notes, _ = reading_of("qq_odd_row.mht")
    assert sum(s.kind == UNPARSED for s in segments) == 1
    assert "TIME_NOT_MONOTONE" in notes
    assert [n.detail for n in read(Source(HERE / "qq_odd_row.mht")).notes if n.code == "SYNTAX_INVALID"] == [
        "mail-header", "outside-records",
    ]  # fmt: skip


def test_words_before_the_table_are_no_framing():
    data = (HERE / "qq_plain.mht").read_bytes().replace(b"<table", b"hidden words<table")
    assert UNPARSED in [s.kind for s in read(Source(data)).segments()]


# -- Telegram ---------------------------------------------------------------------


def test_messages_have_their_id_time_and_name():
    reading, segments, notes, texts = reading_of("telegram_plain.html")
    assert (reading.variant, reading.clock, reading.ids) == ("html utc", "instant", "native")
    assert [s.kind for s in segments] == [FRAMING, FRAMING, *[RECORD] * 6, FRAMING]
    hello, joined, photo, service, forward, voice = records(segments)
    assert (hello.time, hello.te_lo) == (b"01.05.2024 10:30:05 UTC+08:00", T)
    assert (hello.sender, hello.native_id, hello.flags) == (b"Bob", b"101", ())
    assert (joined.sender, joined.flags) == (b"", ("joined",))
    assert (photo.type, photo.media) == (b"photo", (b"photos/a&b.jpg",))
    assert (service.native_id, service.flags, service.te_lo) == (b"105", ("system",), None)
    assert (forward.sender, forward.te_lo) == (b"", T + 180), "not the name of whom it is from"
    assert (voice.type, voice.flags) == (b"voice_message", ("media_omitted",))
    assert telegram_html.view_message(texts[0]).text == "hello <b>\nsecond"
    assert telegram_html.view_message(texts[1]) == ("ok", b"101", "")
    assert telegram_html.view_message(texts[3]).text == "Bob invited Carol"
    assert notes.keys() == {
        "FILTER_POSSIBLE", "DISPLAY_NAMES_CHOSEN", "SENDER_NAME_ONLY", "SENDER_NOT_REPEATED",
        "TIME_UNREADABLE", "MEDIA_OMITTED",
    }  # fmt: skip
    assert notes["TIME_UNREADABLE"].count == 1


def test_a_page_without_offsets_has_wall_time():
    reading, segments, notes, _ = reading_of("telegram_old.html")
    assert (reading.variant, reading.clock) == ("html wall", "wall")
    assert [s.te_lo for s in records(segments)] == [T + 28800, T + 28740]
    assert {"NO_TIMEZONE", "TIME_NOT_MONOTONE", "PARTS_OF_ONE_EXPORT"} <= notes.keys()


def test_where_some_times_have_an_offset_the_others_are_no_instants():
    _, segments, notes, _ = reading_of("telegram_mixed.html")
    assert [s.te_lo for s in records(segments)] == [T, None]
    assert notes["TIME_UNREADABLE"].count == 1


def test_words_that_look_like_a_message_are_none():
    _, segments, notes, _ = reading_of("telegram_injected.html")
    assert len(records(segments)) == 1
    assert "SYNTAX_INVALID" not in notes


def test_a_message_cut_off_is_unparsed():
    _, segments, notes, _ = reading_of("telegram_truncated.html")
    assert segments[-1].kind == UNPARSED
    assert notes["SYNTAX_INVALID"].detail == "outside-records"


def test_words_after_the_last_message_are_no_framing():
    data = (
        (HERE / "telegram_plain.html")
        .read_bytes()
        .replace(b"  </div>\n </body>", b"  </div>more\n </body>")
    )
    assert [s.kind for s in read(Source(data)).segments()][-1] == UNPARSED


@pytest.mark.parametrize(
    "data",
    [
        b"<html><head><title>Exported Data</title></head><body>nothing</body></html>",
        b'<div class="message default clearfix" id="message1">',
        b"Subject: Tencent IM Message\r\n\r\n<tr><td>",
    ],
)
def test_what_is_no_export_is_not_claimed(data: bytes):
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


# -- the cutter -------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 5, 450, 1000])
@pytest.mark.parametrize("name", ["qq_plain.mht", "telegram_plain.html", "telegram_truncated.html"])
def test_cuts_do_not_depend_on_how_the_bytes_arrive(name: str, size: int):
    source = Source(HERE / name)
    for marker in (
        telegram_html._MARKER,
        qq_msgmgr_mht._marker(b"----=_NextPart_5A3B1C2D_00000001.00000002"),
    ):
        whole = list(markup_cut.pieces(source.chunks(), marker))
        assert list(markup_cut.pieces(source.chunks(size), marker)) == whole


@pytest.mark.parametrize("size", [1, 64, 5000])
def test_a_piece_longer_than_a_record_is_let_go(monkeypatch: pytest.MonkeyPatch, size: int):
    monkeypatch.setattr(markup_cut, "MAX_RECORD_BYTES", 1000)
    data = b"<tr>a" + b"<tr>" + b"x" * 3000 + b"<tr>b"
    found = list(markup_cut.pieces(Source(data).chunks(size), qq_msgmgr_mht._marker(b"")))
    assert found == [(5, b"<tr>a"), (3004, None), (5, b"<tr>b")]


@pytest.mark.parametrize(
    "unit", [b'<div class="text">', b'<div class="message default ', b"<div", b"</div>", b'<a class="pagination', b"<tr><td>", b"<"]
)  # fmt: skip
def test_hostile_repetition_takes_no_time(unit: bytes):
    for name, viewed in (
        ("telegram_plain.html", telegram_html.view_message),
        ("qq_plain.mht", qq_msgmgr_mht.view_row),
    ):
        head = (HERE / name).read_bytes()
        data = head[:1400] + unit * (2_000_000 // len(unit))
        assert sum(s.length for s in read(Source(data)).segments()) == len(data)
        viewed(data)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("a<br>b<br/>c", "a\nb\nc"), ("&#55357;&#56838;", "😆"), ("&#xD83D;&#xDE06;", "😆"), ("&#55357;", "\ufffd"),
        ("<style>p{}</style>a<script>x</script>", "a"), ("&amp;lt;", "&lt;"), ("<", "<"), ("&#128512;", "😀"), ("&#5;", ""),
    ],
)  # fmt: skip
def test_plain_text(markup: str, words: str):
    assert plain_text(markup) == words


def test_references_outside_the_surrogates_are_left_to_their_rules():
    assert unreferenced("&#50000;&nosuch;&amp;") == f"{chr(50000)}&nosuch;&"
