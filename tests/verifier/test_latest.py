"""A package with two receipts: the later one adds what it shows and takes nothing (SPEC §13.8 step 2)."""

# long because: one table of cases, and each guard of it with its control beside it

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import worked
from tests.verifier import logs
from tests.verifier.stamped import (
    LOG_OPERATOR,
    ONE,
    SOURCE,
    TWO,
    WITNESS,
    WITNESS_TWO,
    Authority,
    cosigned,
    notes,
    policy,
)
from tests.worked import NOON, Key, Sealed, pack, seal
from verifier import verify
from verifier.checks import latest as latest_check
from verifier.encoding import to_time
from verifier.evidence import package
from verifier.evidence.receipt import Token, to_receipt
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_text import as_text
from verifier.report.texts import texts_for
from verifier.result import (
    DONE,
    FAILED,
    INDETERMINATE,
    NOT_DONE,
    PASSED,
    TOTAL_FAILED,
    Finding,
    Result,
)

FILES = [("a.txt", b"any bytes\n")]
FIRST, LATER = 9, 13
NAMES = f"{LOG_OPERATOR}operator tsa1 乙\noperator tsa2 丙\noperator w 丁\n"
W, V = (WITNESS, NOON + 60), (WITNESS_TWO, NOON + 50)
KEY = worked.WorkedLog().key.vkey


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    made = seal(FILES)
    made.log.fill(LATER - FIRST)
    return made


def receipt(
    sealed: Sealed,
    size: int,
    *blocks: Token,
    witnesses: Sequence[tuple[Key, int]] = (),
) -> bytes:
    made = sealed.anchored
    proof = made.proof(size)
    proof = proof._replace(note=cosigned(proof.note, *witnesses))
    return to_receipt(
        made.salt, made.statement.to_bytes(), made.entry.to_bytes(), proof.to_text(), blocks
    )


def token(sealed: Sealed, size: int, authority: Authority = ONE, at: int = NOON + 70) -> Token:
    return authority.token(sealed.log.note(size), at)


class Case:
    """What two receipts of one entry are verified as; None for no later one."""

    def __init__(self, sealed: Sealed, folder: Path) -> None:
        self.sealed = sealed
        self.path = folder / "p.zip"

    def check(
        self, first: bytes, later: bytes | None, text: bytes | None = None, **options: Any
    ) -> Result:
        payload = self.sealed.payload | {package.RECEIPT: first}
        if later is not None:
            payload[package.RECEIPT_LATEST] = later
        self.path.write_bytes(pack(payload))
        text = policy(NAMES, witnesses=[("w", WITNESS)]) if text is None else text
        how = Options(**{"at": NOON + 86400, "policy_source": SOURCE, **options})
        return verify.verify_package(self.path, parse_policy(text), how)


@pytest.fixture
def case(sealed: Sealed, tmp_path: Path) -> Case:
    return Case(sealed, tmp_path)


def shown(result: Result) -> tuple[str, str, str]:
    return result.verdict, result.trust_level, result.time_grade


def status(result: Result, name: str = "receipt_latest") -> tuple[str, str | None]:
    found = result.check(name)
    assert found is not None
    return found.status, found.sub_indication


# ------------------------------------------------------------------- it adds


def test_times_and_cosignatures_of_the_later_one_count(sealed: Sealed, case: Case) -> None:
    first = receipt(sealed, FIRST)
    assert shown(case.check(first, None)) == (PASSED, "L1", "T0")
    later = receipt(sealed, LATER, token(sealed, LATER), witnesses=[W])
    result = case.check(first, later)
    assert (shown(result), status(result)) == ((PASSED, "L2", "T3"), (DONE, None))
    facts = result.facts
    assert (facts["witnesses"], facts["operators"], facts["witnessed_size"]) == (1, 2, LATER)
    assert (facts["not_after"], facts["witness_not_after"]) == (
        to_time(NOON + 70), to_time(NOON + 60),
    )  # fmt: skip
    assert (facts["size"], facts["tokens"], facts["anchors"]) == (FIRST, 1, 1)
    assert status(result, "time") == (DONE, None)


