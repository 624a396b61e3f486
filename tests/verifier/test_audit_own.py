"""What a log says of itself: closing and handover, each fault caught, each control without the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier import logs
from tests.verifier.audits import audit, fault
from verifier.evidence import handover as handover_module
from verifier.evidence.handover import Party
from verifier.policy import Policy, parse_policy
from verifier.result import DONE, PASSED, Result
from verifier.tlog.checkpoint import Checkpoint

OTHER = "log.example.org/other"


def policy(*services: str, known: tuple[str, ...] = (logs.ORIGIN,)) -> Policy:
    """A policy with these logs and these service keys."""
    lines = [f"service {logs.vkey(name).to_text()}" for name in services]
    origins = [f"log {logs.vkey(name).to_text()}" for name in known]
    text = ["beilin/policy/v1", "date 2026-11-21T00:00:00Z", *lines, "tlog-policy", *origins]
    return parse_policy("\n".join([*text, "quorum none", ""]).encode())


SERVICE, FORMER = f"{logs.ORIGIN}/service", f"{logs.OLD}/service"
BOTH = (logs.ORIGIN, logs.OLD)


def audited(folder: Path, changes: dict[int, bytes], trust: Policy, size: int = 9) -> Result:
    D = logs.entries(size)
    for index, entry in changes.items():
        D[index] = entry
    logs.build(folder, D)
    return audit(folder, trust)


def codes(result: Result) -> list[str]:
    return [finding.code for finding in result.findings]


# -- freeze


def test_a_closed_log_passes_and_says_so(tmp_path):
    said = logs.freeze(8, reason="服务终止", successor=logs.vkey(OTHER))
    result = audited(tmp_path, {8: said}, policy(SERVICE))
    assert result.verdict == PASSED
    (finding,) = result.findings
    assert (finding.code, finding.values) == (
        "LOG_FROZEN",
        {
            "size": 8, "time": "2026-11-21T13:07:00Z", "reason": "服务终止", "successor": OTHER,
        },
    )  # fmt: skip


def test_without_the_services_key_it_is_said_that_nobody_checked_who_signed(tmp_path):
    result = audited(tmp_path, {8: logs.freeze(8)}, policy())
    assert result.verdict == PASSED
    assert codes(result) == ["LOG_FROZEN", "FREEZE_UNCHECKED"]


FREEZES = {
    "another size": (logs.freeze(8, size=7), "BINDING_FAILURE"),
    "another log": (logs.freeze(8, origin=OTHER), "BINDING_FAILURE"),
    "a text of its own": (logs.other_entry("freeze", 8, "the end\n"), "FORMAT_FAILURE"),
    "by the log's key": (
        logs.signed_entry("freeze", 8, logs.freeze(8).split(b"\n\n")[1] + b"\n", logs.ORIGIN),
        "FORMAT_FAILURE",
    ),
    "another time": (
        logs.freeze(8).replace(b"\ntime 2026", b"\ntime 2027"), "SIG_CRYPTO_FAILURE",
    ),
    "another reason": (
        logs.freeze(8).replace(b"reason none", b"reason x"), "SIG_CRYPTO_FAILURE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FREEZES)
def test_a_freeze_that_is_not_the_services_own_fails(tmp_path, name):
    entry, sub = FREEZES[name]
    result = audited(tmp_path, {8: entry}, policy(SERVICE))
    found = fault(result, "entries")
    assert found["index"] == 8
    assert result.sub_indication == sub
    assert "LOG_FROZEN" not in codes(result)


@pytest.mark.parametrize("name", FREEZES)
def test_without_this_check_such_a_freeze_passes(tmp_path, monkeypatch, name):
    monkeypatch.setattr("verifier.checks.log_own.OwnEntries.check", lambda *_: None)
    assert audited(tmp_path, {8: FREEZES[name][0]}, policy(SERVICE)).verdict == PASSED


def test_an_entry_behind_a_freeze_that_nobody_signed_fails_too(tmp_path):
    result = audited(tmp_path, {3: logs.other_entry("freeze", 3, "end\n")}, policy())
    assert fault(result, "entries")["index"] == 3


# -- handover


@pytest.mark.parametrize(
    ("services", "known", "code"),
    [
        ((SERVICE, FORMER), BOTH, "HANDOVER_BOTH_KEYS"),
        ((FORMER,), BOTH, "HANDOVER_FORMER_KEY"),
        ((SERVICE,), BOTH, "HANDOVER_OWN_KEY"),
        ((SERVICE,), (logs.ORIGIN,), "HANDOVER_OWN_KEY"),
        ((), (logs.ORIGIN,), "HANDOVER_NO_KEY"),
    ],
)
def test_a_handover_passes_and_says_whose_key_the_policy_has(tmp_path, services, known, code):
    entry = logs.key_entry(logs.handover())
    result = audited(tmp_path, {0: entry}, policy(*services, known=known))
    assert result.verdict == PASSED
    (finding,) = result.findings
    assert finding.code == code
    assert (finding.values["origin"], finding.values["size"]) == (logs.OLD, 9)


def test_a_policy_of_the_former_log_alone_learns_the_key_of_this_one(tmp_path):
    entry = logs.key_entry(logs.handover())
    result = audited(tmp_path, {0: entry}, policy(FORMER, known=(logs.OLD,)))
    assert (result.exit_code, result.sub_indication) == (10, "UNKNOWN_LOG_KEY")
    assert codes(result) == ["HANDOVER_FORMER_KEY"]
    check = result.check("entries")
    assert check is not None
    assert check.status == DONE


SOUND = logs.handover()
THIRD = Party(logs.vkey(OTHER), logs.vkey(f"{OTHER}/service"))
HANDOVERS = {
    "one signature, the former's": (
        logs.key_entry(SOUND, signers=[FORMER]), "FORMAT_FAILURE",
    ),
    "one signature, our own": (logs.key_entry(SOUND, signers=[SERVICE]), "FORMAT_FAILURE"),
    "one signature twice": (
        logs.key_entry(SOUND, signers=[FORMER, FORMER]), "FORMAT_FAILURE",
    ),
    "signatures in the other order": (
        logs.key_entry(SOUND, signers=[SERVICE, FORMER]), "FORMAT_FAILURE",
    ),
    "swapped origins": (
        logs.key_entry(
            logs.handover(
                new=SOUND.old, old=SOUND.new, signature=logs.private_key(logs.ORIGIN).sign(
                    Checkpoint(logs.ORIGIN, 9, SOUND.root).to_text()
                ),
            )
        ),
        "BINDING_FAILURE",
    ),
    "another last root": (
        logs.key_entry(logs.handover(root=bytes(32))), "SIG_CRYPTO_FAILURE",
    ),
    "another last size": (logs.key_entry(logs.handover(size=8)), "SIG_CRYPTO_FAILURE"),
    "another text under the signatures": (
        logs.key_entry(SOUND).replace(b"\ntime 2026", b"\ntime 2027"), "SIG_CRYPTO_FAILURE",
    ),
    "to a third log": (logs.key_entry(logs.handover(new=THIRD)), "BINDING_FAILURE"),
    "another log key of this log": (
        logs.key_entry(
            logs.handover(new=Party(logs.vkey(logs.ORIGIN, seed="else"), SOUND.new.service))
        ),
        "SIG_CRYPTO_FAILURE",
    ),
    "another service key than the policy's": (
        logs.key_entry(
            logs.handover(new=Party(SOUND.new.log, logs.vkey(SERVICE, seed="else")))
        ),
        "SIG_CRYPTO_FAILURE",
    ),
    "a text of its own": (logs.other_entry("key", 0, "any\n"), "FORMAT_FAILURE"),
}  # fmt: skip


@pytest.mark.parametrize("name", HANDOVERS)
def test_a_handover_that_does_not_hold_fails(tmp_path, name):
    entry, sub = HANDOVERS[name]
    result = audited(tmp_path, {0: entry}, policy(SERVICE, FORMER, known=BOTH))
    found = fault(result, "entries")
    assert found["index"] == 0
    assert result.sub_indication == sub
    assert not codes(result)


@pytest.mark.parametrize("name", HANDOVERS)
def test_without_this_check_such_a_handover_passes(tmp_path, monkeypatch, name):
    monkeypatch.setattr("verifier.checks.log_own.OwnEntries.check", lambda *_: None)
    assert audited(tmp_path, {0: HANDOVERS[name][0]}, policy(SERVICE)).verdict == PASSED


def test_a_last_head_that_the_former_log_did_not_sign_needs_its_check(tmp_path, monkeypatch):
    entry = HANDOVERS["another last root"][0]
    monkeypatch.setattr(handover_module, "check_last_head", lambda _: None)
    assert audited(tmp_path, {0: entry}, policy(SERVICE)).verdict == PASSED


def test_a_handover_stands_in_entry_0_only(tmp_path):
    entry = logs.key_entry(SOUND, number=4)
    result = audited(tmp_path, {4: entry}, policy(SERVICE))
    assert fault(result, "entries")["index"] == 4
    assert result.sub_indication == "FORMAT_FAILURE"


def test_texts_with_one_key_twice_or_no_entry_are_refused(tmp_path):
    same = Party(SOUND.old.log, logs.vkey(FORMER, seed=logs.OLD))
    for said in (logs.handover(size=0), logs.handover(old=same)):
        result = audited(tmp_path / f"{said.size}", {0: logs.key_entry(said)}, policy(SERVICE))
        assert result.sub_indication == "FORMAT_FAILURE"
