"""fsck on tokens and anchor entries: a flip anywhere is found, and named."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from ledger.backup import backup
from ledger.fsck import fsck
from ledger.recover import recover
from ledger.source import open_source
from tests.ledger.anchors.stub import stub
from tests.ledger.anchors.support import anchor, anchor_entries, open_with, rows, tokens
from tests.ledger.support import check_everything, open_log, submit
from verifier.evidence.receipt import parse_receipt


@pytest.fixture
def anchored(made):
    """A log with two anchor entries, at 3 and 6; closed."""
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "a", 3)
        anchor(log)
        submit(log, made.account, "b", 2)
        anchor(log)
    assert list(fsck(made.data)) == []
    return made


def harm(data, *statements: str) -> list[str]:
    """Change the database behind the triggers' back, and return what fsck finds."""
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for each in statements:
            database.execute(each)
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
    return [str(finding) for finding in fsck(data)]


HARM = {
    "a token is gone": ("DELETE FROM tokens WHERE size = 3", "is missing"),
    "a token is another": (
        "UPDATE tokens SET token = (SELECT token FROM tokens WHERE size = 6) WHERE size = 3",
        "is not the digest of its token",
    ),
    "a token stands under another size": (
        "UPDATE tokens SET size = 6 WHERE size = 3",
        "imprint is not that of the bytes",
    ),
    "a size that is not published": ("UPDATE tokens SET size = 5 WHERE size = 3", "no such size"),
    "certificates that are none": (
        "UPDATE tokens SET certificates = x'0102' WHERE size = 3", "certificates:",
    ),
    "an anchor row is gone": ("DELETE FROM anchors WHERE size = 3", "anchors, index 3"),
    "an anchor row names another entry": (
        "UPDATE anchors SET entry_index = 4 WHERE size = 3", "anchors, index 4",
    ),
    "an anchor row names another size": (
        "UPDATE anchors SET size = 2 WHERE size = 3", "anchors, index 3",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HARM)
def test_each_harm_is_found(anchored, what):
    sql, words = HARM[what]
    found = harm(anchored.data, sql)
    assert any(words in finding for finding in found), found


def test_every_byte_of_a_token_is_looked_at(anchored):
    (raw,) = rows(anchored.data, "SELECT token FROM tokens WHERE size = 3")[0]
    for at in range(0, len(raw), 97):
        flipped = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        found = harm(anchored.data, f"UPDATE tokens SET token = x'{flipped.hex()}' WHERE size = 3")
        assert any("is not the digest" in finding for finding in found)


def test_a_token_that_was_never_logged_is_found_once_later_ones_are(anchored):
    found = harm(
        anchored.data,
        "INSERT INTO tokens SELECT size, tsa, zeroblob(32), kind, token, certificates, at "
        "FROM tokens WHERE size = 3",
    )
    assert any("is in no anchor entry, and later ones are" in each for each in found)


def test_missing_triggers_are_found(anchored):
    with closing(sqlite3.connect(anchored.data / "beilin.db")) as database:
        database.execute("DROP TRIGGER tokens_no_delete")
        database.execute("DROP TRIGGER anchors_no_update")
    found = [str(each) for each in fsck(anchored.data)]
    assert found == [
        "database: the trigger anchors_no_update is missing",
        "database: the trigger tokens_no_delete is missing",
    ]


def test_a_recovery_from_a_copy_keeps_the_entries_and_has_no_tokens(anchored, tmp_path):
    """A copy of the static log holds entries; tokens live in the database and in receipts."""
    entries = anchor_entries(anchored.data)
    for path in anchored.data.glob("beilin.db*"):
        path.unlink()
    recover(anchored.data, open_source(str(anchored.data / "log")))
    assert anchor_entries(anchored.data) == entries
    assert tokens(anchored.data) == 0
    assert list(fsck(anchored.data)) == []
    with stub() as tsa, open_with(anchored.data, tsa) as log:
        account, _ = log.accounts.new("again")
        submit(log, account, "c")
        assert anchor(log) == (8, 1, 0)
        submit(log, account, "d")
        proofs = parse_receipt(log.latest_receipt(9)).anchor_proofs
        assert [each.index for each in proofs] == [8]
    check_everything(anchored.data)
    found = harm(anchored.data, "DELETE FROM tokens WHERE size = 8")
    assert any("entry" in each and "is missing" in each for each in found)  # lost since, not then


def test_a_backup_has_the_tokens(anchored, tmp_path):
    import tarfile

    backup(anchored.data, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    assert tokens(tmp_path / "restored") == 2
    with open_log(tmp_path / "restored", signer_state=anchored.data / "signer") as log:
        assert len(parse_receipt(log.latest_receipt(4)).tokens) == 1
