"""What is open and until when, what the other side can rest on facts, and what a report begins with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.law.examined import (
    make,
    row,
    sha,
    unsealed,
)
from tests.verifier.law.test_examine_phase import RECORD_MEMBER
from tests.verifier.report.denylist import forbidden_words
from verifier.law import adverse, gaps, opponent, words
from verifier.law.examination import Examination, Gap, Text
from verifier.law.examine import examine
from verifier.law.material import Material, SealedFile
from verifier.law.rules import PROVISIONS, ROWS

EMPLOYER: dict[str, str | None] = {
    "law.method": '"covert"',
    "law.account_consent": '"not_asked"',
    "law.privacy": '{ private_chat = true, logout_signal = true, login_state = "已远程退出" }',
    "src.device.owner": '"employer"',
    "acct.own.id": '{ account_id = "a", holder = "other_party" }',
    "scope.assertion": '"excerpt"',
    "scope.full_available": "false",
}


def gap(found: Examination, id_: str) -> Gap:
    return next(each for each in found.gaps if each.row.row.id == id_)


def codes(found: Examination) -> set[str]:
    return {each.code for each in found.opponent}


def text(found: Text) -> str:
    for part in found.parts or (found,):
        if not part.own:
            assert forbidden_words(part.zh) == []
            assert forbidden_words(part.en) == []
    return found.zh


# -- F: gaps


def test_a_single_operator_is_the_first_gap_though_it_is_counted(whole, bare):
    for made in (whole, bare):
        first = made.examination.gaps[0]
        assert (first.row.row.id, first.row.wording, first.severity) == (
            "M16-02", "present", "critical",
        )  # fmt: skip
    assert "第十六条整体不适用" in gaps.WAYS["M16-02"].zh
    assert "第九十三条" in gaps.WAYS["M16-02"].zh


def test_two_operators_are_no_gap(whole):
    result = replace(whole.result, facts={**whole.result.facts, "operators": 2})
    found = examine(replace(whole.material, result=result))
    assert "M16-02" not in {each.row.row.id for each in found.gaps}


@pytest.mark.parametrize(
    ("id_", "by"),
    [("W04-02", "application"), ("W05-01", "application"), ("M19-03", "application"),
     ("M18-01", "adduction"), ("M90-02", "adduction")],
)  # fmt: skip
def test_a_gap_says_until_when(id_, by):
    found = gap(examine(Material()), id_)
    assert found.by == by
    assert gaps.BY[by].zh.startswith("至迟：人民法院指定的举证期限届满前")
    assert ("书面申请" in gaps.BY[by].zh) == (by == "application")


def test_the_deadlines_name_provisions_that_there_are():
    for each in words.load("supply.json")["by"].values():
        assert set(each["basis"]) <= set(PROVISIONS)


def test_what_only_some_cases_have_is_missing_and_no_gap():
    assert set(gaps.ONLY_IF_SO) <= set(ROWS)
    found = examine(Material())
    named = {each.row.row.id for each in found.gaps}
    for id_ in ("M13-03", "M94-04", "M94-05", "M11-02", "M13-02"):
        assert row(found, id_).status == "missing"
        assert id_ not in named


def test_control_without_the_list_it_would_be_one(monkeypatch):
    monkeypatch.setattr(gaps, "ONLY_IF_SO", {})
    monkeypatch.setitem(gaps.WAYS, "M94-04", gaps.WAYS["M18-01"])
    for id_ in ("M13-02", "M13-03", "M94-05"):
        monkeypatch.setitem(gaps.WAYS, id_, gaps.WAYS["M18-01"])
    assert "M94-04" in {each.row.row.id for each in examine(Material()).gaps}


@pytest.mark.parametrize(("status", "after"), [("lost", "no"), ("altered", "yes")])
def test_a_carrier_that_is_there_can_be_shown_on_any_day(status, after):
    changes = {"src.carrier.status": f'"{status}"', "src.carrier.available_for_court": "false"}
    assert gap(examine(unsealed(changes)), "N4-01").after == after
    assert gap(examine(Material()), "N4-01").after == "yes"


def test_what_a_platform_can_state_any_day_can_be_supplied():
    ways = [way for id_, way in gaps.WAYS.items() if id_.startswith("M17-") or id_ == "M38-01"]
    assert {way.after for way in ways} == {"yes"}
    assert "不限制其所载事实的时间" in gaps.AFTER["partly"].zh


def test_before_anchoring_a_contradiction_is_corrected_in_the_record_itself(tmp_path):
    twice = {"scope.counts": "{ messages = 99 }"}
    early = unsealed({"acct.peer.profile_screens": f'["{sha(b"nothing")}"]'})
    assert gap(examine(early), "N2-03").how == "inconsistent.B.before"
    assert "尚未登记，直接更正来源声明" in gaps.WAYS["inconsistent.B.before"].zh
    assert gap(make(tmp_path, changes=twice).examination, "N3-01").how == "inconsistent.B"


def test_the_ways_of_log_and_time_agree_with_the_technical_part():
    assert "--log" in gaps.WAYS["M16-05"].zh
    assert "向运营者询问如何下载" in gaps.WAYS["M16-05"].zh
    assert "持有该检查点的任何人" in gaps.WAYS["M16-07"].zh


# -- G: objections


FACTS = {
    "carrier_state": {"src.carrier.status": '"altered"'},
    "declared_means": {"law.method": '"found"', "law.account_consent": '"not_asked"'},
    "excerpt_incomplete": {"scope.assertion": '"excerpt"', "scope.full_available": "false"},
    "long_before_export": {"gen.period": "[2026-01-01, 2026-01-02]"},
    "process_notarised": {
        "cor.notarial": '[{ office = "某", cert_no = "1", date = 2026-05-02, scope = "process" }]'
    },
    "not_repeatable": {"acq.reproducible": "false"},
    "other_hands": {"src.carrier.custody": '{ custodian = "行政部" }'},
}
QUIET: dict[str, str | None] = {
    "cust.events": None,
    "cust.transfer": None,
    "src.carrier.custody": None,
}


@pytest.mark.parametrize("code", FACTS)
def test_a_declared_fact_can_be_raised(code):
    assert code in codes(examine(unsealed({**QUIET, **FACTS[code]})))
    assert code not in codes(examine(unsealed(QUIET)))


def test_a_day_before_anchoring_low_pictures_and_a_recording_that_is_the_evidence(whole):
    assert "long_before_anchoring" in codes(whole.examination)
    low = SealedFile(0, b"s.png", "original", 10, bytes(32), "image", None, (200, 300))
    assert "low_resolution" in codes(examine(Material(files=[low])))
    film = unsealed().files[3]
    as_evidence = [replace(film, role="original")]
    assert "recording_is_evidence" in codes(examine(replace(unsealed(), files=as_evidence)))
    assert "recording_is_evidence" not in codes(examine(unsealed()))


def test_every_fact_has_its_point_and_its_sentences():
    assert set(adverse.FACTS) <= set(opponent.POINTS)
    for point in opponent.POINTS.values():
        assert set(point.rows) <= set(ROWS)
    bases = [point.basis for point in opponent.POINTS.values()]
    assert bases == sorted(bases, key=["OLR-17", "OLR-18", "CPLI-106"].index)


def test_without_a_record_only_the_silence_is_raised(bare):
    for found in (bare.examination, examine(Material())):
        legal = [each for each in found.opponent if each.basis == "CPLI-106"]
        assert [each.code for each in legal] == ["unsaid"]
    said = words.load("opponent.json")["unsaid"]["raise"]
    assert said["zh"].endswith("没有记载不等于有不法情形。")


def test_the_reference_case_is_named_neutrally():
    for lang, note in (("zh", "案号未载，不是对本案的结论"), ("en", "no conclusion on this case")):
        for point in words.load("opponent.json").values():
            for name in ("raise", "objector", "proponent"):
                text_ = point[name][lang]
                assert "BIC-CASE" not in text_ or note in text_


# -- J: the first words of a report


def test_whose_record_it_is_and_under_which_entry(whole):
    (first,) = whole.examination.origin
    said = text(first)
    assert said.startswith("有来源声明，声明人：张某（")
    assert "上链前作成" in said
    assert "日志第5项，日志自称的登记时间2026-11-21T12:00:05Z" in said
    assert said.endswith("。")
    assert "张某" in [part.zh for part in first.parts if part.own]


def test_no_record_means_nothing_but_that(bare):
    (only,) = bare.examination.origin
    assert text(only) == (
        "没有来源声明：由何人、在何设备、从何账号、何时、以何方法取得，没有任何记载；"
        "没有记载不等于有不法情形。"
    )


def test_a_failed_package_has_no_record_that_can_be_used(tmp_path):
    def edit(payload):
        payload[RECORD_MEMBER] = payload[RECORD_MEMBER].replace(b"2026-05-01", b"2026-04-08")

    made = make(tmp_path, spoil=edit)
    (only,) = made.examination.origin
    assert text(only).startswith("没有可以使用的来源声明（")
    why = row(made.examination, "M90-02").why
    assert why is not None
    assert why.zh.startswith("没有可以使用的来源声明；")


def test_circumstances_are_listed_and_left_to_the_court():
    first, second = examine(unsealed(EMPLOYER)).origin
    assert text(first).endswith("尚未上链。以下所述均为声明，未经核实。")
    said = text(second)
    for word in ("秘密取得", "未征求账号持有人意见", "取证前账号已退出登录或者被锁定（已远程退出）",
                 "设备属用人单位", "仅为节选，且不能补充完整记录"):  # fmt: skip
        assert word in said
    assert said.endswith("。取证方法是否合法由人民法院认定。")


def test_a_record_with_nothing_to_raise_lists_nothing():
    found = examine(unsealed({"app.integrity": None}))
    assert len(found.origin) == 1
