"""``checkpoint`` is the newest head that met the quorum, whatever happens to the next one."""

from __future__ import annotations

import pytest

from ledger.errors import Config
from ledger.fsck import fsck
from tests.app.server.harness import wait_until
from tests.ledger.support import (
    open_log,
    submit,
)
from tests.ledger.witness.support import (
    CALM,
    Cosigner,
    Named,
    answering,
    checkpoint_size,
    cosigners,
    http,
    log_vkey,
    open_witnessed,
    peer,
    roster_of,
)


@pytest.mark.fault
@pytest.mark.parametrize("quorum_first", [True, False])
def test_a_crash_between_the_new_checkpoint_and_the_end_of_the_pending_one(made, quorum_first):
    """Both files may stand after a crash; what is published never goes back."""
    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        server.behave = lambda asked, connection, each: each.send(connection, http(503))
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a")
        pending = (made.data / "log/checkpoint.pending").read_bytes()
        server.behave = answering(honest)
        with open_witnessed(made.data, named):
            wait_until(lambda: checkpoint_size(made.data) == 1)
        if quorum_first:
            (made.data / "log/checkpoint.pending").write_bytes(pending)
            assert [found.where for found in fsck(made.data)] == ["log/checkpoint.pending"]
        with open_witnessed(made.data, named) as log:
            assert checkpoint_size(made.data) == 1
            assert checkpoint_size(made.data, "checkpoint.pending") is None
            submit(log, made.account, "b")
        assert checkpoint_size(made.data) == 2
    assert list(fsck(made.data)) == []


def test_the_checkpoint_does_not_go_back_when_the_quorum_is_lost(made):
    honest, gone = Cosigner("w1"), Cosigner("w2")
    with peer(answering(honest)) as one, peer(answering(gone)) as two:
        named = [Named("w1", honest.vkey, one.url), Named("w2", gone.vkey, two.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a")
            good = (made.data / "log/checkpoint").read_bytes()
            two.behave = lambda asked, connection, server: server.send(connection, http(500))
            submit(log, made.account, "b")
            assert (made.data / "log/checkpoint").read_bytes() == good
            assert checkpoint_size(made.data, "checkpoint.pending") == 2
            pending = (made.data / "log/checkpoint.pending").read_bytes()
            assert cosigners(pending) == [honest.vkey.name]
        with open_witnessed(made.data, named):
            assert (made.data / "log/checkpoint").read_bytes() == good
    assert roster_of(log_vkey(made.data), named).met(good)


def test_control_taking_every_note_for_a_quorum_moves_the_checkpoint(made, monkeypatch):
    monkeypatch.setattr("ledger.witness.roster.Roster.met", lambda *_: True)
    honest = Cosigner("w1")
    with (
        peer(lambda asked, connection, server: server.send(connection, http(500))) as dead,
        open_witnessed(made.data, [Named("w1", honest.vkey, dead.url)]) as log,
    ):
        submit(log, made.account, "a")
        assert checkpoint_size(made.data) == 1, "which no witness has seen"
        assert log.anchored([0])[0].state == "witnessed", "an overclaim"


def test_recover_does_not_move_a_checkpoint_that_waits_for_witnesses(made, tmp_path):
    import shutil

    from ledger.recover import recover
    from ledger.source import open_source
    from tests.ledger.rolled import keep, put_back

    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a", 2)
        keep(made.data, tmp_path / "old")
        server.behave = lambda asked, connection, each: each.send(connection, http(500))
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "b", 3)
        copy = tmp_path / "copy"
        shutil.copytree(made.data / "log", copy)
        shutil.copy(copy / "checkpoint.pending", copy / "checkpoint")
        put_back(made.data, tmp_path / "old", "database")
        done = recover(made.data, open_source(str(copy)))
        assert (done.imported, done.size) == (3, 5)
        assert checkpoint_size(made.data) == 2
        assert checkpoint_size(made.data, "checkpoint.pending") == 5
        assert list(fsck(made.data)) == []
        server.behave = answering(honest)
        with open_witnessed(made.data, named, patience=CALM):
            wait_until(lambda: checkpoint_size(made.data) == 5)
    assert list(fsck(made.data)) == []


def test_recover_without_a_database_keeps_the_checkpoint_that_met_the_quorum(made, tmp_path):
    import shutil

    from ledger.recover import recover
    from ledger.source import open_source

    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a", 2)
            submit(log, made.account, "b", 3)
        shutil.copytree(made.data / "log", tmp_path / "copy")
        for path in made.data.glob("beilin.db*"):
            path.unlink()
        done = recover(made.data, open_source(str(tmp_path / "copy")))
        assert (done.imported, done.size) == (5, 5)
        assert checkpoint_size(made.data) == 5
        assert cosigners((made.data / "log/checkpoint").read_bytes()) == [honest.vkey.name]
        with open_witnessed(made.data, named) as log:
            wait_until(lambda: log.state().quorum_size == 5)
        (made.data / "log/checkpoint").unlink()
        with open_witnessed(made.data, named):
            assert checkpoint_size(made.data) == 5
    assert list(fsck(made.data)) == []


def test_a_backup_of_a_witnessed_log_keeps_what_met_the_quorum(made, tmp_path):
    import tarfile

    from ledger.backup import backup

    honest = Cosigner("w1")
    with peer(answering(honest)) as server:
        named = [Named("w1", honest.vkey, server.url)]
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "a", 2)
        server.behave = lambda asked, connection, each: each.send(connection, http(500))
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "b", 3)
        good = (made.data / "log/checkpoint").read_bytes()
        (made.data / "log/checkpoint").unlink()
        with pytest.raises(Config, match="open the log once more"):
            backup(made.data, tmp_path / "backup.tar")
        (made.data / "log/checkpoint").write_bytes(good)
        assert backup(made.data, tmp_path / "backup.tar") == 5
        with tarfile.open(tmp_path / "backup.tar") as tar:
            tar.extractall(tmp_path / "restored", filter="data")
        restored = tmp_path / "restored"
        assert checkpoint_size(restored) == 2
        assert checkpoint_size(restored, "checkpoint.pending") == 5
        (made.data / "signer").rename(restored / "signer")
        with open_witnessed(restored, named):
            assert checkpoint_size(restored) == 2
        assert list(fsck(restored)) == []
        with open_log(restored):
            assert checkpoint_size(restored) == 5
