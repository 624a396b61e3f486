"""No face says about the evidence what only a court may say: templates, and reports of every kind."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from importlib import resources
from typing import Any

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.denylist import FORBIDDEN_EN, FORBIDDEN_ZH, forbidden_words, strings
from tests.verifier.report.pages import read_page
from tests.verifier.report.records import FULL_RECORD, material_with
from verifier.law.rules import CLASSES, GROUPS, ROWS, SEVERITIES, STATUSES, Row
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.document import Document, Quotation
from verifier.report.full import full_report
from verifier.report.full_text import full_text
from verifier.report.html_face import to_html
from verifier.report.html_parts import read_template
from verifier.report.marked import CLOSE, OPEN
from verifier.report.text_face import to_text
from verifier.report.words import _table
from verifier.result import FAILED, NOT_DONE, Check, Result

OWN = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
LAW = ("checks", "opponent", "supply", "words", "matrix", "meta")
EVERY = pytest.mark.parametrize("choose", range(5))


def results() -> dict[str, Result]:
    """A package that passes, one that fails, and one that is incomplete."""
    return {
        "passes": shapes.base("package"),
        "fails": shapes.base("package", failing=Check("files", FAILED, "HASH_FAILURE")),
        "incomplete": shapes.base("package", failing=Check("log_key", NOT_DONE, "UNKNOWN_LOG_KEY")),
    }


def bared(block: Any) -> Any:
    """The document less the quotations of statutes and the words of others, and nothing else less."""
    if isinstance(block, str):
        return OWN.sub("", block)
    if isinstance(block, tuple):
        kept = (each for each in block if not (isinstance(each, Quotation) and each.is_verbatim))
        return tuple(bared(each) for each in kept)
    if is_dataclass(block) and not isinstance(block, type):
        return replace(block, **{f.name: bared(getattr(block, f.name)) for f in fields(block)})
    return block


# ------------------------------------------------------------------- templates, unfilled


@pytest.mark.parametrize("name", LAW)
def test_no_sentence_of_the_law_data_holds_one(name):
    path = resources.files("verifier.law") / "data" / f"{name}.json"
    for text in strings(json.loads(path.read_text(encoding="utf-8"))):
        assert forbidden_words(text) == [], text


def test_no_word_around_them_holds_one():
    for text in strings(_table()):
        assert forbidden_words(text) == [], text
    for label in (*GROUPS.values(), *STATUSES.values(), *CLASSES.values(), *SEVERITIES.values()):
        for text in label:
            assert forbidden_words(text) == []


def test_no_template_of_html_holds_one():
    for name in ("page.html", "blocks.html", "report.css"):
        assert forbidden_words(read_template(name)) == []


def test_control_a_template_with_a_forbidden_word_is_red(monkeypatch):
    for word in (*FORBIDDEN_ZH, *FORBIDDEN_EN):
        monkeypatch.setitem(
            _table(), "record.lead", {"zh": f"本声明{word}。", "en": f"It is {word}."}
        )
        with pytest.raises(AssertionError):
            test_no_word_around_them_holds_one()


# ------------------------------------------------------------------- reports, filled


@EVERY
@pytest.mark.parametrize("name", results())
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_report_holds_one_outside_quotations_and_others_words(lang, name, choose):
    found = examinations.examination(choose, own="合法有效 legally valid")
    material = material_with(FULL_RECORD)
    document: Document = bared(full_report(results()[name], found, lang, material))
    assert forbidden_words(to_text(document)) == []
    page = read_page(to_html([document]))
    assert forbidden_words(page.text()) == []


@EVERY
@pytest.mark.parametrize("name", results())
def test_nor_does_any_face_as_it_is_printed(name, choose):
    """With the exception of the list alone: 「…」 with the number of the article."""
    result, found = results()[name], examinations.examination(choose)
    for lang in ("zh", "en"):
        assert forbidden_words(as_text(result, lang, found)) == []
        assert forbidden_words(full_text(result, found, lang)) == []
    page = read_page(as_html(result, found, ("zh", "en")))
    assert forbidden_words(page.text()) == []
    for text in strings(as_json(result, "both", found)):
        assert forbidden_words(text) == []


def test_control_it_would_be_seen_in_each_face(monkeypatch):
    row = ROWS["M18-01"]
    changed = Row(**{**row.__dict__, "element_zh": "来源真实有效", "element_en": "conclusive"})
    found = examinations.examination()
    rows = [replace(each, row=changed) if each.row.id == row.id else each for each in found.rows]
    found = replace(found, rows=rows)
    result = shapes.base("package")
    for lang in ("zh", "en"):
        assert forbidden_words(full_text(result, found, lang))
        assert forbidden_words(read_page(as_html(result, found, (lang,))).text())
        assert forbidden_words(to_text(bared(full_report(result, found, lang))))
    assert any(forbidden_words(text) for text in strings(as_json(result, "zh", found)))


# ------------------------------------------------------------------- one sentence, one subject


TECHNICAL = re.compile("核验一致|摘要一致|(?<!in)consistent|digest equals")
BEYOND = re.compile("属实|身份|合法|真实性|内容真实|whether the content|true|identity|lawful")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_consistent_check_shares_no_sentence_with_content_identity_or_legality(lang):
    document = bared(full_report(results()["passes"], examinations.examination(), lang))
    technical = next(s for s in document.sections if s.key == "technical")
    text = to_text(replace(document, sections=(technical,), closing=()))
    sentences = re.split(r"[。\n]|\. ", text)
    assert any(TECHNICAL.search(each) for each in sentences)
    for each in sentences:
        assert not (TECHNICAL.search(each) and BEYOND.search(each)), each
