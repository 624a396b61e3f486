"""T-FLIP, T-SWAP and T-ALG over the time blocks: no changed byte makes a stronger or another claim.

The policy asks for T3. Of a receipt in which something was changed

    failed   a check failed
    open     the verdict is not passed: T3 is not reached, or the log is unknown
    weaker   it passes and says less: the *not before* is not shown, and a finding says why
    same     it passes and says the same: what was changed is nothing that a signature covers
"""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

import pytest

from tests import reference
from tests.verifier.stamped import AFTER, BEFORE, ONE, TWO, Stamped, check, policy
from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import raw
from verifier.encoding import to_time
from verifier.evidence.receipt import AnchorProof, Token
from verifier.result import PASSED, TOTAL_FAILED, Result

POLICY = policy(require="require T3\n")
BOUNDS = tuple(f"not_before{end}" for end in ("", "_tsa", "_operator", "_accuracy"))
REASONS = {
    "TOKEN_OF_UNKNOWN_TSA", "TOKEN_CHAIN_NOT_VALID", "TOKEN_NOT_CHECKABLE", "TOKEN_NOT_ACCURATE",
}  # fmt: skip


def beside(token: Token, authority: Any = ONE) -> Token:
    """The same with its certificate beside it, so that this line is needed."""
    return token._replace(certificates=(raw(authority.chain.signer),))


@pytest.fixture(scope="module")
def log() -> Stamped:
    made = Stamped()
    made.early_tokens = [
        beside(each.token(made.early, BEFORE, embedded=()), each) for each in (ONE, TWO)
    ]
    made.log.entries[3] = made.anchor_entry(3, made.early_tokens)
    return made


@pytest.fixture(scope="module")
def blocks(log: Stamped) -> tuple[Token, AnchorProof]:
    return beside(ONE.token(log.note, embedded=())), log.proof()


class Judge:
    """Tells what became of a changed receipt; anything that is none of the four raises."""

    def __init__(self, good: bytes) -> None:
        self.good = check(good, POLICY)
        assert self.good.verdict == PASSED
        assert self.good.facts["not_before"] == to_time(BEFORE)
        self.seen: Counter[str] = Counter()

    def __call__(self, data: bytes) -> str:
        found = self._kind(check(data, POLICY))
        self.seen[found] += 1
        return found

    def _kind(self, result: Result) -> str:
        if result.verdict == TOTAL_FAILED:
            return "failed"
        if result.verdict != PASSED:
            return "open"
        if result.facts == self.good.facts:
            assert result.time_grade == self.good.time_grade
            return "same"
        # Nothing new is said, and what is not said any more is the *not before*.
        changed = {
            name: value for name, value in result.facts.items() if self.good.facts[name] != value
        }
        assert set(changed) <= {"tokens_counted"}, changed
        assert self.good.facts.keys() - result.facts.keys() == set(BOUNDS)
        assert REASONS & {finding.code for finding in result.findings}
        return "weaker"


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_bit_of_every_byte_of_the_receipt(
    log: Stamped, blocks: tuple[Token, AnchorProof], *, soak: bool
) -> None:
    """All eight of every byte in ``make soak``."""
    data = log.receipt(*blocks)
    judge = Judge(data)
    for at in range(len(data)):
        for bit in range(8) if soak else [at % 8]:
            judge(flipped(data, 8 * at + bit))
    assert judge.seen["failed"] > 3 * len(data) // 4
    assert judge.seen["open"]
    assert judge.seen["weaker"]


def test_a_bit_of_every_byte_of_token_and_certificate(
    log: Stamped, blocks: tuple[Token, AnchorProof], *, soak: bool
) -> None:
    """Beneath the base64, where every change is well-spelled: DER, signature, names."""
    token, proof = blocks
    judge = Judge(log.receipt(token, proof))
    values = {"token": token.token, "certificate": token.certificates[0]}
    for name, value in values.items():
        for at in range(len(value)):
            for bit in range(8) if soak else [at % 8]:
                other = flipped(value, 8 * at + bit)
                change = {"token": other} if name == "token" else {"certificates": (other,)}
                judge(log.receipt(token._replace(**change), proof))
    # A changed certificate is not the one that the token names: the time is not proven.
    assert judge.seen["open"] >= len(values["certificate"])
    assert judge.seen["failed"] > len(values["token"]) // 2
    assert not judge.seen["weaker"]


