"""The way out of a rollback: entries back from a copy, and backups that cannot fork the log."""

from __future__ import annotations

import http.server
import os
import shutil
import tarfile
import threading
from functools import partial

import pytest

from ledger.backup import backup
from ledger.errors import (
    AlreadyExists,
    Config,
    Conflict,
    Corruption,
    NotFound,
)
from ledger.fsck import fsck
from ledger.recover import recover
from ledger.source import open_source
from tests.ledger.rolled import keep, put_back
from tests.ledger.support import DOSSIER, check_everything, load, open_log, submit
from verifier.evidence.receipt import parse_receipt

# -- recover ---------------------------------------------------------------------------------


@pytest.mark.fault
def test_recover_brings_back_the_entries_and_begins_a_new_epoch(rolled):
    made, old, told = rolled
    put_back(made.data, old, "database")
    seen = []
    done = recover(
        made.data,
        open_source(str(made.data / "log")),
        progress=lambda at, of: seen.append((at, of)),
    )
    assert done == (6, 10, 1)
    assert seen[-1] == (6, 6)
    assert check_everything(made.data, told[:4]) == 10
    with open_log(made.data) as log:
        with pytest.raises(NotFound):
            log.receipt(7)
        # Its dossier lost its head: a new chain, epoch 1, item 1.
        index = submit(log, made.account, "later").indices[0]
        statement = parse_receipt(log.receipt(index)).statement
        assert (statement.epoch, statement.item, statement.previous) == (1, 1, None)
        lines = log.dossier_statement(made.account.id, DOSSIER).decode().split("\n")
        assert lines[7:9] == ["epoch 1", "items 1"]
    assert list(fsck(made.data)) == []
    assert recover(made.data, open_source(str(made.data / "log"))) == (0, 11, 1)


@pytest.mark.fault
def test_a_dossier_that_lost_nothing_goes_on_in_its_chain(made, tmp_path):
    old, quiet = tmp_path / "old", bytes(16)
    with open_log(made.data) as log:
        submit(log, made.account, "quiet", 2, dossier=quiet)
    keep(made.data, old)
    with open_log(made.data) as log:
        submit(log, made.account, "loud", 2)
    put_back(made.data, old, "database")
    recover(made.data, open_source(str(made.data / "log")))
    with open_log(made.data) as log:
        for name, dossier, expected in (
            ("quiet again", quiet, (0, 3)),
            ("loud again", DOSSIER, (1, 1)),
        ):
            index = submit(log, made.account, name, dossier=dossier).indices[0]
            statement = parse_receipt(log.receipt(index)).statement
            assert (statement.epoch, statement.item) == expected
    assert check_everything(made.data) == 6


@pytest.mark.fault
def test_recover_into_a_folder_whose_database_is_gone(rolled):
    made, _, _ = rolled
    for path in made.data.glob("beilin.db*"):
        path.unlink()
    assert recover(made.data, open_source(str(made.data / "log"))) == (10, 10, 1)
    with open_log(made.data) as log:
        account, _ = log.accounts.new("a new account")
        index = submit(log, account, "x").indices[0]
        assert parse_receipt(log.receipt(index)).statement.epoch == 1
    assert check_everything(made.data) == 11


@pytest.mark.fault
def test_recover_over_http(rolled):
    made, old, told = rolled
    mirror = old.parent / "mirror"
    shutil.copytree(made.data / "log", mirror)
    put_back(made.data, old, "database", "log")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Quiet, directory=str(mirror))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        assert recover(made.data, open_source(url)) == (6, 10, 1)
        with pytest.raises(NotFound, match="404"):
            open_source(url + "nowhere")("checkpoint")
        server.shutdown()
    assert check_everything(made.data, told[:4]) == 10


@pytest.mark.fault
@pytest.mark.parametrize("change", ["older copy", "other log", "flipped entry", "missing bundle"])
def test_recover_from_a_wrong_copy_changes_nothing(rolled, tmp_path, change):
    made, old, _ = rolled
    copy = tmp_path / "copy"
    shutil.copytree((old if change == "older copy" else made.data) / "log", copy)
    expected: type[Exception] = Conflict
    if change == "other log":
        shutil.rmtree(copy)
        from tests.ledger.support import new_log

        other, account = new_log(tmp_path / "other")
        with open_log(other) as log:
            submit(log, account, "x", 10)
        shutil.copytree(other / "log", copy)
    bundle = copy / "tile/entries/000.p/10"
    if change == "flipped entry":
        data = bytearray(bundle.read_bytes())
        at = data.rindex(b"commitment ") + 15
        data[at] = ord("A") if data[at] != ord("A") else ord("B")
        bundle.chmod(0o644)
        bundle.write_bytes(data)
        expected = Corruption if bytes(data).count(b"==") else Conflict
    if change == "missing bundle":
        bundle.unlink()
        expected = NotFound
    put_back(made.data, old, "database")
    with pytest.raises(expected):
        recover(made.data, open_source(str(copy)))
    with pytest.raises(Conflict, match="has 4 entries"):
        open_log(made.data)


def test_a_source_is_a_folder_or_a_url(tmp_path):
    with pytest.raises(Config):
        open_source(str(tmp_path / "nothing"))
    with pytest.raises(Config):
        open_source("ftp://example.org/log")


# -- backup ------------------------------------------------------------------------------------


@pytest.mark.fault
def test_a_backup_taken_under_load_restores_to_one_state(made, tmp_path):
    out = tmp_path / "backup.tar"
    with open_log(made.data) as log:
        submit(log, made.account, "before", 300)
        with load(log, made.account, 7) as grown:
            grown()
            size = backup(made.data, out)
            grown()
        submit(log, made.account, "after", 50)
        told = [(0, log.receipt(0)), (size - 1, log.receipt(size - 1))]
        final = log.state().size
    assert final > size >= 300
    with pytest.raises(AlreadyExists):
        backup(made.data, out)
    with tarfile.open(out) as tar:
        names = tar.getnames()
        assert not [name for name in names if "signer" in name or name.endswith((".key", "-wal"))]
        assert {"RESTORE.txt", "beilin.toml", "beilin.db", "log/checkpoint"} <= set(names)
        restored = tmp_path / "restored"
        tar.extractall(restored, filter="data")
    shutil.copytree(made.data / "signer", restored / "signer")
    with pytest.raises(Conflict, match=f"the signer has signed size {final} "):
        open_log(restored)
    recover(restored, open_source(str(made.data / "log")))
    assert check_everything(restored, told) == final
    assert list(fsck(restored)) == []


def test_nobody_else_can_read_a_backup(made, tmp_path):
    out = tmp_path / "backup.tar"
    before = os.umask(0o022)
    try:
        backup(made.data, out)
    finally:
        os.umask(before)
    assert out.stat().st_mode & 0o077 == 0
    with tarfile.open(out) as tar:
        assert tar.getmember("beilin.db").mode & 0o077 == 0


def test_a_backup_of_an_idle_log_is_the_log(made, tmp_path):
    with open_log(made.data) as log:
        submit(log, made.account, "x", 300)
        told = [(n, log.receipt(n)) for n in (0, 299)]
    out = tmp_path / "backup.tar"
    assert backup(made.data, out) == 300
    restored = tmp_path / "restored"
    with tarfile.open(out) as tar:
        tar.extractall(restored, filter="data")
    shutil.copytree(made.data / "signer", restored / "signer")
    assert check_everything(restored, told) == 300
    assert not list(tmp_path.glob(".tmp-*"))
