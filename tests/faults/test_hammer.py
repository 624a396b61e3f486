"""T-HAMMER: writers, full readers and random readers at once; every reader verifies what it reads.

A full reader takes one checkpoint and every entry below it, and recomputes the root. A random reader
takes a receipt that a writer was given, checks it offline and against a later checkpoint. Memory and
open files do not grow with what is answered.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ledger.config import read_config
from ledger.publish import open_note
from tests.app.server.harness import PATIENCE, Server, new_account, new_log, running, wait_until
from tests.faults.acks import Client, acknowledged, check, clients
from tests.ledger.support import check_receipt
from tests.reference import MTH
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.tiles import bundle_path, parse_bundle

pytestmark = pytest.mark.fault
GROWTH_KIB = 96 << 10
"""What memory may grow by after the first tenth: caches of receipts and of prepared statements."""
GROWTH_FILES = 24


class Reader(threading.Thread):
    """Reads until it is told to leave; keeps what went wrong."""

    def __init__(self, read: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.leave = threading.Event()
        self.count = 0
        self.error: BaseException | None = None
        self._read = read

    def run(self) -> None:
        try:
            while not self.leave.is_set():
                self._read()
                self.count += 1
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.error = error


def newest(client: httpx.Client, vkey: VKey) -> Checkpoint:
    return open_note(client.get("/checkpoint").raise_for_status().content, vkey)


def read_all(server: Server, vkey: VKey, seen: list[Checkpoint]) -> None:
    """Read every entry of one checkpoint; the roots of all checkpoints are of one history."""
    with server.client() as client:
        checkpoint = newest(client, vkey)
        entries: list[bytes] = []
        for start in range(0, checkpoint.size, 256):
            width = min(256, checkpoint.size - start)
            path = bundle_path(start // 256, width)
            entries += parse_bundle(client.get(f"/{path}").raise_for_status().content, width)
    assert MTH(entries) == checkpoint.root, f"size {checkpoint.size}: another root"
    for before in seen[-3:]:
        assert before.size <= checkpoint.size, "a checkpoint went back"
        assert MTH(entries[: before.size]) == before.root, "two histories"
    seen.append(checkpoint)


def read_one(server: Server, vkey: VKey, everyone: list[Client], chance: random.Random) -> None:
    told = [ack for ack in acknowledged(everyone) if ack["receipt"]]
    if not told:
        return
    ack = chance.choice(told[-2000:])
    index = int(ack["index"])
    with server.client(everyone[0].key) as client:
        first = client.get(f"/v1/entries/{index}/receipt").raise_for_status()
        latest = client.get(f"/v1/entries/{index}/receipt/latest").raise_for_status()
    assert first.text == ack["receipt"]
    check_receipt(first.content, index, vkey)
    check_receipt(latest.content, index, vkey)


def used(pid: int) -> tuple[int, int]:
    """Return KiB of memory and open files."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line for line in status.split("\n") if line.startswith("VmRSS"))
    return int(resident.split()[1]), len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.timeout(3600)
def test_writers_and_verifying_readers(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    data = tmp_path / "data"
    new_log(data)
    vkey = read_config(data).log
    everyone = clients(new_account(data, "hammer"), tmp_path / "journals", 4)
    wanted = rounds(160, 20_000)
    with running(data, batch_interval_ms=20, access_log=0) as server:
        chance = random.Random(7)
        seen: list[Checkpoint] = []
        readers = [
            Reader(lambda: read_all(server, vkey, seen)),
            Reader(lambda: read_one(server, vkey, everyone, chance)),
            Reader(lambda: read_one(server, vkey, everyone, chance)),
        ]
        threads = [client.start(server.address, wanted // len(everyone)) for client in everyone]
        for reader in readers:
            reader.start()
        for client in everyone:
            for _ in range(wanted // len(everyone) // 10):
                assert client.told.acquire(timeout=PATIENCE)
        before = used(server.process.pid)
        for thread in threads:
            thread.join(3000)
            assert not thread.is_alive()
        wait_until(lambda: all(reader.count >= 3 or reader.error for reader in readers))
        for reader in readers:
            reader.leave.set()
        for reader in readers:
            reader.join(PATIENCE)
        assert [reader.error for reader in readers] == [None] * len(readers)
        after = used(server.process.pid)
        print(f"{wanted} written, read {[reader.count for reader in readers]}, {before} → {after}")
        assert after[0] - before[0] < GROWTH_KIB
        assert after[1] - before[1] <= GROWTH_FILES
        assert server.stop() == 0
    assert check(data, everyone) == wanted


def test_control_a_reader_sees_a_tile_of_another_tree(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    vkey = read_config(data).log
    everyone = clients(new_account(data, "hammer"), tmp_path / "journals", 1)
    with running(data, batch_interval_ms=0, access_log=0) as server:
        everyone[0].start(server.address, 3).join(PATIENCE)
        read_all(server, vkey, [])
        path = data / "log" / bundle_path(0, 3)
        path.chmod(0o644)
        damaged = bytearray(path.read_bytes())
        damaged[-20] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(AssertionError, match="another root"):
            read_all(server, vkey, [])
        assert server.stop() == 0
