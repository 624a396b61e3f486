"""What others wrote stays within its quotes in every face, however long, hidden or marked up."""

from __future__ import annotations

import json
import unicodedata

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import Element, read_page, words, words_of
from tests.verifier.report.records import HOSTILE_RECORD, material_with
from verifier.law.examination import Text
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.full_text import full_text
from verifier.report.marked import CLOSE, OPEN, ours, own, pieces, to_plain
from verifier.report.words import Words

HOSTILE = {
    "long": "长" * 10_000,
    "long and mixed": "<b>\u202e" * 2_500,
    "bidi": "聊天\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "zero width": "张\u200b三\u200c\u200d\ufeff\u2060",
    "markup": "</q></p><script>alert(1)</script><img src=x onerror=alert(1)>",
    "entities": "&lt;script&gt;&#60;&quot;'",
    "template": "{{style}}{text}{name}<!-- line -->",
    "places": "甲{app}{ver}{own}{peer}{no}{office}{scope}{n}{list}{text}经核验真实有效{app}",
    "four bytes": "𠮷野家😀𝒜\U000e0041",
    "quotes": "x” 核验一致 “y 「z」（第十六条）",
    "marks of ours": f"{OPEN}x{CLOSE} {CLOSE}核验一致{OPEN}",
    "lines": "a\r\n\u2028[核验一致] M16-03",
    "surrogate": "a\udc80b",
    "a word not to be used": "合法有效 legally valid",
    "right to left": "שלום 01 عربى",
}
BAD = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ISOLATES = "\u2068\u2069"
NAMES = pytest.mark.parametrize("name", HOSTILE)


def reports(hostile: str) -> list[tuple[str, str]]:
    """(face, text) of every face that people read."""
    result = shapes.base("package")
    result.facts.update({"file.0.name": hostile, "identity": hostile})
    result.policy_source, result.trust_level = hostile, "L1"
    found = examinations.examination(1, own=hostile, declarant=hostile)
    material = material_with({"decl.id": hostile, "item.purpose": hostile.replace("\n", " ")})
    texts: list[tuple[str, str]] = []
    for lang in ("zh", "en"):
        texts.append(("text", as_text(result, lang, found)))
        texts.append(("full", full_text(result, found, lang, material)))
    return [*texts, ("html", as_html(result, found, ("zh", "en"), material))]


@NAMES
def test_no_hidden_character_reaches_a_reader(name):
    for face, text in reports(HOSTILE[name]):
        for character in set(text) - {"\n"}:
            allowed = face != "html" and character in ISOLATES
            assert allowed or unicodedata.category(character) not in BAD, (
                face,
                hex(ord(character)),
            )


@NAMES
def test_in_html_it_stands_in_an_isolated_quotation(name):
    hostile = HOSTILE[name]
    (_, html) = reports(hostile)[-1]
    page = read_page(html)  # every tag is closed where it was opened
    quotes = [e for e in page.all("q") if e.attributes.get("class") == "own"]
    assert len(quotes) > 100
    for quote in quotes:
        (inner,) = quote.children
        assert isinstance(inner, Element)
        assert inner.tag == "bdi"
        assert [type(child) for child in inner.children] == [str]
    assert not list(page.all("script", "img"))
    article = next(page.all("article"))
    outside = "".join(
        child
        for element in article.all()
        if element.tag not in {"bdi", "style"}
        for child in element.children
        if isinstance(child, str)
    )
    start = hostile[:12]
    assert name in {"quotes", "lines"} or start not in outside


@NAMES
def test_in_text_a_line_of_it_is_no_line_of_ours(name):
    plain = [text.count("\n") for _, text in reports("x")[:4]]
    for (face, text), lines in zip(reports(HOSTILE[name])[:4], plain, strict=True):
        assert text.count("\n") == lines, face
        for line in text.split("\n"):
            assert line.count("“") == line.count("”"), line[:300]


@NAMES
def test_json_carries_it_as_a_value_and_escaped_in_sentences(name):
    found = examinations.examination(1, own=HOSTILE[name])
    report = as_json(shapes.base("package"), "zh", found)
    dumped = json.dumps(report)
    assert dumped.isascii()
    row = next(r for r in report["examination"]["rows"] if r["id"] == "M18-01")
    assert HOSTILE[name] in {value["zh"] for value in row["values"].values()}
    for lang in ("zh", "en"):
        for character in set(row["sentence"][lang]) - set(ISOLATES):
            assert unicodedata.category(character) not in BAD


@NAMES
def test_both_faces_still_say_the_same_words(name):
    found = examinations.examination(1, own=HOSTILE[name], declarant=HOSTILE[name])
    result = shapes.base("package")
    html = as_html(result, found, ("zh",))
    text = full_text(result, found, "zh").translate({0x2068: "", 0x2069: ""})
    assert words_of(read_page(html), "zh") == words(text)


def test_a_record_of_hostile_values_is_quoted_whole():
    material = material_with(HOSTILE_RECORD)
    found = examinations.examination()
    text = full_text(shapes.base("package"), found, "zh", material)
    assert "甲" * 9_000 in text  # what was declared is not cut short where it is quoted
    page = read_page(as_html(shapes.base("package"), found, ("zh",), material))
    assert not list(page.all("script"))
    assert words_of(page, "zh") == words(text)


# ------------------------------------------------------------------- marks


def test_nothing_but_own_opens_a_mark():
    assert list(pieces(f"a{own('b')}c")) == [("a", False), ("b", True), ("c", False)]
    assert to_plain(own(f"x{CLOSE}y{OPEN}z")) == "“x\\u{e001}y\\u{e000}z”"
    assert OPEN not in ours(f"x{OPEN}")
    assert to_plain("no mark") == "no mark"


def test_pieces_of_a_value_keep_whose_words_they_are():
    text = Text("甲：x", "A: x", True, (Text("甲：", "A: ", False), Text("x", "x", True)))
    assert to_plain(Words("zh").text(text)) == "甲：“x”"
    assert to_plain(Words("en").text(text)) == "A: “x”"


def test_control_a_face_that_does_not_mark_is_caught(monkeypatch):
    monkeypatch.setattr("verifier.report.words.own", lambda text: text)
    with pytest.raises(AssertionError):
        test_in_html_it_stands_in_an_isolated_quotation("markup")
    with pytest.raises(AssertionError):
        test_no_hidden_character_reaches_a_reader("bidi")
