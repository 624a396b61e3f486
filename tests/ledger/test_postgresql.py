"""The ledger on PostgreSQL: what is refused, what its tables refuse, what a reader sees."""

from __future__ import annotations

import os
import resource

import pytest
from sqlalchemy import create_engine, inspect

from ledger import migrate, postgresql, queries, schema, store
from ledger.backup import backup
from ledger.config import open_database, read_config
from ledger.engine import check_settings, open_engine, reading, writing
from ledger.errors import AlreadyExists, Config
from ledger.fsck import fsck
from ledger.log import create
from ledger.recover import recover
from ledger.schema import APPEND_ONLY, metadata
from ledger.sequencer import unavailable
from ledger.source import open_source
from tests.ledger.support import ORIGIN, check_everything, new_log, open_log, submit


@pytest.fixture
def url(postgresql) -> str:
    return postgresql.new_database()


@pytest.fixture
def here(tmp_path, url):
    """A new, empty log on PostgreSQL; closed."""
    return new_log(tmp_path, url)


# -- addresses and settings ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "advice"),
    [
        ("postgresql+psycopg://beilin:secret@localhost/beilin", "PGPASSFILE"),
        ("postgresql+psycopg://beilin:@localhost/beilin", "PGPASSFILE"),
        ("postgresql+psycopg:///beilin?password=secret", "service="),
        ("postgresql+psycopg:///beilin?sslpassword=secret", "service="),
        ("postgresql://localhost/beilin", "driver must be named"),
        ("postgresql+psycopg2://localhost/beilin", "driver must be named"),
        ("postgresql+psycopg://", "names nothing"),
    ],
)
def test_an_address_that_is_refused_says_what_to_do(tmp_path, bad, advice):
    with pytest.raises(Config, match=advice) as raised:
        create(tmp_path / "data", ORIGIN, database=bad)
    assert "secret" not in str(raised.value)
    assert not (tmp_path / "data" / "beilin.toml").exists()