def test_a_bit_of_every_byte_of_an_anchor_proof(
    log: Stamped, blocks: tuple[Token, AnchorProof], *, soak: bool
) -> None:
    """Its token cannot change at all: the log holds its digest."""
    token, proof = blocks
    judge = Judge(log.receipt(token, proof))
    for name in ("entry", "note"):
        value = getattr(proof, name)
        for at in range(len(value)):
            for bit in range(8) if soak else [at % 8]:
                change: dict[str, Any] = {name: flipped(value, 8 * at + bit)}
                assert judge(log.receipt(token, proof._replace(**change))) == "failed"
    for at in range(len(proof.token.token)):
        other = proof.token._replace(token=flipped(proof.token.token, 8 * at + at % 8))
        assert judge(log.receipt(token, proof._replace(token=other))) == "failed"


def test_each_line_of_a_block_left_out_or_doubled(
    log: Stamped, blocks: tuple[Token, AnchorProof]
) -> None:
    data = log.receipt(*blocks)
    judge = Judge(data)
    start = data.index(b"beilin/token/v1")
    end = data.index(b"c2sp.org/tlog-proof@v1")
    lines = data[start:end].split(b"\n")
    for at, line in enumerate(lines):
        for some in ([], [line, line]):
            changed = b"\n".join([*lines[:at], *some, *lines[at + 1 :]])
            found = judge(data[:start] + changed + data[end:])
            assert found in {"failed", "open", "weaker", "same"}
            if found == "same":  # a certificate twice
                assert line.startswith(b"certificate")
                assert some


# ------------------------------------------------------------------- swaps


def _second() -> Stamped:
    """Another entry of the same log key, with a larger tree and an anchor entry of its own."""
    made = Stamped()
    made.log.fill(1)
    made.early = made.log.note(2)
    made.early_tokens = [
        beside(each.token(made.early, BEFORE + 1, embedded=()), each) for each in (TWO, ONE)
    ]
    made.log.entries[3] = made.anchor_entry(2, made.early_tokens)
    return made


def test_each_part_of_a_block_put_into_another_receipts(
    log: Stamped, blocks: tuple[Token, AnchorProof]
) -> None:
    other = _second()
    path = tuple(reference.PATH(3, other.log.entries[:9]))
    token = beside(TWO.token(other.log.note(9), AFTER + 1, embedded=()), TWO)
    proof = other.proof(hashes=path)
    assert check(other.receipt(token, proof, size=9), POLICY).verdict == PASSED
    own_token, own_proof = blocks
    judge = Judge(log.receipt(*blocks))
    swapped: dict[str, str] = {}
    for name in ("token", "certificates"):
        mixed = own_token._replace(**{name: getattr(token, name)})
        swapped[f"token.{name}"] = judge(log.receipt(mixed, own_proof))
        mixed = own_proof.token._replace(**{name: getattr(proof.token, name)})
        swapped[f"proof.{name}"] = judge(log.receipt(own_token, own_proof._replace(token=mixed)))
    for name in ("hashes", "entry", "note", "token"):
        mixed_proof = own_proof._replace(**{name: getattr(proof, name)})
        swapped[f"proof.block.{name}"] = judge(log.receipt(own_token, mixed_proof))
    swapped["token whole"] = judge(log.receipt(token, own_proof))
    swapped["proof whole"] = judge(log.receipt(own_token, proof))
    swapped["token for proof"] = judge(log.receipt(own_proof.token, own_proof))
    swapped["proof for token"] = judge(log.receipt(own_token, own_proof._replace(token=own_token)))
    # Only certificates are no claim of anybody: without the right one the token is unknown.
    assert {name for name, kind in swapped.items() if kind != "failed"} == {
        "token.certificates", "proof.certificates",
    }  # fmt: skip
    assert (swapped["token.certificates"], swapped["proof.certificates"]) == ("open", "weaker")


