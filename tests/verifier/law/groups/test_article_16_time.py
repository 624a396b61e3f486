"""What tokens and witnesses change in Article 16: real ones, in receipts of real packages."""

from __future__ import annotations

import pytest

from tests import worked
from tests.verifier.law.computed import FAIL, PASS, check_of, state
from tests.verifier.law.examined import row
from tests.verifier.law.stamping import OWN, stamped_package
from tests.verifier.stamped import AFTER, LOG_OPERATOR, ONE, RECEIVED, TWO, WITNESS, policy
from verifier.encoding import to_time
from verifier.evidence import package
from verifier.law.examination import Point
from verifier.law.logged import computed
from verifier.result import FAILED

PROVEN = AFTER + 1
"""By the accuracy that the authority states."""

# -- M16-06: a stolen key


@pytest.mark.parametrize(("theft", "status"), [(60, "consistent"), (-10, "not_checked")])
def test_a_stolen_key_is_said_to_have_been_saved_or_not(tmp_path, theft, status):
    key = worked.WorkedLog().key.vkey
    since = to_time(AFTER + theft)
    line = f"status {key.name}+{key.key_id.hex()} compromised size - time {since}\n"
    found = row(stamped_package(tmp_path, policy=policy(status=line)).examination, "M16-06")
    assert found.status == status
    assert found.why is not None
    said = "此签名先于失密之时已存在"
    assert said in found.why.zh
    assert ("没有独立的时间证明" in found.why.zh) == (theft < 0)


# -- M16-02: who is counted


@pytest.mark.parametrize(
    ("operators", "counts"),
    [
        ("operator tsa1 乙\noperator tsa2 丙\noperator w 丁\n", ("2", "1", "2")),
        ("operator tsa1 乙\noperator tsa2 乙\noperator w 丁\n", ("2", "1", "1")),
        ("operator tsa1 甲\noperator tsa2 甲\noperator w 甲\n", ("1", "0", "0")),
        ("", ("1", "0", "0")),
    ],
)
def test_operators_nodes_and_anchors_are_those_of_the_policy(tmp_path, operators, counts):
    made = stamped_package(
        tmp_path,
        lambda note: [ONE.token(note), TWO.token(note)],
        witnesses=[(WITNESS, AFTER)],
        policy=policy(f"{LOG_OPERATOR}{operators}", witnesses=[("w", WITNESS)]),
    )
    values = row(made.examination, "M16-02").values
    assert tuple(values[name].zh for name in ("operators", "nodes", "anchors")) == counts


# -- M16-07: time


def test_a_verified_token_is_a_proof_of_time(tmp_path):
    made = stamped_package(tmp_path)
    assert state(made, "M16-07") == PASS
    values = row(made.examination, "M16-07").values
    # never stronger than what the authority states: its time, and how far its clock may be off
    assert values["time"].zh == f"{to_time(AFTER)}（机构自称误差至多 1 秒）"
    assert values["time"].en == f"{to_time(AFTER)} (to within 1 s, as the authority states)"
    assert values["grade"].zh.startswith("T3")
    assert "tsa1" in values["source"].zh
    assert "乙" in values["source"].zh
    assert values["source"].own


@pytest.mark.parametrize(
    ("operators", "open_"),
    [
        (f"{LOG_OPERATOR}operator tsa1 乙\n", False),
        (LOG_OPERATOR, True),
        ("operator tsa1 乙\n", True),
    ],
)
def test_a_grade_behind_which_the_policy_names_nobody_says_so(tmp_path, operators, open_):
    made = stamped_package(tmp_path, policy=policy(operators, [ONE.line()]))
    grade = row(made.examination, "M16-07").values["grade"]
    assert grade.zh.startswith("T3（")
    assert ("由谁运营，核验策略未载明" in grade.zh) == open_
    assert ("the policy does not say" in grade.en) == open_


