"""Files, locks, the database's settings, the schema, accounts."""

from __future__ import annotations

import os
import re
import time

import pytest
from sqlalchemy import create_engine, inspect

from ledger import engine, migrate
from ledger.accounts.checking import BELIEVED_SECONDS
from ledger.durable import Lock, locked, make_directory, replace, write_once
from ledger.engine import check_settings, open_engine, writing
from ledger.errors import AlreadyExists, Config, Conflict, Corruption, Held, NotFound
from ledger.schema import metadata
from tests.ledger.support import open_log

# -- files ------------------------------------------------------------------------------


def test_write_once_creates_read_only_files(tmp_path):
    files = [(tmp_path / "a/b/c", b"one"), (tmp_path / "a/d", b"two")]
    write_once(files)
    write_once(files)
    for path, data in files:
        assert path.read_bytes() == data
        assert path.stat().st_mode & 0o777 == 0o444
    assert not list(tmp_path.rglob(".tmp-*"))


def test_folders_that_another_process_made_are_named_for_good(tmp_path, monkeypatch):
    """It may have died before it synced them, and a power cut would take them with all in them."""
    (tmp_path / "a/b").mkdir(parents=True)
    synced, fsync = [], os.fsync

    def note(handle):
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    named = {tmp_path}
    write_once([(tmp_path / "a/b/one", b"1")], named=named)
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a/b")} <= set(synced)
    synced.clear()
    write_once([(tmp_path / "a/b/two", b"2")], named=named)
    assert str(tmp_path / "a") not in synced, "known to be durable"


@pytest.mark.parametrize("there", [b"", b"on", b"onf", b"one!", b"two"])
def test_write_once_never_changes_a_file(tmp_path, there):
    path = tmp_path / "a"
    path.write_bytes(there)
    with pytest.raises(Conflict, match="differs"):
        write_once([(path, b"one")])
    assert path.read_bytes() == there


@pytest.mark.parametrize(("there", "torn"), [(b"", 1), (b"on", 1), (b"onf", 0), (b"one!", 0)])
def test_recovery_rewrites_what_is_torn_and_nothing_else(tmp_path, there, torn):
    path = tmp_path / "a"
    path.write_bytes(there)
    if torn:
        write_once([(path, b"one")], rewrite_torn=True)
        assert path.read_bytes() == b"one"
    else:
        with pytest.raises(Corruption, match="at byte"):
            write_once([(path, b"one")], rewrite_torn=True)


def test_the_five_steps_come_in_order(tmp_path, monkeypatch):
    calls = []

    def note(name):
        real = getattr(os, name)

        def noted(*arguments, **options):
            calls.append(name)
            return real(*arguments, **options)

        monkeypatch.setattr(os, name, noted)

    for name in ("write", "fsync", "link", "close"):
        note(name)
    write_once([(tmp_path / "a", b"x"), (tmp_path / "b", b"y")])
    expected = ["write", "write", "fsync", "fsync", "close", "close", "link", "link"]
    assert calls == [*expected, "fsync", "close"]


def test_a_name_is_never_given_before_its_content_is_durable(tmp_path, monkeypatch):
    def fail(_handle):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input"):
        write_once([(tmp_path / "a", b"x")])
    with pytest.raises(OSError, match="Input"):
        replace(tmp_path / "b", b"x")
    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "b").exists()


def test_replace_gives_a_new_content_and_mode(tmp_path):
    replace(tmp_path / "a", b"one", 0o600)
    replace(tmp_path / "a", b"two", 0o600)
    assert (tmp_path / "a").read_bytes() == b"two"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_make_directory_leaves_what_is_there(tmp_path):
    make_directory(tmp_path / "x/y", 0o700)
    make_directory(tmp_path / "x/y")
    assert (tmp_path / "x/y").stat().st_mode & 0o777 == 0o700


# -- locks ------------------------------------------------------------------------------


def test_a_lock_names_its_holder(tmp_path):
    lock = Lock(tmp_path / "lock")
    with pytest.raises(Held) as raised:
        Lock(tmp_path / "lock")
    text = str(raised.value)
    assert re.search(rf"/lock is held by pid {os.getpid()} host \S+ since \S+Z$", text)
    lock.release()
    lock.release()
    Lock(tmp_path / "lock").release()


def test_a_short_lock_is_waited_for(tmp_path, monkeypatch):
    lock = Lock(tmp_path / "lock")
    waited = []

    def rest(seconds):
        waited.append(seconds)
        if len(waited) == 3:
            lock.release()

    monkeypatch.setattr("ledger.durable.time.sleep", rest)
    with locked(tmp_path / "lock"):
        assert len(waited) == 3


# -- the database -----------------------------------------------------------------------


@pytest.fixture
def url(tmp_path):
    (tmp_path / "x.db").touch()
    return f"sqlite:///{tmp_path / 'x.db'}"


def test_every_connection_has_the_settings(url):
    opened = open_engine(url)
    with opened.connect() as first, opened.connect() as second:
        for connection in (first, second):
            for name, (_, expected) in engine.PRAGMAS.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == expected
    opened.dispose()