def test_it_never_lowers_what_the_first_one_shows(sealed: Sealed, case: Case) -> None:
    first = receipt(sealed, FIRST, token(sealed, FIRST), witnesses=[W])
    result = case.check(first, receipt(sealed, LATER))
    assert (shown(result), status(result)) == ((PASSED, "L2", "T3"), (DONE, None))
    assert result.facts["witnessed_size"] == FIRST
    alone = case.check(first, None)
    same = ("witnesses", "operators", "not_after", "not_after_tsa", "anchors", "tokens_counted")
    assert [result.facts[name] for name in same] == [alone.facts[name] for name in same]


def test_level_of_the_one_and_grade_of_the_other(sealed: Sealed, case: Case) -> None:
    one = receipt(sealed, FIRST, token(sealed, FIRST))
    two = receipt(sealed, LATER, witnesses=[W])
    assert shown(case.check(one, two)) == (PASSED, "L2", "T3")
    one = receipt(sealed, FIRST, witnesses=[W])
    two = receipt(sealed, LATER, token(sealed, LATER))
    assert shown(case.check(one, two)) == (PASSED, "L2", "T3")


def test_tokens_of_two_operators_in_two_receipts_are_two(sealed: Sealed, case: Case) -> None:
    one = receipt(sealed, FIRST, token(sealed, FIRST))
    two = receipt(sealed, LATER, token(sealed, LATER, TWO, NOON + 80))
    result = case.check(one, two)
    assert (result.time_grade, result.facts["anchors"]) == ("T4", 2)
    assert result.facts["not_after_tsa"] == "tsa1"
    again = receipt(sealed, LATER, token(sealed, LATER, ONE, NOON + 80))
    assert case.check(one, again).time_grade == "T3"


def test_a_quorum_that_only_the_later_one_meets(sealed: Sealed, case: Case) -> None:
    text = policy(NAMES, witnesses=[("w", WITNESS), ("v", WITNESS_TWO)], quorum="quorum w")
    first = receipt(sealed, FIRST, witnesses=[V])
    assert shown(case.check(first, None, text))[0] == INDETERMINATE
    result = case.check(first, receipt(sealed, LATER, witnesses=[W]), text)
    assert shown(result)[:2] == (PASSED, "L2")
    assert status(result, "quorum") == (DONE, None)


def test_what_is_not_counted_in_the_later_one_is_reported(sealed: Sealed, case: Case) -> None:
    first = receipt(sealed, FIRST, token(sealed, FIRST))
    result = case.check(first, receipt(sealed, LATER, Token("ots", b"x", ())))
    assert "TOKEN_NOT_CHECKABLE" in notes(result)
    assert result.facts["tokens"] == 2
    codes = [finding for finding in result.findings if finding.code == "CHAIN_AT_GEN_TIME"]
    assert len(codes) == 1


# ------------------------------------------------------------------- only if it is bound


def test_of_one_without_the_quorum_only_the_time_counts(sealed: Sealed, case: Case) -> None:
    """As of a receipt alone: what an authority stamped does not rest on witnesses."""
    text = policy(NAMES, witnesses=[("w", WITNESS)], quorum="quorum w")
    first = receipt(sealed, FIRST, witnesses=[W])
    result = case.check(first, receipt(sealed, LATER, token(sealed, LATER)), text)
    assert status(result) == (NOT_DONE, "WITNESS_QUORUM_NOT_MET")
    assert shown(result) == (PASSED, "L2", "T3")
    assert (result.facts["not_after"], result.facts["witnessed_size"]) == (
        to_time(NOON + 70),
        FIRST,
    )
    # Where the first one lacks it too, the verdict is open and the time is that of the token.
    later = receipt(sealed, LATER, token(sealed, LATER))
    result = case.check(receipt(sealed, FIRST), later, text)
    assert shown(result) == (INDETERMINATE, "L1", "T3")
    # One whose token nobody here knows is named and gives nothing.
    result = case.check(first, receipt(sealed, LATER, Token("ots", b"x", ())), text)
    assert shown(result)[2] == "T2"
    assert "TOKEN_NOT_CHECKABLE" in notes(result)


def test_one_without_the_quorum_whose_token_is_wrong_fails(sealed: Sealed, case: Case) -> None:
    text = policy(NAMES, witnesses=[("w", WITNESS)], quorum="quorum w")
    first = receipt(sealed, FIRST, witnesses=[W])
    result = case.check(first, receipt(sealed, LATER, token(sealed, FIRST)), text)
    assert result.verdict == TOTAL_FAILED


