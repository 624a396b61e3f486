"""When: the order of times, the bounds on blocks, tokens of OpenSSL, and twenty years later (SPEC §13.13)."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.verifier.stamped import (
    AFTER,
    BEFORE,
    LOG_OPERATOR,
    ONE,
    ONLY_TWO,
    RECEIVED,
    T3,
    TWO,
    Stamped,
    check,
    failed,
    policy,
    seen,
)
from tests.verifier.timestamp.chains import key_pem, pem, raw
from tests.worked import NOON
from verifier.encoding import to_time
from verifier.evidence.receipt import Token
from verifier.result import NOT_DONE, PASSED, TOTAL_FAILED
from verifier.timestamp.signature import check_signature


@pytest.fixture(scope="module")
def log() -> Stamped:
    return Stamped()


# ------------------------------------------------------------------- order


@pytest.mark.parametrize(
    ("received", "holds"),
    [(AFTER + 1, True), (AFTER + 2, False), (BEFORE + 1, True), (BEFORE, False)],
)
def test_received_lies_between_the_bounds_by_the_stated_accuracy(
    received: int, holds: bool
) -> None:
    """One second either way; the entry before it was received at noon + 3 s."""
    made = Stamped().received(received)
    result = check(made.receipt(ONE.token(made.note), made.proof()))
    expected = T3 if holds else failed("TIMESTAMP_ORDER_FAILURE")
    assert seen(result) == expected


def test_an_own_authority_may_not_contradict_the_log_either() -> None:
    made = Stamped().received(AFTER + 60)
    text = policy(f"{LOG_OPERATOR}operator tsa1 甲\n", [ONE.line()])
    assert seen(check(made.receipt(ONE.token(made.note)), text)) == failed(
        "TIMESTAMP_ORDER_FAILURE"
    )


def test_an_unknown_authority_contradicts_nobody() -> None:
    made = Stamped().received(AFTER + 60)
    text = policy(ONLY_TWO, [TWO.line()])
    assert seen(check(made.receipt(ONE.token(made.note)), text))[0] == NOT_DONE


def test_an_entry_received_before_the_anchor_entry_that_stands_before_it() -> None:
    made = Stamped()
    made.log.entries[3] = made.anchor_entry(3, made.early_tokens, RECEIVED + 1)
    assert seen(check(made.receipt(made.proof()))) == failed("TIMESTAMP_ORDER_FAILURE")


# ------------------------------------------------------------------- bounds


def test_eight_blocks_of_a_kind_and_not_nine(log: Stamped) -> None:
    token, proof = ONE.token(log.note), log.proof()
    result = check(log.receipt(*[token] * 8, *[proof] * 8))
    assert (seen(result), result.facts["tokens_counted"]) == (T3, 16)
    for blocks in ([token] * 9, [proof] * 9):
        result = check(log.receipt(*blocks))
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "FORMAT_FAILURE")


def test_no_more_signatures_are_checked_than_blocks(log: Stamped, monkeypatch) -> None:
    calls: list[int] = []

    def counted(signer, certificate) -> None:
        calls.append(1)
        check_signature(signer, certificate)

    monkeypatch.setattr("verifier.timestamp.verify.check_signature", counted)
    token, proof = ONE.token(log.note), log.proof()
    check(log.receipt(*[token] * 8, *[proof] * 8))
    assert len(calls) == 16


# ------------------------------------------------------------------- other makers of tokens


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@pytest.mark.parametrize("chain", [True, False])
def test_tokens_of_openssl(log: Stamped, tmp_path: Path, *, chain: bool) -> None:
    made = Stamped().received(int(time.time()))  # OpenSSL stamps by the machine's clock
    signer = ONE.chain
    for name, data in (
        ("note", made.note), ("tsa.pem", pem(signer.signer)), ("key.pem", key_pem(signer.key)),
        ("serial", b"01\n"), ("ts.cnf", CONFIG.encode()),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", "ts", *arguments], cwd=tmp_path, check=True, capture_output=True)

    openssl("-query", "-data", "note", "-sha256", "-no_nonce", "-out", "q", *(["-cert"] * chain))
    openssl("-reply", "-config", "ts.cnf", "-queryfile", "q", "-token_out", "-out", "t")
    token = Token("rfc3161", (tmp_path / "t").read_bytes(), ())
    text = policy(tsas=[ONE.line("2020-01-01T00:00:00Z 2039-01-01T00:00:00Z"), TWO.line()])
    beside = token._replace(certificates=(raw(signer.signer),))
    assert seen(check(made.receipt(beside), text)) == T3
    alone = (NOT_DONE, "UNKNOWN_TSA", "T0", PASSED)
    assert seen(check(made.receipt(token), text)) == (T3 if chain else alone)
    assert seen(check(log.receipt(beside), text)) == failed("BINDING_FAILURE")


CONFIG = """
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 2.999.7
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


# ------------------------------------------------------------------- sunset


def test_twenty_years_later_with_nothing_but_receipt_and_policy(log: Stamped) -> None:
    """T-SUNSET: every certificate has ended, the service and the authorities are gone."""
    later = NOON + 20 * 365 * 86400
    result = check(log.receipt(ONE.token(log.note), log.proof()), at=later)
    assert seen(result) == T3
    found = {f.code: f.values for f in result.findings}
    assert found["CHAIN_AT_GEN_TIME"]["name"] == "tsa1"
    assert str(found["TSA_CERTIFICATE_ENDED"]["ends"]) < to_time(later)
