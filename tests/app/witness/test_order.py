"""The order of writes: what another process would find on the disk at each step."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from app.witness import key
from app.witness.marker import Marker
from app.witness.opening import DATABASE
from app.witness.store import Store
from tests.app.witness.support import WatchedLog, new_witness, opened

LOG = WatchedLog()


def found(data: Path) -> tuple[int, int]:
    """Return the size in the database and in the marker, as read from the disk."""
    connection = sqlite3.connect(data / DATABASE)
    try:
        (size,) = connection.execute("SELECT size FROM heads").fetchone()
    finally:
        connection.close()
    marker = Marker(data / "signer")
    marker.read()
    return size, marker.heads[LOG.origin].size


def test_both_memories_hold_the_head_before_the_key_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_witness(tmp_path, LOG)
    seen: list[tuple[str, int, int]] = []
    cosign, fsync = key.CosigningKey.cosign, os.fsync

    def watched_cosign(self: key.CosigningKey, text: bytes, timestamp: int) -> bytes:
        seen.append(("cosign", *found(tmp_path)))
        return cosign(self, text, timestamp)

    def watched_fsync(handle: int) -> None:
        seen.append(("fsync", *found(tmp_path)))
        fsync(handle)

    with opened(tmp_path, hooks=lambda step: seen.append((step, *found(tmp_path)))) as witness:
        monkeypatch.setattr(key.CosigningKey, "cosign", watched_cosign)
        monkeypatch.setattr(os, "fsync", watched_fsync)
        assert witness.add_checkpoint(LOG.request(0, 5)).status == 200
    assert seen == [
        ("moved", 0, 0),  # not committed: nobody else sees it
        ("stored", 5, 0),
        ("fsync", 5, 0),  # of the new marker, before it has its name
        ("fsync", 5, 5),  # of its folder
        ("marked", 5, 5),
        ("cosign", 5, 5),
        ("signed", 5, 5),
    ]


def test_the_database_is_opened_so_that_a_commit_is_durable(tmp_path: Path) -> None:
    new_witness(tmp_path, LOG)
    store = Store(tmp_path / DATABASE)
    try:
        for name, value in (("journal_mode", "wal"), ("synchronous", 2)):
            assert store._one(f"PRAGMA {name}") == (value,)
    finally:
        store.close()
