"""Guards: append-only triggers, flips between writing and signing, receipts before they leave."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger import durable, receipts, writer
from ledger.durable import Space
from ledger.engine import writing
from ledger.errors import Corruption, NoSpace, Unavailable
from ledger.fsck import fsck
from ledger.receipts import check_receipt
from ledger.schema import APPEND_ONLY, metadata
from tests.ledger.conftest import Made
from tests.ledger.support import check_everything, last_error, open_log, submit, writer_of
from verifier.errors import VerifierError
from verifier.evidence.receipt import to_receipt

# Not derived from the entries, so nothing can tell a flip in them from what was meant.
# -- append-only -----------------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_ledger_tables_refuse_update_and_delete(grown: Made, table):
    with open_log(grown.data) as log:
        column = metadata.tables[table].columns.keys()[0]
        if table == "epochs":
            with writing(log._engine) as connection:
                connection.exec_driver_sql("INSERT INTO epochs VALUES (1, 0, 0)")
        if table in ("tokens", "anchors"):
            row = "1, 'x', x'01', 'ots', x'02', x'', 0" if table == "tokens" else "x'01', 0, 1"
            with writing(log._engine) as connection:
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({row})")
        for sql in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        ):
            with (
                pytest.raises(Exception, match=r"append-only|not the next (index|number)"),
                writing(log._engine) as connection,
            ):
                connection.exec_driver_sql(sql)


@pytest.mark.fault
def test_entries_are_gapless_and_the_head_never_shrinks(grown: Made):
    with open_log(grown.data) as log:
        for sql, message in (
            ("INSERT INTO entries VALUES (579, x'01', x'02', x'03', 1)", "not the next index"),
            ("UPDATE head SET size = size - 1", "only grows"),
            ("UPDATE head SET root = x'00'", "only grows"),
            ("DELETE FROM head", "stays"),
            ("INSERT INTO head VALUES (2, 0, x'00')", "head_one_row"),
            ("INSERT INTO openings VALUES (5000, x'00', x'00')", "FOREIGN KEY"),
        ):
            with (
                pytest.raises(Exception, match=message),
                writing(log._engine) as connection,
            ):
                connection.exec_driver_sql(sql)


@pytest.mark.fault
def test_a_missing_trigger_is_found(grown: Made):
    with closing(sqlite3.connect(grown.data / "beilin.db")) as database:
        database.execute("DROP TRIGGER entries_no_update")
    assert [finding.what for finding in fsck(grown.data)] == [
        "the trigger entries_no_update is missing"
    ]


# -- flips between writing and signing ----------------------------------------------------------


class FlipAfterW1:
    """Changes a stored entry after W1 and before it is read back."""

    def __init__(self, data) -> None:
        self.path = data / "beilin.db"
        self.fired = False

    def __call__(self, point: str) -> None:
        if point != "w1-after" or self.fired:
            return
        self.fired = True
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("DROP TRIGGER entries_no_update")
            sql = "SELECT entry FROM entries WHERE entry_index = 2"
            entry = bytearray(database.execute(sql).fetchone()[0])
            entry[120] ^= 4
            sql = "UPDATE entries SET entry = ? WHERE entry_index = 2"
            database.execute(sql, (bytes(entry),))
            database.commit()


@pytest.mark.fault
def test_a_flip_after_w1_is_not_signed(made: Made):
    flipper = FlipAfterW1(made.data)
    with open_log(made.data, hooks=flipper) as log:
        with pytest.raises(Unavailable):
            submit(log, made.account, "x", 5)
        assert "Corruption: entries.entry, index 2" in last_error(log)
        assert flipper.fired
        assert writer_of(log)._signer.last().size == 0
    with pytest.raises(Corruption, match="index 2"):
        open_log(made.data)


@pytest.mark.fault
def test_control_trusting_the_stored_leaf_hash_signs_the_flip(made: Made, monkeypatch):
    monkeypatch.setattr(writer, "check_stored", lambda rows: [row.leaf_hash for row in rows])
    with open_log(made.data, hooks=FlipAfterW1(made.data)) as log:
        submit(log, made.account, "x", 5)
        assert writer_of(log)._signer.last().size == 5
        with pytest.raises(Corruption):
            log.receipts(range(5))
    assert any("index 2" in finding.where for finding in fsck(made.data))


@pytest.mark.fault
def test_a_flip_in_memory_between_hashing_and_signing_is_not_signed(made: Made, monkeypatch):
    """The two computations of the root start from different memory; one flip parts them."""
    with open_log(made.data) as log:
        owner = writer_of(log)
        finish = owner.finish

        def flipped(leaf_hashes, **options):
            leaves = list(leaf_hashes)
            leaves[1] = bytes([leaves[1][0] ^ 1]) + leaves[1][1:]
            return finish(leaves, **options)

        monkeypatch.setattr(owner, "finish", flipped)
        with pytest.raises(Unavailable):
            submit(log, made.account, "x", 5)
        assert "do not lead to the root" in last_error(log)
    assert check_everything(made.data) == 5


# -- receipts before they leave -------------------------------------------------------------------


def test_no_byte_of_a_receipt_can_change_unnoticed_beside_good_ones(log, made: Made):
    """Receipts of one checkpoint share parts of their check; none passes for its neighbours."""
    submit(log, made.account, "x", 300)
    good = log.receipts(range(300))
    recent = log._receipts._recent[-1]
    note, checkpoint = recent.batch.note, log._receipts._open(recent.batch.note)
    assert check_receipt(good[7], 7, note, checkpoint) == recent.batch.entries[7].leaf_hash
    for at in range(len(good[7])):
        flipped = bytearray(good[7])
        flipped[at] ^= 1 << at % 8
        with pytest.raises((VerifierError, Corruption)):
            check_receipt(bytes(flipped), 7, note, checkpoint)
    for index in (6, 8, 299):
        with pytest.raises((VerifierError, Corruption)):
            check_receipt(good[index], 7, note, checkpoint)


@pytest.mark.parametrize("part", range(4), ids=["salt", "statement", "entry", "proof"])
def test_a_receipt_that_does_not_verify_does_not_leave(log, made: Made, monkeypatch, part):
    submit(log, made.account, "x", 5)
    log.receipts([0, 1, 3, 4])
    right: Callable[..., bytes] = to_receipt

    def wrong(*parts):
        flipped = bytearray(parts[part])
        flipped[-40 if part == 3 else 30] ^= 1
        return right(*parts[:part], bytes(flipped), *parts[part + 1 :])

    monkeypatch.setattr(receipts, "to_receipt", wrong)
    for read in (log.receipt, log.latest_receipt, lambda index: log.anchored([index])):
        with pytest.raises(Corruption, match="entry 2"):
            read(2)
    monkeypatch.setattr(receipts, "to_receipt", right)
    assert log.receipt(2) == log.latest_receipt(2)


# -- room on the volume ---------------------------------------------------------------------------


def test_room_is_asked_for_again_after_a_time_and_after_some_entries(tmp_path, monkeypatch):
    now = [100.0]
    asked: list[tuple[Path, int]] = []
    full: list[bool] = []

    def check(folder, floor_bytes):
        asked.append((folder, floor_bytes))
        if full:
            raise NoSpace("full")

    monkeypatch.setattr(durable, "check_space", check)
    monkeypatch.setattr("ledger.durable.time.monotonic", lambda: now[0])
    space = Space(tmp_path, 5)
    for entries, seconds, questions in ((1, 0, 1), (1, 0, 1), (63, 0, 1), (1, 0, 2), (1000, 0, 3),
                                        (1, 0.2, 3), (1, 0.1, 4)):  # fmt: skip
        now[0] += seconds
        space.check(entries)
        assert len(asked) == questions
    now[0] += 1
    full.append(True)
    for _ in range(3):  # a refusal is never remembered, nor what was good before it
        with pytest.raises(NoSpace):
            space.check(1)
    assert asked[-1] == (tmp_path, 5)
    assert len(asked) == 7
    full.clear()
    space.check(1)
    assert len(asked) == 8
