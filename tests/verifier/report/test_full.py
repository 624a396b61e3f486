"""The full report: every row once, in order, with its words, and the same words in every face."""

from __future__ import annotations

import json
import re

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import read_page, words, words_of
from tests.verifier.report.records import FULL_RECORD, material_with
from verifier.law.examination import NO_RECORD, UNBOUND
from verifier.law.rules import ALWAYS_PRINTED, ROWS, SEVERITIES, STATUSES, source_of
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.document import Bullets, Entry, Line, Pair, Section
from verifier.report.full import full_report
from verifier.report.full_text import full_text
from verifier.report.marked import OPEN
from verifier.report.sections.articles import CORROBORATION, FACTORS
from verifier.report.sections.opening import verdict_words
from verifier.report.texts import texts_for
from verifier.report.words import Words, _table
from verifier.result import FAILED, REQUIRED, Check, Result

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
CHOICES = pytest.mark.parametrize("choose", range(5))


def entries(section: Section) -> list[Entry]:
    found: list[Entry] = []
    for block in section.blocks:
        if isinstance(block, Entry) and block.key in ROWS and not block.brief:
            found.append(block)
        elif isinstance(block, Section):
            found += entries(block)
    return found


def report(lang: str, choose: int = 0, **how):
    return full_report(shapes.base("package"), examinations.examination(choose, **how), lang)


# ------------------------------------------------------------------- the two faces


@LANGS
@CHOICES
def test_text_and_html_say_the_same_words_in_the_same_order(lang, choose):
    result, found = shapes.base("package"), examinations.examination(choose)
    text = words(full_text(result, found, lang))
    assert len(text) > 5000
    assert words_of(read_page(as_html(result, found, ("zh", "en"))), lang) == text


@LANGS
@pytest.mark.parametrize("scope", sorted(REQUIRED))
def test_so_do_reports_without_an_examination(lang, scope):
    for result in (
        Result(scope),
        shapes.base(scope),
        shapes.base(scope, failing=Check("checkpoint", FAILED, "FORMAT_FAILURE")),
    ):
        page = read_page(as_html(result, None, (lang,)))
        assert words_of(page, lang) == words(full_text(result, None, lang))


def test_control_a_word_that_one_face_drops_is_noticed(monkeypatch):
    result, found = shapes.base("package"), examinations.examination()
    monkeypatch.setattr("verifier.report.text_face._quotation", lambda *a: iter(()))
    page = read_page(as_html(result, found, ("zh",)))
    assert words_of(page, "zh") != words(full_text(result, found, "zh"))


# ------------------------------------------------------------------- order


ORDER = [
    "statements", "origin", "glossary", "gaps", "summary", "intervals", "article16", "article17", "article18",
    "corroboration", "article19", "legality", "opponent", "others", "consistency", "technical",
    "annexes", "record", "statutes", "versions",
]  # fmt: skip


@LANGS
def test_the_sections_stand_in_the_order_of_the_contract(lang):
    document = report(lang)
    assert [section.key for section in document.sections] == ORDER
    titles = [section.title for section in document.sections]
    assert titles[0].startswith("一、" if lang == "zh" else "1. ")
    assert titles[19].startswith("二十、" if lang == "zh" else "20. ")
    assert document.warning


@LANGS
def test_the_four_statements_open_every_report(lang):
    texts = texts_for(lang)
    names = [texts.words[name] for name in ("integrity", "time", "submitter", "not_shown")]
    for scope in REQUIRED:
        examined = examinations.examination() if scope == "package" else None
        result = shapes.base(scope)
        for text in (as_text(result, lang, examined), full_text(result, examined, lang)):
            places = [text.index(f"\n  {name}\n") for name in names]
            assert places == sorted(places)
            assert text.index(texts.words["statements"]) < places[0]
            head = text[: places[0]]
            assert verdict_words(result, texts) in head
            for other in ("input", "rules", "checks", "missing"):
                assert texts.words[other] not in head
        document = full_report(result, examined, lang)
        assert document.sections[0].key == "statements"
        assert len(document.sections[0].blocks) == 4


# ------------------------------------------------------------------- rows


@LANGS
@CHOICES
def test_each_of_the_153_rows_stands_once_and_in_its_section(lang, choose):
    document = report(lang, choose)
    by_section = {each.key: [e.key for e in entries(each)] for each in document.sections}
    every = [key for keys in by_section.values() for key in keys]
    assert sorted(every) == sorted(ROWS)
    assert len(every) == 153
    assert by_section["article16"] == [r.id for r in ROWS.values() if r.group == "G1"]
    assert by_section["article17"] == [row for rows in FACTORS.values() for row in rows]
    assert by_section["corroboration"] == list(CORROBORATION) == ["M18-06", "M18-11"]
    assert not set(CORROBORATION) & set(by_section["article18"])
    assert {ROWS[key].group for key in by_section["legality"]} == {"G8", "G12"}


@LANGS
def test_the_rows_that_every_report_prints_are_there_with_their_sentence(lang):
    assert ALWAYS_PRINTED == (
        "M16-10", "M18-00", "M18-11", "M87-01", "M104-01", "M38-02", "MZ-01",
    )  # fmt: skip
    document = report(lang)
    every = {e.key: e for section in document.sections for e in entries(section)}
    for name in ALWAYS_PRINTED:
        assert every[name].blocks


