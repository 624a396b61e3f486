"""T-BACK: a backup taken under load opens only beside a signer that has signed no more.

Control: copying the database file without its write-ahead log.
"""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.config import read_config
from ledger.errors import Conflict
from ledger.fsck import fsck
from tests.app.server.harness import PATIENCE, beilin, new_account, new_log, running, size_of
from tests.faults.acks import Client, acknowledged, check, clients
from tests.ledger.support import check_receipt, open_log

pytestmark = pytest.mark.fault


def test_a_backup_under_load_is_sound_and_cannot_fork_the_log(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    data = tmp_path / "data"
    new_log(data)
    everyone = clients(new_account(data, "backup"), tmp_path / "journals", 4)
    with running(data, batch_interval_ms=5, access_log=0) as server:
        threads = [client.start(server.address) for client in everyone]
        for number in range(rounds(1, 20)):
            for client in everyone:
                for _ in range(5):
                    assert client.told.acquire(timeout=PATIENCE)
            beilin("backup", "--data", data, "--out", tmp_path / f"{number}.tar")
            copied = tmp_path / f"control-{number}.db"
            shutil.copy(data / "beilin.db", copied)  # without -wal
            assert rows(copied) < size_of(data), "control: the plain copy is as good"
        for client in everyone:
            client.leave.set()
        for thread in threads:
            thread.join(PATIENCE)
        assert server.stop() == 0
    check(data, everyone)
    for number in range(rounds(1, 20)):
        restored = tmp_path / f"restored-{number}"
        with tarfile.open(tmp_path / f"{number}.tar") as tar:
            tar.extractall(restored, filter="data")
        (folder,) = [path.parent for path in restored.rglob("beilin.toml")]
        # By itself: everything that it holds is sound; only the signer is missing.
        assert [found.where for found in fsck(folder)] == ["signer journal"]
        hold_against(folder, everyone)
        # Beside the signer, which has signed more: nothing is written.
        shutil.copytree(data / "signer", folder / "signer")
        with pytest.raises(Conflict, match="the signer has signed"):
            open_log(folder)


def hold_against(folder: Path, everyone: list[Client]) -> None:
    """Every receipt that the backup holds is the one that was given, and verifies."""
    vkey = read_config(folder).log
    with open_log(folder, read_only=True) as log:
        size = log.state().size
        told = [ack for ack in acknowledged(everyone) if int(ack["index"]) < size]
        assert len(told) == size >= 15, "a gap, or nothing to compare"
        for ack in told:
            receipt = log.receipt(int(ack["index"]))
            assert ack["receipt"] in (None, receipt.decode())
            check_receipt(receipt, int(ack["index"]), vkey)


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        try:
            count: int = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
        except sqlite3.DatabaseError:
            return -1
    return count
