"""Creating, opening and closing a log."""

from __future__ import annotations

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger import durable
from ledger.errors import (
    AlreadyExists,
    Config,
    Held,
    NoSpace,
    NotPublished,
    Unavailable,
)
from ledger.fsck import fsck
from ledger.log import create
from tests.ledger.support import (
    ORIGIN,
    PATIENCE,
    check_everything,
    check_receipt,
    new_log,
    open_log,
    send,
    submit,
)
from verifier.evidence.receipt import parse_receipt
from verifier.evidence.statement import parse_statement
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note

# -- opening and closing -----------------------------------------------------------


def test_a_second_one_is_told_who_holds_the_log(log, made):
    with pytest.raises(Held, match=rf"pid {os.getpid()} host \S+ since 20"):
        open_log(made.data)
    with open_log(made.data, read_only=True) as reader, pytest.raises(Unavailable):
        submit(reader, made.account, "a")
    log.close()
    open_log(made.data).close()


def test_closing_finishes_what_waits(made):
    log = open_log(made.data, interval_ms=5000)
    futures = [send(log, made.account, n, 3) for n in range(5)]
    log.close()
    assert [future.result(0).fresh for future in futures] == [True] * 5
    with pytest.raises(Unavailable):
        send(log, made.account, "late")
    assert check_everything(made.data) == 15


def test_a_nearly_full_volume_takes_nothing_and_still_answers(made, monkeypatch):
    real = os.statvfs

    class Full:
        f_bavail, f_frsize = 100, 4096

    monkeypatch.setattr(durable, "_SPACE_ENTRIES", 0)  # believed for no entry but the asking one
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        monkeypatch.setattr(os, "statvfs", lambda _path: Full)
        with pytest.raises(NoSpace):
            submit(log, made.account, "b")
        assert check_receipt(log.receipt(0), 0, log.config.log)[0] == 1
        assert log.state().healthy
        monkeypatch.setattr(os, "statvfs", real)
        assert submit(log, made.account, "b").fresh
        monkeypatch.setattr(os, "statvfs", lambda _path: Full)
    with pytest.raises(NoSpace):
        open_log(made.data)
    open_log(made.data, space_floor_bytes=0).close()


def test_a_numbered_entry_is_not_published_yet(made):
    seen = []

    def hook(point):
        if point == "w1-after":
            with open_log(made.data, read_only=True) as reader:
                seen.append(reader.owner(0))
                with pytest.raises(NotPublished):
                    reader.receipt(0)

    with open_log(made.data, hooks=hook) as log:
        submit(log, made.account, "a")
    assert seen == [made.account.id]


def test_many_threads_lose_nothing(made):
    with open_log(made.data, interval_ms=5) as log:
        names = [(thread, number) for thread in range(8) for number in range(12)]
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda n: submit(log, made.account, n, 1 + sum(n) % 3), names))
        indices = [index for outcome in outcomes for index in outcome.indices]
        assert sorted(indices) == list(range(len(indices)))
        acknowledged = list(zip(indices, log.receipts(indices), strict=True))
    check_everything(made.data, acknowledged)


def test_the_interval_is_the_longest_wait_and_not_a_sleep(made):
    """Counted from where the former batch began; a thousand waiting entries end it early."""
    with open_log(made.data, interval_ms=10 * PATIENCE * 1000) as log:
        # The first batch of a process has none before it and begins at once.
        assert send(log, made.account, "first", 1).result(PATIENCE).indices == (0,)
        waits = send(log, made.account, "waits", 1)
        with pytest.raises(TimeoutError):
            waits.result(0.3)
        rest = [send(log, made.account, n, 333) for n in range(3)]
        assert waits.result(PATIENCE).indices == (1,)
        assert [future.result(PATIENCE).indices[0] for future in rest] == [2, 335, 668]


def test_create_makes_a_log_once(tmp_path):
    data, _ = new_log(tmp_path)
    config = tomllib.loads((data / "beilin.toml").read_text())
    assert config["origin"] == ORIGIN
    assert config["database"] == "sqlite:///beilin.db"
    with pytest.raises(AlreadyExists):
        create(data, ORIGIN)
    (data / "beilin.toml").unlink()
    with pytest.raises(AlreadyExists):
        create(data, ORIGIN)
    assert parse_checkpoint(parse_note((data / "log/checkpoint").read_bytes()).text).size == 0
    for secret in ("signer/log.key", "signer/service.key", "signer/journal", "beilin.db"):
        assert (data / secret).stat().st_mode & 0o077 == 0, secret
    assert (data / "signer").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "log\n", "日志", "x" * 256, "x" * 250])
def test_create_refuses_a_name_that_no_log_can_have(tmp_path, origin):
    with pytest.raises(Config):
        create(tmp_path / "data", origin)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense", "postgresql+psycopg://"],
)
def test_create_refuses_a_database_that_it_cannot_use(tmp_path, url):
    with pytest.raises(Config):
        create(tmp_path / "data", ORIGIN, database=url)


def test_a_missing_database_never_becomes_an_empty_log(made):
    for path in made.data.glob("beilin.db*"):
        path.unlink()
    with pytest.raises(Config, match="missing"):
        open_log(made.data)
    assert list(made.data.glob("beilin.db*")) == []
    (made.data / "beilin.db").touch()
    with pytest.raises(Config):
        open_log(made.data)


def test_the_signer_may_live_elsewhere(tmp_path):
    data, state = tmp_path / "data", tmp_path / "elsewhere"
    create(data, ORIGIN, signer_state=state)
    assert not (data / "signer").exists()
    with pytest.raises(Config):
        open_log(data)
    with open_log(data, signer_state=state) as log:
        account, _ = log.accounts.new("a")
        submit(log, account, "a")
    assert list(fsck(data, signer_state=state)) == []


@pytest.mark.parametrize("kind", ["log", "service"])
def test_a_signer_with_another_key_is_refused(made, tmp_path, kind):
    other, _ = new_log(tmp_path / "other")
    path = made.data / "signer" / f"{kind}.key"
    path.write_bytes((other / "signer" / f"{kind}.key").read_bytes())
    with pytest.raises(Config, match=f"the {kind} key is not the one"):
        open_log(made.data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("origin = ", "orgin = "),
        ('created = "', 'created = "x'),
        ("sqlite:///", "sqlite:/"),
        ("beilin/service+", "beilin/other+"),
        ("\n", "\nextra = 1\n"),
        ("", "\x00"),
        (f'origin = "{ORIGIN}"', "origin = 1"),
        (f'origin = "{ORIGIN}"', 'origin = "another.example/log"'),
    ],
)
def test_a_configuration_that_is_not_exactly_right_is_refused(made, old, new):
    path = made.data / "beilin.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(Config):
        open_log(made.data)


def test_the_statement_in_a_receipt_is_the_one_that_was_stored(log, made):
    submit(log, made.account, "a")
    with log._engine.connect() as connection:
        sql = "SELECT salt, statement FROM openings"
        salt, statement = connection.exec_driver_sql(sql).one()
    parsed = parse_receipt(log.receipt(0))
    assert (parsed.salt, parsed.statement_bytes) == (salt, statement)
    assert parse_statement(statement).to_bytes() == statement
