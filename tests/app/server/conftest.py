"""One server per test file, with two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.app.server.harness import Server, new_account, new_log, running


class Running(NamedTuple):
    """A server and the API keys of two accounts."""

    server: Server
    key: str
    other: str
    client: httpx.Client
    stranger: httpx.Client
    anyone: httpx.Client


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a new log."""
    data: Path = tmp_path_factory.mktemp("server") / "data"
    new_log(data)
    return data


@pytest.fixture(scope="module")
def service(log: Path) -> Iterator[Running]:
    """Return a running server."""
    key, other = new_account(log, "first"), new_account(log, "second")
    with (
        running(log, batch_interval_ms=10) as server,
        server.client(key) as client,
        server.client(other) as stranger,
        server.client() as anyone,
    ):
        yield Running(server, key, other, client, stranger, anyone)
