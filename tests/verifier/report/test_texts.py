"""The tables hold a sentence for everything, in both languages, and no word that a report must not use."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings

from tests.verifier.report import shapes
from tests.verifier.report.denylist import FORBIDDEN_EN, FORBIDDEN_ZH, forbidden_words
from verifier.exports.codes import NOTES
from verifier.report import texts_en, texts_zh
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.sections.opening import verdict_words
from verifier.result import DONE, EXIT_CODES, FAILED, NOT_DONE, OPTIONAL, REQUIRED, Check

ZH, EN = texts_zh.TEXTS, texts_en.TEXTS
BOTH = pytest.mark.parametrize("texts", [ZH, EN], ids=["zh", "en"])
SUBS = sorted(ZH.subs)
FINDINGS = sorted(ZH.findings)


def outputs(result):
    for lang in ("zh", "en"):
        yield as_text(result, lang)
        yield json.dumps(as_json(result, lang), ensure_ascii=False)


# ------------------------------------------------------------------- completeness


def test_the_tables_have_the_same_keys():
    for name in ("headlines", "status", "titles", "done", "failed", "consequences"):
        assert getattr(ZH, name).keys() == getattr(EN, name).keys(), name
    for name in ("next_steps", "subs", "findings", "reasons", "parts", "words"):
        assert getattr(ZH, name).keys() == getattr(EN, name).keys(), name


@BOTH
def test_both_languages_put_in_the_same_values(texts):
    places = re.compile(r"\{[a-z0-9_]+\}")
    for name in ("done", "findings", "reasons", "words"):
        for key, sentence in getattr(texts, name).items():
            other = getattr(EN, name)[key]
            assert set(places.findall(sentence)) == set(places.findall(other)), (name, key)


@BOTH
def test_every_check_has_its_sentences(texts):
    ids = {name for names in REQUIRED.values() for name in names} | set(OPTIONAL)
    assert shapes.check_ids() <= ids | texts.titles.keys()
    for name in ids | shapes.check_ids():
        assert texts.titles[name]
        assert texts.done[name]
        assert texts.failed[name]
        assert texts.consequences[name]
        assert texts.next_steps[name]


@BOTH
def test_every_code_in_the_verifier_has_its_sentence(texts):
    known = texts.subs.keys() | texts.findings.keys() | texts.reasons.keys()
    found = shapes.codes()
    assert len(found) > 30
    assert found <= known, found - known


@BOTH
def test_what_is_missing_says_who_can_supply_it(texts):
    failures = {
        "FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "INCLUSION_FAILURE",
        "CONSISTENCY_FAILURE", "BINDING_FAILURE", "TIMESTAMP_ORDER_FAILURE",
    }  # fmt: skip
    assert failures < texts.subs.keys()
    for name, sub in texts.subs.items():
        assert sub.why
        assert bool(sub.who) == bool(sub.change) == (name not in failures), name


def test_every_verdict_has_the_headline_of_the_design():
    assert set(ZH.headlines) == set(EXIT_CODES)
    assert list(ZH.headlines.values()) == [
        "技术核验一致（仅指摘要与账本记录）", "核验不一致", "现有材料不足以判定",
    ]  # fmt: skip
    assert list(EN.headlines.values()) == [
        "consistent upon technical verification (digest and log record only)",
        "not consistent",
        "not determinable from what was supplied",
    ]


# ------------------------------------------------------------------- words


@BOTH
def test_no_table_holds_a_forbidden_word(texts):
    for name in (
        "headlines",
        "status",
        "titles",
        "done",
        "failed",
        "consequences",
        "next_steps",
        "findings",
        "reasons",
        "parts",
        "words",
    ):
        for key, sentence in getattr(texts, name).items():
            assert forbidden_words(sentence) == [], (name, key)
    for sub in texts.subs.values():
        assert forbidden_words(" ".join(sub)) == []


def test_no_reader_note_holds_a_forbidden_word():
    for code, note in NOTES.items():
        assert forbidden_words(note.zh + note.en) == [], code


def test_no_report_holds_a_forbidden_word():
    count = 0
    for result in shapes.every_check(SUBS):
        for text in outputs(result):
            assert forbidden_words(text) == []
            count += 1
    assert count > 3000


@settings(max_examples=300, deadline=None)
@given(result=shapes.small_results(SUBS, FINDINGS))
def test_no_mixture_crashes_a_face_or_says_too_much(result):
    zh, en = as_text(result, "zh"), as_text(result, "en")
    for text in (zh, en, *outputs(result)):
        assert forbidden_words(text) == []
    if result.time_grade < "T3":
        assert "未被改动" not in zh
        assert "altered since" not in en
    assert zh.count(verdict_words(result, ZH)) >= 2
    for texts, text in ((ZH, zh), (EN, en)):
        others = [h for v, h in texts.headlines.items() if v != result.verdict]
        lines = [line.strip() for line in text.split("\n")]
        for other in others:
            assert texts.words["verdict"].replace("{headline}", other) not in lines


@pytest.mark.parametrize("word", [*FORBIDDEN_ZH, *FORBIDDEN_EN, "Conclusive", "Authentic"])
def test_control_the_list_catches_each_word(word, monkeypatch):
    for texts in (ZH, EN):
        monkeypatch.setitem(texts.done, "entry", f"x {word} x")
    assert any(forbidden_words(text) for text in outputs(shapes.base("receipt")))


def test_control_a_quotation_counts_only_with_its_article():
    assert forbidden_words("「真实性已确认」（第十八条）") == []
    assert forbidden_words("「真实性已确认」") == ["真实性已确认"]


def test_control_a_missing_sentence_is_noticed(monkeypatch):
    monkeypatch.delitem(ZH.subs, "LOG_COPY_UNUSABLE")
    with pytest.raises(AssertionError):
        test_every_code_in_the_verifier_has_its_sentence(ZH)


def test_a_check_without_a_sentence_does_not_break_the_report():
    result = shapes.base("receipt")
    result.checks += [Check("new", status, "NEW_SUB") for status in (DONE, FAILED, NOT_DONE)][:1]
    result.note("NEW_FINDING", count=1)
    for text in outputs(result):
        assert "NEW_FINDING" in text
