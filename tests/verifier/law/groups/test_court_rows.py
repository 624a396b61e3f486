"""Class C: always the court's; the sentence says what is at hand, and one row also what went wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier import logs
from tests.verifier.law.examined import make, row, unsealed
from verifier.audit import audit_log
from verifier.law.examine import examine
from verifier.law.groups import NEEDS
from verifier.law.material import Material
from verifier.law.rules import ALWAYS_PRINTED, ROWS

ROWS_C = [each.id for each in ROWS.values() if each.cls == "C"]
NOTICES = [id_ for id_ in ROWS_C if NEEDS[id_].is_notice]
OTHERS = [id_ for id_ in ROWS_C if not NEEDS[id_].is_notice]
PRESENT_WITH = {
    # What the material of everything does not have, or has in a way that is not this row's.
    "M07-01": {},
    "M90-01": {"scope.counts": "{ messages = 99 }"},
    "N6-10": {"app.name": '"WhatsApp"'},
    "MP-01": {"law.pi": '{ sensitive = "none_known", basis = "为维护本人权利", minimised = true }'},
}
NEVER = {
    "MZ-06": "no log of ours is anchored in another chain",
    "M94-01": "no field says which party submitted or kept the data",
    "M106-02": "a denial that no field asks for is never printed",
}


@pytest.mark.parametrize("id_", NOTICES)
def test_a_notice_is_printed_whatever_there_is(id_, whole):
    for found in (whole.examination, examine(Material())):
        each = row(found, id_)
        assert each.status == "court"
        assert each.wording == ("present" if each.row.wording("present", "zh") else "none")


def test_what_every_report_prints_is_a_notice():
    assert set(ALWAYS_PRINTED) <= set(NOTICES)


@pytest.mark.parametrize("id_", OTHERS)
def test_what_is_at_hand(id_, whole, tmp_path):
    if id_ == "M07-01":
        made = make(tmp_path, identity="checked against an identity card")
        assert row(made.examination, id_).wording == "present"
        assert row(made.examination, id_).values["level"].own
    elif id_ in PRESENT_WITH:
        made = make(tmp_path, changes=PRESENT_WITH[id_])
        assert row(made.examination, id_).wording == "present"
    elif id_ in NEVER:
        assert row(whole.examination, id_).wording in {"missing", "none"}
    else:
        assert row(whole.examination, id_).wording == "present"


@pytest.mark.parametrize("id_", OTHERS)
def test_what_is_not(id_):
    each = row(Material(), id_)
    assert each.status == "court"
    assert each.wording in {"missing", "none"}
    if each.wording == "none":
        assert each.why is not None or not each.row.wording("missing", "zh")


def test_a_single_operator_is_always_counted(whole, bare):
    for made in (whole, bare):
        each = row(made.examination, "M16-02")
        assert (each.status, each.wording) == ("court", "present")
        values = {name: value.zh for name, value in each.values.items()}
        assert values == {"operators": "1", "nodes": "0", "anchors": "0"}


def test_operators_are_not_counted_under_an_unknown_key(whole):
    checks = [each for each in whole.result.checks if each.id != "log_key"]
    material = replace(whole.material, result=replace(whole.result, checks=checks))
    found = row(material, "M16-02")
    assert (found.wording, found.is_open) == ("none", True)
    assert found.why is not None
    assert "未作统计" in found.why.zh


def scanned(folder, entries) -> Material:
    """A material with the audit of a copy of a log."""
    logs.build(folder, entries)
    return Material(audit=audit_log(folder, logs.parsed_policy()))


def test_a_scan_that_finds_nothing_names_what_it_looked_for(whole):
    each = row(whole.examination, "M17-03")
    assert (each.status, each.wording) == ("court", "present")
    assert each.values["checks"].zh == "重复的链接、登记时间倒退、封存之后仍有登记"


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ([logs.entry(0), logs.entry(1, link="link 0")], "重复的链接（序号1）"),
        ([logs.entry(0, time=logs.START + 5), logs.entry(1)], "登记时间倒退（序号1）"),
        (
            [logs.entry(0), logs.freeze(1), logs.entry(2)],
            "封存之后仍有登记（序号2）",
        ),
        ([logs.entry(0), b"no entry"], "不合格式的条目（序号1）"),
    ],
)
def test_a_scan_that_finds_something_names_it(tmp_path, entries, word):
    each = row(scanned(tmp_path / "log", entries), "M17-03")
    assert (each.status, each.wording) == ("court", "fail")
    assert each.values["list"].zh == word


def test_without_a_copy_of_the_log_nothing_was_scanned(tmp_path, bare):
    nothing = row(bare.examination, "M17-03")
    assert (nothing.wording, nothing.is_open) == ("none", True)
    declared = row(make(tmp_path).examination, "M17-03")
    assert declared.wording == "none"
    assert declared.why is not None
    assert declared.why.zh.startswith("未提供日志副本，未作异常扫描")


@pytest.mark.parametrize("method", ["covert", "remote_access", "purchased", "found", "other"])
def test_means_that_are_not_own_or_agreed_are_not_said_to_be_harmless(method):
    changes = {"law.method": f'"{method}"', "law.account_consent": '"not_asked"'}
    found = examine(unsealed(changes))
    each = row(found, "M106-02")
    assert (each.status, each.wording, each.is_open) == ("court", "none", True)
    assert each.why is not None
    assert each.why.zh.startswith("声明的取证手段（未经核实）：")
    assert found.gaps[0].row.row.id == "M106-02"


def test_an_excerpt_needs_a_reason_and_the_full_record():
    excerpt = {"scope.assertion": '"excerpt"'}
    assert row(unsealed(excerpt), "N3-02").wording == "present"
    assert row(unsealed({**excerpt, "scope.rationale": None}), "N3-02").wording == "missing"
    short = row(unsealed({**excerpt, "scope.full_available": "false"}), "N3-02")
    assert (short.wording, short.is_open) == ("none", True)
    assert short.why is not None
    assert short.why.zh.endswith("声明不能补充完整记录")


def test_screenshots_alone_are_what_the_eleven_points_warn_of():
    alone = {
        "acq.method": '"screenshot"',
        "acq.recording": None,
        "src.carrier.available_for_court": "false",
        "cor.peer_copy": None,
    }
    assert row(unsealed(alone), "W03-02").wording == "missing"
    at_hand = {**alone, "cor.peer_copy": "true"}
    assert row(unsealed(at_hand), "W03-02").is_open
    compared = {**alone, "cor.peer_copy": '{ available = true, comparison = "逐条相同" }'}
    found = row(unsealed(compared), "W03-02")
    assert found.wording == "present"
    assert found.values["peer"].zh == "逐条相同"
    recorded = row(unsealed({"cor.peer_copy": "true"}), "W03-02")
    assert recorded.values["peer"].zh == "未记载"
