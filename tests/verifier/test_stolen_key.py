"""T-KEY: the log's key was stolen. What was signed before is told from what was signed after (SPEC §11.4)."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.tsa import folder
from app.tsa.authority import Authority
from app.tsa.state import State
from tests import worked
from tests.app.tsa.test_state import Clock
from tests.verifier.stamped import (
    AFTER,
    FILE,
    LOG_OPERATOR,
    ONE,
    RECEIVED,
    SIZE,
    TWO,
    WITNESS,
    Stamped,
    check,
    cosigned,
    notes,
    policy,
)
from tests.worked import NOON
from verifier import verify
from verifier.checks import key_status, time_blocks
from verifier.encoding import to_time
from verifier.evidence.receipt import Token
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import DONE, INDETERMINATE, NOT_DONE, PASSED, TOTAL_FAILED, Result
from verifier.timestamp.messages import Request, parse_response
from verifier.timestamp.names import digest

THEFT = NOON + 100
NAMES = f"{LOG_OPERATOR}operator w 乙\noperator tsa1 丙\noperator tsa2 丁\n"


def status(kind: str = "compromised", time: int | None = THEFT, size: str = "-") -> str:
    key = worked.WorkedLog().key.vkey
    return f"status {key.name}+{key.key_id.hex()} {kind} size {size} time {_at(time)}\n"


def _at(time: int | None) -> str:
    return "-" if time is None else to_time(time)


def judged(data: bytes, line: str | None = None, names: str = NAMES, **options: Any) -> Result:
    text = policy(names, status=status() if line is None else line, witnesses=[("w", WITNESS)])
    return check(data, text, **options)


def outcome(result: Result) -> tuple[str, str | None, str, str, str]:
    found = result.check("log_key")
    assert found is not None
    level, grade = result.trust_level, result.time_grade
    return found.status, found.sub_indication, level, grade, result.verdict


SAVED = (DONE, None, "L1", "T3", PASSED)
LOST = (NOT_DONE, "KEY_COMPROMISED_NO_POE", "L0", "T0", INDETERMINATE)


@pytest.fixture(scope="module")
def log() -> Stamped:
    return Stamped()


def test_without_any_proof_nothing_under_the_key_stands(log: Stamped) -> None:
    assert outcome(judged(log.receipt())) == LOST


def test_a_token_from_before_the_theft_saves_it_and_it_is_said(log: Stamped) -> None:
    result = judged(log.receipt(ONE.token(log.note)))
    assert outcome(result) == SAVED
    values = next(f.values for f in result.findings if f.code == "KEY_COMPROMISED_LATER")
    assert (values["shown"], values["theft"]) == (to_time(AFTER + 1), to_time(THEFT))


@pytest.mark.parametrize(("at", "expected"), [(THEFT - 2, SAVED), (THEFT - 1, LOST), (THEFT, LOST)])
def test_the_accuracy_is_on_the_side_of_the_thief(log: Stamped, at: int, expected: tuple) -> None:
    """It states one second; at the second of the theft itself it is too late."""
    assert outcome(judged(log.receipt(ONE.token(log.note, at)))) == expected


def test_an_anchor_proof_does_not_save_it(log: Stamped) -> None:
    """Its token is over another note: that the earlier signature existed says nothing of this one."""
    assert outcome(judged(log.receipt(log.proof()))) == LOST
    late = log.receipt(ONE.token(log.note, THEFT), log.proof())
    assert outcome(judged(late)) == LOST


def test_a_token_by_the_logs_own_authority_does_not_save_it(log: Stamped) -> None:
    own = NAMES.replace("operator tsa1 丙", "operator tsa1 甲")
    assert outcome(judged(log.receipt(ONE.token(log.note)), names=own)) == LOST
    both = log.receipt(ONE.token(log.note), TWO.token(log.note))
    assert outcome(judged(both, names=own)) == SAVED


def test_without_the_time_of_the_theft_nothing_saves_it(log: Stamped) -> None:
    data = log.receipt(ONE.token(log.note), witnesses=[(WITNESS, NOON + 9)])
    assert outcome(judged(data, status(time=None)))[:2] == LOST[:2]


@pytest.mark.parametrize("size", ["8", "100"])
def test_a_size_saves_nothing(log: Stamped, size: str) -> None:
    """Who has the key signs any size."""
    assert outcome(judged(log.receipt(), status(size=size))) == LOST


def test_an_independent_cosignature_from_before_saves_it(log: Stamped) -> None:
    for at, expected in ((THEFT - 1, DONE), (THEFT, NOT_DONE)):
        result = judged(log.receipt(witnesses=[(WITNESS, at)]))
        assert outcome(result)[0] == expected
    result = judged(log.receipt(witnesses=[(WITNESS, NOON + 9)]))
    assert outcome(result) == (DONE, None, "L2", "T2", PASSED)


@pytest.mark.parametrize(
    "names", [LOG_OPERATOR, "operator w 乙\n", f"{LOG_OPERATOR}operator w 甲\n"]
)
def test_another_cosignature_does_not(log: Stamped, names: str) -> None:
    assert outcome(judged(log.receipt(witnesses=[(WITNESS, NOON + 9)]), names=names)) == LOST


def test_a_stolen_witness_key_vouches_for_nothing(log: Stamped) -> None:
    """Its time is the thief's word, also one from before its theft."""
    key = WITNESS.vkey
    for time in (_at(None), _at(THEFT)):
        line = status() + f"status {key.name}+{key.key_id.hex()} compromised size - time {time}\n"
        result = judged(log.receipt(witnesses=[(WITNESS, NOON + 9)]), line)
        assert outcome(result) == LOST
        assert "COSIGNATURE_KEY_STATUS" in notes(result)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ("size - time {at}", True), ("size - time {before}", False), ("size 8 time -", True),
        ("size 7 time -", False), ("size 8 time {at}", True), ("size 7 time {at}", False),
        ("size 8 time {before}", False), ("size - time -", False),
    ],
)  # fmt: skip
def test_a_retired_witness_counts_up_to_its_end(log: Stamped, given: str, *, counts: bool) -> None:
    key, at = WITNESS.vkey, NOON + 9
    words = given.format(at=to_time(at), before=to_time(at - 1))
    line = f"status {key.name}+{key.key_id.hex()} retired {words}\n"
    result = judged(log.receipt(witnesses=[(WITNESS, at)]), line)
    assert result.facts["witnesses"] == int(counts)
    assert result.trust_level == ("L2" if counts else "L1")


