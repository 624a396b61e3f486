"""The records that a disclosure shows, in every face: in their place, bounded, never out of their quotes."""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from tests.verifier.report.disclosed import faces, said, shown
from tests.verifier.report.pages import read_page, words, words_of
from tests.verifier.report.test_hostile import BAD, HOSTILE, ISOLATES
from tests.verifier.report.test_schema import VALIDATOR
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.full_text import full_text
from verifier.result import Result
from verifier.shown_segment import MAX_TEXT, ShownSegment


def test_every_record_shown_is_listed_and_a_redacted_one_stands_in_its_place():
    for text in faces("redacted"):
        quoted = re.findall("“(一|二|三|四)”", re.sub("<[^>]*>", "", text))
        assert set(quoted) == {"一", "四"}
    short = as_text(shown("redacted").result, "zh")
    lines = [
        line.strip()
        for line in short.split("\n")
        if line.strip().startswith(("[出示]", "[遮盖]", "〔"))
    ]
    assert [line[:4] for line in lines] == ["[出示]", "[遮盖]", "[遮盖]", "[出示]", "〔此处有"]
    assert "第 2 条记录" in lines[1]
    assert "发送者 “" not in lines[1] + lines[2]
    assert "另遮盖：发送者、类型" in lines[2]


def test_a_gap_is_marked_wherever_something_is_not_shown():
    text = full_text(shown("range").result, shown("range").examination, "zh")
    annex = text[text.rindex("所示的记录") :]
    marks = re.findall(r"〔此处有 (\d+) 段未出示〕", annex)
    assert marks == ["1", "2", "1"]
    assert sum(map(int, marks)) == shown("range").result.facts["file.0.withheld_segments"]


def test_what_stands_beside_a_period_is_not_called_part_of_it():
    lines = [
        line for line in as_text(shown("period").result, "en").split("\n") if "segment " in line
    ]
    words_ = [re.match(r"\s*\[([a-z ]+)\] segment", line) for line in lines]
    assert [each[1] for each in words_ if each] == [
        "outside the period", "shown", "shown", "shown", "outside the period",
    ]  # fmt: skip


def test_what_dates_a_record_and_what_stands_between_is_listed():
    kinds = [(each.kind, each.role) for each in shown("dated").result.shown]
    assert kinds == [
        ("framing", "dates"), ("record", "inside"), ("framing", "inside"), ("record", "inside"),
    ]  # fmt: skip


def test_times_are_called_registered_for_they_are_the_softwares_word():
    """The liar's date of a record stands beside what its bytes say, as no word of ours."""
    text = as_text(shown("differs").result, "en")
    assert "time as registered “2024/5/2, 09:30”, that is 2024-05-01" in text
    assert "the values that the sealing software registered" in text


def many(count: int, text: str = "x") -> Result:
    """Return a disclosure with so many records listed."""
    result = copy.deepcopy(shown("range").result)
    one = replace(result.shown[0], before=0, text=text)
    result.shown = [replace(one, index=n) for n in range(count)]
    result.facts["file.0.withheld_segments"] = 0
    return result


def test_the_short_report_has_thirty_and_says_where_the_rest_is():
    result = many(31)
    short = as_text(result, "en")
    assert short.count("[shown] segment") == 30
    assert "1 more segments are shown and not listed here" in short
    assert "--report" in short
    assert full_text(result, None, "en").count("[shown] segment") == 31
    assert as_text(many(30), "en").count("[shown] segment") == 30
    assert "more segments are shown" not in as_text(many(30), "en")
    result.facts["file.0.not_listed"] = 7
    assert "8 more segments are shown" in as_text(result, "en")
    assert "the full report lists up to 2000" in as_text(result, "en")
    assert "7 more segments are shown and not listed in this report" in full_text(
        result, None, "en"
    )


def test_a_long_text_is_cut_in_the_short_report_and_whole_in_the_full_one():
    result = many(1, "长" * MAX_TEXT)
    assert "长" * 201 not in as_text(result, "zh")
    assert "此处未列全" in as_text(result, "zh")
    assert "长" * MAX_TEXT in full_text(result, None, "zh")
    assert "此处未列全" not in full_text(result, None, "zh")