@pytest.mark.fault
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous", "off"),
        ("synchronous", "normal"),
        ("journal_mode", "delete"),
        ("foreign_keys", "off"),
        ("recursive_triggers", "off"),
    ],
)
def test_control_a_database_that_does_not_take_a_setting_is_refused(url, monkeypatch, name, value):
    expected = engine.PRAGMAS[name][1]
    monkeypatch.setitem(engine.PRAGMAS, name, (value, expected))
    opened = open_engine(url)
    with pytest.raises(Config, match=f"PRAGMA {name}"):
        check_settings(opened)
    opened.dispose()


def test_writing_takes_the_lock_at_once(url):
    opened = open_engine(url)
    with writing(opened), opened.connect() as other:
        other.exec_driver_sql("SELECT 1")
        with pytest.raises(Exception, match="locked"):
            other.exec_driver_sql("PRAGMA busy_timeout = 1")
            other.rollback()
            with other.execution_options(beilin_writes=True), other.begin():
                pass
    opened.dispose()


def test_the_migration_makes_what_the_schema_says(url):
    opened, plain = open_engine(url), create_engine("sqlite://")
    migrate.upgrade(opened)
    migrate.check_version(opened)
    metadata.create_all(plain)
    made, wanted = inspect(opened), inspect(plain)
    names = set(wanted.get_table_names())
    assert set(made.get_table_names()) == names | {"alembic_version"}
    for name in names:
        for what in ("columns", "pk_constraint", "foreign_keys", "indexes"):
            got = getattr(made, f"get_{what}")(name)
            want = getattr(wanted, f"get_{what}")(name)
            if what == "columns":
                got = [(c["name"], str(c["type"]), c["nullable"]) for c in got]
                want = [(c["name"], str(c["type"]), c["nullable"]) for c in want]
            assert got == want, (name, what)
        unique = [sorted(u["column_names"]) for u in made.get_unique_constraints(name)]
        wanted_unique = [sorted(u["column_names"]) for u in wanted.get_unique_constraints(name)]
        assert sorted(unique) == sorted(wanted_unique), name
    opened.dispose()
    plain.dispose()


def test_a_database_of_another_version_is_refused(made):
    with open_log(made.data) as log, writing(log._engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Config, match="9999"):
        open_log(made.data)


# -- accounts ---------------------------------------------------------------------------


def test_an_api_key_opens_its_account(log):
    account, key = log.accounts.new("party", "passport seen by the clerk")
    assert re.fullmatch(r"beilin_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", key)
    assert log.accounts.authenticate(key) == account
    assert log.accounts.get(account.id) == account
    for name in ("party", account.id.hex(), account.id.hex().upper()):
        assert log.accounts.find(name) == account


def test_what_is_no_key_opens_nothing(log):
    _, key = log.accounts.new("party")
    last = "A" if key[-1] != "A" else "B"
    wrong = [
        "",
        key + "\n",
        key[:-1],
        key[:-1] + last,
        key.upper(),
        key.replace("beilin", "beilim"),
        "beilin_" + "0" * 16 + key[23:],
        key[:7] + "٠" + key[8:],
    ]
    # The last character of 43 has two bits that no byte needs: one spelling only.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    wrong.append(key[:-1] + alphabet[alphabet.index(key[-1]) ^ 1])
    for text in wrong:
        assert log.accounts.authenticate(text) is None, text
    assert log.accounts.authenticate(key)


def test_the_secret_is_stored_only_as_a_hash(made):
    with open_log(made.data) as log:
        _, key = log.accounts.new("party")
    stored = b"".join(path.read_bytes() for path in made.data.glob("beilin.db*"))
    assert key[7:23].encode() in stored
    assert key[24:].encode() not in stored


def test_revoking_takes_effect_at_once_and_within_a_second_elsewhere(log, made):
    account, key = log.accounts.new("party")
    other = open_log(made.data, read_only=True)
    assert other.accounts.authenticate(key) == account
    known = time.monotonic()
    assert log.accounts.authenticate(key) == account
    assert log.accounts.revoke("party") == 1
    assert log.accounts.revoke(account.id.hex()) == 0
    assert log.accounts.authenticate(key) is None
    while True:
        asked = time.monotonic()
        if other.accounts.authenticate(key) is None:
            break
        assert asked < known + BELIEVED_SECONDS
        time.sleep(0.05)
    other.close()


def test_names_of_accounts(log):
    log.accounts.new("party")
    with pytest.raises(AlreadyExists):
        log.accounts.new("party")
    for label in ("", " x", "x ", "a\nb", "x" * 101):
        with pytest.raises(Config):
            log.accounts.new(label)
    for identity in ("", "a\nb", " x", "x" * 201):
        with pytest.raises(Config):
            log.accounts.new("other", identity)
    for missing in ("nobody", "", "00" * 16):
        with pytest.raises(NotFound):
            log.accounts.revoke(missing)
