"""The first page: what the headline does not say, whose word the level is, what is declared of the origin."""

from __future__ import annotations

import re

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import read_page
from verifier.law.examination import Text
from verifier.report import local_time, texts_en, texts_zh
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.document import Line
from verifier.report.full import full_report
from verifier.report.full_text import full_text
from verifier.report.local_time import local
from verifier.report.marked import own
from verifier.report.sections.opening import ARTICLE_16
from verifier.report.words import _table
from verifier.result import REQUIRED, Result

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
TEXTS = {"zh": texts_zh.TEXTS, "en": texts_en.TEXTS}
COVERT = Text("取证手段：秘密取得；取证前账号已退出登录。", "Means: covert; the account had been logged out.", own=False)  # fmt: skip


def examined(*origin: Text, choose: int = 0):
    found = examinations.examination(choose)
    return type(found)(**{**found.__dict__, "origin": origin})


def both_texts(result: Result, found, lang: str) -> tuple[str, str]:
    return as_text(result, lang, found), full_text(result, found, lang)


# ------------------------------------------------------------------- origin


@LANGS
def test_the_origin_follows_the_fourth_statement_in_every_face(lang):
    result, found = shapes.base("package"), examined(COVERT)
    said, heading = getattr(COVERT, lang), _table()["origin"][lang]
    for text in both_texts(result, found, lang):
        assert text.index(TEXTS[lang].words["not_shown"]) < text.index(heading) < text.index(said)
        before, after = text[: text.index(said)], text[text.index(said) :]
        # Nothing but its own heading stands between it and the fourth statement.
        assert before[before.index(TEXTS[lang].words["not_shown"]) :].count("\n\n") == 1
        assert "M18-01" not in before
        assert _table()["counts"][lang].partition("{total}")[2][:8] in after
    (section,) = [s for s in full_report(result, found, lang).sections if s.key == "origin"]
    assert section.blocks == (Line(said),)


def test_in_html_it_is_a_box_before_the_contents_and_has_no_colour_of_its_own():
    page = read_page(as_html(shapes.base("package"), examined(COVERT), ("zh", "en")))
    for article in page.all("article"):
        parts = [e for e in article.children if not isinstance(e, str)]
        names = [e.attributes.get("class", e.tag) for e in parts]
        assert names[:4] == ["header", "statements", "origin", "contents"]
        box = parts[2]
        assert getattr(COVERT, article.attributes["lang"]) in box.text()
        assert not [e for e in box.all() if e.attributes.get("class") in {"status", "sign"}]


def test_in_json_each_sentence_is_there_in_both_languages():
    found = examined(COVERT, Text("名“甲”", "name", True))
    report = as_json(shapes.base("package"), "zh", found)
    first, second = report["examination"]["origin"]
    assert first == {"zh": COVERT.zh, "en": COVERT.en}
    assert second["zh"] == "“名\\u{201c}甲\\u{201d}”"  # in someone's words: escaped and in quotes


def test_control_a_report_without_the_origin_is_noticed(monkeypatch):
    monkeypatch.setattr("verifier.report.as_text.origin", lambda *a: ())
    with pytest.raises(ValueError, match="substring"):
        test_the_origin_follows_the_fourth_statement_in_every_face("zh")


# ------------------------------------------------------------------- headline, level, grade


@LANGS
@pytest.mark.parametrize("choose", range(4))
def test_under_the_headline_stands_how_each_part_of_article_16_came_out(lang, choose):
    found = examinations.examination(choose)
    statuses = {r.row.id: r.status for r in found.rows if r.row.id in ARTICLE_16}
    assert len(statuses) == 6
    for text in both_texts(shapes.base("package"), found, lang):
        lines = text.split("\n")
        at = next(
            n for n, line in enumerate(lines) if TEXTS[lang].headlines["TOTAL-PASSED"] in line
        )
        said = lines[at + 1]
        consistent = sum(status == "consistent" for status in statuses.values())
        unit = f"{consistent}项核验一致" if lang == "zh" else f" {consistent} consistent"
        assert unit in said
        for row, status in statuses.items():
            assert (row in said) == (status != "consistent")
        assert ("由人民法院认定" if lang == "zh" else "for the court") in said
        assert text.count(said.strip()) == 2  # and again at the end


@LANGS
@pytest.mark.parametrize("scope", sorted(REQUIRED))
def test_without_an_examination_no_parts_are_counted(lang, scope):
    start = TEXTS[lang].words["art16"].partition("{")[0]
    assert start not in as_text(shapes.base(scope), lang)


