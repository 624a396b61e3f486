"""Article 17: nothing is put into the platform's mouth, and what it leaves out stays open."""

from __future__ import annotations

from typing import Any

import pytest

from tests import worked
from tests.verifier.law.examined import PLATFORM, make, row
from verifier.evidence.provenance.record import NotApplicable
from verifier.law.examination import Examination

FILLED = {"declared", "declared_with_artifact"}
ROWS = [f"M17-{n:02}" for n in (1, 2, 4, 5, 6, 7, 8, 9, 10)]


def declared(folder, **changes: Any) -> Examination:
    """An examination where the platform declares something else; None leaves a field out."""
    platform = {**PLATFORM, **{f"plat.{name}": value for name, value in changes.items()}}
    given = {name: value for name, value in platform.items() if value is not None}
    return make(folder, platform=given).examination


def own(found: Examination, id_: str) -> str:
    """Everything that is quoted in a row's reason, which must be open and without a sentence."""
    each = row(found, id_)
    assert (each.status, each.wording) == ("missing", "none"), id_
    assert each.why is not None
    assert each.why.zh.startswith("平台声明：")
    assert "（未经核实）；未载明" in each.why.zh
    assert id_ in {gap.row.row.id for gap in found.gaps}
    return "".join(part.zh for part in (each.why.parts or (each.why,)) if part.own)


@pytest.mark.parametrize("id_", ROWS)
def test_a_complete_declaration_fills_the_sentence_and_is_quoted_beside_it(id_, whole):
    found = row(whole.examination, id_)
    assert found.status in FILLED
    assert found.wording == "present"
    assert found.why is not None
    assert found.why.zh.startswith("平台声明：")
    assert found.why.zh.endswith("（未经核实）")
    for value in found.values.values():
        assert value.zh not in {"未记载", "无"} or id_ == "M17-06"


def test_what_the_declaration_leaves_out_is_named_and_what_it_says_is_quoted(tmp_path):
    found = declared(
        tmp_path,
        filing={"no": "京网信备1号", "status": "已注销"},
        mlps=None,
        clean="从未检查",
        audits=[],
        availability={"slo": "无承诺"},
        incidents=None,
        standards=[{"std_no": "GB/T 1"}],
        transmission="TLS 1.3",
        independence={"fees": "按件收费，由张某支付", "shareholding": "无"},
    )
    assert "已注销" in own(found, "M17-01")
    assert "按件收费，由张某支付" in own(found, "M17-02")
    assert "从未检查" in own(found, "M17-04")
    assert "双人复核。" in own(found, "M17-05")
    assert "每日备份。" in own(found, "M17-06")
    assert "无承诺" in own(found, "M17-07")
    for id_ in ("M17-08", "M17-09", "M17-10"):
        assert "GB/T 1" in own(found, id_)
    assert "TLS 1.3" in own(found, "M17-11")


@pytest.mark.parametrize(
    ("change", "id_"),
    [
        ({"filing": {"no": "1", "service_name": "x"}}, "M17-01"),
        ({"filing": {"no": "1", "service_name": "x", "status": "已注销"}}, "M17-01"),
        ({"filing": {"no": "1", "status": "有效"}}, "M17-01"),
        ({"independence": {"fees": "无"}}, "M17-02"),
        ({"audits": []}, "M17-04"),
        ({"audits": [{"type": "x", "by": "y", "date": worked.day("2026-06-30")}]}, "M17-04"),
        ({"mlps": None}, "M17-05"),
        ({"mlps": {"level": 3}}, "M17-05"),
        ({"incidents": None}, "M17-06"),
        ({"availability": {"slo": "99.9%"}}, "M17-07"),
        ({"standards": [{"std_no": "GB/T 1", "evidence": "x"}]}, "M17-08"),
        ({"standards": [{"std_no": "1", "covers": ["system_environment"]}]}, "M17-08"),
        ({"standards": [{"std_no": "1", "evidence": "x", "covers": ["encryption"]}]}, "M17-09"),
        ({"standards": [{"std_no": "1", "covers": ["transmission"]}]}, "M17-10"),
        ({"standards": None, "crypto": {"alg": "SM3"}}, "M17-10"),
        ({"transmission": "TLS 1.3"}, "M17-11"),
        ({"transmission": "TLS 1.3，摘要不由客户端计算"}, "M17-11"),
    ],
)
def test_each_place_that_is_not_declared_leaves_the_row_open(change, id_, tmp_path):
    assert own(declared(tmp_path, **change), id_)


