"""Closing a log for good: a statement in its own place, the last entry, whatever crashes."""

from __future__ import annotations

import pytest

from ledger import closing
from ledger.engine import writing
from ledger.errors import Frozen, Unacceptable, Unavailable
from ledger.fsck import fsck
from ledger.jobs import OwnEntry, own_job
from ledger.log import Log
from tests.ledger.support import PATIENCE, open_log, request, sequencer_of, submit, writer_of
from tests.ledger.test_recovery import CrashAt
from tests.ledger.witness.support import Cosigner, Named, answering, open_witnessed, peer
from verifier.audit import audit_log
from verifier.encoding import to_time
from verifier.evidence.entry import Entry
from verifier.evidence.freeze import Freeze, verify_freeze
from verifier.policy import parse_policy
from verifier.result import PASSED, Result
from verifier.tlog.merkle import leaf_hash


def audited(data, policy: bytes) -> Result:
    result = audit_log(data / "log", parse_policy(policy))
    assert result.verdict == PASSED, result.ordered()
    return result


def closing_of(result: Result) -> dict[str, str | int]:
    (finding,) = [each for each in result.findings if each.code == "LOG_FROZEN"]
    return finding.values


def test_a_log_is_closed_by_its_last_entry(made):
    with open_log(made.data, clock=lambda: 1_800_000_000) as log:
        submit(log, made.account, "a", 3)
        receipt = log.receipt(1)
        note = log.freeze("服务终止")
        assert log.state().frozen
        assert log.state().size == 4
        said = verify_freeze(note, log.config.service, 3)
        assert (said.size, said.reason, said.successor) == (3, "服务终止", None)
        with pytest.raises(Frozen):
            submit(log, made.account, "b")
        with pytest.raises(Frozen):
            log.freeze()
        assert log.receipt(1) == receipt
        policy = log.policy()
    found = closing_of(audited(made.data, policy))
    assert (found["size"], found["time"]) == (3, to_time(1_800_000_000))
    assert list(fsck(made.data)) == []
    with open_log(made.data) as log:
        assert log.receipt(1) == receipt
        with pytest.raises(Frozen):
            submit(log, made.account, "c")


def test_an_empty_log_can_be_closed(made):
    with open_log(made.data) as log:
        log.freeze()
        policy = log.policy()
    assert closing_of(audited(made.data, policy))["size"] == 0


def test_what_waits_behind_it_in_the_same_batch_is_refused(made):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        sequencer, service = sequencer_of(log), log._own_key()
        text = Freeze(log.origin, 1, 0, None, None).to_text()
        job = own_job(OwnEntry("freeze", service.sign(text), at=1))
        with sequencer._lock:  # so that one batch takes both
            sequencer.put(job)
            behind = log.submit(*request(made.account.id, "b"))
        assert job.future.result(PATIENCE).indices == (1,)
        with pytest.raises(Frozen):
            behind.result(PATIENCE)
        assert writer_of(log).count == 2


def test_a_statement_does_not_stand_in_a_place_that_it_does_not_name(made):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        with pytest.raises(Unavailable, match="another entry"):
            log.add_own(OwnEntry("freeze", b"beilin/freeze/v1\n", at=0)).result(PATIENCE)
        assert log.state().size == 1
        assert not log.state().frozen
        submit(log, made.account, "b")


def test_where_an_entry_comes_first_the_statement_is_made_again(made):
    with open_log(made.data) as log:
        add, first = log.add_own, [True]

        def late(own: OwnEntry):
            if first:
                first.clear()
                submit(log, made.account, "in between")
            return add(own)

        note = closing.close_log(
            log._own_key(), late, lambda: log.state().size, log._clock, None, None
        )
        assert verify_freeze(note, log.config.service, 1).size == 1


@pytest.mark.parametrize("reason", ["", "none", " x", "x ", "a\nb", "a\x7f", "碑" * 67])
def test_a_reason_that_could_not_be_read_is_refused(made, reason):
    with open_log(made.data) as log:
        with pytest.raises(Unacceptable):
            log.freeze(reason)
        assert not log.state().frozen


def test_read_only_cannot_close(made):
    with Log.open(made.data, read_only=True) as log, pytest.raises(Unavailable):
        log.freeze()


def put_row(log: Log, index: int, kind: str, body: bytes) -> None:
    """Insert an entry as only who holds the database can; the next start takes it up."""
    entry = Entry(kind, bytes([index]) * 32, writer_of(log)._received, None, body).to_bytes()
    row = (index, bytes([index]) * 32, entry, leaf_hash(entry), writer_of(log)._received)
    with writing(log._engine) as connection:
        connection.exec_driver_sql("INSERT INTO entries VALUES (?,?,?,?,?)", row)


def other_freeze(log: Log, **changes) -> bytes:
    text = Freeze(log.origin, 1, 0, None, None)._replace(**changes).to_text()
    return log._own_key().sign(text)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("freeze", lambda log: other_freeze(log, size=0), "its own index"),
        ("freeze", lambda log: other_freeze(log).replace(b"none\ns", b"x\ns"), "does not verify"),
        ("freeze", lambda _: b"beilin/freeze/v1\n", "note"),
        ("key", lambda _: b"beilin/key/v1\n", "note"),
        ("freeze", other_freeze, None),
    ],
)
def test_fsck_says_what_is_wrong_with_the_logs_own_words(made, kind, body, words):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        put_row(log, 1, kind, body(log))
    open_log(made.data).close()
    found = [str(each) for each in fsck(made.data)]
    if words is None:
        assert found == []
    else:
        assert len(found) == 1
        assert "index 1" in found[0]
        assert words in found[0]


STEPS = (
    "w1-before",
    "w1-commit",
    "w1-after",
    "read-back",
    "signed",
    "w2-after",
    "tiles",
    "before-w3",
    "w3",
    "renamed",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_it_open_or_closed(made, step):
    with open_log(made.data) as log:
        submit(log, made.account, "a", 2)
    log = open_log(made.data, hooks=CrashAt(step))
    with pytest.raises(Unavailable):
        log.freeze()
    log.close()
    with open_log(made.data) as log:
        closed = log.state().frozen
        assert closed == (step not in ("w1-before", "w1-commit"))
        if not closed:
            log.freeze()
        policy = log.policy()
    assert closing_of(audited(made.data, policy))["size"] == 2
    assert list(fsck(made.data)) == []


def test_the_last_head_is_cosigned(made):
    witness = Cosigner("w1")
    with peer(answering(witness)) as server:
        named = [Named("w1", witness.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a")
            log.freeze()
            assert log.state().quorum_size == 2
    note = (made.data / "log/checkpoint").read_bytes()
    assert note.split(b"\n")[1] == b"2"
    assert b"w1" in note
