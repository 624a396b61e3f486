"""Which reader is chosen, and that each code has its sentence in both languages."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.exports.generate import HERE
from verifier import exports
from verifier.errors import Malformed
from verifier.exports import codes, registry
from verifier.exports.reader import Reader, Reason
from verifier.exports.registry import READERS, detect, read, reader_named, recognises
from verifier.exports.source import Source
from verifier.exports.tools import any_file
from verifier.law.rules import ROWS


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00", b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00;", bytes(range(256)) * 9, b"\n\n\n",
        b"id,date,text\n1,2024-05-01 10:00,hello\n2,2024-05-02 10:00,hello\n",
        b"2024-05-01 10:00:00 - INFO - started\n2024-05-01 10:00:01 - INFO - done\n",
        b"[2024-05-01 10:00:00] production.ERROR: failed\n[2024-05-01 10:00:01] production.ERROR: again\n",
        b"[29/05/2019, 15:04] Me: as no exporter writes it\n",
        b"a note on SQL\nCREATE TABLE IF NOT EXISTS weflow_messages (\nINSERT INTO weflow_messages (session_id,\n",
        "说明\n[phone xxx] 与 [email xxx] 是替换后的词\n".encode() + "其他文字\n".encode() * 60,
        b"a diary\n1/2/24, 10:00 - went out\nnothing else\n" + b"more words\n" * 20,
        b'{"messages":[{"createTime":1}]}', b"%PDF-1.7\n", b"PK\x03\x04",
        b"From: a@example.com\nTo: b@example.com\nSubject: no date\n\nhello\n",
    ],
)  # fmt: skip
def test_what_no_reader_knows_is_any_file(data: bytes):
    found = detect(Source(data))
    assert [each.reader for each in found] == ["any-file/1"]
    reading = read(Source(data, name="WhatsApp Chat with Bob.txt"))
    assert (reading.reader, reading.clock) == ("any-file/1", "none")
    assert [s.length for s in reading.segments()] == ([len(data)] if data else [])


def test_a_plain_mail_is_a_mail_and_a_mailed_transcript_stays_one():
    plain = (
        b"From: a@example.com\nTo: b@example.com\nDate: Wed, 1 May 2024 10:30:05 +0800\n\nhello\n"
    )
    assert [each.reader for each in detect(Source(plain))] == ["mail-eml/1", "any-file/1"]
    for name in ("8bit", "html", "multipart", "quoted"):
        found = [each.reader for each in detect(Source(HERE / f"wechat_mail_{name}.eml"))]
        assert found[0] == "wechat-official-mail/1"
        assert "mail-eml/1" not in found


def test_detection_gives_its_reasons():
    found = detect(Source(HERE / "android_de.txt"))
    assert [each.reader for each in found] == ["whatsapp-text/1", "any-file/1"]
    assert found[0].reasons == (
        Reason("WHATSAPP_HEADERS", 7), Reason("FIRST_LINE_IS_HEADER"), Reason("WHATSAPP_NOTICE"),
    )  # fmt: skip
    assert [each.priority for each in found] == sorted(each.priority for each in found)


def test_all_matches_are_reported_and_the_first_reads():
    """A chat whose first message is a pasted WeChat transcript is two things."""
    text = (HERE / "android_de.txt").read_bytes()
    pasted = text.replace(b"last line", (HERE / "wechat_group.txt").read_bytes())
    found = [each.reader for each in detect(Source(pasted))]
    assert found == ["wechat-official/1", "whatsapp-text/1", "any-file/1"]
    notes = {note.code: note for note in read(Source(pasted)).notes}
    assert notes["READER_AMBIGUOUS"].detail == "whatsapp-text/1"


def test_reader_named():
    for reader in READERS:
        assert reader_named(reader.name) is reader
    with pytest.raises(Malformed):
        reader_named("whatsapp-text/0")


def test_recognises_is_what_detect_of_that_reader_says():
    for path in (HERE / "android_de.txt", HERE / "wechat_group.txt", HERE / "weflow_plain.json"):
        named = {each.reader for each in detect(Source(path))}
        assert len(named) == 2
        assert {each.name for each in READERS if recognises(each.name, Source(path))} == named
    assert not recognises("wechat-official/1", Source(b"\n" * 1000))
    assert not recognises("whatsapp-text/0", Source(HERE / "android_de.txt"))


def test_names_are_versioned_unique_and_any_file_is_last(monkeypatch: pytest.MonkeyPatch):
    names = [reader.name for reader in READERS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*/[1-9][0-9]*", name) for name in names)
    assert READERS[-1] is any_file.READER
    monkeypatch.setattr(registry, "READERS", (replace(any_file.READER, name="other/1"), *READERS))
    assert detect(Source(b"x"))[0].reader == "other/1", "one entry in the list is enough"


CODE = re.compile(
    r'(?:Note|_add)\((?:notes, )?"([A-Z_]+)"|\("([A-Z_]+)", (?:seen|found|tally|deviant|rows)'
)


def test_every_note_in_the_readers_has_its_sentences():
    folder = Path(exports.__file__ or "").parent
    used = {
        first or second
        for path in folder.rglob("*.py")
        for first, second in CODE.findall(path.read_text("utf-8"))
    }
    signs = {sign for reader in READERS for sign in reader.reasons}
    assert len(used) > 20
    assert used <= codes.NOTES.keys() | signs


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_sign_of_a_reader_has_its_sentences(reader: Reader):
    source = Path(sys.modules[reader.read.__module__].__file__ or "").read_text("utf-8")
    used = set(re.findall(r'Reason\(\s*"([A-Z_]+)"', source))
    assert used
    assert used <= reader.reasons.keys()
    for text in (reader.title, *reader.reasons.values()):
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert text.en.isascii() or "“" in text.en


@pytest.mark.parametrize("table", ["NOTES", "FLAGS", "DETAILS"])
def test_sentences_are_there_in_both_languages(table: str):
    for code, text in getattr(codes, table).items():
        assert re.search("[\u4e00-\u9fff]", text.zh) or text.zh == code, code
        assert text.en.isascii() or "“" in text.en, code
        assert text.zh.strip() == text.zh, code


def test_every_note_names_rows_that_exist():
    for code, text in codes.NOTES.items():
        assert text.rows, code
        assert set(text.rows) <= ROWS.keys(), code
