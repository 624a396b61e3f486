"""Declarations of the platform as they are kept: what fsck sees, backups, older databases."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing

import pytest
from sqlalchemy.exc import IntegrityError

from ledger import declarations, migrate
from ledger.backup import backup
from ledger.config import read_config
from ledger.create import create_log
from ledger.engine import open_engine, writing
from ledger.errors import Config, Corruption
from ledger.fsck import fsck
from ledger.log import Log
from ledger.recover import recover
from ledger.service_key import ServiceKey
from ledger.source import open_source
from tests.ledger.conftest import Made
from tests.ledger.rolled import keep, put_back
from tests.ledger.support import (
    ORIGIN,
    check_everything,
    open_log,
    submit,
)
from tests.ledger.test_declarations import digest, named, read, values
from tests.ledger.test_fsck import triggers_off

# -- what fsck sees


def change(data, sql: str, *given: object) -> list[str]:
    """Change the database behind the triggers' backs; return what fsck finds."""
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        again = triggers_off(database)
        database.execute(sql, given)
        for trigger in again:
            database.execute(trigger)
        database.commit()
    return [str(finding) for finding in fsck(data)]


@pytest.fixture
def declared(made) -> Made:
    """Two declarations, each named by an entry."""
    with open_log(made.data) as log:
        for n in range(2):
            log.publish_declaration(values(str(n)))
            submit(log, made.account, n)
    assert list(fsck(made.data)) == []
    return made


def test_a_statement_that_names_what_is_not_there(declared):
    found = change(declared.data, "DELETE FROM declarations WHERE number = 2")
    assert found == ["openings.statement, index 1: names a declaration that is not stored"]


def test_a_statement_that_names_one_out_of_force(declared):
    found = change(
        declared.data,
        "UPDATE declarations SET number = CASE number WHEN 1 THEN 9 ELSE 1 END",
    )
    assert "openings.statement, index 1: names a declaration out of force" in found
    assert "declarations, number 9: stands at place 2" in found
    assert "declarations, number 1: does not name the one that it replaces" in found


def test_a_note_that_the_service_did_not_sign(declared, tmp_path):
    other = tmp_path / "other"
    create_log(other, ORIGIN)
    forged = declarations._sign(
        ServiceKey(other / "signer", ORIGIN), values("forged"), 1_700_000_000, None
    )
    sql = "UPDATE declarations SET note = ?, digest = ? WHERE number = 2"
    found = change(declared.data, sql, forged, digest(forged))
    assert "declarations.note, number 2: note: no signature by a key that is trusted here" in found
    assert "openings.statement, index 1: names a declaration that is not stored" in found
    with open_log(declared.data) as log, pytest.raises(Corruption):
        log.publish_declaration(values("on top of it"))


def test_a_digest_that_is_not_the_notes(declared):
    sql = "UPDATE declarations SET digest = ? WHERE number = 2"
    found = change(declared.data, sql, bytes(32))
    assert "declarations.digest, number 2: not that of the note" in found


def test_numbers_have_no_gap_and_the_trigger_is_there(declared):
    with open_log(declared.data) as log:
        for sql in (
            "INSERT INTO declarations VALUES (4, x'01', x'02')",
            "INSERT OR REPLACE INTO declarations VALUES (1, x'01', x'02')",
        ):
            with pytest.raises(IntegrityError, match="not the next"), writing(log._engine) as one:
                one.exec_driver_sql(sql)
        with writing(log._engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER declarations_gapless")
    assert [finding.what for finding in fsck(declared.data)] == [
        "the trigger declarations_gapless is missing"
    ]


# -- backup, recover, older databases


def test_a_backup_has_them(declared, tmp_path):
    backup(declared.data, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    with (
        open_log(declared.data) as log,
        Log.open(tmp_path / "restored", read_only=True) as restored,
    ):
        assert restored.declaration() == log.declaration()


@pytest.mark.fault
def test_what_was_published_after_the_backup_is_lost_with_the_database(made, tmp_path):
    """A copy of the log holds entries only: the declaration in force is again the backup's."""
    old = tmp_path / "old"
    with open_log(made.data) as log:
        first = log.publish_declaration(values("one"))
        submit(log, made.account, "before")
    keep(made.data, old)
    with open_log(made.data) as log:
        log.publish_declaration(values("two"))
        submit(log, made.account, "after")
    put_back(made.data, old, "database")
    recover(made.data, open_source(str(made.data / "log")))
    with open_log(made.data) as log:
        submit(log, made.account, "then")
        assert named(log, 2) == digest(first)
        third = log.publish_declaration(values("three"))
        assert read(log, third).replaces == digest(first)
    assert check_everything(made.data) == 3


@pytest.fixture
def older(made, monkeypatch) -> Made:
    """A log as the first version left it, with entries."""
    with open_log(made.data) as log:
        submit(log, made.account, "old", 3)
    with closing(sqlite3.connect(made.data / "beilin.db")) as database:
        for table in (
            *("cosignatures", "witness_keys", "anchors", "tokens", "declarations"),
            *("audit_log", "holds"),
        ):
            database.execute(f"DROP TABLE {table}")
        database.execute("DROP INDEX api_keys_account")
        database.execute("ALTER TABLE accounts DROP COLUMN entries_per_day")
        for column in ("scopes", "expires", "label", "used"):
            database.execute(f"ALTER TABLE api_keys DROP COLUMN {column}")
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    return made


def test_an_older_database_is_brought_up_to_date_by_whoever_holds_the_lock(older):
    for action in (lambda: Log.open(older.data, read_only=True), lambda: list(fsck(older.data))):
        with pytest.raises(Config, match="start the service once"):
            action()
    with open_log(older.data) as log:
        assert named(log, 2) is None
        note = log.publish_declaration(values("x"))
        submit(log, older.account, "new")
        assert named(log, 3) == digest(note)
    assert check_everything(older.data) == 4


def test_the_two_steps_make_what_creation_makes(older, tmp_path):
    def schema(path) -> set[object]:
        with closing(sqlite3.connect(path)) as database:
            return set(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))

    config = read_config(older.data)
    engine = open_engine(f"sqlite:///{older.data / 'beilin.db'}")
    migrate.check_version(engine, may_upgrade=True)
    engine.dispose()
    create_log(tmp_path / "new", config.origin)
    assert schema(older.data / "beilin.db") == schema(tmp_path / "new/beilin.db")
