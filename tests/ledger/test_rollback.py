"""T-ROLL: an old backup put back in place. The log refuses to write and names both heads."""

from __future__ import annotations

import shutil

import pytest

from ledger.errors import (
    AlreadyExists,
    Conflict,
    Stateless,
    Unavailable,
)
from ledger.fsck import fsck
from ledger.signer import Signer
from tests.ledger.rolled import put_back
from tests.ledger.support import check_everything, last_error, open_log, submit, writer_of
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.note import parse_note


@pytest.mark.fault
@pytest.mark.parametrize(
    ("parts", "who"),
    [
        (["database"], "the signer has signed size 10"),
        (["database", "signer"], "the published checkpoint has size 10"),
        (["database", "log"], "the signer has signed size 10"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else None,
)
def test_an_old_backup_is_refused_naming_both_heads(rolled, parts, who):
    made, old, _ = rolled
    put_back(made.data, old, *parts)
    before = {p: p.read_bytes() for p in (made.data / "log").rglob("*") if p.is_file()}
    with pytest.raises(Conflict, match=f"{who} root .* has 4 entries and the head size 4 root"):
        open_log(made.data)
    after = {p: p.read_bytes() for p in (made.data / "log").rglob("*") if p.is_file()}
    assert before == after
    assert any(
        "signed" in finding.what
        or "heads" in finding.where
        or "end at 4" in finding.what
        or "size" in finding.what
        for finding in fsck(made.data)
    )


@pytest.mark.fault
def test_signer_alone_put_back_catches_up(rolled):
    """It is behind, not ahead: what it is asked to sign extends what it has signed."""
    made, old, told = rolled
    put_back(made.data, old, "signer")
    with open_log(made.data) as log:
        submit(log, made.account, "more")
    with open_log(made.data) as log:
        assert writer_of(log)._signer.last().size == 11
        for (_, receipt), now in zip(told, log.receipts([i for i, _ in told]), strict=True):
            assert receipt == now


@pytest.mark.fault
def test_everything_put_back_is_another_history(rolled):
    """All four together look sound from inside; who holds the newer checkpoint can tell."""
    made, old, told = rolled
    put_back(made.data, old, "database", "log", "signer")
    with open_log(made.data) as log:
        submit(log, made.account, "other", 6)
        ours = parse_note(log.checkpoint()[1]).text
    theirs = parse_note(parse_receipt(told[-1][1]).proof.note).text
    assert ours.split(b"\n")[1] == theirs.split(b"\n")[1] == b"10"
    assert ours != theirs


@pytest.mark.fault
def test_another_logs_database_is_refused(rolled):
    made, old, _ = rolled
    with open_log(old) as log:
        submit(log, made.account, "another history", 6)
    put_back(made.data, old, "database")
    with pytest.raises(Conflict, match="these are two logs"):
        open_log(made.data)


@pytest.mark.fault
def test_control_without_the_comparison_the_log_forks(rolled, monkeypatch):
    """With the guard of the start and the signer's journal removed, size 10 gets two roots."""
    made, old, told = rolled
    put_back(made.data, old, "database", "log")
    monkeypatch.setattr("ledger.writer.check_claims", lambda *_: None)
    with open_log(made.data) as log:
        with pytest.raises(Unavailable):
            submit(log, made.account, "fork", 6)
        assert "the signer has signed size 10" in last_error(log), "the second guard"
    shutil.copy(old / "signer/journal", made.data / "signer/journal")
    with open_log(made.data) as log:
        note = parse_note(log.checkpoint()[1])
    other = parse_note(parse_receipt(told[-1][1]).proof.note)
    assert note.text.split(b"\n")[1] == other.text.split(b"\n")[1]
    assert note.text != other.text, "the fork that the guards prevent"


# -- a signer without state ----------------------------------------------------------------


def test_a_stateless_signer_takes_the_head_it_is_told_once(rolled):
    made, _, told = rolled
    head = Signer(made.data / "signer", "log.example.org/beilin").last()
    (made.data / "signer/journal").unlink()
    with pytest.raises(Stateless):
        open_log(made.data)
    for wrong in ((9, head.root), (11, head.root), (10, bytes(32)), (0, head.root)):
        with pytest.raises(Conflict):
            open_log(made.data, accept_existing_head=wrong)
        with pytest.raises(Stateless):
            open_log(made.data)
    open_log(made.data, accept_existing_head=tuple(head)).close()
    with pytest.raises(AlreadyExists):
        open_log(made.data, accept_existing_head=tuple(head))
    with open_log(made.data) as log:
        submit(log, made.account, "more")
    assert check_everything(made.data, told) == 11


def test_a_smaller_head_is_not_accepted_for_an_older_database(rolled):
    """Database rolled back and signer lost: the published checkpoint still speaks."""
    made, old, _ = rolled
    put_back(made.data, old, "database")
    old_head = Signer(old / "signer", "log.example.org/beilin").last()
    (made.data / "signer/journal").unlink()
    with pytest.raises(Conflict, match="published checkpoint has size 10"):
        open_log(made.data, accept_existing_head=tuple(old_head))
