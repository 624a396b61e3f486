"""E-mail and mailboxes: what is read from a header, where a mailbox is cut, what is doubted."""

from __future__ import annotations

import pytest

from tests.fixtures.exports.generate import HERE
from tests.fixtures.exports.mail import mail, separator
from verifier.evidence.segment import RECORD, UNPARSED, Segment
from verifier.exports.mail.mail_date import read_date
from verifier.exports.mail.mail_view import view_mail, words_of
from verifier.exports.reader import MAX_RECORD_BYTES, Note, Reading
from verifier.exports.registry import detect, read
from verifier.exports.source import Source
from verifier.exports.tools import mail_mbox

MAY_1 = 1714530605  # 2024-05-01T10:30:05+08:00


def reading_of(name: str) -> tuple[Reading, list[Segment], dict[str, Note]]:
    reading = read(Source(HERE / name))
    return reading, list(reading.segments()), {note.code: note for note in reading.notes}


def test_a_mail_is_one_record_with_what_its_header_says():
    reading, segments, notes = reading_of("mail_plain.eml")
    assert (reading.reader, reading.variant) == ("mail-eml/1", "eml crlf")
    assert (reading.clock, reading.ids) == ("instant", "native")
    size = (HERE / "mail_plain.eml").stat().st_size
    assert segments == [
        Segment(
            RECORD, size, b"Wed, 1 May 2024 10:30:05 +0800", MAY_1, MAY_1,
            sender=b"Alice <alice@example.com>", native_id=b"<1@example.com>",
        )
    ]  # fmt: skip
    assert notes.keys() == {"DECLARED_TIME_ONLY", "DKIM_ABSENT"}


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("mail_lf.eml", {"DECLARED_TIME_ONLY", "DKIM_ABSENT", "LINE_ENDS_CHANGED"}),
        ("mail_signed.eml", {"DECLARED_TIME_ONLY", "DKIM_NOT_CHECKED"}),
        ("mail_two_dates.eml", {"DECLARED_TIME_ONLY", "DKIM_ABSENT", "DUPLICATE_KEYS"}),
        ("mail_received_later.eml", {"DECLARED_TIME_ONLY", "DKIM_ABSENT", "RECEIVED_DIFFERS"}),
        ("mail_no_offset.eml", {"TIME_UNREADABLE", "DKIM_ABSENT"}),
        ("mail_encoded.eml", {"DECLARED_TIME_ONLY", "DKIM_ABSENT", "RECEIVED_ABSENT"}),
    ],
)
def test_what_is_noted_of_a_mail(name: str, codes: set[str]):
    assert reading_of(name)[2].keys() == codes


def test_line_ends_say_which():
    data = (HERE / "mail_plain.eml").read_bytes()
    mixed = data.replace(b"hello\r\n", b"hello\n")
    for changed, detail in ((data.replace(b"\r\n", b"\n"), "lf-only"), (mixed, "mixed-line-ends")):
        notes = {note.code: note for note in read(Source(changed)).notes}
        assert notes["LINE_ENDS_CHANGED"].detail == detail


def test_two_dates_are_both_spanned_and_flagged():
    _, [one], notes = reading_of("mail_two_dates.eml")
    assert (one.te_lo, one.te_hi) == (MAY_1, MAY_1 + 86400)
    assert one.flags == ("duplicate_key",)
    assert notes["DUPLICATE_KEYS"].detail == "mail-header"


def test_a_zone_that_is_only_a_name_is_no_instant():
    reading, [one], _ = reading_of("mail_no_offset.eml")
    assert (one.time, one.te_lo, reading.clock) == (b"Wed, 1 May 2024 10:30:05 CST", None, "none")


