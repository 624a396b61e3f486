"""A row, an article or a source as text: complete, cited, in both languages, and claiming nothing."""

from __future__ import annotations

import pytest

from tests.verifier.report.denylist import forbidden_words
from verifier.errors import VerifierError
from verifier.evidence.provenance.fields import FIELDS
from verifier.law import rules
from verifier.law.rules import INSTRUMENTS, PLACEHOLDERS, PRACTICE, PROVISIONS, ROWS, source_of
from verifier.law.show import UnknownId, place_of, show
from verifier.law.show_words import WORDS

LANGS = ("zh", "en")
IDS = (*ROWS, *PROVISIONS, *PRACTICE, *INSTRUMENTS)


def without_indent(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


@pytest.mark.parametrize("lang", LANGS)
def test_everything_prints_claims_nothing_and_names_its_edition(lang):
    for each in (*IDS, None):
        text = show(each, lang)
        assert text.endswith("\n")
        assert forbidden_words(text) == [], each
        assert rules.DATE in text
        assert getattr(rules.ABOUT, lang) in text


@pytest.mark.parametrize("lang", LANGS)
def test_a_row_is_shown_whole(lang):
    for row in ROWS.values():
        text = show(row.id, lang)
        wanted = [f"{row.id}  {getattr(row, f'element_{lang}')}", getattr(row, f"burden_{lang}")]
        wanted += [row.wording(case, lang) for case in ("present", "missing", "fail")]
        wanted += [getattr(row, f"consequence_{lang}"), getattr(rules.CLASSES[row.cls], lang)]
        wanted += [f"{basis}  {source_of(basis, lang)}" for basis in row.basis]
        wanted += [f"{name}  {getattr(FIELDS[name], lang)}" for name in row.inputs]
        wanted += [getattr(rules.SEVERITIES[row.severity], lang), *row.xref]
        wanted += [getattr(rules.GROUPS[row.group], lang), getattr(row, f"note_{lang}")]
        sources = PLACEHOLDERS.get(row.id, {})
        wanted += [f"{{{name}}}  {place_of(source, lang)}" for name, source in sources.items()]
        missing = [part for part in wanted if part not in text]
        assert missing == [], row.id


@pytest.mark.parametrize("lang", LANGS)
def test_an_article_is_quoted_whole_with_its_source_and_a_marked_translation(lang):
    for provision in PROVISIONS.values():
        text = show(provision.id, lang)
        plain = without_indent(text)
        assert text.startswith(f"{provision.id}  {source_of(provision.id, lang)}\n")
        assert f"「{provision.zh}」（{provision.article}）" in plain
        mark = WORDS[lang]["translation.abridged" if provision.abridged else "translation"]
        assert f"{mark}\n{provision.en}\n" in plain
        instrument = INSTRUMENTS[provision.instrument]
        assert instrument.effective in text
        assert getattr(instrument, f"note_{lang}") in text
        assert getattr(provision, f"note_{lang}") in text
        unchecked = WORDS[lang]["unchecked"]
        assert text.count(unchecked) == (not instrument.adopted_checked) + (
            not instrument.effective_checked
        )


@pytest.mark.parametrize("lang", LANGS)
def test_a_practice_source_says_what_it_is_and_of_what_standing(lang):
    for practice in PRACTICE.values():
        text = show(practice.id, lang)
        for part in ("title", "kind", "status", "note"):
            assert getattr(practice, f"{part}_{lang}") in text, practice.id
        assert getattr(practice, lang) in without_indent(text)
        mark = WORDS[lang]["content.original" if practice.original else "content"]
        assert mark in text


@pytest.mark.parametrize("lang", LANGS)
def test_an_instrument_lists_its_articles(lang):
    text = show("OLR", lang)
    assert all(f"  {p.id}  " in text for p in PROVISIONS.values() if p.instrument == "OLR")
    assert "CEP-94" not in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_list_has_every_id_once_under_its_group(lang):
    text = show(None, lang)
    assert f"\n{WORDS[lang]['rows.what']}\n" in text
    words = text.replace(WORDS[lang]["rows.what"], "").split()
    assert [each for each in IDS if words.count(each) != 1] == []


def test_a_row_explains_the_short_names_that_it_uses():
    text = show("M16-02", "zh")
    assert "《证据规定》  《最高人民法院关于民事诉讼证据的若干规定（2019年修正）》" in text
    assert "CEP  SPC Several Provisions on Evidence" in show("M16-02", "en")
    assert "《在线诉讼规则》  《人民法院在线诉讼规则》" in show(
        "M104-01", "zh"
    )  # there as 《规则》
    assert WORDS["zh"]["abbreviations"] not in show("M18-01", "zh")


def test_an_id_is_found_in_any_case_and_with_spaces_around():
    assert show("olr-18", "zh") == show("OLR-18", "zh")
    assert show(" ns-2-RISK ", "en") == show("NS-2-risk", "en")


@pytest.mark.parametrize(
    ("asked", "near"),
    [("M18-1", "M18-01"), ("OLR16", "OLR-16"), ("BICCASE", "BIC-CASE"), ("CEP-940", "CEP-94")],
)
def test_an_unknown_id_is_refused_with_what_is_near(asked, near):
    with pytest.raises(UnknownId) as refused:
        show(asked, "zh")
    assert near in refused.value.nearest
    assert near in str(refused.value)
    assert len(refused.value.nearest) <= 5
    assert isinstance(refused.value, VerifierError)


@pytest.mark.parametrize("asked", ["", "第十八条", "\u202e" * 5, "x" * 10**6])
def test_what_looks_like_nothing_is_refused_and_not_repeated(asked):
    with pytest.raises(UnknownId) as refused:
        show(asked, "en")
    assert refused.value.nearest == ()
    assert str(refused.value).isascii()
    assert len(str(refused.value)) < 100


def test_the_labels_are_there_in_both_languages():
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    assert all(text for words in WORDS.values() for text in words.values())
    assert {f"source.{field.source}" for field in FIELDS.values()} <= WORDS["zh"].keys()
    for words in WORDS.values():
        assert [found for text in words.values() for found in forbidden_words(text)] == []
