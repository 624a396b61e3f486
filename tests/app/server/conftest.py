"""One server per test file, with two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.app.server.harness import SECONDS, Server, new_account, new_log, running


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


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """Return a server with short time limits, and an API key: for clients that are slow."""
    data = tmp_path_factory.mktemp("limits") / "data"
    new_log(data)
    key = new_account(data, "limits")
    with running(
        data, batch_interval_ms=10, header_timeout_seconds=SECONDS, body_timeout_seconds=SECONDS,
        idle_timeout_seconds=SECONDS, max_connections=100,
    ) as server:  # fmt: skip
        yield server, key