def test_a_service_file_names_the_database(tmp_path, url, postgresql, monkeypatch):
    services = tmp_path / "services"
    name = url.removeprefix("postgresql+psycopg:///").partition("?")[0]
    services.write_text(f"[log]\nhost={postgresql.folder}\nuser=postgres\ndbname={name}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    data, account = new_log(tmp_path, "postgresql+psycopg:///?service=log")
    with open_log(data) as log:
        assert submit(log, account, "a").indices == (0,)


@pytest.mark.fault
@pytest.mark.parametrize("name", ["synchronous_commit", "fsync", "full_page_writes"])
def test_control_a_server_without_a_setting_is_refused(url, monkeypatch, name):
    """The settings are what SHOW says; the one that a session may turn off is turned off."""
    if name == "synchronous_commit":
        url += "&options=-csynchronous_commit%3Doff"
    else:  # the server's own: what it has is called wrong instead
        monkeypatch.setitem(postgresql.SETTINGS, name, ("never",))
    opened = open_engine(url)
    with pytest.raises(Config, match=name):
        check_settings(opened)
    opened.dispose()


def test_a_database_with_tables_is_never_made_a_log_again(tmp_path, here, url):
    with pytest.raises(AlreadyExists):
        create(tmp_path / "other", ORIGIN, database=url)
    assert check_everything(here[0]) == 0


def test_the_migrations_make_what_the_schema_says(url):
    opened, plain = open_engine(url), create_engine(url, isolation_level="AUTOCOMMIT")
    migrate.upgrade(opened)
    with plain.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA wanted")
    metadata.create_all(plain.execution_options(schema_translate_map={None: "wanted"}))
    found = inspect(plain)
    for name in found.get_table_names("wanted"):
        for what in ("columns", "pk_constraint", "foreign_keys", "indexes", "unique_constraints"):
            got, want = (
                getattr(found, f"get_{what}")(name, schema=where) for where in ("public", "wanted")
            )
            assert _plain(got) == _plain(want), (name, what)
    opened.dispose()
    plain.dispose()


def _plain(found):
    """Without the types' identities, the schema's name and the order of what has none."""
    if isinstance(found, list):
        return sorted(_plain(each) for each in found)
    left_out = ("referred_schema", "comment", "default")
    return str({key: str(value) for key, value in found.items() if key not in left_out})


# -- tables ---------------------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_ledger_tables_refuse_update_delete_and_truncate(here, table):
    data, account = here
    with open_log(data) as log:
        submit(log, account, "a", 2)
        column = metadata.tables[table].columns.keys()[0]
        for sql in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with (
                pytest.raises(Exception, match="append-only"),
                writing(log._engine) as connection,
            ):
                connection.exec_driver_sql(sql)


@pytest.mark.fault
def test_entries_are_gapless_and_the_head_never_shrinks(here):
    data, account = here
    with open_log(data) as log:
        submit(log, account, "a", 2)
        for sql, message in (
            ("INSERT INTO entries VALUES (3, '1', '2', '3', 1)", "not the next index"),
            ("UPDATE head SET size = size - 1", "only grows"),
            ("UPDATE head SET root = '0'", "only grows"),
            ("DELETE FROM head", "append-only"),
            ("TRUNCATE head", "append-only"),
            ("INSERT INTO head VALUES (2, 0, '0')", "head_one_row"),
        ):
            with (
                pytest.raises(Exception, match=message),
                writing(log._engine) as connection,
            ):
                connection.exec_driver_sql(sql)
    assert check_everything(data) == 2


@pytest.mark.fault
def test_a_trigger_that_is_gone_and_a_flip_are_found(here):
    data, account = here
    with open_log(data) as log:
        submit(log, account, "a", 3)
        with writing(log._engine) as connection:
            connection.exec_driver_sql("DROP TRIGGER entries_append_only ON entries")
            connection.exec_driver_sql(
                "UPDATE entries SET entry = set_byte(entry, 90, get_byte(entry, 90) # 1) "
                "WHERE entry_index = 1"
            )
    found = [str(each) for each in fsck(data)]
    assert any("the trigger entries_append_only is missing" in line for line in found)
    assert any("index 1" in line for line in found)


@pytest.mark.fault
@pytest.mark.parametrize("rows", [store._COPY_FROM, store._COPY_FROM + 1], ids=["values", "copy"])
def test_both_ways_to_write_many_rows_store_and_refuse_the_same(here, rows):
    data, _ = here
    engine = open_database(data, read_config(data))
    new = [(n, bytes([n]) * 32, b"\\x\t\n\x00", b"\xff" * 32, 7) for n in range(rows)]
    with writing(engine) as connection:
        store.insert(connection, schema.entries, new)
    with reading(engine) as connection:
        assert queries.fetch(connection, "SELECT * FROM entries ORDER BY 1") == new
    with pytest.raises(Exception, match="not the next index"), writing(engine) as connection:
        store.insert(connection, schema.entries, new)
    engine.dispose()


def test_a_reader_sees_one_moment_and_a_writer_what_is_there(here):
    data, account = here
    with open_log(data) as log, reading(log._engine) as connection:
        assert queries.entry_count(connection) == 0
        submit(log, account, "a", 2)
        assert queries.entry_count(connection) == 0
        with writing(log._engine) as now:
            assert queries.entry_count(now) == 2


@pytest.mark.fault
def test_a_full_disk_is_said_to_be_one(here):
    data, _ = here
    engine = open_database(data, read_config(data))
    with pytest.raises(Exception, match="no room") as raised, writing(engine) as connection:
        connection.exec_driver_sql(
            "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"
        )
    assert type(unavailable(raised.value)).__name__ == "NoSpace"
    engine.dispose()


# -- commands -------------------------------------------------------------------------------


def test_backup_names_what_to_use_instead(here, tmp_path):
    with pytest.raises(Config, match=r"pg_basebackup.*pg_dump"):
        backup(here[0], tmp_path / "backup.tar")


@pytest.mark.fault
def test_recover_fills_an_empty_database_from_a_copy(here, postgresql):
    data, account = here
    with open_log(data) as log:
        submit(log, account, "a", 30)
        log.erase(4)
    toml = (data / "beilin.toml").read_text()
    old = read_config(data).database
    (data / "beilin.toml").write_text(toml.replace(old, postgresql.new_database()))
    done = recover(data, open_source(str(data / "log")))
    assert (done.imported, done.size, done.epoch) == (30, 30, 1)
    assert check_everything(data) == 30


# -- what reviewers found -----------------------------------------------------------------


def test_a_commit_on_a_high_descriptor_is_one(url, here):
    """Above 1023, which a thousand clients reach, select() takes none."""
    low, high = resource.getrlimit(resource.RLIMIT_NOFILE)
    if high != resource.RLIM_INFINITY and high < 4096:
        pytest.skip("no more than 4,096 descriptors are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, high))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    engine = open_engine(url)
    try:
        with writing(engine) as connection:
            assert connection.connection.driver_connection.fileno() > 1023  # type: ignore[union-attr]
            connection.exec_driver_sql("CREATE TABLE written (n int)")
        with reading(engine) as connection:
            assert queries.fetch(connection, "SELECT count(*) FROM written")[0][0] == 0
    finally:
        engine.dispose()
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (low, high))


def test_a_session_keeps_the_setting_that_was_read_back(url):
    engine = open_engine(url)
    with engine.connect() as connection:
        source = "SELECT source FROM pg_settings WHERE name = 'synchronous_commit'"
        assert connection.exec_driver_sql(source).scalar() == "session"
    engine.dispose()


def test_a_server_that_became_unsafe_is_not_written_to(url, here, monkeypatch):
    engine = open_engine(url)
    with writing(engine):
        pass
    monkeypatch.setattr(postgresql, "_UNSAFE", "SELECT 'fsync'")
    with pytest.raises(postgresql.UnsafeSettingError, match="fsync is off"), writing(engine):
        pass
    engine.dispose()
