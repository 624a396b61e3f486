"""What a disclosure shows is made readable within bounds, out of bytes that hold and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.disclosures import disclose, verify
from tests.verifier.test_disclosure import LINES, NAME, sealed_chat
from tests.worked import seal
from verifier.checks import disclosure, readable
from verifier.checks.readable import Room
from verifier.result import PASSED, TOTAL_FAILED
from verifier.shown_segment import MAX_TEXT

FIXTURES = Path(__file__).parents[1] / "fixtures" / "exports"
PIN = "2024/5/1, 08:00 - 甲: "


def room(monkeypatch: pytest.MonkeyPatch, segments: int, characters: int) -> None:
    monkeypatch.setattr(disclosure, "Room", lambda: Room(segments, characters))


def test_records_are_listed_with_what_is_opened_of_them(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME, records="2-4", redact=("3",), fields=("type:4",))
    result = verify(payload, sealed, tmp_path)
    assert result.verdict == PASSED
    first, second, third = result.shown
    assert (first.index, first.before, first.kind, first.role) == (1, 1, "record", "inside")
    assert (first.text, first.sender, first.time) == ("二", "乙", "2024/5/1, 10:30")
    assert (first.first, first.last) == (1714559400, 1714559459)
    assert first.hidden == ()
    assert second.redacted
    assert (second.text, second.sender, second.type, second.size) == (
        "",
        "",
        "",
        len(LINES[2].encode()),
    )
    assert third.hidden == ("content", "type")
    assert third.sender == "乙"
    assert result.facts["file.0.not_listed"] == 0


def test_of_whole_files_nothing_is_listed(tmp_path: Path):
    sealed = sealed_chat()
    assert verify(disclose(sealed, tmp_path, NAME), sealed, tmp_path).shown == []


def test_what_fails_is_not_listed(tmp_path: Path):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME, records="2-4")
    name = "data/disclosed/0000.bin"
    forged = payload | {name: payload[name].replace("三".encode(), "叁".encode())}
    result = verify(forged, sealed, tmp_path)
    assert (result.verdict, result.shown) == (TOTAL_FAILED, [])
    assert len(verify(payload, sealed, tmp_path).shown) == 3  # control


def test_no_more_segments_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sealed = sealed_chat()
    payload = disclose(sealed, tmp_path, NAME, records="1-6")
    room(monkeypatch, 4, 10_000)
    result = verify(payload, sealed, tmp_path)
    assert result.verdict == PASSED
    assert [each.index for each in result.shown] == [0, 1, 2, 3]
    assert result.facts["file.0.not_listed"] == 2


def test_no_more_text_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    long = f"{PIN}{'长' * (MAX_TEXT + 1)}\n"
    sealed = sealed_chat((long + "".join(LINES)).encode())
    payload = disclose(sealed, tmp_path, NAME, records="1-3")
    first, second, third = verify(payload, sealed, tmp_path).shown
    assert (len(first.text), first.cut, second.cut) == (MAX_TEXT, True, False)
    room(monkeypatch, 100, MAX_TEXT + 1)
    first, second, third = verify(payload, sealed, tmp_path).shown
    assert [len(each.text) for each in (first, second, third)] == [MAX_TEXT, 1, 0]
    assert (first.cut, second.cut) == (True, False)
    assert third.cut  # never as if it had no words


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_of_a_huge_record_only_the_beginning_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
):
    monkeypatch.setattr(readable, "_WHOLE", 100)
    monkeypatch.setattr(readable, "_BEGINNING", 61)  # within a character
    text = f"{PIN}{'长' * 500}\n"
    sealed = sealed_chat("".join([text, *LINES]).encode(encoding))
    payload = disclose(sealed, tmp_path, NAME, records="1")
    (only,) = verify(payload, sealed, tmp_path).shown
    assert text.startswith(only.text)
    assert len(only.text) > 30
    assert only.cut


def test_punctuation_between_records_is_left_out_and_words_are_not(tmp_path: Path):
    data = Path(__file__).parent.parent / "fixtures" / "exports"
    json_file = next(data.rglob("*weflow*.json"))
    sealed = seal([("chat.json", json_file.read_bytes())])
    payload = disclose(sealed, tmp_path, "chat.json", records="1-2")
    result = verify(payload, sealed, tmp_path)
    assert result.verdict == PASSED
    assert [each.kind for each in result.shown] == ["record", "record"]
    assert [each.before for each in result.shown][1] == 0  # what was left out is not withheld
    assert result.facts["file.0.leaves"] == 3


BILL = (FIXTURES / "alipay_app_2023.csv").read_bytes().decode("gb18030")


def test_values_are_read_in_the_encoding_of_their_file(tmp_path: Path):
    """Bills are GB18030: what a name, a type and the words say must be the same words."""
    said = []
    for encoding in ("utf-8", "gb18030"):
        sealed = seal([("bill.csv", BILL.encode(encoding))])
        payload = disclose(sealed, tmp_path, "bill.csv", records="1-3", fields=("sender:2",))
        result = verify(payload, sealed, tmp_path)
        said.append([(each.type, each.sender, each.text) for each in result.shown])
    assert said[0] == said[1]
    assert not said[1][0][0].isascii()
    assert said[1][1][0]  # the type of a redacted record, without bytes to go by
    assert said[1][1][1:] == ("", "")


def test_a_name_that_is_utf_8_by_accident_is_read_as_its_record_is(tmp_path: Path):
    """陆 in GB18030 is ½ in UTF-8."""
    chat = "".join(LINES).replace("乙", "陆").encode("gb18030")
    sealed = sealed_chat(chat)
    result = verify(disclose(sealed, tmp_path, NAME, records="2"), sealed, tmp_path)
    assert [each.sender for each in result.shown] == ["陆"]
    assert "陆".encode("gb18030").decode("utf-8") == "½"  # control