def test_one_by_a_key_that_does_not_stand_adds_no_time(sealed: Sealed, case: Case) -> None:
    stolen = f"status {KEY.name}+{KEY.key_id.hex()} compromised size - time -\n"
    text = policy(NAMES, status=stolen, witnesses=[("w", WITNESS)], quorum="quorum w")
    later = receipt(sealed, LATER, token(sealed, LATER), Token("ots", b"x", ()))
    result = case.check(receipt(sealed, FIRST), later, text)
    assert result.time_grade == "T0"
    # It is not said that there is no proof of time: each is named with what is missing.
    why = "KEY_COMPROMISED_NO_POE"
    named = Finding("LATER_TOKEN_NOT_COUNTED", {"name": "tsa1", "why": why})
    other = Finding("LATER_PROOFS_NOT_COUNTED", {"count": 1, "why": why})
    assert [each for each in result.findings if each.code.startswith("LATER_")] == [named, other]
    assert (result.facts["tokens"], result.facts["tokens_counted"]) == (2, 0)
    for lang in ("zh", "en"):
        text_face = as_text(result, lang)
        assert texts_for(lang).findings["LATER_TOKEN_NOT_COUNTED"].partition("{")[0] in text_face
        assert why in text_face
    assert "carry: 2; of these not counted: 2" in as_text(result, "en")
    assert "共 2 份，其中未计入 2 份" in as_text(result, "zh")


def test_one_of_another_entry_adds_nothing_and_fails(sealed: Sealed, case: Case) -> None:
    made = sealed.anchored.statement
    log = worked.WorkedLog(entries=list(sealed.log.entries))
    other = log.anchor(made.submission, made.signature)
    proof = other.proof()
    block = ONE.token(proof.note, NOON + 70)
    data = to_receipt(
        other.salt, other.statement.to_bytes(), other.entry.to_bytes(), proof.to_text(), [block]
    )
    result = case.check(receipt(sealed, FIRST), data)
    assert (shown(result), status(result)) == (
        (TOTAL_FAILED, "L1", "T0"), (FAILED, "BINDING_FAILURE"),
    )  # fmt: skip


def forked(sealed: Sealed) -> bytes:
    """A later receipt of the same entry, in a log whose entry beside it is another one."""
    made = sealed.anchored
    entries = list(sealed.log.entries)
    beside = made.index ^ 1
    entries[beside] = entries[0]
    assert entries[beside] != sealed.log.entries[beside]
    other = worked.WorkedLog(entries=entries)
    proof = type(made)(other, made.index, made.salt, made.statement, made.entry).proof(LATER)
    block = ONE.token(proof.note, NOON + 70)
    return to_receipt(
        made.salt, made.statement.to_bytes(), made.entry.to_bytes(), proof.to_text(), [block]
    )


@pytest.mark.parametrize("quorum", ["quorum none", "quorum w"])
def test_one_whose_path_shows_another_history_fails(
    sealed: Sealed, case: Case, quorum: str
) -> None:
    text = policy(NAMES, witnesses=[("w", WITNESS)], quorum=quorum)
    first = receipt(sealed, FIRST, witnesses=[W])
    result = case.check(first, forked(sealed), text)
    assert result.verdict == TOTAL_FAILED
    assert status(result) == (FAILED, "CONSISTENCY_FAILURE")


def test_control_without_comparing_the_paths_two_histories_pass(
    sealed: Sealed, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest_check, "_check_common", lambda *_: None)
    result = case.check(receipt(sealed, FIRST, witnesses=[W]), forked(sealed))
    assert shown(result) == (PASSED, "L2", "T3")


def test_one_of_another_history_fails(sealed: Sealed, case: Case) -> None:
    other = worked.WorkedLog(entries=[*sealed.log.entries[:-1], b"another"])
    made = sealed.anchored
    proof = made.proof()._replace()
    forged = type(made)(other, made.index, made.salt, made.statement, made.entry)
    proof = forged.proof(LATER)
    block = ONE.token(proof.note, NOON + 70)
    data = to_receipt(
        made.salt, made.statement.to_bytes(), made.entry.to_bytes(), proof.to_text(), [block]
    )
    result = case.check(receipt(sealed, LATER), data)
    assert (result.verdict, status(result)) == (TOTAL_FAILED, (FAILED, "CONSISTENCY_FAILURE"))
    assert result.time_grade == "T0"