def test_relations_that_are_declared_are_printed_and_never_denied(tmp_path):
    relations = {**PLATFORM["plat.independence"], "fees": "由张某支付200元"}
    found = row(declared(tmp_path, independence=relations), "M17-02")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert "由张某支付200元" in found.why.zh


def test_a_general_statement_is_not_one_about_this_party(tmp_path):
    relations = {**PLATFORM["plat.independence"], "statement": "与任何用户无利害关系。"}
    found = row(declared(tmp_path, independence=relations), "M17-02")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert "未载明本案当事人" in found.why.zh


@pytest.mark.parametrize(
    "text",
    [
        "与“张某”无利害关系。", "与 张某 无利害关系", "张某：无利害关系", "张某", "「张某」以外的人",
        "与（张\u200b某）无利害关系。",
    ],
)  # fmt: skip
def test_a_name_that_stands_alone_is_the_party_s(text, tmp_path):
    relations = {**PLATFORM["plat.independence"], "statement": text}
    found = row(declared(tmp_path, independence=relations), "M17-02")
    assert (found.status, found.wording) == ("declared", "present")


@pytest.mark.parametrize(
    "text",
    [
        "与“张某某”无利害关系。", "与“小张某”无利害关系。", "与张某峰无利害关系。", "与张某无利害关系。",
        "与“张”“某”无利害关系。", "“张某2”", "与“张\u3000某”无利害关系。",
    ],
)  # fmt: skip
def test_a_name_within_other_words_is_not_said_to_be_the_party_s(text, tmp_path):
    """张某 stands in 张某峰 too; no program can cut Chinese words, so it says what it compared."""
    relations = {**PLATFORM["plat.independence"], "statement": text}
    found = row(declared(tmp_path, independence=relations), "M17-02")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert "未载明本案当事人（" in found.why.zh
    assert "逐字相同" in found.why.zh


def test_a_latin_name_within_another_is_not_that_name(tmp_path):
    declarant = {"decl.declarant": '{ name = "Ann Lee", role = "party" }'}
    for text, wording in (
        ("no interest with Ann Leeson", "none"),
        ("no interest with Joann Lee", "none"),
        ("no interest with (ANN  LEE).", "present"),
        ("no interest with “Ann Lee”", "present"),
    ):
        relations = {**PLATFORM["plat.independence"], "statement": text}
        platform = {**PLATFORM, "plat.independence": relations}
        made = make(tmp_path, changes=declarant, platform=platform)
        assert row(made.examination, "M17-02").wording == wording, text


def test_an_agent_s_name_is_not_the_party_s(tmp_path):
    declarant = {
        "decl.declarant": '{ name = "王律师", role = "agent", relation_to_party = "代理" }'
    }
    relations = {**PLATFORM["plat.independence"], "statement": "与“王律师”无利害关系。"}
    made = make(tmp_path, changes=declarant, platform={**PLATFORM, "plat.independence": relations})
    found = row(made.examination, "M17-02")
    assert found.wording == "none"
    assert found.why is not None
    assert "未载明本案当事人" in found.why.zh


def test_client_side_digests_are_quoted_and_never_claimed(whole):
    found = row(whole.examination, "M17-11")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert found.why.zh == "平台声明：TLS 1.3，摘要由客户端计算（未经核实）；未载明传输日志"


def test_nothing_declared_is_missing_and_not_applicable_is_quoted(tmp_path, bare):
    for id_ in (*ROWS, "M17-11"):
        each = row(bare.examination, id_)
        assert each.status == "missing"
        assert each.why is not None
        assert each.why.zh.startswith("没有可以采用的平台声明；")
    found = row(declared(tmp_path, filing=NotApplicable("不需要备案")), "M17-01")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None
    assert found.why.zh == "平台称不适用：不需要备案；未说明何以不适用"