def test_lines_and_cells_are_set_apart_and_codes_are_explained():
    result = many(1, '一\t"二"\r\n\n三 ⇥ 四')
    said = '“一” ⇥ “"二"” ⏎ “三 ⇥ 四”'
    for text in (as_text(result, "zh"), full_text(result, None, "zh")):
        assert said in text
        assert "“⇥”表示制表符" in text
        assert "\\u{201c} 一类是不便照印的字符的编码（此例为左双引号）" in text
    for text in (as_text(result, "en"), full_text(result, None, "en")):
        assert "codes like \\u{201c} (a left double quotation mark)" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_records_stay_within_their_quotes(name):
    hostile = HOSTILE[name]
    result = many(3)
    result.shown[1] = ShownSegment(
        0, 1, "record", "inside", 0, 9, time=hostile, first=10**15, last=-(10**15), sender=hostile,
        native_id=hostile, type=hostile, text=hostile, quoted=hostile, cut=True,
    )  # fmt: skip
    plain = [text.count("\n") for text in (as_text(many(3), "zh"), full_text(many(3), None, "zh"))]
    texts = [as_text(result, "zh"), full_text(result, None, "zh")]
    assert [text.count("\n") for text in texts] == plain
    html = as_html(result, None, ("zh",))
    for text in (*texts, html):
        for character in set(text) - {"\n"}:
            allowed = character in ISOLATES and text != html
            assert allowed or unicodedata.category(character) not in BAD, hex(ord(character))
    for text in texts:
        for line in text.split("\n"):
            assert line.count("“") == line.count("”")
    page = read_page(html)
    assert not list(page.all("script", "img"))
    text = texts[1].translate({0x2068: "", 0x2069: ""})
    assert words_of(page, "zh") == words(text)
    dumped = json.dumps(as_json(result))
    assert dumped.isascii()


# ------------------------------------------------------------------- json


def test_json_has_the_files_and_the_records():
    report = as_json(shown("redacted").result)["disclosure"]
    (file,) = report["files"]
    assert (file["completeness"], file["part"]["shown_records"], file["part"]["again"]) == (
        "range",
        "2",
        "2",
    )
    assert file["said"]["en"] == said("redacted", "en")
    first, second, *_ = report["records"]
    assert first["text"] == "一"
    assert (first["sender"], first["redacted"]) == ("甲", False)
    assert (second["text"], second["sender"], second["redacted"]) == ("", "", True)
    assert second["hidden"] == ["content", "sender", "native_id", "type", "media", "flags"]
    assert second["time"] == "2024/5/1, 10:30"


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown key": lambda d: d.update(score="9"),
    "an unknown key of a file": lambda d: d["files"][0].update(score="9"),
    "an unknown key of a part": lambda d: d["files"][0]["part"].update(score="9"),
    "an unknown key of a record": lambda d: d["records"][0].update(score="9"),
    "another completeness": lambda d: d["files"][0].update(completeness="complete"),
    "a part shown as whole": lambda d: d["files"][0].update(completeness="whole"),
    "a part without its figures": lambda d: d["files"][0].update(part=None),
    "nothing said": lambda d: d["files"][0].pop("said"),
    "a redacted record with its words": lambda d: d["records"][1].update(text="x"),
    "a number": lambda d: d["records"][0].update(index=3),
    "a text without bound": lambda d: d["records"][0].update(text="x" * 4001),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_control_what_was_not_promised_is_red(name):
    report = as_json(shown("redacted").result)
    VALIDATOR.validate(report)
    BREAKS[name](report["disclosure"])
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(report)


def test_where_leaves_and_bytes_disagree_the_bytes_are_shown_whole():
    """A false sender would else stand beside words that no longer have their own header."""
    assert [each.text for each in shown("period").result.shown] == ["二", "三", "四", "五", "六"]
    for name in ("differs", "no reader"):
        assert all(each.text.startswith("2024/5/") for each in shown(name).result.shown)
