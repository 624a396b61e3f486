"""What a disclosure shows is readable in every face, and nothing is said that was not computed."""

from __future__ import annotations

import copy
import re

import pytest

from tests.verifier.report.denylist import forbidden_words, strings
from tests.verifier.report.disclosed import SHAPES, faces, said, shown
from tests.verifier.report.pages import read_page, words, words_of
from tests.verifier.report.test_schema import check
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.full_text import full_text
from verifier.result import FAILED, Check

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
EVERY = pytest.mark.parametrize("name", SHAPES)
KEY = "d/64qb9ZsrPmEWtEahTb8J/VXvKJQmd/qa5NLmR6+D8="
STATED = [name for name in SHAPES if name not in {"failed", "unreached"}]


# ------------------------------------------------------------------- the sentences


def test_a_range_is_said_to_be_without_a_gap_and_no_more():
    assert " | ".join(said("range", "en")) == (
        "Shown are segments 1-2, 5 (counted from 0, both ends included), that is records 2-3, 6 "
        "(counted from 1). Of the message tree that was registered, between the two ends of each "
        "range nothing was left out, inserted or reordered; nothing is said of what lies outside "
        "the ranges. | Records shown: 3; redacted: 0. | "
        "As the sealing software wrote it, the file has 7 segments, 7 of them records (reader "
        "“whatsapp-text/1”); 4 segments are not shown. | "
        "This rests on the word of the sealing software and was not verified: that the message "
        "tree was made from the registered file, and that the 4 withheld segments are cut and "
        "dated as it wrote. | "
        "Re-derived from opened bytes for 3 of 3 shown segments; the other 4 withheld segments "
        "were not. | Of the segments shown, 3 border on bytes that are not shown or are redacted: "
        "that a message begins or ends there rests on the word of the sealing software."
    )
    first = said("range", "zh")[0]
    assert first.startswith(
        "出示第 1-2, 5 段（自 0 起计，含首末两段），即第 2-3, 6 条记录（自 1 起计）。"
    )
    assert "没有遗漏、插入或者调换次序" in first
    assert "complete" not in " ".join(said("range", "en"))
    assert "完整" not in "".join(said("range", "zh"))


def test_a_period_is_complete_as_sealed_by_a_party_with_a_reader():
    assert said("period", "en")[0].startswith(
        f"The period 2024-05-02..2024-05-03 is complete as sealed by the holder of the key {KEY} "
        "with “whatsapp-text/1”;"
    )
    assert said("period", "zh")[0].startswith(
        f"就持有密钥 {KEY} 的提交人以读取器“whatsapp-text/1”存证的该文件而言，时段 "
        "2024-05-02..2024-05-03 完整；"
    )
    assert "没有遗漏" in said("period", "zh")[0]
    assert "as sealed by a submitter who did not sign" in said("unsigned", "en")[0]
    assert "就未签名的提交人（何人提交只据存证服务所述）以读取器" in said("unsigned", "zh")[0]
    assert KEY not in "".join(said("unsigned", "en"))


@LANGS
@pytest.mark.parametrize("name", [n for n in STATED if n != "whole"])
def test_what_rests_on_the_sealing_softwares_word_is_always_said(name, lang):
    text = " ".join(said(name, lang))
    assert ("存证软件所述" if lang == "zh" else "rests on the word of the sealing software") in text
    facts = shown(name).result.facts
    again, leaves = facts["file.0.again"], facts["file.0.leaves"]
    withheld = facts["file.0.withheld_segments"]
    if name == "no reader":
        text_zh = f"所示的 {leaves} 段和未出示的 {withheld} 段都没有重新得出"
        text_en = f"neither the {leaves} shown segments nor the {withheld} withheld ones"
    else:
        text_zh = f"所示的 {leaves} 段中，由所示字节重新得出起止和时间的有 {again} 段"
        text_en = f"Re-derived from opened bytes for {again} of {leaves} shown segments"
    assert (text_zh if lang == "zh" else text_en) in text
    if lang == "en" and withheld and name != "no reader":
        assert f"the other {withheld} withheld segments were not" in text


def test_the_particulars_of_a_period_are_said():
    assert any("without a time zone" in each for each in said("period", "en"))
    assert any("segments 1, 5" in each for each in said("period", "en"))
    assert "On the same footing there is no record in the period." in said("empty", "en")
    assert "同样据此，该时段内没有记录。" in said("empty", "zh")
    assert not any("no record in the period" in each for each in said("period", "en"))
    assert any(
        each.startswith("Of the records shown, 1 have times outside")
        for each in said("disordered", "en")
    )
    assert any("其时间在该时段之外" in each for each in said("disordered", "zh"))
    assert not any("times outside" in each for each in said("period", "en"))
    assert not any("withheld" in each for each in said("all by period", "en"))


