"""Nothing recorded is no finding; what is partly declared is said first; a "no" is no measure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.law.examined import CHAT, make, record, row, sha, unsealed
from tests.verifier.report.denylist import forbidden_words
from verifier.evidence.provenance.record import Record
from verifier.law import needs, stating, words
from verifier.law.examination import Text
from verifier.law.examine import examine
from verifier.law.material import Material

ASSERTS = (
    "M90-02", "W03-02", "N3-02", "N4-01", "M12-01", "M19-02", "MZ-03", "M16-09", "W03-01",
    "W08-02", "N2-01", "N5-01", "M13-02", "M13-03", "M13-05", "MC-03", "M87-03", "W04-02",
    "MI-03", "MZ-02",
)  # fmt: skip
"""Rows whose sentence for "missing" says more than that nothing is recorded."""
PLATFORM = tuple(f"M17-{n:02}" for n in (*range(1, 12),))


def said(found: Text | None) -> str:
    assert found is not None
    assert forbidden_words(found.zh) == []
    assert forbidden_words(found.en) == []
    return found.zh


def with_values(**changes: object) -> Material:
    """A record with values that its reader may not know yet."""
    base = record({"item.files": None})
    values = {**base.values, **{name.replace("__", "."): v for name, v in changes.items()}}
    return replace(unsealed(), record=Record(values, base.lines, base.sha256))


# -- A: silence


@pytest.mark.parametrize("id_", ASSERTS)
def test_without_a_record_a_row_says_only_that_its_point_is_not_stated(id_):
    found = row(Material(), id_)
    assert found.wording == "none"
    assert said(found.why).startswith("未提供来源声明；")
    assert said(found.why).endswith("没有记载")
    assert found.why is not None
    assert found.why.en.startswith("No provenance record; ")
    assert found.why.en.endswith("is not stated")
    assert found.status in {"missing", "court"}


def test_without_the_rule_the_sentence_of_the_matrix_would_stand_there(monkeypatch):
    """Control."""
    monkeypatch.setattr(needs, "_stated", lambda found, *_: found)
    assert row(Material(), "M90-02").wording == "missing"


def test_a_field_left_out_of_a_record_is_said_to_be_left_out():
    found = row(unsealed({"cust.backup": None, "src.carrier.status": None}), "W08-02")
    assert (found.status, found.wording) == ("missing", "none")
    assert said(found.why) == "来源声明未写明有无备份"


@pytest.mark.parametrize("id_", PLATFORM)
def test_without_a_declaration_of_the_platform_its_rows_say_so(id_, tmp_path):
    found = row(make(tmp_path, platform=None).examination, id_)
    assert found.wording == "none" or id_ == "M17-03"
    if id_ != "M17-03":
        assert said(found.why).startswith("没有可以采用的平台声明；")


def test_the_account_was_not_checked_and_that_is_all(bare):
    found = row(bare.examination, "M07-01")
    assert (found.wording, found.is_open) == ("none", True)
    assert said(found.why) == "存证服务在回执中写明未核对账号的实名信息"


@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("M90-02", {"src.carrier.available_for_court": "false", "src.carrier.status": '"lost"'}),
        ("N4-01", {"src.carrier.available_for_court": "false", "src.carrier.status": '"lost"'}),
        ("N4-01", {"src.carrier.available_for_court": "false", "src.carrier.status": '"not_held"'}),
        ("M12-01", {"src.carrier.available_for_court": "false", "src.carrier.status": '"lost"'}),
        ("N3-02", {"scope.assertion": '"excerpt"', "scope.rationale": None}),
        ("W08-02", {"cust.backup": "false"}),
        ("MZ-03", {"decl.truth_statement": None}),
    ],
)
def test_what_the_declarant_really_says_keeps_the_sentence_of_the_matrix(id_, changes):
    found = row(unsealed(changes), id_)
    if id_ == "MZ-03":
        assert said(found.why) == "来源声明未写明如实陈述的承诺"
        return
    assert found.wording == "missing"


# -- B: partly declared


def test_what_is_declared_comes_before_what_is_not():
    found = row(
        unsealed({"acct.peer.link_basis": None, "acct.peer.realname_query": None}), "W03-01"
    )
    assert (found.status, found.wording) == ("missing", "none")
    text = said(found.why)
    assert text.startswith("已声明：对方账号")
    assert text.endswith("；未记载：账号与当事人对应关系的依据")


def test_an_unknown_is_named_with_its_reason_in_their_words():
    found = row(unsealed({"gen.deletions": '{ unknown = "不是群成员" }'}), "M18-02")
    assert found.wording == "none"
    assert said(found.why).startswith("已声明：生成机制、生成主体、数据生成期间")
    assert found.why is not None
    assert "声明为未知：删除、撤回、编辑、自动清理情况（理由：不是群成员）" in found.why.zh
    assert "不是群成员" in [part.zh for part in found.why.parts if part.own]


def test_other_fields_of_the_row_are_among_what_is_declared():
    found = row(unsealed({"cust.events": None, "acq.output_digests": None}), "M18-03")
    assert said(found.why).startswith("已声明：存储介质")


def test_a_check_that_was_not_made_is_said_not_to_have_been_made():
    found = row(unsealed({"acq.env_check": "{ performed = false }"}), "M18-07")
    assert (found.status, found.wording) == ("missing", "none")
    assert said(found.why) == "声明未进行清洁性检查"


def test_a_recording_that_was_not_made_is_none():
    material = with_values(acq__recording={"made": False, "continuous": False})
    found = row(material, "W03-02")
    assert found.values["rec"].zh == "声明没有录屏"
    other = row(material, "M18-08")
    texts = [*other.values.values(), *([other.why] if other.why is not None else [])]
    assert "：声明没有录屏" in "".join(text.zh for text in texts)


# -- C: a declared "no"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"acq.write_protect": '"none"', "src.carrier.sealing": "false"},
         "声明未采取写保护，载体未封存"),
        ({"acq.write_protect": '"none"', "src.carrier.sealing": None},
         "声明未采取写保护；封存情况未记载"),
        ({"acq.write_protect": None, "src.carrier.sealing": "false"},
         "声明载体未封存；是否写保护未记载"),
    ],
)  # fmt: skip
def test_no_protection_is_no_measure(changes, text):
    found = row(unsealed(changes), "M24-01")
    assert (found.status, found.wording) == ("missing", "none")
    assert said(found.why) == text


def test_one_measure_is_enough():
    found = row(unsealed({"acq.write_protect": '"none"'}), "M24-01")
    assert (found.status, found.wording) == ("declared", "present")


def test_an_agreement_is_quoted_and_not_said_to_be_attached():
    found = row(unsealed({"cor.agreement": '"未约定"', "anc.agreed_platform": None}), "M94-05")
    assert (found.status, found.wording) == ("declared", "none")
    assert said(found.why) == "声明所述约定（未经核实）：未约定"


def digest_at(time: str) -> str:
    return f'[{{ file = "聊天记录.txt", sha256 = "{sha(CHAT)}", at = 2026-05-01T{time}+08:00 }}]'


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("10:20:00", None),
        ("10:30:00", None),
        ("10:30:01", "声明的摘要在提取结束后10分1秒计算"),
        ("10:19:00", "声明的摘要时间早于声明的提取结束时间1分"),
    ],
)
def test_a_digest_is_made_at_once_within_ten_minutes_of_the_end(time, text):
    found = row(unsealed({"acq.output_digests": digest_at(time)}), "M93-03")
    if text is None:
        assert (found.wording, found.values["yes"].zh) == ("present", "是")
    else:
        assert found.wording == "none"
        assert said(found.why).endswith(text)


def test_what_cannot_be_repeated_has_no_steps_of_repetition():
    no = '{ reproducible = false, how = "账号已不能登录" }'
    found = row(unsealed({"acq.reproducible": no}), "MI-04")
    assert (found.status, found.wording) == ("declared", "none")
    assert said(found.why) == "声明不可重现（账号已不能登录）"


@pytest.mark.parametrize(
    ("scope", "status"),
    [("content", "declared"), ("both", "declared"), ("process", "missing")],
)
def test_notarised_extraction_is_not_notarised_forming(scope, status):
    notarial = f'[{{ office = "某", cert_no = "1", date = 2026-05-02, scope = "{scope}" }}]'
    found = row(unsealed({"cor.notarial": notarial}), "M13-02")
    assert found.status == status
    if status == "missing":
        assert said(found.why).startswith("声明公证范围为提取过程，不及于形成过程")
        assert "由人民法院认定" in said(found.why)


@pytest.mark.parametrize("method", ["own_chat", "consented", "covert"])
def test_no_denial_is_printed_that_nobody_made(method):
    found = row(unsealed({"law.method": f'"{method}"'}), "M106-02")
    assert found.wording == "none"
    assert said(found.why).startswith("声明的取证手段（未经核实）：")


# -- E: the account of another


@pytest.mark.parametrize("id_", ["N5-01", "N6-01", "N6-02", "N6-03"])
@pytest.mark.parametrize("plan", [True, False])
def test_nobody_is_told_to_log_in_to_anothers_account(id_, plan):
    changes: dict[str, str | None] = {
        "acct.own.id": '{ account_id = "a", holder = "other_party" }',
        "law.account_consent": '"not_asked"',
    }
    if not plan:
        changes["pres.demo_plan"] = None
    examination = examine(unsealed(changes))
    found = row(examination, id_)
    assert found.wording == "none"
    assert said(found.why) == (
        "账号归他人，提交方不得登录；可由账号持有人展示，或者以人民法院准许的方式核对"
    )
    gaps = {gap.row.row.id: gap for gap in examination.gaps}
    assert (id_ in gaps) == (not plan)
    if not plan:
        assert gaps[id_].how == "display.other_account"


@pytest.mark.parametrize("id_", ["N2-03", "W08-02"])
@pytest.mark.parametrize("holder", ["self", "other_party"])
def test_nobody_is_told_to_copy_from_anothers_account(id_, holder):
    changes: dict[str, str | None] = {
        "acct.own.id": f'{{ account_id = "a", holder = "{holder}" }}',
        "law.account_consent": '"own_account"' if holder == "self" else '"not_asked"',
        "acct.own.profile_screens": None, "acct.peer.profile_screens": None, "cust.backup": None,
    }  # fmt: skip
    gaps = {gap.row.row.id: gap for gap in examine(unsealed(changes)).gaps}
    assert gaps[id_].how == (id_ if holder == "self" else "display.other_account")


@pytest.mark.parametrize("method", ["covert", "found", "remote_access"])
def test_covert_means_bar_the_log_in_too(method):
    changes = {"law.method": f'"{method}"', "acct.own.id": '{ account_id = "a" }'}
    assert said(row(unsealed(changes), "N6-01").why).startswith("账号归何人应先查明")
    assert row(unsealed(), "N6-01").wording == "present"


# -- tables


def test_every_point_that_can_be_silent_has_a_name_in_both_languages():
    keys = [key for key in words.WORDS if key.startswith("what.")]
    assert len(keys) > 50
    for key in keys:
        zh, en = words.WORDS[key]
        assert zh
        assert en
        assert key.removeprefix("what.") not in stating.LISTS
