"""A source report says what is in the file, in the numbers that people count by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import HERE, paths
from tests.verifier.exports.test_summary import android, message, weflow
from verifier.errors import Malformed
from verifier.evidence.segment import FRAMING, RECORD, Segment
from verifier.exports import registry
from verifier.exports.codes import DIRECTIONS, NOTES
from verifier.exports.families.bill_declared import _DIRECTIONS
from verifier.exports.inspection.finding import SourceFinding, detail_text
from verifier.exports.inspection.importance import by_importance
from verifier.exports.inspection.source_pass import report_on
from verifier.exports.inspection.source_report import AMBIGUOUS, UNCOUNTED, SourceReport
from verifier.exports.inspection.summary import summarise
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import READERS, read
from verifier.exports.source import Source
from verifier.exports.tools import any_file

FIXTURES = paths()


def report_of(data: bytes | Path, **more: object) -> SourceReport:
    return report_on(Source(data), **more)  # type: ignore[arg-type]


def codes(report: SourceReport) -> set[str]:
    return {each.code for each in report.findings}


# -- what it says ---------------------------------------------------------------------


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_agrees_with_the_reader_and_with_the_summary(path: Path):
    source = Source(path)
    reading = read(source)
    report = report_on(source)
    assert report.summary == summarise(reading, source)
    noted = {note.code for note in reading.notes}
    assert noted <= codes(report) <= NOTES.keys()
    assert report.records == (None if noted & UNCOUNTED else report.summary.records)
    assert set(report.ambiguous) == noted & set(AMBIGUOUS)
    assert report.reasons
    assert (report.encoding, report.ids) == (reading.encoding, reading.ids)
    records = [each.kind == RECORD for each in reading.segments()]
    for note in reading.notes:
        found = [each for each in report.findings if each.code == note.code]
        if len(found) == 1 and found[0].count == note.count and found[0].detail == note.detail:
            wanted = [sum(records[: n + 1]) for n in note.places if records[n]]
            assert list(found[0].places) == wanted, note.code


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_text_formats_never_have_a_bare_count(path: Path):
    report = report_of(path)
    if path.suffix == ".txt" and report.records is not None:
        assert report.ambiguous


def test_places_are_records_from_one_and_what_lies_between_has_its_own(monkeypatch):
    """Framing, record, unparsed, record: note places 1 and 2 are record 1 and after record 1."""
    cut = [Segment(FRAMING, 1), Segment(RECORD, 1), Segment(3, 1), Segment(RECORD, 1)]
    notes = (Note("SYNTAX_INVALID", 3, (0, 1, 2)), Note("RECALLED", 1, (3,)))
    reading = Reading("any-file/1", "x", "none", "ascii", notes, lambda: iter(cut))
    found = {each.code: each for each in report_on(Source(b"abcd"), reading).findings}
    assert (found["SYNTAX_INVALID"].places, found["SYNTAX_INVALID"].after) == ((1,), (0, 1))
    assert (found["RECALLED"].places, found["RECALLED"].after) == ((2,), ())


def test_a_count_that_the_file_declares_is_compared():
    data = weflow(message(1, 1715565660)).replace(
        b'"messages"', b'"session":{"messageCount":4},"messages"'
    )
    report = report_of(data)
    assert (report.records, report.declared_records) == (1, 4)
    finding = report.finding("COUNT_MISMATCH")
    assert finding is not None
    assert detail_text(finding.detail).en == "declared 4, found 1"
    assert "COUNT_MISMATCH" not in codes(report_of(data.replace(b":4}", b":1}")))


def test_duplicates_secrets_and_silences_are_found_with_their_places():
    secret = "https://x/a?access_token=0123456789abcdef"
    data = weflow(
        message(5, 1715565660), message(6, 1715565660, content=secret),
        message(5, 1715565660), message(7, 1715565660 + 40 * 86400),
    )  # fmt: skip
    report = report_of(data)
    assert {c: report.finding(c).places for c in ("DUPLICATE_IDS", "DUPLICATE_RECORDS", "TIME_GAP")} == {  # type: ignore[union-attr]
        "DUPLICATE_IDS": (3,), "DUPLICATE_RECORDS": (3,), "TIME_GAP": (4,),
    }  # fmt: skip
    finding = report.finding("SECRETS_PRESENT")
    assert finding is not None
    assert (finding.places, finding.detail) == ((2,), "access_token=1")
    assert detail_text(finding.detail).en == "access tokens or application secrets: 1"
    assert "0123456789abcdef" not in repr(report)
    assert not codes(report_of(weflow(message(5, 1), message(6, 2)))) & {
        "DUPLICATE_IDS", "DUPLICATE_RECORDS", "TIME_GAP", "SECRETS_PRESENT",
    }  # fmt: skip


@pytest.mark.usefixtures("running_weflow")
def test_missing_numbers_are_a_finding_where_they_run_on():
    report = report_of(weflow(*(message(n, 1715565660 + n) for n in (1, 2, 6, 7, 9))))
    finding = report.finding("ID_GAP")
    assert finding is not None
    assert (finding.count, finding.places, finding.detail) == (2, (3, 5), "missing 4")
    assert "ID_GAP" not in report.not_searched


def test_numbers_that_do_not_run_on_are_not_searched_and_it_says_so():
    report = report_of(weflow(*(message(n, 1715565660 + n) for n in (1, 2, 6, 7, 9))))
    assert "ID_GAP" not in codes(report)
    assert "ID_GAP" in report.not_searched
    chat = report_of(HERE / "android_zh_CN.txt")
    assert {"ID_GAP", "DUPLICATE_IDS", "QUOTE_MISMATCH"} <= set(chat.not_searched)


def test_media_is_missing_only_where_somebody_could_look():
    data = android("13/05/24, 10:00 - A: IMG-1.jpg (file attached)", "13/05/24, 10:01 - B: ok")
    alone = report_of(data)
    assert (alone.media, alone.looked) == ({"named": 1}, False)
    assert "MEDIA_MISSING" in alone.not_searched
    beside = report_of(data, beside=lambda name: name == b"IMG-1.jpg")
    assert (beside.media, codes(beside) & {"MEDIA_MISSING"}) == (
        {"named": 1, "linked": 1, "missing": 0}, set(),
    )  # fmt: skip
    absent = report_of(data, beside=lambda _: False).finding("MEDIA_MISSING")
    assert absent is not None
    assert absent.places == (1,)


def test_any_other_file_has_no_number_of_records():
    report = report_of(b"no chat at all\r\n")
    assert (report.reader, report.records, report.ambiguous) == ("any-file/1", None, ())
    assert report.line_ends is not None
    assert (report.encoding, report.line_ends.kind) == ("ascii", "CRLF")
    picture = report_of(b"\x89PNG\r\n\x1a\n\xff\xfe\0\0")
    assert (picture.encoding, picture.line_ends) == ("unknown", None)


def test_a_quote_is_looked_up_in_the_whole_file(monkeypatch: pytest.MonkeyPatch):
    from verifier.exports.view import View

    def cut() -> Iterator[Segment]:
        yield Segment(RECORD, 2, native_id=b"2", flags=("quote",))
        yield Segment(RECORD, 2, native_id=b"1")

    def view(data: bytes) -> View:
        return View("x", b"1", "y") if data == b"q\n" else View("z")

    reader = replace(
        any_file.READER, name="quoting/1", view=view, detect=lambda _: (),
        read=lambda _: Reading("quoting/1", "x", "none", "ascii", (), cut, ids="native"),
    )  # fmt: skip
    monkeypatch.setattr(registry, "READERS", (reader, *registry.READERS))
    source = Source(b"q\na\n")
    report = report_on(source, reader.read(source))
    assert [(each.code, each.places) for each in report.findings] == [("QUOTE_MISMATCH", (1,))]
    assert "QUOTE_MISMATCH" not in report.not_searched


def telegram(kind: str, *ids: int) -> str:
    messages = ",".join(
        f'{{"id":{n},"type":"message","date":"2024-05-13T10:01:00","date_unixtime":"17155656{n:02}",'
        f'"from":"A","from_id":"user1","text":"t{n}"}}'
        for n in ids
    )
    return f'{{"name":"x","type":"{kind}","id":7,"messages":[{messages}]}}'


def test_a_platform_that_counts_one_by_one_shows_what_is_missing():
    report = report_of(telegram("private_supergroup", 1, 2, 5).encode())
    finding = report.finding("ID_GAP")
    assert finding is not None
    assert (report.reader, finding.places, finding.detail) == ("telegram-json/1", (3,), "missing 2")
    alone = report_of(telegram("personal_chat", 1, 2, 5).encode())  # one count for all its chats
    assert "ID_GAP" not in codes(alone)
    assert "ID_GAP" in alone.not_searched


def test_ids_of_several_conversations_in_one_file_are_not_held_against_each_other():
    chats = ",".join(telegram("private_supergroup", 1, 2) for _ in range(2))
    data = f'{{"about":"x","chats":{{"about":"y","list":[{chats}]}}}}'.encode()
    report = report_of(data)
    assert (report.reader, report.records) == ("telegram-json/1", 4)
    assert "DUPLICATE_IDS" not in codes(report)
    assert "DUPLICATE_IDS" in report.not_searched


# -- order and words ------------------------------------------------------------------


def test_the_order_keeps_every_finding():
    found = [SourceFinding(code) for code in sorted(NOTES)]
    assert sorted(by_importance(found), key=lambda each: each.code) == found
    first = [each.code for each in by_importance(found)]
    assert first.index("SECRETS_PRESENT") < first.index("ID_GAP") < first.index("NO_TIMEZONE")


def test_details_without_words_stay_as_they_are():
    assert detail_text("+08:00") == ("+08:00", "+08:00")
    assert detail_text("") == ("", "")
    assert detail_text("gb18030").en == "decodes as GB18030"
    assert detail_text("missing 4").zh == "共缺 4 个编号"
    assert detail_text("declared income 1 28.50 found 2 30.00") == (
        "收入：自称 1 笔 28.50 元，读到 2 笔 30.00 元",
        "income: declared 1 of 28.50 yuan in all, found 2 of 30.00",
    )
    assert detail_text("declared 2024-05-01 00:00:00 to 2024-05-31 23:59:59").zh == (
        "自称 2024-05-01 00:00:00 至 2024-05-31 23:59:59"
    )
    unknown = "declared loss 1 28.50 found 2 30.00"
    assert detail_text(unknown) == (unknown, unknown)


def test_every_direction_of_a_bill_has_words():
    assert set(_DIRECTIONS.values()) == DIRECTIONS.keys()
    assert [DIRECTIONS[name].zh for name in _DIRECTIONS.values()] == list(_DIRECTIONS)


# -- any bytes whatever ---------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_report(reader, data: bytes):
    source = Source(data)
    report = report_on(source, reader.read(source))
    assert report.summary.records == sum(
        each.kind == RECORD for each in reader.read(source).segments()
    )


def test_a_file_that_changes_meanwhile_gives_no_report(tmp_path: Path):
    path = tmp_path / "chat.txt"
    path.write_bytes(android(*(f"13/05/24, 10:{n:02} - A: a" for n in range(60))))
    source = Source(path)
    path.write_bytes(android("13/05/24, 10:00 - A: another"))
    with pytest.raises(Malformed):
        report_on(source)