def test_where_a_reader_differs_completeness_is_not_shown():
    first, *rest = said("differs", "en")
    assert first.startswith(
        "That what is shown (segments 1-3, counted from 0) is complete is not shown"
    )
    assert "for 1 segments (2)" in first
    assert "不能说明所示的部分" in said("differs", "zh")[0]
    joined = " ".join([first, *rest])
    for word in ("nothing was left out", "complete as sealed"):
        assert word not in joined
    assert "没有遗漏" not in "".join(said("differs", "zh"))


def test_whole_is_said_of_the_file_alone_and_how_to_get_it_out():
    first, second = said("whole", "en")
    assert first.endswith(
        '"Whole" is said of this file only, not of the phone or the conversation.'
    )
    assert "package/data/files/0000.txt" in second
    assert "仅就这一个文件而言" in said("whole", "zh")[0]
    assert shown("whole").result.shown == []


@LANGS
def test_record_numbers_are_said_only_where_every_segment_is_one(lang):
    assert ("条记录（自 1 起计）" if lang == "zh" else "that is records") in said("range", lang)[0]
    assert ("条记录（自 1 起计）" if lang == "zh" else "that is records") not in said(
        "dated", lang
    )[0]


@EVERY
def test_never_complete_within_the_file(name):
    for text in faces(name):
        assert not re.search(r"complete (within|in) the file|该文件完整|文件内完整", text)


# ------------------------------------------------------------------- where they stand


@EVERY
def test_the_section_follows_the_four_statements(name):
    short, _, full, _, html = faces(name)
    for text in (short, full):
        assert "\n二、各文件出示的部分与完整程度\n" in text
    assert html.index('id="zh-statements"') < html.index('id="zh-completeness"')
    assert html.index('id="zh-completeness"') < html.index('id="zh-contents"')


def test_other_packages_have_no_such_section():
    from tests.verifier.report import shapes

    for scope in ("package", "receipt", "audit"):
        text = as_text(shapes.base(scope), "zh")
        assert "出示的部分与完整程度" not in text
        assert as_json(shapes.base(scope))["disclosure"] is None


@pytest.mark.parametrize("name", ["failed", "unreached"])
def test_of_what_did_not_hold_nothing_is_said(name):
    found = shown(name)
    assert as_json(found.result)["disclosure"] is None
    for text in faces(name):
        assert "三" not in re.findall(r"2024/5/2, 09:30 - 甲: (.)", text)
        for word in ("没有遗漏、插入", "left out, inserted", "complete as sealed", " 完整；所示"):
            assert word not in text


def test_control_a_failure_after_the_records_takes_their_statement_away():
    result = copy.deepcopy(shown("period").result)
    assert as_json(result)["disclosure"] is not None
    assert "complete as sealed" in as_text(result, "en")
    result.checks.append(Check("chain", FAILED, "BINDING_FAILURE", {}))
    assert as_json(result)["disclosure"] is None
    assert "complete as sealed" not in as_text(result, "en")


@LANGS
def test_what_is_not_in_the_log_of_the_policy_is_said_to_be_the_materials_word(lang):
    text = as_text(shown("unknown log").result, lang)
    start = text.index("各文件出示的部分" if lang == "zh" else "What is shown of each file")
    unbound = "未能核验为日志所载" if lang == "zh" else "that it stands in the log was not verified"
    assert unbound in text[start : start + 200]
    good = as_text(shown("period").result, lang)
    assert unbound not in good


@LANGS
def test_the_fourth_statement_counts_what_is_withheld_and_names_nothing(lang):
    text = as_json(shown("range").result, lang)["statements"]["not_shown"]
    assert (
        "2 个文件中，有 1 个未出示" if lang == "zh" else "of the 2 files of the manifest 1 are not"
    ) in text
    assert ("有 4 段未出示" if lang == "zh" else "segments not shown: 4") in text
    for face in faces("range"):
        assert "other.txt" not in face
    whole = as_json(shown("all by period").result, lang)["statements"]["not_shown"]
    assert ("登记而未出示" if lang == "zh" else "was registered and is not shown") not in whole


# ------------------------------------------------------------------- every face


@EVERY
def test_every_face_is_made_and_says_no_word_that_it_must_not(name):
    found = shown(name)
    for text in faces(name):
        assert forbidden_words(text) == []
    for lang in ("zh", "en", "both"):
        report = as_json(found.result, lang, found.examination)
        check(report)
        assert all(forbidden_words(each) == [] for each in strings(report["disclosure"]))


@EVERY
def test_both_faces_say_the_same_words(name):
    found = shown(name)
    for lang in ("zh", "en"):
        html = as_html(found.result, found.examination, (lang,), found.material)
        text = full_text(found.result, found.examination, lang, found.material)
        assert words_of(read_page(html), lang) == words(text)
