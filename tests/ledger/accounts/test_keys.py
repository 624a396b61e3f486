"""API keys: scopes, end, several at once, when they were used; and that old ones stay good."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import create_engine

from ledger import migrate
from ledger.accounts import READ, SCOPES, SUBMIT, Accounts, KeyRefused, checking
from ledger.accounts.key import new_key, split_key
from ledger.engine import saving
from ledger.errors import Config, NotFound
from ledger.schema import REVISIONS
from tests.ledger.support import open_log


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(log, clock) -> Accounts:
    return Accounts(log._engine, clock)


def refused(accounts: Accounts, text: str) -> tuple[str, str]:
    with pytest.raises(KeyRefused) as caught:
        accounts.identify(text)
    return caught.value.reason, caught.value.key_id


def test_the_first_key_may_do_everything_and_has_no_end(accounts):
    account, text = accounts.new("party")
    caller = accounts.identify(text)
    assert caller == (account, text[7:23], frozenset(SCOPES))
    (key,) = accounts.keys(account.id)
    assert (key.key_id, key.scopes, key.label, key.expires, key.revoked) == (
        text[7:23], SCOPES, "", None, None,
    )  # fmt: skip


def test_several_keys_live_beside_each_other_and_end_alone(accounts):
    account, first = accounts.new("party")
    second = accounts.new_key(account.id, scopes=[SUBMIT], label="the new machine")
    third = accounts.new_key(account.id, scopes=[READ])
    assert accounts.identify(second).scopes == {SUBMIT}
    assert accounts.identify(third).scopes == {READ}
    assert accounts.revoke_key(first[7:23])
    assert not accounts.revoke_key(first[7:23])
    assert refused(accounts, first) == ("revoked", first[7:23])
    assert accounts.identify(second).account == accounts.identify(third).account == account
    assert [key.revoked is None for key in accounts.keys(account.id)].count(True) == 2
    for text in ("", "x", "0" * 16, first, first[7:23].upper() + "Z"):
        with pytest.raises(NotFound):
            accounts.revoke_key(text)


def test_a_key_ends_by_the_clock_even_while_it_is_believed(accounts, clock, monkeypatch):
    account, _ = accounts.new("party")
    text = accounts.new_key(account.id, expires=int(clock.now) + 60)
    assert accounts.identify(text).account == account
    # What is remembered ends with the key: with half a second left it is not believed for one.
    fresh = Accounts(accounts._engine, clock)
    clock.now = int(clock.now) + 60 - 0.5
    asked = time.monotonic()
    fresh.identify(text)
    (until, _), = fresh._checking._good.values()  # fmt: skip
    assert until <= asked + 0.6
    clock.now += 0.5
    monkeypatch.setattr(time, "monotonic", lambda: asked + 2)
    assert refused(fresh, text) == ("expired", text[7:23])


def test_reasons_are_told_only_with_the_right_secret(accounts):
    account, text = accounts.new("party")
    wrong = text[:24] + new_key().text[24:]
    assert refused(accounts, wrong) == ("unknown", "")
    accounts.revoke("party")
    assert refused(accounts, text) == ("revoked", text[7:23])
    assert refused(accounts, wrong) == ("unknown", "")
    assert refused(accounts, new_key().text) == ("unknown", "")
    assert refused(accounts, "\ud800") == ("unknown", "")
    assert account.id == accounts.find("party").id


def test_what_no_key_can_have(accounts, clock):
    account, _ = accounts.new("party")
    for scopes in ([], ["write"], ["read", ""], ["read submit"]):
        with pytest.raises(Config):
            accounts.new_key(account.id, scopes=scopes)
    for label in (" x", "a\nb", "x" * 101):
        with pytest.raises(Config):
            accounts.new_key(account.id, label=label)
    with pytest.raises(Config):
        accounts.new_key(account.id, expires=int(clock.now))
    assert len(accounts.keys(account.id)) == 1


def test_last_use_is_written_once_asked_and_never_goes_back(accounts, clock):
    account, text = accounts.new("party")
    assert accounts.last_use.write() == 0
    accounts.identify(text)
    accounts.identify(text)
    assert accounts.keys(account.id)[0].used is None
    assert accounts.last_use.write() == 1
    assert accounts.last_use.write() == 0
    used = accounts.keys(account.id)[0].used
    assert used == int(clock.now)
    clock.now -= 3600
    accounts._checking.forget()
    accounts.identify(text)
    assert accounts.last_use.write() == 1
    assert accounts.keys(account.id)[0].used == used


def test_most_requests_read_nothing(accounts, monkeypatch):
    _, text = accounts.new("party")
    accounts.identify(text)
    monkeypatch.setattr(checking, "fetch", None)
    monkeypatch.setattr(checking, "BELIEVED_SECONDS", 10**6)
    stands = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: stands)
    assert accounts.identify(text)
    assert accounts.was_good(text)
    monkeypatch.setattr(time, "monotonic", lambda: stands + 2)
    with pytest.raises(TypeError):  # control: a look-up would be seen
        accounts.identify(text)


def test_keys_from_before_scopes_keep_everything(tmp_path):
    """A database of revision 0004 with a key in it, brought to today."""
    path = tmp_path / "old.db"
    path.touch()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = migrate_config(connection)
        from alembic import command

        command.upgrade(config, REVISIONS[3])
        key = new_key()
        connection.exec_driver_sql(
            "INSERT INTO accounts (account, label, identity, created) VALUES (?, 'a', 'b', 1)",
            (bytes(16),),
        )
        connection.exec_driver_sql(
            "INSERT INTO api_keys (key_id, account, secret_hash, created) VALUES (?, ?, ?, 1)",
            (key.key_id, bytes(16), key.secret_hash),
        )
    migrate.upgrade(engine)
    accounts = Accounts(engine)
    caller = accounts.identify(key.text)
    assert caller.scopes == set(SCOPES)
    assert caller.account.entries_per_day is None
    assert accounts.keys(bytes(16))[0].expires is None
    engine.dispose()


def migrate_config(connection):
    from pathlib import Path

    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def test_a_second_process_sees_a_new_end_of_a_key_within_a_second(log, made):
    account, text = log.accounts.new("party")
    with open_log(made.data, read_only=True) as other:
        assert other.accounts.identify(text)
        known = time.monotonic()
        log.accounts.revoke_key(text[7:23])
        while True:
            asked = time.monotonic()
            try:
                other.accounts.identify(text)
            except KeyRefused as error:
                assert error.reason == "revoked"
                break
            assert asked < known + checking.BELIEVED_SECONDS
            time.sleep(0.05)
    assert account.entries_per_day is None


def test_a_key_has_one_spelling():
    key = new_key()
    assert split_key(key.text) == (key.key_id, key.secret_hash)
    assert split_key(key.text + "=") is None


def test_control_an_end_that_is_not_looked_at_is_seen(accounts, clock):
    account, _ = accounts.new("party")
    text = accounts.new_key(account.id, expires=int(clock.now) + 1)
    with saving(accounts._engine) as connection:
        connection.exec_driver_sql("UPDATE api_keys SET expires = NULL WHERE label = ''")
    clock.now += 10
    assert accounts.identify(text)
