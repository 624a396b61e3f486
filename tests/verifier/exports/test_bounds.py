"""No content makes a segment that a segment table cannot hold."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import HERE, paths
from tests.segment_tables import write_table
from verifier.evidence.segment import RECORD, Segment
from verifier.evidence.segment_table import read_table
from verifier.exports import bounds
from verifier.exports.codes import FLAGS
from verifier.exports.reader import Reader, Reading
from verifier.exports.registry import READERS, read, reader_named
from verifier.exports.source import Source
from verifier.exports.text import Text

FIXTURES = paths()
LONG = b"\xff" * 45_000
TITLE = "小明 和 小红 在微信上的聊天记录如下，请查收。\n\n".encode()


def weflow(fields: bytes) -> bytes:
    return b'{"weflow":{"version":"1"},"messages":[{"createTime":1700000000,' + fields + b"}]}"


FULL = {
    "sender": weflow(b'"senderUsername":"' + LONG * 4 + b'"'),
    "native_id": weflow(b'"platformMessageId":"' + LONG * 4 + b'"'),
    "type": weflow(b'"type":"' + LONG * 4 + b'"'),
    "time": weflow(b'"createTime":' + b"9" * 140_000),
    "mail": b"From: " + LONG + b"\nTo: b\nDate: Wed, 1 May 2024 10:30:05 +0800 (" + b"x" * 2000
    + b")\nContent-Type: text/html\n\n" + TITLE,
    "media": b"13/05/24, 10:00 - A: " + b"<attached: a.jpg>" * 1001 + b"\n13/05/24, 10:01 - A: b\n",
}  # fmt: skip


@pytest.mark.parametrize("what", FULL)
def test_a_field_that_is_too_long_is_left_empty_flagged_and_noted(what: str):
    reading = read(Source(FULL[what]))
    assert reading.reader != "any-file/1"
    segments = list(reading.segments())
    long = [n for n, each in enumerate(segments) if "field_too_long" in each.flags]
    assert len(long) == 1
    record = segments[long[0]]
    assert getattr(record, "sender" if what == "mail" else what) in (b"", ())
    notes = {note.code: note for note in reading.notes}
    assert (notes["FIELD_TOO_LONG"].count, notes["FIELD_TOO_LONG"].places) == (1, tuple(long))
    assert (record.te_lo is None) is (what == "time")
    round_trip(segments)


def test_the_date_of_a_mail_comes_without_its_comments():
    record = next(iter(read(Source(FULL["mail"])).segments()))
    assert record.time == b"Wed, 1 May 2024 10:30:05 +0800"


def test_at_the_bound_nothing_changes():
    for size in (1024, 1025):
        segment = Segment(RECORD, 9, b"t" * size, 5, 6, 0, b"s" * size, b"i" * size, b"k" * size)
        expected = segment
        if size > 1024:
            expected = Segment(RECORD, 9, flags=("field_too_long",))
        assert list(bounds.bounded([segment])) == [expected]
    names = tuple(b"n" * 4096 for _ in range(1000))
    kept = Segment(RECORD, 9, media=names)
    empty = Segment(RECORD, 9, media=(), flags=("edited", "field_too_long"))
    assert bounds.fit(kept) is kept
    for media in ((*names, b"n"), (b"a", b"n" * 4097)):
        over = Segment(RECORD, 9, media=media, flags=("edited",))
        assert list(bounds.bounded([over])) == [empty]
    many = Segment(RECORD, 9, flags=tuple("abcdefghijklmnopqrstuvwxyz"))
    assert list(bounds.bounded([many])) == [Segment(RECORD, 9, flags=("field_too_long",))]


def test_flags_in_use_fit_the_table():
    """That no record gets as many as a row may hold is asserted in test_partition."""
    assert all(len(flag) <= bounds.MAX_FLAG_CHARACTERS for flag in FLAGS)


def test_a_reader_cannot_go_around_the_bounds():
    def read_long(source: Source) -> Reading:
        def cut() -> Iterator[Segment]:
            yield Segment(RECORD, source.size, sender=b"s" * 2000)

        return Reading("new/1", "new", "none", "unknown", (), cut)

    reader = Reader("new/1", Text("新", "new"), lambda source: (), read_long, {})
    reading = reader.read(Source(b"x"))
    assert [each.sender for each in reading.segments()] == [b""]


def round_trip(segments: list[Segment]) -> None:
    """A table of these segments reads back; media as the positions that a linker would give."""
    rows = [
        each._replace(media=tuple(b"%d" % (99_999 - n) for n in range(len(each.media))))
        for each in segments
    ]
    out = io.BytesIO()
    write_table(rows, out)
    out.seek(0)
    assert list(read_table(out, len(out.getvalue()))) == rows


GROWTH = st.sampled_from((1, 1, 3, 300, 5000))
EDIT = st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.binary(max_size=6), GROWTH)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(path=st.sampled_from(FIXTURES), edits=st.lists(EDIT, max_size=4))
def test_whatever_was_changed_in_a_sample_the_table_holds_it(
    reader: Reader, path: object, edits: list[tuple[int, int, bytes, int]]
):
    data = HERE.joinpath(str(path)).read_bytes()
    for place, cut, put, times in edits:
        at = place % (len(data) + 1)
        data = data[:at] + (put or data[at : at + 3]) * times + data[at + cut :]
    check(reader, data)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_digits_moved_about(reader: Reader, path):
    """Dates and times at their edges: every digit of a sample replaced at random."""
    dice = random.Random(path.name)
    data = path.read_bytes()
    for share in (0.02, 0.3):
        check(
            reader,
            bytes(
                dice.choice(b"0123456789") if 48 <= each <= 57 and dice.random() < share else each
                for each in data
            ),
        )


def test_a_date_that_the_order_rules_out_where_no_record_is():
    """On a line without a readable time, and on one whose record is too large."""
    chat = b"13/5/24, 9:05 - A: a\n14/5/24, 9:06 - A: b\n"
    reader = reader_named("whatsapp-text/1")
    for tail in (b"96/5/24, 8:78 - A: c\n", b"96-5-24, 8:07 - A: c" + b"x" * (17 << 20)):
        segments = list(reader.read(Source(chat + tail)).segments())
        assert [each.te_lo is None for each in segments][:2] == [False, False]
        assert sum(each.length for each in segments) == len(chat + tail)


def check(reader: Reader, data: bytes) -> None:
    reading = reader.read(Source(data))
    segments = list(reading.segments())
    assert segments == list(reading.segments())
    for index, each in enumerate(segments):
        assert (each.te_lo is None) is (each.te_hi is None)
        if each.te_lo is not None and each.te_hi is not None:
            assert each.time
            assert -(10**15) <= each.te_lo <= each.te_hi <= 10**15
        else:
            assert each.dated_by is None
        assert each.dated_by is None or 0 <= each.dated_by < index < len(segments)
        assert max(map(len, (each.time, each.sender, each.native_id, each.type))) <= 1024
        assert len(each.media) <= 1000
        assert all(len(name) <= 4096 for name in each.media)
    long = [n for n, each in enumerate(segments) if "field_too_long" in each.flags]
    noted = [(n.count, n.places) for n in reading.notes if n.code == "FIELD_TOO_LONG"]
    assert noted == ([(len(long), tuple(long[:20]))] if long else [])
    round_trip(segments)