def test_an_independent_witnesss_clock_is_one_of_a_lower_grade(tmp_path):
    named = f"{LOG_OPERATOR}operator w 丁\n"
    made = stamped_package(
        tmp_path,
        lambda note: [],
        witnesses=[(WITNESS, AFTER)],
        policy=policy(named, [], witnesses=[("w", WITNESS)]),
    )
    assert state(made, "M16-07") == PASS
    values = row(made.examination, "M16-07").values
    assert values["grade"].zh.startswith("T2")
    assert "不是可信时间戳" in values["source"].zh
    # and no sentence may say "unchanged since" for it
    assert row(made.examination, "M15-03").wording != "present"


@pytest.mark.parametrize("operators", [OWN, None])
def test_tokens_that_do_not_count_leave_it_open_and_say_so(tmp_path, operators):
    text = policy(LOG_OPERATOR, []) if operators is None else policy(operators, [ONE.line()])
    made = stamped_package(tmp_path, policy=text)
    found = row(made.examination, "M16-07")
    assert (found.status, found.wording) == ("not_checked", "none")
    assert found.why is not None
    assert "均未计入" in found.why.zh


def test_a_wrong_token_fails(tmp_path):
    """In the first receipt: a later one that fails is a check of its own."""
    tokens = [ONE.token(b"another note\n")]
    made = stamped_package(tmp_path, lambda note: tokens, member=package.RECEIPT)
    assert check_of(made.result, "time").status == FAILED
    assert state(made, "M16-07") == FAIL


def test_a_time_that_does_not_fit_is_inconsistent_without_speaking_of_the_checkpoint(tmp_path):
    made = stamped_package(tmp_path, early=AFTER, member=package.RECEIPT)
    found = row(made.examination, "M16-07")
    assert check_of(made.result, "time").sub_indication == "TIMESTAMP_ORDER_FAILURE"
    assert (found.status, found.wording) == ("inconsistent", "none")


def test_every_part_can_come_out_consistent(tmp_path):
    made = stamped_package(tmp_path, before=True, with_copy=True)
    parts = ("M16-03", "M16-04", "M16-05", "M16-06", "M16-07", "M16-08")
    assert {row(made.examination, part).status for part in parts} == {"consistent"}
    assert state(made, "MI-06") == PASS
    assert row(made.examination, "M15-03").wording == "present"


def test_at_l0_the_authority_rests_on_the_policy_alone(tmp_path):
    made = stamped_package(tmp_path, source=None)
    assert (made.result.trust_level, made.result.time_grade) == ("L0", "T3")
    found = row(made.examination, "M16-07")
    assert found.status == "consistent"
    assert found.why is not None
    assert "只以该核验策略为据" in found.why.zh
    assert row(made.examination, "M15-03").wording != "present"


@pytest.mark.parametrize(("operators", "count"), [(OWN, None), (LOG_OPERATOR, "1")])
def test_only_tokens_that_count_are_a_technical_means(tmp_path, operators, count):
    member = package.RECEIPT  # the one that the fields are read from
    made = stamped_package(tmp_path, member=member, policy=policy(operators, [ONE.line()]))
    found = computed(made.material).get("anc.tsa_token")
    assert (None if found is None else found.zh) == count
    means = row(made.examination, "MI-07").values["list"].zh
    assert ("时间戳" in means) == (count is not None)


# -- the intervals


def test_the_intervals_are_the_logs_word_and_what_is_proven(tmp_path):
    made = stamped_package(tmp_path, before=True)
    _, before, after = made.examination.intervals
    assert before.last is not None
    assert (before.last.grade, before.last.seconds) == ("T0", RECEIVED)
    assert before.proven == after.proven == Point(PROVEN, "T3", "anc.proven")
    assert before.seconds is not None
    assert after.seconds is not None
    assert before.proven_seconds == before.seconds + PROVEN - RECEIVED
    assert after.proven_seconds == after.seconds - (PROVEN - RECEIVED)
    said = row(made.examination, "M18-09").values["d2"].zh
    assert "依时间证明（T3）至多" in said
    assert said.endswith("终点T0）")


def test_without_a_proof_the_intervals_are_the_logs_word_alone(whole):
    _, before, after = whole.examination.intervals
    assert before.proven is None
    assert before.proven_seconds is None
    assert after.first is not None
    assert after.first.grade == "T0"