def test_blocks_in_another_order(log: Stamped, blocks: tuple[Token, AnchorProof]) -> None:
    token, proof = blocks
    judge = Judge(log.receipt(token, proof))
    assert judge(log.receipt(proof, token)) == "failed"
    second = beside(TWO.token(log.note, AFTER + 5, embedded=()), TWO)
    first = check(log.receipt(token, second, proof), POLICY)
    turned = check(log.receipt(second, token, proof), POLICY)
    assert first.facts == turned.facts


# ------------------------------------------------------------------- algorithms


ALGORITHMS: dict[str, dict[str, Any]] = {
    "imprint sha-384": {"imprint_hash": "sha-384"},
    "imprint sha-512": {"imprint_hash": "sha-512"},
    "imprint called sha-512": {"imprint_algorithm": making.algorithm("sha-512")},
    "imprint sha-1": {"imprint_algorithm": making.algorithm("1.3.14.3.2.26")},
    "imprint sm3": {"imprint_algorithm": making.algorithm("1.2.156.10197.1.401")},
    "digest called sha-512": {"digest_algorithm": making.algorithm("sha-512")},
    "digest md5": {"digest_algorithm": making.algorithm("1.2.840.113549.2.5")},
    "signature called ecdsa-with-sha512": {
        "signature_algorithm": making.algorithm("1.2.840.10045.4.3.4")
    },
    "signature called ecdsa-with-sha1": {
        "signature_algorithm": making.algorithm("1.2.840.10045.4.1")
    },
    "signature called ed25519": {"signature_algorithm": making.algorithm("1.3.101.112")},
    "signature called rsa": {
        "signature_algorithm": making.algorithm("1.2.840.113549.1.1.1", b"\x05\x00")
    },
    "signature called sm2": {"signature_algorithm": making.algorithm("1.2.156.10197.1.501")},
    "signature none": {"signature_algorithm": making.algorithm("2.16.840.1.101.3.4.2.1")},
    "wrapping of gm/t 0010": {"wrapping": "1.2.156.10197.6.1.4.2.2"},
}


@pytest.mark.parametrize("changes", ALGORITHMS.values(), ids=ALGORITHMS)
def test_no_other_name_of_an_algorithm_reaches_the_grade(
    log: Stamped, changes: dict[str, Any]
) -> None:
    assert check(log.receipt(ONE.token(log.note)), POLICY).verdict == PASSED
    result = check(log.receipt(ONE.token(log.note, **changes)), POLICY)
    assert result.verdict != PASSED
    assert result.time_grade == "T0"
    assert "not_after" not in result.facts


@pytest.mark.parametrize("kind", ["rfc3161x", "ots", "sm2-rfc3161", "rfc3162"])
def test_another_name_of_the_type_is_never_taken_for_it(log: Stamped, kind: str) -> None:
    result = check(log.receipt(ONE.token(log.note)._replace(type=kind)), POLICY)
    assert (result.verdict != PASSED, result.time_grade) == (True, "T0")


# ------------------------------------------------------------------- control


def test_control_a_verifier_that_skips_wrong_blocks_is_seen(
    log: Stamped, blocks: tuple[Token, AnchorProof], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If an anchor proof that is wrong were only not counted, silently, the judge would raise."""
    token, proof = blocks
    judge = Judge(log.receipt(token, proof))
    wrong = log.receipt(token, proof._replace(index=4))
    assert judge(wrong) == "failed"
    monkeypatch.setattr("verifier.checks.time_blocks.check_inclusion", lambda *_: None)
    assert judge(wrong) == "same"
    assert base64.b64encode(proof.note) in wrong
