"""Time blocks that are not counted and ones that are wrong (SPEC §13.13 steps 1 to 3): real tokens over real notes."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import reference, worked
from tests.verifier import stamped
from tests.verifier.stamped import (
    AFTER,
    BEFORE,
    LOG_OPERATOR,
    ONE,
    ONLY_TWO,
    SIZE,
    T3,
    TWO,
    WITNESS,
    Stamped,
    check,
    failed,
    notes,
    policy,
    seen,
)
from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import make_chain, raw
from tests.worked import NOON
from verifier.encoding import to_base64, to_time
from verifier.evidence.receipt import Token
from verifier.result import INDETERMINATE, NOT_DONE, PASSED


@pytest.fixture(scope="module")
def log() -> Stamped:
    return Stamped()


# ------------------------------------------------------------------- not counted


def test_an_unknown_authority_is_reported_and_fails_nothing(log: Stamped) -> None:
    result = check(log.receipt(ONE.token(log.note), log.proof()), policy(ONLY_TWO, [TWO.line()]))
    assert seen(result) == (NOT_DONE, "UNKNOWN_TSA", "T0", PASSED)
    assert notes(result) == {"TOKEN_OF_UNKNOWN_TSA"}
    assert not {"not_after", "not_before"} & result.facts.keys()


@pytest.mark.parametrize("root", [False, True])
def test_a_chain_that_had_ended_at_the_time(log: Stamped, *, root: bool) -> None:
    last = dt.datetime(2026, 11, 21, 12, 0, 19)
    ended = (
        make_chain(ONE.chain.key, root_last=last) if root else make_chain(ONE.chain.key, last=last)
    )
    line = f"tsa tsa1 {stamped.WINDOW} {to_base64(raw(ended.root))}\n"
    text = policy(f"{LOG_OPERATOR}operator tsa1 乙\n", [line])
    data = log.receipt(ONE.token(log.note, chain=ended))
    assert seen(check(data, text)) == (NOT_DONE, "CHAIN_CONSTRAINTS_FAILURE", "T0", PASSED)
    before = log.receipt(ONE.token(log.note, AFTER - 1, chain=ended))
    assert seen(check(before, text)) == T3


@pytest.mark.parametrize("window", ["2026-12-01T00:00:00Z 2036-01-01T00:00:00Z",
                                    "2026-01-01T00:00:00Z 2026-11-21T11:59:59Z"])  # fmt: skip
def test_outside_the_policys_window(log: Stamped, window: str) -> None:
    text = policy(f"{LOG_OPERATOR}operator tsa1 乙\n", [ONE.line(window)])
    result = check(log.receipt(ONE.token(log.note)), text)
    assert seen(result) == (NOT_DONE, "CHAIN_CONSTRAINTS_FAILURE", "T0", PASSED)
    assert notes(result) == {"TOKEN_CHAIN_NOT_VALID"}


@pytest.mark.parametrize("kind", ["ots", "sm2", "x"])
def test_another_type_is_carried_and_reported(log: Stamped, kind: str) -> None:
    other = Token(kind, b"anything", ())
    result = check(log.receipt(other))
    assert seen(result) == (NOT_DONE, "NOT_CHECKABLE_HERE", "T0", PASSED)
    assert [(f.code, f.values) for f in result.findings] == [
        ("TOKEN_NOT_CHECKABLE", {"type": kind, "count": 1})
    ]
    beside = check(log.receipt(other, ONE.token(log.note)))
    assert seen(beside) == T3
    assert "TOKEN_NOT_CHECKABLE" in notes(beside)
    assert (beside.facts["tokens"], beside.facts["tokens_counted"]) == (2, 1)


def test_sm3_and_the_wrapping_of_chinese_authorities_are_not_checkable_here(log: Stamped) -> None:
    sm3 = making.algorithm("1.2.156.10197.1.401")
    for changes in ({"wrapping": "1.2.156.10197.6.1.4.2.2"}, {"imprint_algorithm": sm3}):
        result = check(log.receipt(ONE.token(log.note, **changes)))
        assert seen(result) == (NOT_DONE, "NOT_CHECKABLE_HERE", "T0", PASSED)


def test_without_the_logs_key_no_block_is_looked_at(log: Stamped) -> None:
    other = worked.WorkedLog("other.example")
    result = check(log.receipt(ONE.token(log.note)), other.policy())
    assert seen(result)[:3] == (NOT_DONE, "NOT_REACHED", "T0")
    assert (result.verdict, result.facts["tokens"]) == (INDETERMINATE, 1)


# ------------------------------------------------------------------- wrong in itself


def broken(token: Token) -> Token:
    """The authority's signature with another last byte."""
    data = token.token
    return token._replace(token=data[:-1] + bytes([data[-1] ^ 1]))


