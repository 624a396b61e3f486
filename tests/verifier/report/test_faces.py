"""One result, two faces: what each says, in which order, and what it never leaves out."""

from __future__ import annotations

import json

import pytest

from tests.verifier.report import shapes
from verifier.report import texts_en, texts_zh
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.statements import STATEMENTS, statements
from verifier.result import DONE, FAILED, NOT_DONE, PASSED, REQUIRED, Check, Result

ZH, EN = texts_zh.TEXTS, texts_en.TEXTS
SUBS = sorted(ZH.subs)
SCOPES = pytest.mark.parametrize("scope", shapes.EVIDENCE)
LANGS = pytest.mark.parametrize(("lang", "texts"), [("zh", ZH), ("en", EN)])


# ------------------------------------------------------------------- json


def test_json_has_exactly_the_keys_of_the_contract():
    for result in shapes.every_check(SUBS):
        report = as_json(result)
        assert list(report) == [
            "format", "verdict", "sub_indication", "trust_level", "time_grade", "times",
            "policy_sha256", "checks", "findings", "facts", "statements", "disclosure", "examination",
        ]  # fmt: skip
        assert report["format"] == "beilin/report/v1"
        assert report["verdict"] == result.verdict
        assert list(report["statements"]) == ["integrity", "time", "submitter", "not_shown"]
        assert all(isinstance(text, str) and text for text in report["statements"].values())
        for check in report["checks"]:
            assert list(check) == ["id", "status", "required", "sub_indication", "values"]
            assert check["status"] in {"done", "failed", "not_done"}
            assert isinstance(check["required"], bool)
        assert {c["id"] for c in report["checks"] if c["required"]} >= set(REQUIRED[result.scope])
        assert json.loads(json.dumps(report)) == report


def test_json_numbers_are_strings():
    result = shapes.base("receipt")
    result.facts["size"] = 2**63 - 1
    report = as_json(result)
    assert report["facts"]["size"] == "9223372036854775807"

    def numbers(value):
        if isinstance(value, dict):
            return [n for item in value.values() for n in numbers(item)]
        if isinstance(value, list):
            return [n for item in value for n in numbers(item)]
        return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []

    assert numbers(report) == []


# ------------------------------------------------------------------- text


@SCOPES
@LANGS
def test_result_statements_input_rules_checks_findings_missing_result(scope, lang, texts):
    text = as_text(shapes.base(scope), lang)
    headings = ["statements", "input", "rules", "parts", "checks", "findings", "missing"]
    numbers = "一二三四五六七" if lang == "zh" else "1234567"
    dot = "、" if lang == "zh" else ". "
    named = [f"\n{n}{dot}{texts.words[h]}\n" for n, h in zip(numbers, headings, strict=True)]
    places = [text.index(each) for each in named]
    assert places == sorted(places)
    verdict = texts.words["verdict"].replace("{headline}", texts.headlines[PASSED])
    assert text.index(verdict) < places[0]
    assert text.rindex(verdict) > places[-1]


@LANGS
def test_a_private_package_is_warned_about_in_the_first_line(lang, texts):
    result = shapes.base("package")
    assert as_text(result, lang).split("\n")[0] == texts.words["private"]
    result.facts["kind"] = "disclosure"
    assert as_text(result, lang).split("\n")[0] == texts.words["title"]


@LANGS
def test_each_check_is_done_failed_or_not_done(lang, texts):
    result = shapes.base("receipt", failing=Check("inclusion", FAILED, "INCLUSION_FAILURE"))
    result.checks = [check for check in result.checks if check.id != "quorum"]
    text = as_text(result, lang)
    assert f"[{texts.status[FAILED]}] {texts.titles['inclusion']}" in text
    assert f"[{texts.status[NOT_DONE]}] {texts.titles['quorum']}" in text  # never silently absent
    assert f"[{texts.status[DONE]}] {texts.titles['entry']}" in text


def test_no_status_words_but_those_of_the_glossary():
    assert ZH.status == {DONE: "核验一致", FAILED: "核验不一致", NOT_DONE: "未核验"}


@LANGS
def test_what_need_not_be_there_is_not_called_consistent(lang, texts):
    values: dict[str, str | int] = {"required": "none", "met": 0}
    result = shapes.base("receipt", failing=Check("quorum", DONE, None, values))
    text = as_text(result, lang)
    assert f"[{texts.words['not_applicable']}] {texts.titles['quorum']}" in text


