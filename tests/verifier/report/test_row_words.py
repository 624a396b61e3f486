"""What stands around a row's own sentence: who declared, what was not opened, what short names mean."""

from __future__ import annotations

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.records import FULL_RECORD, material_with
from verifier.evidence.declaration import Declaration
from verifier.law.consistency import CheckOutcome, Finding
from verifier.law.consistency.sentences import shown_of
from verifier.law.rules import GROUPS, ROWS, source_of
from verifier.report.as_json import as_json
from verifier.report.document import Bullets, Entry
from verifier.report.full import full_report
from verifier.report.full_text import full_text
from verifier.report.html_face import CHECK_SIGNS
from verifier.report.legend import legend
from verifier.report.words import Words, _table

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
RAISED = Finding("P-16", ("M106-08",), "LOGGED_OUT", {}, (), raised=True)
CONTRADICTION = Finding("P-02", ("M18-09",), "ORDER", {}, ())


@LANGS
def test_what_is_attached_was_not_opened(lang):
    text = full_text(shapes.base("package"), examinations.examination(1), lang)
    found = examinations.examination(1)
    artifacts = [each for each in found.rows if each.status == "declared_with_artifact"]
    assert artifacts
    assert text.count(_table()["row.not_opened"][lang]) == len(artifacts)


@LANGS
def test_a_consequence_is_no_conclusion_about_this_case(lang):
    label = _table()["row.consequence"][lang]
    assert ("不是对本案的结论" if lang == "zh" else "no conclusion about this case") in label
    assert f"{label}{Words(lang).colon}" in full_text(
        shapes.base("package"), examinations.examination(), lang
    )


# ------------------------------------------------------------------- short names


@LANGS
def test_short_names_are_resolved_where_they_stand(lang):
    words = Words(lang)
    (five,) = legend(ROWS["W09-01"], words, "present")
    assert five.startswith("G5")
    assert words.title(GROUPS["G5"]) in five
    assert "M93-01" in five
    assert "M93-08" in five
    (case,) = legend(ROWS["M106-01"], words, "note")
    assert source_of("BIC-CASE", lang) in case
    (practice,) = legend(ROWS["M16-02"], words, "note")
    assert source_of("ICOURT-TECH", lang) in practice
    point = "要点3" if lang == "zh" else "WX-3"
    said = legend(ROWS["W03-01"], words, "consequence")
    assert any(each.startswith(point) and source_of("WX-3", lang) in each for each in said)
    assert legend(ROWS["M18-03"], words) == []


@LANGS
def test_no_row_of_a_report_leaves_one_unresolved(lang):
    text = full_text(shapes.base("package"), examinations.examination(), lang)
    for row in ROWS.values():
        for said in legend(row, Words(lang)):
            assert said in text


# ------------------------------------------------------------------- consistency checks


@pytest.mark.parametrize(
    ("status", "findings", "shown"),
    [
        ("inconsistent", (CONTRADICTION,), "contradiction"),
        ("inconsistent", (RAISED, CONTRADICTION), "contradiction"),
        ("consistent", (RAISED,), "raised"),
        ("not_checked", (RAISED,), "raised"),
        ("consistent", (), "no_contradiction"),
        ("not_checked", (), "not_compared"),
        ("not_applicable", (), "nothing_there"),
    ],
)
def test_a_comparison_is_shown_as_one(status, findings, shown):
    assert CheckOutcome("P-16", status, findings).shown == shown
    assert shown in CHECK_SIGNS


@LANGS
@pytest.mark.parametrize("choose", range(4))
def test_no_comparison_of_declarations_is_called_verified(lang, choose):
    found = examinations.examination(choose)
    document = full_report(shapes.base("package"), found, lang)
    (section,) = [each for each in document.sections if each.key == "consistency"]
    verified = {"核验一致", "核验不一致", "未核验", "consistent", "not checked"}
    entries = section.blocks[1:]
    assert len(entries) == 23
    for entry, outcome in zip(entries, found.checks, strict=True):
        assert isinstance(entry, Entry)
        assert entry.word == Words(lang).text(shown_of(outcome))
        assert entry.word not in verified
        assert entry.status == outcome.shown
    report = as_json(shapes.base("package"), lang, found)
    assert {each["shown"] for each in report["examination"]["checks"]} <= CHECK_SIGNS.keys()


# ------------------------------------------------------------------- Article 17


@LANGS
def test_without_a_declaration_article_17_does_not_speak_of_one(lang):
    result, found = shapes.base("package"), examinations.examination()
    material = material_with(FULL_RECORD)
    lead, none = _table()["article17.lead"][lang], _table()["article17.none"][lang]
    for given in (None, material):
        text = full_text(result, found, lang, given)
        assert none in text
        assert lead not in text
    material.declaration = Declaration("log.example.org/a", examinations.AT, None, {}, bytes(32))
    text = full_text(result, found, lang, material)
    assert lead in text
    assert none not in text


# ------------------------------------------------------------------- words


@LANGS
def test_the_words_of_the_first_page_are_explained(lang):
    document = full_report(shapes.base("package"), examinations.examination(), lang)
    (section,) = [each for each in document.sections if each.key == "glossary"]
    (bullets,) = section.blocks
    assert isinstance(bullets, Bullets)
    assert len(bullets.items) == 7
    joined = "".join(bullets.items)
    wanted = ("摘要", "条目", "检查点", "日志", "存证案卷", "登记陈述", "信任等级", "时间等级") if lang == "zh" else (
        "digest", "entry", "checkpoint", "log", "dossier", "registration statement", "trust level", "time grade")  # fmt: skip
    for word in wanted:
        assert word in joined


def test_one_word_for_one_thing_around_the_rows():
    """封存 is of devices and of the annex; 摘要 is the digest and no summary; a gap is 欠缺."""
    for key, pair in _table().items():
        text = pair["zh"].replace("封存附件", "")
        assert "封存" not in text, key
        for word in ("补交", "尚缺", "以上为摘要", "须查明", "：："):
            assert word not in text, key
