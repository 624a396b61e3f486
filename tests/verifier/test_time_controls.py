"""Each guard of the time blocks, broken: the forgery that it stops gets through (SPEC §13.13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import reference
from tests.verifier.stamped import (
    AFTER,
    BEFORE,
    LOG_OPERATOR,
    ONE,
    RECEIVED,
    T3,
    WITNESS,
    Stamped,
    check,
    failed,
    policy,
    seen,
)
from tests.verifier.test_time_blocks import PROOFS
from tests.verifier.timestamp import making
from tests.worked import NOON
from verifier.checks import cosigners, receipt, time_blocks, time_grade
from verifier.checks.time_blocks import Stamp
from verifier.encoding import to_time
from verifier.result import PASSED, TOTAL_FAILED
from verifier.timestamp import der
from verifier.timestamp.stamped_note import stamped_note


@pytest.fixture(scope="module")
def log() -> Stamped:
    return Stamped()


def test_without_the_imprint(log: Stamped, monkeypatch: pytest.MonkeyPatch) -> None:
    data = log.receipt(ONE.token(log.early))
    assert seen(check(data)) == failed("BINDING_FAILURE")
    monkeypatch.setattr("verifier.timestamp.verify.check_imprint", lambda *_: None)
    assert seen(check(data)) == T3


def test_without_the_policys_window(log: Stamped, monkeypatch: pytest.MonkeyPatch) -> None:
    line = ONE.line("2026-12-01T00:00:00Z 2036-01-01T00:00:00Z")
    text = policy(f"{LOG_OPERATOR}operator tsa1 乙\n", [line])
    data = log.receipt(ONE.token(log.note))
    assert check(data, text).time_grade == "T0"
    monkeypatch.setattr("verifier.timestamp.verify.check_window", lambda *_: None)
    assert check(data, text).time_grade == "T3"


def test_without_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Stamped().received(AFTER + 60)
    data = made.receipt(ONE.token(made.note))
    assert seen(check(data)) == failed("TIMESTAMP_ORDER_FAILURE")
    monkeypatch.setattr(time_grade, "_failure", lambda *_: None)
    assert seen(check(data)) == T3


def test_without_comparing_operators(log: Stamped, monkeypatch: pytest.MonkeyPatch) -> None:
    text = policy(f"{LOG_OPERATOR}operator tsa1 甲\n", [ONE.line()])
    data = log.receipt(ONE.token(log.note))
    assert check(data, text).time_grade == "T0"
    monkeypatch.setattr(time_grade, "counting", lambda blocks, *_: list(blocks.stamps))
    assert check(data, text).time_grade == "T3"


def test_without_telling_witnesses_apart(log: Stamped, monkeypatch: pytest.MonkeyPatch) -> None:
    text = policy(f"{LOG_OPERATOR}operator w 甲\n", [], witnesses=[("w", WITNESS)])
    data = log.receipt(witnesses=[(WITNESS, NOON + 9)])
    assert check(data, text).time_grade == "T0"
    monkeypatch.setattr(cosigners, "other_operator", lambda *_: "another")
    assert check(data, text).time_grade == "T2"


@pytest.mark.parametrize("accepting", ["check_inclusion", "parse_anchor", "stamped_note"])
def test_without_one_guard_of_an_anchor_proof(
    log: Stamped, accepting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Any_:  # noqa: N801
        """An anchor entry that holds every token."""

        size, tokens = 3, type("All", (), {"__contains__": lambda *_: True})()

    forged: dict[str, tuple[Any, Any]] = {
        "check_inclusion": (log.proof(index=4), lambda *_: None),
        "parse_anchor": (log.proof(token=ONE.token(log.early, BEFORE - 1)), lambda _: Any_),
        "stamped_note": (None, None),
    }
    proof, guard = forged[accepting]
    if proof is None:
        proof = PROOFS["a note with a cosignature"][1](log)
        own = stamped_note
        token = ONE.token(proof.note, BEFORE)
        made = Stamped()
        made.early_tokens = [token, token]
        made.log.entries[3] = made.anchor_entry(3, [token])
        data = made.receipt(made.proof(note=proof.note))
        assert seen(check(data))[0] == "failed"
        monkeypatch.setattr(
            time_blocks, "stamped_note",
            lambda note, log: proof.note if len(note.signatures) > 1 else own(note, log),
        )  # fmt: skip
        assert check(data).facts["not_before"] == to_time(BEFORE)
        return
    data = log.receipt(proof)
    assert seen(check(data))[0] == "failed"
    monkeypatch.setattr(time_blocks, accepting, guard)
    assert check(data).facts["not_before"]


def test_without_the_place_of_the_anchor_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry after the receipt's own would make a *not before* out of a later token."""
    made = Stamped().received(RECEIVED + 100)
    made.log.entries[6] = made.anchor_entry(3, made.early_tokens, NOON + 6)
    path = tuple(reference.PATH(6, made.log.entries[:8]))
    data = made.receipt(made.proof(index=6, hashes=path, entry=made.log.entries[6]))
    assert seen(check(data)) == failed("BINDING_FAILURE")
    own = time_blocks.verify_blocks
    monkeypatch.setattr(
        receipt, "verify_blocks",
        lambda tokens, anchors, place, text: own(tokens, anchors, place._replace(entry=8), text),
    )  # fmt: skip
    assert "not_before" in check(data).facts


def test_without_the_bound_on_the_accuracy(log: Stamped, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = der.encode(making.KEY, der.encode_integer(10**8))
    data = log.receipt(ONE.token(log.note, accuracy=wide))
    assert check(data).time_grade == "T0"
    monkeypatch.setattr(time_blocks, "MAX_ACCURACY_SECONDS", 10**9)
    assert check(data).time_grade == "T3"


def test_a_stamp_that_is_not_there_would_be_seen(
    log: Stamped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a verifier skipped a wrong block instead of failing, the receipt would pass."""
    data = log.receipt(ONE.token(log.note), ONE.token(log.early))
    assert check(data).verdict == TOTAL_FAILED
    own = time_blocks.verify_blocks

    def skipping(*arguments: Any) -> Any:
        found = own(*arguments)
        stamp = Stamp(
            own([ONE.token(log.note)], *arguments[1:]).stamps[0].timestamp, 0, 2**40, None
        )
        return found._replace(wrong=None, stamps=(stamp,))

    monkeypatch.setattr(receipt, "verify_blocks", skipping)
    assert check(data).verdict == PASSED