def test_a_wrong_token_in_the_later_one_fails_it(sealed: Sealed, case: Case) -> None:
    data = receipt(sealed, LATER, token(sealed, FIRST))
    result = case.check(receipt(sealed, FIRST), data)
    assert (shown(result), status(result)) == (
        (TOTAL_FAILED, "L1", "T0"), (FAILED, "BINDING_FAILURE"),
    )  # fmt: skip


def test_a_wrong_token_in_the_first_one_is_not_mended_by_the_later(
    sealed: Sealed, case: Case
) -> None:
    first = receipt(sealed, FIRST, token(sealed, LATER))
    result = case.check(first, receipt(sealed, LATER, token(sealed, LATER)))
    assert (result.verdict, result.time_grade) == (TOTAL_FAILED, "T0")
    assert status(result, "time") == (FAILED, "BINDING_FAILURE")


# ------------------------------------------------------------------- a stolen key


STOLEN = f"status {KEY.name}+{KEY.key_id.hex()} compromised size - time {to_time(NOON + 100)}\n"


def test_the_later_one_stands_where_the_first_does_not(
    sealed: Sealed, case: Case, tmp_path: Path
) -> None:
    text = policy(NAMES, status=STOLEN, witnesses=[("w", WITNESS)])
    first = receipt(sealed, FIRST)
    assert status(case.check(first, None, text), "log_key") == (NOT_DONE, "KEY_COMPROMISED_NO_POE")
    logs.write_files(tmp_path / "log", sealed.log.entries, LATER)
    (tmp_path / "log" / "checkpoint").write_bytes(sealed.log.note(LATER))
    result = case.check(first, receipt(sealed, LATER, token(sealed, LATER)), text)
    assert shown(result) == (PASSED, "L1", "T3")
    assert (result.facts["size"], result.facts["witnessed_size"]) == (LATER, LATER)
    inclusion = result.check("inclusion")
    assert inclusion is not None
    assert inclusion.values["size"] == LATER
    assert "KEY_COMPROMISED_LATER" in notes(result)
    assert result.check("siblings") is not None


def test_the_first_ones_token_keeps_its_grade_where_the_later_has_none(
    sealed: Sealed, case: Case
) -> None:
    text = policy(NAMES, status=STOLEN, witnesses=[("w", WITNESS)])
    first = receipt(sealed, FIRST, token(sealed, FIRST))
    result = case.check(first, receipt(sealed, LATER), text)
    assert status(result) == (NOT_DONE, "KEY_COMPROMISED_NO_POE")
    assert shown(result) == (PASSED, "L1", "T3")


def test_tokens_of_the_first_do_not_count_where_its_key_does_not_stand(
    sealed: Sealed, case: Case
) -> None:
    """It was stamped after the theft; the later one was cosigned before."""
    text = policy(NAMES, status=STOLEN, witnesses=[("w", WITNESS)])
    first = receipt(sealed, FIRST, token(sealed, FIRST, ONE, NOON + 200))
    result = case.check(first, receipt(sealed, LATER, witnesses=[W]), text)
    assert shown(result) == (PASSED, "L2", "T2")
    assert "not_after" not in result.facts


# ------------------------------------------------------------------- controls


def test_control_without_the_check_of_the_entry(
    sealed: Sealed, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest_check, "check_later", lambda *_: None)
    with pytest.raises(AssertionError):
        test_one_of_another_entry_adds_nothing_and_fails(sealed, case)
    with pytest.raises(AssertionError):
        test_one_of_another_history_fails(sealed, case)


def test_control_without_naming_what_is_lost(
    sealed: Sealed, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest_check, "_name_blocks", lambda *_: None)
    with pytest.raises(AssertionError):
        test_one_by_a_key_that_does_not_stand_adds_no_time(sealed, case)


def test_control_without_asking_for_the_quorum(
    sealed: Sealed, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = tuple(name for name in latest_check._NEEDED if name != "quorum")
    monkeypatch.setattr(latest_check, "_NEEDED", needed)
    with pytest.raises(AssertionError):
        test_of_one_without_the_quorum_only_the_time_counts(sealed, case)


def test_control_always_taking_the_later_one(
    sealed: Sealed, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranks = iter([(1,), (0,)] * 9)
    monkeypatch.setattr(latest_check, "_rank", lambda _: next(ranks))
    with pytest.raises(AssertionError):
        test_it_never_lowers_what_the_first_one_shows(sealed, case)