def test_a_date_without_seconds_spans_its_minute():
    _, [one], _ = reading_of("mail_encoded.eml")
    assert (one.te_lo, one.te_hi) == (1714559400, 1714559459)
    assert one.sender == b"=?gb2312?B?vNc=?= <jia@example.com>"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (b"Fri, 23 Aug 2002 2:32:53 -0400", 1030084373),
        (b"1 May 2024 02:30:05 UT", MAY_1),
        (b"WED,  1  MAY 2024 02:30:05 utc", MAY_1),
        (b"1 May 2024 02:30:05 -0000 (unknown zone)", MAY_1),
        (b"1 May 24 02:30:05 +0000", None),
        (b"32 May 2024 02:30:05 +0000", None),
        (b"29 Feb 2023 02:30:05 +0000", None),
        (b"1 May 2024 24:30:05 +0000", None),
        (b"1 May 2024 02:30:05 +2400", None),
        (b"1 May 2024 02:30:05 +08", None),
        (b"1 Jan 1970 02:30:05 +0800", None),
        (b"", None),
    ],
)
def test_dates(written: bytes, seconds: int | None):
    found = read_date(written)
    assert (found and found.lo) == seconds


@pytest.mark.parametrize(
    "data",
    [
        b"From: alice\nDate: Wed, 1 May 2024 10:30:05 +0800\n\nno address\n",
        b"From: a@example.com\nTo: b@example.com\nSubject: no date\n\nhello\n",
        b"From: a@example.com\nDate: tomorrow at 10\n\nhello\n",
        b"From: a@example.com\nthis is no field\nDate: Wed, 1 May 2024 10:30:05 +0800\n\nhello\n",
        b"\nFrom: a@example.com\nDate: Wed, 1 May 2024 10:30:05 +0800\n\nhello\n",
        b"From alice with a note\n\nhello\n",
        b"From Russia with love\nYear: 1963\n\n",
        b"From alice@example.com Wed May  1 02:30:09 2024\n\nno header field\n",
    ],
)
def test_what_has_not_the_form_of_a_mail_is_not_claimed(data: bytes):
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


def test_a_mail_longer_than_a_record_keeps_its_header_as_the_record():
    head = mail(1).partition("\n\n")[0].encode() + b"\n\n"
    source = Source(head + b"x" * MAX_RECORD_BYTES)
    reading = read(source)
    one, rest = reading.segments()
    assert (one.kind, one.length, one.te_lo) == (RECORD, len(head), MAY_1)
    assert (rest.kind, rest.length) == (UNPARSED, MAX_RECORD_BYTES)
    assert Note("RECORD_TOO_LARGE", 1, (1,)) in reading.notes


# -- mailboxes --------------------------------------------------------------------


def test_a_mailbox_is_cut_at_its_separators():
    reading, segments, notes = reading_of("mbox_plain.mbox")
    assert (reading.reader, reading.variant, reading.clock) == ("mail-mbox/1", "mbox lf", "instant")
    assert [s.length for s in segments] == [len(separator(1) + mail(1)) + 1] * 3
    assert [s.te_lo for s in segments] == [MAY_1, MAY_1 + 86400, MAY_1 + 2 * 86400]
    assert [s.native_id for s in segments] == [b"<1@example.com>", b"<2@example.com>", b"<3@example.com>"]  # fmt: skip
    assert all(s.sender == b"Alice <alice@example.com>" and s.flags == () for s in segments)
    assert notes["COUNT_APPARENT"].count == 3
    assert notes.keys() == {
        "COUNT_APPARENT", "FILTER_POSSIBLE", "DECLARED_TIME_ONLY", "DKIM_ABSENT", "LINE_ENDS_CHANGED",
    }  # fmt: skip


def test_a_line_that_only_begins_with_from_splits_nothing_and_is_flagged():
    _, segments, notes = reading_of("mbox_unescaped.mbox")
    assert [s.flags for s in segments] == [(), ("header_ambiguous",)]
    assert notes["MBOX_AMBIGUOUS"] == Note("MBOX_AMBIGUOUS", 1, (1,), "inside-body")


