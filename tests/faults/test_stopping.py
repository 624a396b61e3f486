"""T-UPG: SIGTERM under load. What is under way ends, or gets 503 and is done once by its repeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.server.harness import PATIENCE, Server, new_account, new_log, size_of
from tests.faults.acks import acknowledged, check, clients

pytestmark = pytest.mark.fault


def test_one_process_follows_the_other_under_load(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    data = tmp_path / "data"
    new_log(data)
    everyone = clients(new_account(data, "upgrade"), tmp_path / "journals", 6)
    for _ in range(rounds(2, 60)):
        server = Server(data, batch_interval_ms=20, access_log=0)
        try:
            threads = [client.start(server.address) for client in everyone]
            for client in everyone:
                assert client.told.acquire(timeout=PATIENCE)
            assert server.stop() == 0, "in order"
            for thread in threads:
                thread.join(PATIENCE)
                assert not thread.is_alive()
        finally:
            server.close()
    # What was open when the last one stopped is asked once more.
    server = Server(data, batch_interval_ms=20, access_log=0)
    try:
        for thread in [client.start(server.address, 1) for client in everyone]:
            thread.join(PATIENCE)
        assert server.stop() == 0
    finally:
        server.close()
    assert sum(client.interrupted for client in everyone) > 0, "nobody was under way"
    check(data, everyone)
    told = {int(ack["index"]) for ack in acknowledged(everyone)}
    assert told == set(range(size_of(data))), "an entry that nobody was told of"