@LANGS
def test_level_and_grade_are_in_words_at_first_sight(lang):
    words = TEXTS[lang].words
    for level in ("L0", "L1", "L2"):
        for grade in ("T0", "T1", "T2", "T3", "T4"):
            result = shapes.base("package")
            result.trust_level, result.time_grade = level, grade
            result.policy_source = None if level == "L0" else "x y"
            head = as_text(result, lang).partition(words["statements"])[0]
            assert words[level] in head
            # No fact says that the policy names who runs the authority.
            assert words[f"grade.{grade}" + (".unnamed" if grade == "T3" else "")] in head
            result.facts["anchors"] = 1
            head = as_text(result, lang).partition(words["statements"])[0]
            assert words[f"grade.{grade}"] in head


@LANGS
def test_where_the_key_came_from_is_never_a_fact(lang):
    for level in ("L1", "L2"):
        said = TEXTS[lang].words[level]
        assert ("依核验人陈述（未核验）" if lang == "zh" else "by the word of the person verifying (not checked)") in said  # fmt: skip
    result = shapes.base("package")
    result.policy_source, result.trust_level = "x y", "L1"
    assert "另行取得" not in full_text(result, examinations.examination(), "zh")


@LANGS
def test_the_parts_stand_once_where_there_are_rows(lang):
    """The technical section does not say a second time, in other words, what the rows say."""
    texts, result = TEXTS[lang], shapes.base("package")
    line = texts.parts["M16-08.text"]
    assert line in as_text(result, lang)
    for text in both_texts(result, examinations.examination(), lang):
        assert line not in text
        assert ("运营主体数：1" if lang == "zh" else "operators: 1;") in text
        assert texts.words["chain.one"] in text


@LANGS
def test_a_private_package_makes_the_report_private_until_the_court_says(lang):
    said = as_text(shapes.base("package"), lang).split("\n")[0]
    assert said.startswith("【私有证据包】" if lang == "zh" else "[PRIVATE PACKAGE]")
    assert ("由人民法院决定" if lang == "zh" else "for the court") in said


@LANGS
def test_an_identity_that_nobody_checked_is_said_so_in_our_words(lang):
    result = shapes.base("package")
    text = as_text(result, lang)
    assert TEXTS[lang].words["identity.not_checked"] in text
    assert "“not checked”" not in text
    result.facts["identity"] = "not checked at all"
    assert "“not checked at all”" in as_text(result, lang)


# ------------------------------------------------------------------- times


def test_a_time_is_readable_where_the_reader_is():
    at = "2026-11-21T12:00:05Z"
    assert local(f"于 {at} 收到", "zh") == f"于 2026-11-21 20:00:05（北京时间；{at}）收到"
    assert local(f"at {at}.", "en") == f"at {at} (20:00:05 in Beijing)."
    late = "2026-12-31T16:00:00Z"
    assert local(late, "zh") == f"2027-01-01 00:00:00（北京时间；{late}）"
    assert local(late, "en") == f"{late} (2027-01-01 00:00:00 in Beijing)"


@pytest.mark.parametrize(
    "text", ["2026-11-21", "2026-13-41T99:00:00Z", "2026-11-21T20:00:05+08:00", "T0", ""]
)
def test_dates_other_zones_and_what_is_no_time_stay(text):
    assert local(text, "zh") == local(text, "en") == text


def test_someone_elses_words_are_not_touched():
    theirs = own("2026-11-21T12:00:05Z")
    assert local(theirs, "zh") == theirs
    mixed = local(f"甲 {theirs} 2026-11-21T12:00:05Z", "zh")
    assert mixed.startswith(f"甲 {theirs} 2026-11-21 20:00:05（北京时间；")


@LANGS
def test_every_instant_of_a_report_is_so(lang):
    result = shapes.base("package")
    result.at = examinations.AT
    for text in both_texts(result, examinations.examination(1), lang):
        for line in text.split("\n"):
            if "beilin-verify" in line and "--at" in line:
                continue  # a command has to be typed as it stands
            near = "北京时间；" if lang == "zh" else "in Beijing"
            assert line.count("13:07:00Z") <= line.count(near), line


def test_control_a_report_without_local_times_is_noticed(monkeypatch):
    monkeypatch.setattr(local_time, "_INSTANT", re.compile(r"(?!)"))
    with pytest.raises(AssertionError):
        test_every_instant_of_a_report_is_so("zh")
