"""Fixtures of the ledger's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.accounts import Account
from ledger.log import Log
from tests.ledger.rolled import keep
from tests.ledger.support import new_log, open_log, submit
from tests.ledger.witness.support import Cosigner, Named, answering, open_witnessed, peer
from tests.postgresql import Server


class Made(NamedTuple):
    """A closed log with its account."""

    data: Path
    account: Account


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked so on both databases."""
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request) -> str | None:
    """The URL of an empty database; None for a SQLite file in the log's folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def made(tmp_path, database) -> Made:
    """A new, empty log; closed."""
    return Made(*new_log(tmp_path, database))


@pytest.fixture
def log(made) -> Iterator[Log]:
    """A new log, open."""
    with open_log(made.data) as opened:
        yield opened


@pytest.fixture(scope="session")
def grown_once(tmp_path_factory) -> Made:
    """A log with several cosigned sizes, beyond two full tiles; closed. Never changed."""
    data, account = new_log(tmp_path_factory.mktemp("grown"))
    witness = Cosigner("w1")
    with (
        peer(answering(witness)) as server,
        open_witnessed(data, [Named("w1", witness.vkey, server.url)]) as opened,
    ):
        for number, count in enumerate([1, 3, 250, 2, 256, 1, 60]):
            if number in (1, 4):
                opened.publish_declaration({"plat.clean": f"as of batch {number}"})
            submit(opened, account, f"grown-{number}", count)
        submit(opened, account, "other dossier", 4, dossier=bytes(16))
        opened.erase(5)
    return Made(data, account)


@pytest.fixture
def grown(grown_once, tmp_path) -> Made:
    """A copy of that log, to be damaged."""
    data = tmp_path / "grown"
    shutil.copytree(grown_once.data, data)
    return Made(data, grown_once.account)


@pytest.fixture
def rolled(made, tmp_path):
    """A log with 10 entries of which a copy was kept when it had 4."""
    old = tmp_path / "old"
    with open_log(made.data) as log:
        first = submit(log, made.account, "before", 4)
        told = list(zip(first.indices, log.receipts(first.indices), strict=True))
    keep(made.data, old)
    with open_log(made.data) as log:
        second = submit(log, made.account, "after", 6)
        told += zip(second.indices, log.receipts(second.indices), strict=True)
    return made, old, told
