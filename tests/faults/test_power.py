"""T-PWR: power cuts under the whole server. What was acknowledged is there and says the same.

Each round: server and clients at work, the server frozen, acknowledgements drained into journals on
another volume, the power cut, everything dead, mounted again. Control: the same server with
``synchronous=NORMAL`` loses what it acknowledged. (SQLite's default rollback journal is unsafe too, but
not to be seen here: on one volume the fsyncs of signer and tiles, right behind each commit, make its
removal durable.)
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.server.harness import PATIENCE, Server, new_account, new_log
from tests.faults.acks import Client, check, clients
from tests.faults.volume import Volume

pytestmark = pytest.mark.fault


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    """Return a volume whose power can be cut."""
    made = Volume(tmp_path)
    yield made
    made.close()


def cut_under_load(
    volume: Volume, everyone: list[Client], acks: int, pause: float, fault: str | None
) -> None:
    """One round; ``acks`` acknowledgements are waited for, then ``pause`` seconds."""
    server = Server(
        volume.root / "data", fault=fault, module="tests.faults.faulty",
        batch_interval_ms=5, access_log=0, disk_floor_bytes=1 << 20,
    )  # fmt: skip
    try:
        before = sum(
            client.journal.stat().st_size for client in everyone if client.journal.exists()
        )
        threads = [client.start(server.address) for client in everyone]
        for n in range(acks):
            assert everyone[n % len(everyone)].told.acquire(timeout=PATIENCE)
        time.sleep(pause)
        os.kill(server.process.pid, signal.SIGSTOP)
        # What it has sent by now is on its way to a client: let them write it down.
        time.sleep(0.1)
        volume.cut()
        assert volume.lost_power(), "the cut did not happen"
    finally:
        server.kill()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    after = sum(client.journal.stat().st_size for client in everyone)
    assert after > before, "nothing was acknowledged before the cut"
    server.close()
    volume.again()


def cuts(volume: Volume, tmp_path: Path, rounds: int, fault: str | None = None) -> list[Client]:
    data = volume.root / "data"
    new_log(data)
    everyone = clients(new_account(data, "power"), tmp_path / "journals", 6)
    os.sync()
    chance = random.Random(5)
    for _ in range(rounds):
        cut_under_load(volume, everyone, chance.randrange(20, 60), chance.uniform(0, 0.2), fault)
    return everyone


@pytest.mark.timeout(7200)
def test_power_cuts_lose_and_contradict_nothing(
    volume: Volume, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    count = rounds(2, 300)
    everyone = cuts(volume, tmp_path, count)
    told = check(volume.root / "data", everyone, disk_floor_bytes=1 << 20)
    print(f"{count} cuts, {told} acknowledged, none lost")
    assert told >= 20 * count
    assert [client.strange for client in everyone] == [[]] * len(everyone)


def test_control_without_a_sync_for_each_commit_acknowledged_entries_are_lost(
    volume: Volume, tmp_path: Path
) -> None:
    for attempt in range(1, 12):
        (tmp_path / f"{attempt}").mkdir()
        everyone = cuts(volume, tmp_path / f"{attempt}", 1, "unsafe_synchronous")
        try:
            check(volume.root / "data", everyone, disk_floor_bytes=1 << 20)
        except AssertionError as error:
            print(f"red after {attempt} cuts: {str(error)[:100]}")
            return
        shutil.rmtree(volume.root / "data")
    raise AssertionError("the control was never red")