@LANGS
def test_what_is_missing_names_who_can_supply_it(lang, texts):
    failing = Check("siblings", NOT_DONE, "LOG_COPY_NOT_SUPPLIED")
    text = as_text(shapes.base("package", failing=failing), lang)
    sub = texts.subs["LOG_COPY_NOT_SUPPLIED"]
    for part in sub:
        assert part in text[text.index(texts.words["missing"]) :]


@SCOPES
@LANGS
def test_not_shown_is_never_empty_and_names_what_came_before(scope, lang, texts):
    for result in (Result(scope), shapes.base(scope)):
        found = statements(result, texts)
        assert list(found) == list(STATEMENTS)
        assert len(found["not_shown"]) >= 4
        joined = " ".join(found["not_shown"])
        assert ("第十八条" if lang == "zh" else "Article 18") in joined
        assert ("第十六条" if lang == "zh" else "Article 16") in joined


@SCOPES
@LANGS
def test_operators_nodes_and_anchors_are_always_counted(scope, lang, texts):
    result = shapes.base(scope)
    text = as_text(result, lang)
    assert ("运营主体数：1" if lang == "zh" else "operators: 1;") in text
    assert texts.words["chain.one"] in text
    result.facts.update(operators=3, witnesses=2, anchors=1)
    text = as_text(result, lang)
    assert ("运营主体数：3" if lang == "zh" else "operators: 3;") in text
    assert texts.words["chain.one"] not in text


@LANGS
def test_the_source_of_the_policy_is_printed_or_its_absence(lang, texts):
    result = shapes.base("receipt")
    text = as_text(result, lang)
    assert texts.words["source.none"] in text
    assert texts.words["L0"] in text
    result.policy_source, result.trust_level = "by hand, from the notary's window", "L1"
    text = as_text(result, lang)
    assert "“by hand, from the notary's window”" in text
    assert texts.words["L0"] not in text


# ------------------------------------------------------------------- what a grade allows


def test_only_a_time_stamp_lets_the_report_say_since_when():
    result = shapes.base("receipt")
    for grade in ("T0", "T1", "T2"):
        result.time_grade = grade
        text = as_text(result, "zh")
        assert "未被改动" not in text
        assert (
            "与日志 log.example.org/a 第 57 项（自 0 起计）所载一致；其自称时间为 2026-11-21 21:07:00（北京时间；2026-11-21T13:07:00Z）"
            in text
        )
    result.time_grade = "T3"
    assert "未被改动" not in as_text(result, "zh")  # L0: of what policy is that authority?
    result.policy_source, result.trust_level = "a letter", "L1"
    assert "自 2026-11-22 08:00:00（北京时间；2026-11-22T00:00:00Z）起未被改动" in as_text(
        result, "zh"
    )
    del result.facts["not_after"]
    assert "未被改动" not in as_text(result, "zh")


def test_the_integrity_statement_of_a_failure_claims_nothing():
    for scope in REQUIRED:
        for name in REQUIRED[scope]:
            result = shapes.base(scope, failing=Check(name, FAILED, "HASH_FAILURE"))
            first = statements(result, ZH)["integrity"][0]
            assert first.startswith("核验不一致之处"), first
            assert ZH.titles[name] in first
            result = shapes.base(scope, failing=Check(name, NOT_DONE, "NEWER_FORMAT"))
            open_ = statements(result, ZH)["integrity"][0]
            nothing = ("两份材料未作比对", "未发现两份材料相互矛盾", "该文件既不说明")
            assert open_.startswith("尚不能判定" if scope in shapes.EVIDENCE else nothing)


def test_what_was_not_followed_into_the_log_is_said_to_be_the_materials_own_word():
    good = statements(shapes.base("receipt"), ZH)
    assert ZH.words["unbound"] not in good["time"] + good["submitter"]
    for name in ("statement", "entry", "inclusion", "checkpoint", "log_key"):
        found = statements(shapes.base("receipt", failing=Check(name, FAILED, "X")), ZH)
        assert ZH.words["unbound"] in found["time"]
        assert ZH.words["unbound"] in found["submitter"]