@LANGS
@CHOICES
def test_each_row_has_its_status_word_severity_sentence_and_basis(lang, choose):
    found = {each.row.id: each for each in examinations.examination(choose).rows}
    words_ = Words(lang)
    for section in report(lang, choose).sections:
        for entry in entries(section):
            row = found[entry.key].row
            assert entry.word == words_.status(found[entry.key].status)
            assert entry.title == getattr(row, f"element_{lang}")
            assert getattr(SEVERITIES[row.severity], lang) in entry.tags[0]
            said = json.dumps([str(block) for block in entry.blocks], ensure_ascii=False)
            for basis in row.basis:
                assert source_of(basis, lang) in said.replace("\\\\", "\\")
            assert words_("row.basis") in said
            for lacking in found[entry.key].lacking:
                assert lacking in said
            for finding in found[entry.key].findings:
                assert finding.check in said


def test_the_eight_status_words_are_those_of_the_matrix():
    assert [STATUSES[name].zh for name in STATUSES] == [
        "核验一致", "核验不一致", "未核验", "声明（未经核实）",
        "声明并附材料（仅核对材料摘要）", "未见材料", "不适用（须写明理由）", "由人民法院认定",
    ]  # fmt: skip


@LANGS
@CHOICES
def test_where_something_was_declared_the_mark_says_by_whom(lang, choose):
    """And nowhere else: what nobody declared has no declarant."""
    mark = "声明（未经核实）" if lang == "zh" else "declared, not verified"
    for section in report(lang, choose, declarant="王某某").sections:
        for entry in entries(section):
            is_declared = entry.status in {"declared", "declared_with_artifact", "inconsistent"}
            if ROWS[entry.key].cls == "B" and is_declared:
                tag = entry.tags[2]
                if entry.key in {"M12-02", "M15-03"}:  # what the program found in the files
                    assert tag == Words(lang)("row.computed")
                    continue
                assert tag.startswith(mark)
                platform = "运营者" if lang == "zh" else "operator"
                assert "王某某" in tag or platform in tag
            else:
                assert len(entry.tags) == 2


@LANGS
@pytest.mark.parametrize("phase", [NO_RECORD, UNBOUND])
def test_without_a_record_nobody_is_named(lang, phase):
    for section in report(lang, phase=phase, declarant=None).sections:
        for entry in entries(section):
            for tag in entry.tags:
                assert "“" not in tag
                assert OPEN not in tag


def test_gaps_come_by_severity_with_who_and_how():
    text = as_text(shapes.base("package"), "zh", examinations.examination())
    start = text.index("最重要的 5 项欠缺")
    part = text[start : text.index("四、核验对象")]
    assert part.count("可由谁补充：") == 5
    assert part.count("如何补充：") == 5
    assert "--report" in part
    assert part.index("最重要）") < part.index("重要程度：重要）")


@LANGS
def test_no_gap_is_said_and_is_not_called_good(lang):
    found = examinations.examination()
    empty = type(found)(**{**found.__dict__, "gaps": []})
    assert _table()["gaps.none"][lang] in as_text(shapes.base("package"), lang, empty)


@LANGS
@CHOICES
def test_nothing_that_has_a_label_is_empty(lang, choose):
    def look(blocks) -> int:
        count = 0
        for block in blocks:
            if isinstance(block, Pair):
                assert block.label
                assert block.text, block
                count += 1
            elif isinstance(block, Bullets):
                assert block.items
                assert all(block.items), block
            elif isinstance(block, Line):
                assert block.text
            elif isinstance(block, Entry | Section):
                assert block.title
                count += look(block.blocks)
        return count

    material = material_with(FULL_RECORD)
    found = examinations.examination(choose)
    document = full_report(shapes.base("package"), found, lang, material)
    assert look(document.sections) > 500


# ------------------------------------------------------------------- what must not be


@CHOICES
def test_no_score_and_no_percentage(choose):
    for lang in ("zh", "en"):
        text = full_text(shapes.base("package"), examinations.examination(choose), lang)
        assert "%" not in text
        assert not re.search(r"\d+ ?/ ?\d+ ?(?:分|points)|评分：|得分|score:", text)


@LANGS
def test_a_record_changes_nothing_that_the_verification_says(lang):
    """Neither the verdict nor the technical part depends on the examination."""
    result = shapes.base("package")
    documents = [
        full_report(result, found, lang)
        for found in (examinations.examination(), examinations.bare())
    ]
    one, other = ({s.key: s.blocks for s in d.sections} for d in documents)
    for key in ("statements", "technical"):
        assert one[key] == other[key]
    headlines = [[each for n, each in enumerate(d.opening) if n != 1] for d in documents]
    assert headlines[0] == headlines[1]  # but for the line that counts the parts of Article 16


def test_json_has_each_row_once_in_matrix_order_in_both_languages():
    result = shapes.base("package")
    zh, en = (as_json(result, lang, examinations.examination()) for lang in ("zh", "en"))
    assert [row["id"] for row in zh["examination"]["rows"]] == list(ROWS)
    assert zh["examination"] == en["examination"]
    assert zh.pop("statements") != en.pop("statements")
    assert zh == en
    for row in zh["examination"]["rows"]:
        assert row["status"] in STATUSES
        assert row["basis"] == list(ROWS[row["id"]].basis)
    both = as_json(result, "both", None)
    assert both["examination"] is None
    assert both["statements"]["time"].count("\n") == 1


def test_words_are_there_in_both_languages_with_the_same_places():
    places = re.compile(r"\{[a-z0-9_]+\}")
    for key, pair in _table().items():
        assert pair.keys() == {"zh", "en"}, key
        assert sorted(places.findall(pair["zh"])) == sorted(places.findall(pair["en"])), key
        assert pair["zh"], key
        assert pair["en"], key
