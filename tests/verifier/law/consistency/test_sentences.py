"""Each code of a consistency check has its sentence, with values in their places."""

from __future__ import annotations

import re

import pytest

from verifier.evidence.provenance.fields import FIELDS
from verifier.law.consistency import CheckOutcome, Finding
from verifier.law.consistency.sentences import (
    clause_of,
    reason_of,
    sentence_of,
    shown_of,
    title_of,
)
from verifier.report.field_label import label_of
from verifier.report.law_data import entry, side
from verifier.report.marked import to_plain
from verifier.report.words import Words

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
CHECKS = entry("checks", "checks")
CODES = [(check, code) for check, found in CHECKS.items() for code in found["findings"]]
HOSTILE = "某\u202e<b>"


def test_there_are_twenty_three():
    assert list(CHECKS) == [f"P-{n:02d}" for n in range(1, 24)]
    assert len(CODES) > 60


@LANGS
@pytest.mark.parametrize(("check", "code"), CODES)
def test_every_value_that_may_be_someones_words_is_quoted(check, code, lang):
    found = CHECKS[check]["findings"][code]
    places = re.findall(r"\{([a-z0-9_]+)\}", found[lang])
    values: dict[str, str | int] = dict.fromkeys(places, HOSTILE)
    said = to_plain(Words(lang).text(sentence_of(Finding(check, (), code, values, ()))))
    assert "{" not in said.replace("\\u{202e}", "")
    assert "\u202e" not in said
    assert said.count("“某\\u{202e}<b>”") == len(places)


@LANGS
@pytest.mark.parametrize("code", entry("checks", "why"))
def test_every_reason_has_its_sentence(code, lang):
    values: dict[str, str | int] = {"fields": "acq.time gen.period", "problems": 3, "count": 2}
    reason = reason_of(CheckOutcome("P-01", "not_checked", (), code, values))
    assert reason is not None
    said = to_plain(Words(lang).text(reason))
    assert said
    assert "{" not in said
    if "{fields}" in side("checks", lang, "why", code):
        assert "acq.time" in said
        assert getattr(FIELDS["acq.time"], lang) in said


@LANGS
def test_kinds_of_values_are_put_into_words(lang):
    words = Words(lang)

    def said(check: str, code: str, **values: str | int) -> str:
        return to_plain(words.text(sentence_of(Finding(check, (), code, values, ()))))

    text = said("P-07", "SCREEN_NOT_IMAGE", name="a.png", found="text")
    assert side("checks", lang, "words", "kind", "text") in text
    assert "“a.png”" in text
    method = FIELDS["law.method"].type
    word = (method.item or method).words.get("covert") or method.members[0].type.words["covert"]
    assert getattr(word, lang) in said("P-16", "METHOD_RAISED", declared="covert")
    at = "2026-11-21T13:07:00Z"
    text = said("P-02", "ORDER", first="gen.period", first_time=at, first_grade="T0",
                second="acq.time", second_time=at, second_grade="T1")  # fmt: skip
    assert f"{at}" in text
    assert f"“{at}”" not in text
    assert label_of("gen.period", words) in text


@LANGS
def test_unknown_codes_are_printed_and_break_nothing(lang):
    words = Words(lang)
    for check in ("P-01", "P-99"):
        assert words.text(sentence_of(Finding(check, (), "NEW_CODE", {}, ()))) == "NEW_CODE"
    reason = reason_of(CheckOutcome("P-01", "not_checked", (), "NEW_WHY"))
    assert reason is not None
    assert words.text(reason) == "NEW_WHY"
    assert reason_of(CheckOutcome("P-01", "consistent")) is None
    assert words.text(title_of("P-01"))
    assert to_plain(label_of("no.such", words)) == "“no.such”"
    assert "decl.declarant#name" in label_of("decl.declarant#name", words)


@pytest.mark.parametrize(("check", "code"), CODES)
def test_a_clause_is_the_sentence_without_its_stop(check, code):
    finding = Finding(check, (), code, {}, ())
    sentence, clause = sentence_of(finding), clause_of(finding)
    assert clause.zh == sentence.zh.rstrip("。")
    assert clause.en == sentence.en.rstrip(".")
    assert not clause.en.endswith(".")


def test_every_outcome_has_its_word():
    for shown in entry("checks", "shown"):
        assert entry("checks", "shown", shown)["en"]
    assert shown_of(CheckOutcome("P-01", "consistent")).en
    assert {
        CheckOutcome("P-01", status, (Finding("P-01", (), "X", {}, (), raised=True),) * n).shown
        for status in ("consistent", "inconsistent", "not_checked", "not_applicable")
        for n in (0, 1)
    } == set(entry("checks", "shown"))


def test_a_plain_word_is_quoted_too():
    """A nickname may be any word, so only numbers, times, digests and grades go unquoted."""
    finding = Finding("P-01", (), "FILE_UNLISTED", {"name": "authentic", "found": "ab" * 32}, ())
    said = to_plain(Words("en").text(sentence_of(finding)))
    assert "“authentic”" in said
    assert f"digest {'ab' * 32}" in said