WRONG = {
    "over the bare text": ("BINDING_FAILURE", lambda log: ONE.token(log.note.split(b"\n\n")[0] + b"\n")),
    "over the note with a cosignature": (
        "BINDING_FAILURE",
        lambda log: ONE.token(stamped.cosigned(log.note, (WITNESS, NOON + 9))),
    ),
    "over an earlier note": ("BINDING_FAILURE", lambda log: ONE.token(log.early)),
    "over the same text signed by another key": (
        "BINDING_FAILURE",
        lambda log: ONE.token(worked.WorkedLog(label="b", entries=log.log.entries).note(SIZE)),
    ),
    "another digest algorithm": (
        "BINDING_FAILURE", lambda log: ONE.token(log.note, imprint_hash="sha-512"),
    ),
    "no ESSCertID": ("BINDING_FAILURE", lambda log: ONE.token(log.note, ess=())),
    "a broken signature": ("SIG_CRYPTO_FAILURE", lambda log: broken(ONE.token(log.note))),
    "another message digest": (
        "HASH_FAILURE", lambda log: ONE.token(log.note, message_digest=bytes(32)),
    ),
    "not DER": ("FORMAT_FAILURE", lambda log: Token("rfc3161", b"0", ())),
    "cut off": (
        "FORMAT_FAILURE",
        lambda log: Token("rfc3161", ONE.token(log.note).token[:-1], ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sub", "make"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_wrong_in_itself_fails(log: Stamped, sub: str, make) -> None:
    for blocks in ([make(log)], [ONE.token(log.note), make(log)], [make(log), TWO.token(log.note)]):
        result = check(log.receipt(*blocks))
        assert seen(result) == failed(sub)
        assert not {"not_after", "not_before"} & result.facts.keys()
        assert result.facts["tokens_counted"] == 0


def test_a_wrong_token_of_an_unknown_authority_fails_too(log: Stamped) -> None:
    text = policy(ONLY_TWO, [TWO.line()])
    assert seen(check(log.receipt(ONE.token(log.early)), text)) == failed("BINDING_FAILURE")


def test_tokens_of_two_receipts_swapped(log: Stamped) -> None:
    nine = Stamped()
    nine.log.fill(1)
    data = nine.receipt(ONE.token(nine.log.note(9)), size=9)
    assert seen(check(data)) == T3
    assert seen(check(nine.receipt(ONE.token(log.note), size=9))) == failed("BINDING_FAILURE")
    assert seen(check(log.receipt(ONE.token(nine.log.note(9))))) == failed("BINDING_FAILURE")


def _other_log(log: Stamped) -> Stamped:
    """The same entries under another origin's name."""
    return Stamped(worked.WorkedLog("other.example/log", "log"))


def _of_size(log: Stamped, size: int, named: int) -> Stamped:
    """A log whose anchor entry names one size and whose token is over another."""
    made = Stamped()
    made.early = made.log.note(size)
    made.early_tokens = [each.token(made.early, BEFORE) for each in (ONE, TWO)]
    made.log.entries[3] = made.anchor_entry(named, made.early_tokens)
    return made


def _path(log: Stamped, index: int, size: int = SIZE) -> tuple[bytes, ...]:
    return tuple(reference.PATH(index, log.log.entries[:size]))


PROOFS = {
    "another entry": ("INCLUSION_FAILURE", lambda log: log.proof(entry=log.anchor_entry(2, log.early_tokens))),
    "an evidence entry": (
        "BINDING_FAILURE",
        lambda log: log.proof(index=4, hashes=_path(log, 4), entry=log.log.entries[4]),
    ),
    "another index": ("INCLUSION_FAILURE", lambda log: log.proof(index=4)),
    "another size": ("INCLUSION_FAILURE", lambda log: log.proof(hashes=_path(log, 3, 7))),
    "a hash too few": ("INCLUSION_FAILURE", lambda log: log.proof(hashes=_path(log, 3)[:-1])),
    "another token": ("BINDING_FAILURE", lambda log: log.proof(token=ONE.token(log.early, BEFORE - 1))),
    "the token of another note": (
        "BINDING_FAILURE", lambda log: log.proof(note=log.log.note(2)),
    ),
    "a note with a cosignature": (
        "BINDING_FAILURE",
        lambda log: log.proof(note=stamped.cosigned(log.early, (WITNESS, NOON + 9))),
    ),
    "the bare text": ("FORMAT_FAILURE", lambda log: log.proof(note=log.early.split(b"\n\n")[0] + b"\n")),
    "a note of another log": (
        "BINDING_FAILURE", lambda log: log.proof(note=_other_log(log).early),
    ),
    "a note by another key": (
        "BINDING_FAILURE",
        lambda log: log.proof(note=worked.WorkedLog(label="b", entries=log.log.entries).note(3)),
    ),
    "a note with a wrong signature": (
        "SIG_CRYPTO_FAILURE",
        lambda log: log.proof(note=log.early.replace(b"\n3\n", b"\n2\n")),
    ),
    "no entry": ("FORMAT_FAILURE", lambda log: log.proof(entry=b"beilin/entry/v1\n")),
}  # fmt: skip


@pytest.mark.parametrize(("sub", "make"), PROOFS.values(), ids=PROOFS)
def test_an_anchor_proof_that_is_wrong_in_itself_fails(log: Stamped, sub: str, make) -> None:
    assert seen(check(log.receipt(ONE.token(log.note), make(log)))) == failed(sub)


@pytest.mark.parametrize(("size", "named"), [(3, 2), (2, 3), (4, 4)])
def test_the_size_of_the_stamped_note_is_the_one_in_the_entry_and_before_it(
    log: Stamped, size: int, named: int
) -> None:
    made = _of_size(log, size, named)
    assert seen(check(made.receipt(made.proof()))) == failed("BINDING_FAILURE")
    right = _of_size(log, 2, 2)
    assert check(right.receipt(right.proof())).facts["not_before"] == to_time(BEFORE)


def test_an_anchor_entry_at_or_after_the_receipts_own_index(log: Stamped) -> None:
    made = Stamped()
    made.log.entries[6] = made.anchor_entry(3, made.early_tokens, NOON + 6)
    proof = made.proof(index=6, hashes=_path(made, 6), entry=made.log.entries[6])
    assert seen(check(made.receipt(proof))) == failed("BINDING_FAILURE")


def test_a_foreign_type_in_an_anchor_proof_is_still_held_to_its_entry(log: Stamped) -> None:
    other = Token("ots", b"anything", ())
    made = Stamped()
    made.early_tokens = [other, other]
    made.log.entries[3] = made.anchor_entry(3, [other])
    assert seen(check(made.receipt(made.proof())))[:2] == (NOT_DONE, "NOT_CHECKABLE_HERE")
    wrong = made.proof(token=Token("ots", b"another", ()))
    assert seen(check(made.receipt(wrong))) == failed("BINDING_FAILURE")