def test_retired_and_then_compromised_must_both_hold(log: Stamped) -> None:
    data = log.receipt(ONE.token(log.note))
    for size, sub in (("8", None), ("7", "KEY_RETIRED")):
        result = judged(data, status("retired", None, size) + status())
        assert outcome(result)[1] == sub
    assert judged(data, status("retired", None, "7")).time_grade == "T0"


# ------------------------------------------------------------------- the thief at work


def stolen(log: Stamped) -> Stamped:
    """The thief's history: other entries in the same places, signed with the stolen key."""
    forged = Stamped(worked.WorkedLog(label="log"))
    forged.anchored = replace(forged.anchored, index=5)
    forged.log.entries[4] = b"another entry"
    return forged


def test_a_history_that_is_signed_after_the_theft(log: Stamped) -> None:
    forged = stolen(log)
    assert forged.note != log.note
    late = forged.receipt(ONE.token(forged.note, THEFT + 50))
    assert outcome(judged(late)) == LOST
    replayed = judged(forged.receipt(ONE.token(log.note)))
    assert (replayed.verdict, replayed.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")


def test_a_token_over_the_text_that_was_signed_later(log: Stamped) -> None:
    """The thief had the text stamped before the theft, and signs it now."""
    forged = stolen(log)
    text = forged.note.split(b"\n\n")[0] + b"\n"
    result = judged(forged.receipt(ONE.token(text)))
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")
    over_all = cosigned(forged.note, (WITNESS, NOON + 9))
    result = judged(forged.receipt(ONE.token(over_all), witnesses=[(WITNESS, NOON + 9)]))
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")


def test_tokens_of_the_development_authority(tmp_path: Path) -> None:
    """The same with tokens that a program of ours gave out over HTTP's messages."""
    keys = folder.create(tmp_path / "tsa")
    start = int(keys.certificate.not_valid_before_utc.timestamp()) + 100
    clock = Clock(float(start))
    authority = Authority(keys, State(tmp_path / "tsa", clock))
    made = Stamped().received(start - 5)
    line = f"{folder.policy_line(keys, 'tsa1')}\n"

    def token(stamped: bytes, at: int) -> Token:
        clock.now = float(at)
        request = Request(digest("sha-256", stamped), nonce=7)
        found = parse_response(authority.respond(request.to_bytes())).token
        assert found is not None
        return Token("rfc3161", found, ())

    def judge(block: Token, theft: int) -> tuple[str, str | None, str, str, str]:
        names = f"{LOG_OPERATOR}operator tsa1 丙\n"
        text = policy(names, [line], status=status(time=theft))
        how = Options(at=theft + 1000, policy_source="test")
        data = made.receipt(block)
        return outcome(verify.verify_receipt(data, parse_policy(text), how, io.BytesIO(FILE)))

    before, after = token(made.note, start), token(made.note, start + 60)
    assert judge(before, start + 30) == SAVED
    assert judge(after, start + 30) == LOST
    text = token(made.note.split(b"\n\n")[0] + b"\n", start + 61)
    assert judge(text, start + 90)[-1] == TOTAL_FAILED


# ------------------------------------------------------------------- controls


def test_control_without_the_comparison_with_the_theft(log: Stamped, monkeypatch) -> None:
    late = stolen(log)
    data = late.receipt(ONE.token(late.note, THEFT + 50))
    assert outcome(judged(data)) == LOST
    monkeypatch.setattr(key_status, "is_before_theft", lambda *_: True)
    assert outcome(judged(data)) == SAVED


def test_control_without_the_logs_line_in_the_stamped_note(log: Stamped, monkeypatch) -> None:
    forged = stolen(log)
    text = forged.note.split(b"\n\n")[0] + b"\n"
    data = forged.receipt(ONE.token(text))
    assert judged(data).verdict == TOTAL_FAILED
    monkeypatch.setattr(time_blocks, "stamped_note", lambda note, log: note.text)
    assert outcome(judged(data)) == SAVED


def test_control_the_scenario_has_its_times_in_order() -> None:
    assert RECEIVED < AFTER + 1 < THEFT
    assert SIZE > 5