def test_injected_separators_never_leave_a_bare_count():
    _, segments, notes = reading_of("mbox_injected.mbox")
    assert "COUNT_APPARENT" in notes
    assert "MBOX_AMBIGUOUS" not in notes, "nothing in the bytes speaks against it"
    _, segments, notes = reading_of("mbox_injected_close.mbox")
    assert [s.flags for s in segments] == [(), (), ("header_ambiguous",)]
    assert notes["MBOX_AMBIGUOUS"].detail == "no-empty-line"


def test_stated_lengths_that_agree_convict_the_one_that_does_not():
    reading, segments, notes = reading_of("mbox_length.mbox")
    assert reading.variant == "mboxcl lf"
    assert [s.flags for s in segments] == [(), (), ("header_ambiguous",), ()]
    assert notes["MBOX_AMBIGUOUS"] == Note("MBOX_AMBIGUOUS", 1, (2,), "content-length")


@pytest.mark.parametrize(
    ("name", "variant"),
    [("mbox_quoted.mbox", "mboxrd lf"), ("mbox_gmail.mbox", "mbox crlf"), ("mbox_plain.mbox", "mbox lf")],
)  # fmt: skip
def test_variants(name: str, variant: str):
    assert reading_of(name)[0].variant == variant


def test_quoting_once_leaves_two_variants():
    data = (HERE / "mbox_quoted.mbox").read_bytes().replace(b">>From", b"> From")
    assert read(Source(data)).variant == "mboxo-or-mboxrd lf"


def test_a_byte_order_mark_before_the_first_separator():
    data = b"\xef\xbb\xbf" + (HERE / "mbox_plain.mbox").read_bytes()
    segments = list(read(Source(data)).segments())
    assert [s.kind for s in segments] == [RECORD] * 3
    assert sum(s.length for s in segments) == len(data)


def test_steps_back_in_time_are_noted():
    data = "".join(separator(n) + mail(n) + "\n" for n in (3, 1, 2)).encode()
    notes = {note.code: note for note in read(Source(data)).notes}
    assert notes["TIME_NOT_MONOTONE"].places == (1,)


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize("name", ["mbox_unescaped.mbox", "mbox_gmail.mbox", "mbox_length.mbox"])
def test_cuts_do_not_depend_on_how_the_bytes_arrive(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
):
    source = Source(HERE / name)
    whole = list(read(source).segments())
    chunks = source.chunks
    monkeypatch.setattr(source, "chunks", lambda: chunks(size))
    assert list(mail_mbox.read(source).segments()) == whole


def test_many_lines_that_are_almost_separators_take_no_time():
    data = separator(1).encode() + mail(1).encode() + b"From -\n" * 700_000
    segments = list(read(Source(data)).segments())
    assert [s.kind for s in segments] == [RECORD]
    longer = data + b"From -\n" * 2_000_000
    assert [s.kind for s in read(Source(longer)).segments()] == [UNPARSED]


# -- what a mail says -------------------------------------------------------------


def test_view_undoes_encodings_and_shows_one_of_two_same_texts():
    view = view_mail((HERE / "mail_encoded.eml").read_bytes())
    assert view.text == "押金 is paid\n\n已经收到"
    assert view.reply_to == b"<0@example.com>"


def test_view_of_a_mail_in_a_mailbox_leaves_the_separator_out():
    data = (HERE / "mbox_plain.mbox").read_bytes()
    assert view_mail(data[: len(data) // 3]).text == "no. 1\n\nhello"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"=?gb18030?B?0bq98M3Lu7k=?=", "押金退还"),
        (b"=?GBK?Q?=BC=D7?= <a@b>", "甲 <a@b>"),
        (b"=?utf-8*zh?b?55Sy?=\r\n =?utf-8?b?5LmZ?=", "甲乙"),
        (b"=?x-unknown?Q?a_b?=", "a b"),
        (b"=?zip?B?AAAA?=", "\x00\x00\x00"),
        (b"=?utf-8?B?A?=", ""),
        ("甲".encode(), "甲"),
        ("甲".encode("gb18030"), "甲"),
    ],
)
def test_encoded_words(value: bytes, words: str):
    assert words_of(value) == words
