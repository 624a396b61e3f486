"""What proven time blocks count for: bounds, operators, grades (SPEC §13.13 steps 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.verifier.stamped import (
    AFTER,
    BEFORE,
    BOTH,
    EARLIER,
    LOG_OPERATOR,
    NONE,
    ONE,
    RECEIVED,
    T3,
    T4,
    TWO,
    WINDOW,
    WITNESS,
    WITNESS_TWO,
    Stamped,
    check,
    gen_time,
    notes,
    policy,
    seen,
)
from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import AUTHORITY, EKU, Chain, certificate, key, raw
from tests.worked import NOON
from verifier.checks import time_grade
from verifier.encoding import to_base64, to_time
from verifier.evidence.receipt import Token
from verifier.result import DONE, INDETERMINATE, NOT_DONE, PASSED
from verifier.timestamp import der


@pytest.fixture(scope="module")
def log() -> Stamped:
    return Stamped()


# ------------------------------------------------------------------- what counts


def test_without_blocks_the_time_is_the_logs_word(log: Stamped) -> None:
    result = check(log.receipt())
    assert seen(result) == NONE
    assert not {"not_after", "not_before", "witness_not_after"} & result.facts.keys()
    assert (result.facts["tokens"], result.facts["anchors"]) == (0, 0)


def test_a_token_over_the_stamped_note_is_a_not_after(log: Stamped) -> None:
    result = check(log.receipt(ONE.token(log.note)))
    assert seen(result) == T3
    facts = result.facts
    assert facts["not_after"] == to_time(AFTER)
    assert (facts["not_after_tsa"], facts["not_after_accuracy"]) == ("tsa1", 1)
    assert (facts["tokens"], facts["tokens_counted"], facts["anchors"]) == (1, 1, 1)
    assert "not_before" not in facts
    assert notes(result) == {"CHAIN_AT_GEN_TIME"}


def test_the_token_survives_cosignatures_that_are_added_later(log: Stamped) -> None:
    named = f"{LOG_OPERATOR}operator w 乙\noperator tsa1 丁\n"
    text = policy(named, witnesses=[("w", WITNESS)])
    token = ONE.token(log.note)
    result = check(log.receipt(token, witnesses=[(WITNESS, NOON + 9)]), text)
    assert (seen(result), result.trust_level) == (T3, "L2")
    assert result.facts["witness_not_after"] == to_time(NOON + 9)


def test_an_anchor_proof_is_a_not_before(log: Stamped) -> None:
    result = check(log.receipt(ONE.token(log.note), log.proof()))
    assert seen(result) == T3
    assert result.facts["not_before"] == to_time(BEFORE)
    assert result.facts["not_before_tsa"] == "tsa1"
    assert (result.facts["tokens"], result.facts["tokens_counted"]) == (2, 2)


def test_an_anchor_proof_alone_gives_no_grade(log: Stamped) -> None:
    result = check(log.receipt(log.proof()))
    assert seen(result) == NONE
    assert result.facts["not_before"] == to_time(BEFORE)
    assert (result.facts["tokens_counted"], result.facts["anchors"]) == (1, 0)


def test_the_earliest_not_after_and_the_latest_not_before_count(log: Stamped) -> None:
    log = Stamped()
    late = [ONE.token(log.early, BEFORE + 1), TWO.token(log.early, BEFORE)]
    log.early_tokens = late
    log.log.entries[3] = log.anchor_entry(3, late)
    blocks: list[Any] = [
        ONE.token(log.note, AFTER + 9),
        TWO.token(log.note, AFTER),
        log.proof(1),
        log.proof(),
    ]
    result = check(log.receipt(*blocks))
    assert seen(result) == T4
    names = ("not_before", "not_before_tsa", "not_after", "not_after_tsa")
    assert tuple(result.facts[name] for name in names) == (
        to_time(BEFORE + 1), "tsa1", to_time(AFTER), "tsa2",
    )  # fmt: skip


@pytest.mark.parametrize(("fraction", "later"), [(b"", 0), (b".25", 1)])
def test_parts_of_a_second_never_make_the_span_smaller(fraction: bytes, later: int) -> None:
    log = Stamped()
    early = ONE.token(log.early, gen_time=gen_time(BEFORE)[:-1] + fraction + b"Z")
    log.log.entries[EARLIER] = log.anchor_entry(EARLIER, [early])
    late = ONE.token(log.note, gen_time=gen_time(AFTER)[:-1] + fraction + b"Z")
    facts = check(log.receipt(late, log.proof(token=early))).facts
    assert facts["not_after"] == to_time(AFTER + later)
    assert facts["not_before"] == to_time(BEFORE)


def test_a_wide_accuracy_does_not_win_by_an_early_gen_time(log: Stamped) -> None:
    wide = der.encode(making.KEY, der.encode_integer(100))
    blocks = ONE.token(log.note, AFTER, accuracy=wide), TWO.token(log.note, AFTER + 50)
    result = check(log.receipt(*blocks))
    assert result.facts["not_after_tsa"] == "tsa2"


def test_an_accuracy_of_more_than_an_hour_is_not_counted(log: Stamped) -> None:
    for seconds, grade in ((3600, "T3"), (3601, "T0")):
        wide = der.encode(making.KEY, der.encode_integer(seconds))
        result = check(log.receipt(ONE.token(log.note, accuracy=wide)))
        assert result.time_grade == grade
        assert ("TOKEN_NOT_ACCURATE" in notes(result)) == (grade == "T0")


# ------------------------------------------------------------------- operators

TABLE = {
    "nobody is named": ("", "T3", 0),
    "the log's operator is not named": (BOTH, "T3", 0),
    "the authorities' are not named": (LOG_OPERATOR, "T3", 0),
    "one is named": (f"{LOG_OPERATOR}operator tsa1 乙\n", "T3", 1),
    "two operators": (f"{LOG_OPERATOR}{BOTH}", "T4", 2),
    "one operator runs both": (f"{LOG_OPERATOR}operator tsa1 乙\noperator tsa2 乙\n", "T3", 1),
    "one is the log's own": (f"{LOG_OPERATOR}operator tsa1 甲\noperator tsa2 丙\n", "T3", 1),
    "one is the log's own, one is not named": (f"{LOG_OPERATOR}operator tsa1 甲\n", "T3", 0),
    "both are the log's own": (f"{LOG_OPERATOR}operator tsa1 甲\noperator tsa2 甲\n", "T0", 0),
}


@pytest.mark.parametrize(("operators", "grade", "anchors"), TABLE.values(), ids=TABLE)
def test_grades_count_operators(log: Stamped, operators: str, grade: str, anchors: int) -> None:
    data = log.receipt(ONE.token(log.note), TWO.token(log.note))
    result = check(data, policy(operators))
    assert (result.time_grade, result.facts["anchors"]) == (grade, anchors)
    assert result.verdict == PASSED
    own = " 甲" in operators.replace(LOG_OPERATOR, "")
    assert ("TSA_OF_LOG_OPERATOR" in notes(result)) == own
    unnamed = any(f"operator {name}" not in operators for name in ("tsa1", "tsa2"))
    assert ("TSA_OPERATOR_NOT_NAMED" in notes(result)) == unnamed
    assert ("LOG_OPERATOR_NOT_NAMED" in notes(result)) == (LOG_OPERATOR not in operators)


def test_an_own_authority_proves_nothing_and_is_printed(log: Stamped) -> None:
    text = policy(f"{LOG_OPERATOR}operator tsa1 甲\n", [ONE.line()])
    result = check(log.receipt(ONE.token(log.note), log.proof()), text)
    assert seen(result) == NONE
    assert not {"not_after", "not_before"} & result.facts.keys()
    assert "TSA_OF_LOG_OPERATOR" in notes(result)


def test_one_authority_twice_is_not_two(log: Stamped) -> None:
    result = check(log.receipt(ONE.token(log.note), ONE.token(log.note, AFTER + 1)))
    assert (result.time_grade, result.facts["anchors"]) == ("T3", 1)


def cross_certified(log: Stamped) -> tuple[bytes, bytes]:
    """One token in two blocks, whose one intermediate key two roots certify; receipt and policy."""
    roots = [certificate(f"R{n}", key("p256", 500 + n), f"R{n}", key("p256", 500 + n), AUTHORITY)
             for n in (1, 2)]  # fmt: skip
    middle = [certificate("I", key("p256", 503), f"R{n}", key("p256", 500 + n), AUTHORITY)
              for n in (1, 2)]  # fmt: skip
    signer = certificate("tsa", key("p256", 504), "I", key("p256", 503), (EKU,))
    made = making.Token(
        chain=Chain(roots[0], (), signer, key("p256", 504)), stamped=log.note,
        gen_time=gen_time(AFTER), nonce=None, embedded=(raw(signer),),
    )  # fmt: skip
    blocks = [Token("rfc3161", made.to_bytes(), (raw(each),)) for each in middle]
    lines = [f"tsa tsa{n} {WINDOW} {to_base64(raw(root))}\n" for n, root in enumerate(roots, 1)]
    return log.receipt(*blocks), policy(f"{LOG_OPERATOR}{BOTH}", lines)


def test_one_key_that_leads_to_two_roots_is_one_authority(log: Stamped) -> None:
    receipt, text = cross_certified(log)
    result = check(receipt, text)
    assert result.facts["tokens_counted"] == 2
    assert (result.time_grade, result.facts["anchors"]) == ("T3", 1)


def test_control_without_the_signers_keys_it_is_two(log: Stamped, monkeypatch) -> None:
    monkeypatch.setattr(time_grade, "matching", lambda pairs: len({one for one, _ in pairs}))
    receipt, text = cross_certified(log)
    assert check(receipt, text).time_grade == "T4"


def test_a_matching_takes_each_side_once() -> None:
    for pairs, count in (
        (set(), 0), ({("a", "1")}, 1), ({("a", "1"), ("b", "1")}, 1), ({("a", "1"), ("a", "2")}, 1),
        ({("a", "1"), ("a", "2"), ("b", "1")}, 2), ({("a", "1"), ("b", "2"), ("c", "1")}, 2),
        ({("a", "1"), ("b", "1"), ("b", "2"), ("c", "2"), ("c", "3")}, 3),
    ):  # fmt: skip
        assert time_grade.matching(pairs) == count


def test_an_anchor_proof_of_a_second_authority_does_not_make_t4(log: Stamped) -> None:
    result = check(log.receipt(ONE.token(log.note), log.proof(1)))
    assert (result.time_grade, result.facts["anchors"]) == ("T3", 1)


W = {
    "nobody is named": ("", "T0", "L1"),
    "only the witness's": ("operator w 乙\n", "T0", "L1"),
    "only the log's": (LOG_OPERATOR, "T0", "L1"),
    "the log's own": (f"{LOG_OPERATOR}operator w 甲\n", "T0", "L1"),
    "another": (f"{LOG_OPERATOR}operator w 乙\n", "T2", "L2"),
    "another, twice": (f"{LOG_OPERATOR}operator w 乙\noperator v 乙\n", "T2", "L2"),
    "two others": (f"{LOG_OPERATOR}operator w 乙\noperator v 丙\n", "T2", "L2"),
}


@pytest.mark.parametrize(("operators", "grade", "level"), W.values(), ids=W)
def test_witnesses_count_by_operators_too(
    log: Stamped, operators: str, grade: str, level: str
) -> None:
    text = policy(operators, [], witnesses=[("w", WITNESS), ("v", WITNESS_TWO)])
    data = log.receipt(witnesses=[(WITNESS, NOON + 40), (WITNESS_TWO, NOON + 30)])
    result = check(data, text)
    assert (result.time_grade, result.trust_level) == (grade, level)
    operators_counted = {"T0": 1}.get(grade, 2 + ("丙" in operators))
    assert result.facts["operators"] == operators_counted
    assert ("witness_not_after" in result.facts) == (grade == "T2")
    time = result.check("time")
    assert time is not None
    assert time.status == (DONE if grade == "T2" else NOT_DONE)


def test_the_least_time_of_the_independent_witnesses_counts(log: Stamped) -> None:
    text = policy(f"{LOG_OPERATOR}operator w 乙\noperator v 甲\n", [],
                  witnesses=[("w", WITNESS), ("v", WITNESS_TWO)])  # fmt: skip
    data = log.receipt(witnesses=[(WITNESS, NOON + 40), (WITNESS_TWO, NOON + 30)])
    assert check(data, text).facts["witness_not_after"] == to_time(NOON + 40)


@pytest.mark.parametrize("at", [0, RECEIVED - 1, 2**62])
def test_a_witness_time_that_cannot_be_gives_no_grade(log: Stamped, at: int) -> None:
    text = policy(f"{LOG_OPERATOR}operator w 乙\n", [], witnesses=[("w", WITNESS)])
    result = check(log.receipt(witnesses=[(WITNESS, at)]), text)
    assert (seen(result), result.trust_level) == (NONE, "L2")
    assert ("WITNESS_BEFORE_RECEIVED" in notes(result)) == (at == RECEIVED - 1)


def test_a_policy_may_require_a_grade(log: Stamped) -> None:
    for require, verdict in (("T3", PASSED), ("T4", INDETERMINATE)):
        result = check(log.receipt(ONE.token(log.note)), policy(require=f"require {require}\n"))
        assert result.verdict == verdict