def test_below_l2_a_second_copy_of_the_log_is_not_excluded():
    result = shapes.base("receipt")
    assert ZH.words["time.copy"] in statements(result, ZH)["time"]
    result.trust_level = "L2"
    assert ZH.words["time.copy"] not in statements(result, ZH)["time"]


@LANGS
def test_the_three_answers_about_a_later_item(lang, texts):
    found = {}
    for name, check in {
        "none": Check("siblings", DONE, None, {"size": 700}),
        "found": Check("siblings", DONE, None, {"size": 700, "index": 650}),
        "open": Check("siblings", NOT_DONE, "LOG_COPY_NOT_SUPPLIED"),
    }.items():
        result = shapes.base("receipt", failing=check)
        found[name] = as_text(result, lang)
        assert result.verdict == PASSED
    assert len(set(found.values())) == 3
    assert "700" in found["none"]
    assert "650" in found["found"]
    assert texts.words["not_shown.later.found"][:20] in found["found"]


# ------------------------------------------------------------------- said once, said plainly


@LANGS
def test_checks_that_were_not_come_to_are_one_line(lang, texts):
    result = shapes.base("package", failing=Check("receipt", FAILED, "FORMAT_FAILURE"))
    behind = ("entry", "inclusion", "checkpoint", "log_key", "quorum")
    result.checks = [check for check in result.checks if check.id not in behind]
    text = as_text(result, lang)
    missing = text[text.rindex(texts.words["missing"]) :]
    line = texts.words["not_reached"].partition("{")[0]
    assert missing.count(line) == 1
    for name in behind:
        assert texts.titles[name] in missing
    assert texts.subs["NOT_REACHED"].who not in missing


@LANGS
def test_a_failed_check_says_what_to_do_next(lang, texts):
    seen: set[str] = set()
    for scope, required in REQUIRED.items():
        for name in required:
            result = shapes.base(scope, failing=Check(name, FAILED, "BINDING_FAILURE"))
            text = as_text(result, lang)
            step = texts.words["next"].replace("{text}", texts.next_steps[name])
            assert text.count(step) == 1
            seen.add(name)
        assert texts.words["next"].partition("{")[0] not in as_text(shapes.base(scope), lang)
    assert len(seen) > 15


@LANGS
def test_a_receipt_without_its_file_names_the_option(lang, texts):
    for sub, named in (("SIGNED_DATA_NOT_FOUND", True), ("NOT_REACHED", False)):
        result = shapes.base("receipt", failing=Check("file", NOT_DONE, sub))
        assert ("--file" in as_text(result, lang)) is named
    audit = shapes.base("audit", failing=Check("tiles", NOT_DONE, "SIGNED_DATA_NOT_FOUND"))
    assert "--file" not in as_text(audit, lang)


@LANGS
def test_a_later_proof_of_time_changes_the_grade_only(lang, texts):
    change = texts.subs["NO_POE"].change
    assert change.startswith("只有时间等级" if lang == "zh" else "only the time grade")
    assert ("结论不因此改变" if lang == "zh" else "result does not change") in change


@LANGS
def test_grades_and_numbers_are_explained_once(lang, texts):
    for grade in ("T0", "T1", "T2", "T3", "T4"):
        result = shapes.base("package")
        result.time_grade = grade
        text = as_text(result, lang)
        assert text.count(texts.words["grades"]) == 1
        assert text.count(texts.words["numbering"]) == 1


def test_one_word_for_one_thing_in_chinese():
    """账本 stands in the headline that the design fixes, and nowhere else."""
    sentences = [
        *ZH.status.values(), *ZH.titles.values(), *ZH.done.values(), *ZH.failed.values(),
        *ZH.consequences.values(), *ZH.next_steps.values(), *ZH.findings.values(),
        *ZH.reasons.values(), *ZH.parts.values(), *ZH.words.values(),
        *(text for sub in ZH.subs.values() for text in sub),
    ]  # fmt: skip
    for sentence in sentences:
        for word in ("账本", "帐", "提交者", "服务方", "运营方"):
            assert word not in sentence, sentence
        assert "策略" not in sentence.replace("核验策略", ""), sentence
        assert "封存" not in sentence.replace("封存附件", ""), sentence
        for word in ("补交", "尚缺", "：："):
            assert word not in sentence, sentence
    assert ZH.titles["statement"] == "登记陈述"
    assert [h for h in ZH.headlines.values() if "账本" in h] == [ZH.headlines[PASSED]]
