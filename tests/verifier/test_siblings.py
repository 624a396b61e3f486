"""A copy of the log is believed about a dossier as far as a receipt is, and no further."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pytest

from tests import worked
from tests.verifier import logs
from tests.worked import NOON, WorkedLog, seed, submission
from verifier.checks import log_key, siblings
from verifier.evidence.entry import Anchor, Entry
from verifier.evidence.receipt import to_receipt
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_text import as_text
from verifier.result import DONE, FAILED, INDETERMINATE, NOT_DONE, PASSED, Result
from verifier.tlog.cosignature import cosignature_message
from verifier.tlog.note import signature_line
from verifier.verify import verify_receipt

CONTENT = b"any bytes"
WITNESS = worked.Key("w.example.org/w1", "w", 4)


def anchored(**values: Any) -> worked.Anchored:
    """The sixth entry of a log, with three after it."""
    log = WorkedLog()
    log.fill(5)
    made = log.anchor(*submission(CONTENT), **values)
    log.fill(3)
    return made


def item(link: bytes, label: str, time: int = 50) -> bytes:
    return Entry("evidence", link, NOON + time, seed(label), None).to_bytes()


def write(log: WorkedLog, folder: Path, note: bytes | None = None) -> Path:
    logs.write_files(folder, log.entries, len(log.entries))
    (folder / "checkpoint").write_bytes(log.note() if note is None else note)
    return folder


def cosigned(note: bytes) -> bytes:
    text = note.partition(b"\n\n")[0] + b"\n"
    signature = WITNESS.private.sign(cosignature_message(text, NOON))
    line = struct.pack(">Q", NOON) + signature
    return note + signature_line(WITNESS.name, WITNESS.vkey.key_id, line)


def judge(
    made: worked.Anchored, copy: Path | None, policy: bytes | None = None, receipt: bytes = b""
) -> Result:
    trusted = parse_policy(policy or made.log.policy())
    options = Options(at=NOON, log=copy)
    return verify_receipt(receipt or made.receipt(9), trusted, options, io.BytesIO(CONTENT))


def answer(result: Result) -> tuple[str, str | None, Any]:
    check = result.check("siblings")
    assert check is not None
    return check.status, check.sub_indication, check.values.get("reason")


UNUSABLE = (NOT_DONE, "LOG_COPY_UNUSABLE")


# ------------------------------------------------------------------- whose copy


def test_a_copy_of_another_log_of_the_policy_says_nothing(tmp_path):
    made = anchored()
    other = WorkedLog("other.example.org/log", "logB")
    other.fill(40)
    keys = (made.log.key, other.key)
    policy = "".join(f"log {key.vkey.to_text()}\n" for key in keys) + "quorum none\n"
    result = judge(made, write(other, tmp_path), policy.encode())
    assert answer(result)[:2] == UNUSABLE
    assert "another log" in str(answer(result)[2])
    assert result.verdict == PASSED


@pytest.mark.parametrize(
    ("status", "receipts"), [("compromised size - time -", 0), ("retired size 9 time -", 1)]
)
def test_a_copy_under_a_key_that_does_not_stand_says_nothing(status, receipts, tmp_path):
    """A thief's history against an honest receipt; a retired log's later history."""
    made = anchored()
    key = made.log.key.vkey
    policy = (
        f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nstatus {key.name}+{key.key_id.hex()} "
        f"{status}\ntlog-policy\n"
    ).encode() + made.log.policy()
    thief = WorkedLog()
    thief.fill(30)
    result = judge(made, write(thief, tmp_path), policy)
    expected = UNUSABLE if receipts else (NOT_DONE, "NOT_REACHED")
    assert answer(result)[:2] == expected
    assert result.verdict == (PASSED if receipts else INDETERMINATE)


def test_a_copy_is_not_held_against_a_receipt_whose_own_head_does_not_stand(tmp_path):
    made = anchored()
    thief = WorkedLog(label="thief", entries=list(made.log.entries[:5]))
    forged = thief.anchor(*submission(CONTENT))
    copy = write(made.log, tmp_path)
    result = judge(made, copy, receipt=forged.receipt())
    assert result.sub_indication == "SIG_CRYPTO_FAILURE"
    assert answer(result)[:2] == (NOT_DONE, "NOT_REACHED")


@pytest.mark.parametrize("signed", [True, False])
def test_the_quorum_is_asked_of_a_copy_too(signed, tmp_path):
    """An operator alone can sign a history from which the later item is gone."""
    made = anchored()
    policy = made.log.policy(f"witness w1 {WITNESS.vkey.to_text()}\nquorum w1")
    proof = made.proof(9)
    note = cosigned(proof.note)
    receipt = to_receipt(
        made.salt,
        made.statement.to_bytes(),
        made.entry.to_bytes(),
        proof._replace(note=note).to_text(),
    )
    made.log.fill(2)
    head = made.log.note()
    copy = write(made.log, tmp_path, cosigned(head) if signed else head)
    result = judge(made, copy, policy, receipt)
    assert result.verdict == PASSED
    assert answer(result)[:2] == ((DONE, None) if signed else UNUSABLE)
    assert signed or "WITNESS_QUORUM_NOT_MET" in str(answer(result)[2])


@pytest.mark.parametrize("quorum", [True, False])
def test_two_histories_under_the_logs_own_key_fail_whoever_cosigned(quorum, tmp_path):
    made = anchored()
    other = WorkedLog(entries=[b"another beginning"])
    other.fill(30)
    asked = f"witness w1 {WITNESS.vkey.to_text()}\nquorum w1" if quorum else "quorum none"
    result = judge(made, write(other, tmp_path), made.log.policy(asked))
    assert answer(result) == (FAILED, "CONSISTENCY_FAILURE", "TWO_HISTORIES")


def test_an_entry_of_a_newer_version_leaves_the_question_open(tmp_path):
    made = anchored()
    made.log.entries.append(b"beilin/entry/v2\nanything\n")
    result = judge(made, write(made.log, tmp_path))
    assert answer(result)[:2] == UNUSABLE


def test_a_newer_version_named_in_a_body_does_not(tmp_path):
    made = anchored()
    made.log.entries.append(logs.other_entry("key", 9, "beilin/entry/v2\n"))
    assert answer(judge(made, write(made.log, tmp_path)))[0] == DONE


# ------------------------------------------------------------------- where the link stands


def test_a_later_item_is_found(tmp_path):
    made = anchored()
    made.log.entries.append(item(made.statement.next, "x"))
    result = judge(made, write(made.log, tmp_path))
    assert answer(result) == (DONE, None, None)
    assert [f.values["index"] for f in result.findings if f.code == "LATER_ITEM"] == [9]
    assert result.verdict == PASSED


@pytest.mark.parametrize("with_copy", [True, False])
def test_the_link_announced_is_not_the_entrys_own(with_copy, tmp_path):
    made = anchored(next=seed("link 5"))
    result = judge(made, write(made.log, tmp_path) if with_copy else None)
    assert answer(result) == (FAILED, "BINDING_FAILURE", "LINK_OWN")


@pytest.mark.parametrize("index", [0, 1, 4])
def test_an_entry_before_is_no_later_item(index, tmp_path):
    made = anchored(next=seed(f"link {index}"))
    result = judge(made, write(made.log, tmp_path))
    assert answer(result) == (FAILED, "BINDING_FAILURE", "LINK_NOT_LATER")


@pytest.mark.parametrize("gap", [0, 1, 300])
def test_a_second_later_item_is_a_fork_of_the_chain(gap, tmp_path):
    made = anchored()
    made.log.entries.append(item(made.statement.next, "x"))
    made.log.fill(gap)
    made.log.entries.append(item(made.statement.next, "y", 10_000))
    result = judge(made, write(made.log, tmp_path))
    assert answer(result) == (FAILED, "BINDING_FAILURE", "CHAIN_FORKS")
    text = as_text(result, "en")
    assert f"at index 9 and index {10 + gap}: the chain of the dossier forks" in text


OTHER = {
    "anchor": lambda link: Entry(
        "anchor", link, NOON + 50, None, Anchor(3, (seed("t"),)).to_bytes()
    ).to_bytes(),
    "another spelling": lambda link: item(link, "x").replace(b"evidence", b"Evidence"),
    "another place": lambda link: item(link, "x").replace(
        b"kind evidence\n", b"kind evidence\nx\n"
    ),
}


@pytest.mark.parametrize("name", OTHER)
def test_an_entry_that_is_no_evidence_is_no_later_item(name, tmp_path):
    made = anchored()
    made.log.entries.append(OTHER[name](made.statement.next))
    result = judge(made, write(made.log, tmp_path))
    assert answer(result) == (FAILED, "BINDING_FAILURE", "LINK_OF_NO_ITEM")


def test_control_without_the_key_check_the_thiefs_copy_speaks(tmp_path, monkeypatch):
    made = anchored()
    thief = WorkedLog(label="thief", entries=list(made.log.entries))
    thief.entries.append(item(made.statement.next, "x"))
    copy = write(thief, tmp_path)
    assert answer(judge(made, copy))[:2] == UNUSABLE
    real = log_key.check_log_key

    def kind(trial, note, names, size, policy):
        real(trial, note, names, size, policy)
        trial.checks.clear()
        trial.add("log_key", DONE)
        return policy.log_policy.logs[0].vkey

    monkeypatch.setattr(siblings, "check_log_key", kind)
    assert answer(judge(made, copy))[0] == DONE
