"""A log with witnesses that do what they should: real ones, dying and coming back."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from ledger.fsck import fsck
from ledger.witness.member import Member, Patience
from tests.app.server.harness import wait_until
from tests.app.witness.support import Process
from tests.ledger.support import check_receipt, open_log, submit, writer_of
from tests.ledger.witness.support import (
    ANY,
    BRISK,
    CALM,
    Cosigner,
    Named,
    answering,
    checkpoint_size,
    cosigners,
    http,
    log_vkey,
    note_of,
    open_witnessed,
    peer,
    real_witnesses,
    roster_of,
    state_of,
    text_of,
)
from verifier.tlog.note import parse_note

W1, W2 = "witness.example.org/w1", "witness.example.org/w2"


def states(log, outcome) -> set[str]:
    return {each.state for each in log.anchored(outcome.indices)}


def test_two_real_witnesses_cosign_every_head(made, tmp_path):
    vkey = log_vkey(made.data)
    with real_witnesses(tmp_path, vkey, "w1", "w2") as witnesses:
        told: list[tuple[int, bytes]] = []
        with open_witnessed(made.data, witnesses) as log:
            for number in range(3):
                outcome = submit(log, made.account, number, 1 + 100 * number)
                assert states(log, outcome) == {"witnessed"}
                told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
            assert checkpoint_size(made.data) == 303 == log.state().quorum_size
            assert checkpoint_size(made.data, "checkpoint.pending") is None
            assert all(each.prompt and each.lines >= 3 for each in log.state().witnesses)
        for index, receipt in told:
            check_receipt(receipt, index, vkey)
            assert cosigners(note_of(receipt)) == [W1, W2]
        assert list(fsck(made.data)) == []
        with open_witnessed(made.data, witnesses) as log:  # nothing changed by opening again
            assert [log.receipt(index) for index, _ in told] == [each for _, each in told]
            assert states(log, submit(log, made.account, 1, 101)) == {"witnessed"}, "a repeat"


@pytest.mark.fault
def test_a_witness_that_dies_and_comes_back_is_brought_up_to_date(made, tmp_path):
    vkey = log_vkey(made.data)
    with real_witnesses(tmp_path, vkey, "w1", "w2") as witnesses:
        processes: list[Process] = []
        with open_witnessed(made.data, witnesses[:1]) as log:  # only to have a log with a size
            submit(log, made.account, "before")
    # Both are gone now.
    with open_witnessed(made.data, witnesses, patience=BRISK) as log:
        first = submit(log, made.account, "alone")
        assert states(log, first) == {"published"}
        assert checkpoint_size(made.data) == 1
        assert checkpoint_size(made.data, "checkpoint.pending") == 2
        assert list(fsck(made.data)) == []
        processes.extend(
            Process(tmp_path / each.name, "--listen", each.url.removeprefix("http://"))
            for each in witnesses
        )
        try:
            # The last head is completed by what they say later, with nothing new to anchor.
            wait_until(lambda: checkpoint_size(made.data) == 2)
            wait_until(lambda: checkpoint_size(made.data, "checkpoint.pending") is None)
            wait_until(lambda: all(each.prompt for each in log.state().witnesses))
            assert states(log, first) == {"published"}, "the first receipt stays what it is"
        finally:
            for process in processes:
                process.close()
    assert list(fsck(made.data)) == []


@pytest.mark.fault
def test_a_quorum_of_one_is_met_by_whoever_is_there_and_the_other_line_comes_later(made):
    go_on = threading.Event()
    quick, slow = Cosigner("w1"), Cosigner("w2")

    def late(asked, connection, server) -> None:
        if asked.method == "POST" and b"\n1\n" in asked.body:
            assert go_on.wait(60)
        answering(slow)(asked, connection, server)

    with peer(answering(quick)) as one, peer(late) as two:
        witnesses = [Named("w1", quick.vkey, one.url), Named("w2", slow.vkey, two.url)]
        with open_witnessed(made.data, witnesses, ANY) as log:
            outcome = submit(log, made.account, "a")
            receipt = log.receipt(0)
            assert states(log, outcome) == {"witnessed"}
            assert cosigners(note_of(receipt)) == [W1]
            go_on.set()
            published = made.data / "log/checkpoint"
            wait_until(lambda: cosigners(published.read_bytes()) == [W1, W2])
            assert log.receipt(0) == receipt
        assert list(fsck(made.data)) == []
        for broken in (b"", published.read_bytes()[:-7] + b"AAAAA=\n"):
            good = published.read_bytes()
            published.write_bytes(broken)
            assert list(fsck(made.data))
            published.write_bytes(good)


@pytest.mark.fault
def test_a_silent_witness_is_waited_for_once(made):
    """It holds up the batch that finds it silent; until it has answered, no other."""
    honest, silent = Cosigner("w1"), Cosigner("w2")
    speaks = threading.Event()

    def mute(asked, connection, server) -> None:
        server.over.wait() if not speaks.is_set() else answering(silent)(asked, connection, server)

    with peer(answering(honest)) as one, peer(mute) as two:
        witnesses = [Named("w1", honest.vkey, one.url), Named("w2", silent.vkey, two.url)]
        patience = Patience(deadline=0.3, exchange=0.6, look=0.1, pause=0.05, longest_pause=0.05)
        with open_witnessed(made.data, witnesses, patience=patience) as log:
            for number in range(4):
                assert states(log, submit(log, made.account, number)) == {"published"}
                assert not state_of(log, "w2").prompt
            assert checkpoint_size(made.data) == 0
            assert checkpoint_size(made.data, "checkpoint.pending") == 4
            speaks.set()
            wait_until(lambda: checkpoint_size(made.data) == 4)
            wait_until(lambda: state_of(log, "w2").prompt)
        with open_witnessed(made.data, witnesses, patience=CALM) as log:
            assert states(log, submit(log, made.account, "again")) == {"witnessed"}


def test_without_a_policy_the_newest_head_is_published_and_nothing_waits(made):
    honest = Cosigner("w1")
    with peer(lambda asked, connection, server: server.send(connection, http(500))) as dead:
        with open_witnessed(made.data, [Named("w1", honest.vkey, dead.url)]) as log:
            outcome = submit(log, made.account, "a")
            assert states(log, outcome) == {"published"}
            assert checkpoint_size(made.data, "checkpoint.pending") == 1
        with open_log(made.data) as log:
            assert checkpoint_size(made.data) == 1
            assert checkpoint_size(made.data, "checkpoint.pending") is None
            assert states(log, outcome) == {"published"}
            assert log.state().quorum_size is None


def test_a_lost_checkpoint_file_comes_back_as_the_newest_that_met_the_quorum(made):
    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a", 3)
        server.behave = lambda asked, connection, peer: peer.send(connection, http(503))
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "b", 2)
        (made.data / "log/checkpoint").unlink()
        with open_witnessed(made.data, named):
            assert checkpoint_size(made.data) == 3
            assert checkpoint_size(made.data, "checkpoint.pending") == 5
        assert list(fsck(made.data)) == []


def test_only_the_logs_own_line_is_sent(made):
    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        with open_witnessed(made.data, [Named("w1", honest.vkey, server.url)]) as log:
            submit(log, made.account, "a")
            submit(log, made.account, "b")
        for asked in server.asked:
            if asked.method == "POST":
                note = parse_note(asked.body.partition(b"\n\n")[2])
                assert [line.name for line in note.signatures] == [log_vkey(made.data).name]
                assert asked.path == "/add-checkpoint"


def test_a_line_is_stored_once(made):
    """A witness that signs the same head again, with another time, adds nothing."""
    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a")
            writing = log._witnessing
            assert writing is not None
            for later in (1, 2):
                line = honest.line(text_of(server.asked[-1]), later * 10**9)
                writing._late(
                    1, type("Line", (), {"vkey": honest.vkey, "line": line, "time": later})()
                )
            with log._engine.connect() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT count(*) FROM cosignatures WHERE size = 1"
                )
                assert rows.scalar() == 1
        assert list(fsck(made.data)) == []


def test_a_panel_that_does_not_answer_stops_nothing(made, monkeypatch):
    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            assert log._witnessing is not None
            panel = log._witnessing._panel
            monkeypatch.setattr(panel, "_collect", lambda *_: _broken())
            assert states(log, submit(log, made.account, "a")) == {"published"}
            assert log.state().healthy


def test_a_fault_of_ours_in_one_task_does_not_end_it(made, monkeypatch):
    honest = Cosigner("w1")
    real = Member.took
    broken: list[bool] = []

    def breaks_once(self, *arguments):
        if not broken and arguments[0].size == 1:
            broken.append(True)
            raise RuntimeError("broken")
        real(self, *arguments)

    monkeypatch.setattr(Member, "took", breaks_once)
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            assert states(log, submit(log, made.account, "a")) == {"published"}
            wait_until(lambda: checkpoint_size(made.data) == 1)
            wait_until(lambda: state_of(log, "w1").prompt)
            assert states(log, submit(log, made.account, "b")) == {"witnessed"}


def test_proofs_that_are_kept_are_bounded(made):
    """A witness that names another size at each try cannot fill the memory."""
    count, liar = 300, Cosigner("w1")
    asked = []

    def wanders(_, connection, server) -> None:
        asked.append(True)
        size = 1 + len(asked) % count
        server.send(connection, http(409, b"%d\n" % size, "Content-Type: text/x.tlog.size"))

    with peer(wanders) as server:
        named = [Named("w1", liar.vkey, server.url)]
        patience = CALM._replace(pause=0.001, longest_pause=0.001)
        with open_witnessed(made.data, named, patience=patience) as log:
            submit(log, made.account, "a", count + 1)
            wait_until(lambda: len(asked) > 3 * count)
            assert log._witnessing is not None
            assert 0 < len(log._witnessing._panel._proofs) <= 128


async def _broken():
    raise RuntimeError("broken")


def test_the_roster_counts_only_lines_that_verify(made):
    honest, other = Cosigner("w1"), Cosigner("w2")
    vkey = log_vkey(made.data)
    named = [Named("w1", honest.vkey, "http://x"), Named("w2", other.vkey, "http://x")]
    roster = roster_of(vkey, named)
    with closing(open_log(made.data)) as log:
        note = log.checkpoint()[1]
        text = parse_note(note).text
        assert not roster.met(note)
        assert roster.who(note + honest.line(text)) == {"w1"}
        assert roster.met(note + honest.line(text) + other.line(text))
        assert not roster.met(note + honest.line(text) + other.line(text, forged=True))
        assert not roster.met(note + honest.line(text) + honest.line(text, 5))
        assert writer_of(log)._met(note), "no policy: nothing is waited for"
