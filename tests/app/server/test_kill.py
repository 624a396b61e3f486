"""T-KILL over HTTP: a server killed at random moments never loses or contradicts an answer.

Eight clients write every acknowledgement to journals of their own and fsync
them before they go on. Half of them ask for 202 (their place in the log), half
for 201 (their receipt). What they could not learn before the kill they repeat
with the same key afterwards.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ledger.config import read_config
from ledger.publish import open_note
from tests.app.server.harness import PATIENCE, Server, b64, entry, new_account, new_log
from tests.reference import MTH
from verifier.evidence.receipt import parse_receipt
from verifier.evidence.statement import commitment
from verifier.tlog.merkle import check_inclusion, leaf_hash
from verifier.tlog.tiles import bundle_path, parse_bundle

CLIENTS = 8
pytestmark = pytest.mark.fault


class Request(NamedTuple):
    nonce: bytes
    content: bytes
    asynchronous: bool


class Client:
    """One client: goes on with what was open when the server died."""

    def __init__(self, number: int, key: str, journal: Path, *, asynchronous: bool) -> None:
        self.number = number
        self.key = key
        self.asynchronous = asynchronous
        self.journal = journal
        self.interrupted = 0
        self.open: Request | None = None
        self.errors: list[str] = []
        self.told = threading.Semaphore(0)

    def next_round(self, server: Server, told: threading.Semaphore) -> threading.Thread:
        """Begin to send; ``told`` is released for each acknowledgement that is safe."""
        self.told = told
        thread = threading.Thread(target=self.work, args=(server.address,), daemon=True)
        thread.start()
        return thread

    def work(self, address: tuple[str, int]) -> None:
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        with self.journal.open("ab") as journal:
            try:
                while True:
                    if self.open is None:
                        self.open = Request(os.urandom(16), os.urandom(16), self.asynchronous)
                    self.send(connection, self.open, journal)
            except (OSError, http.client.HTTPException):
                self.interrupted += 1
            finally:
                connection.close()

    def send(self, connection: http.client.HTTPConnection, request: Request, journal: Any) -> None:
        headers = {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            "Idempotency-Key": b64(request.nonce),
        }  # fmt: skip
        if request.asynchronous:
            headers["Prefer"] = "respond-async"
        body = json.dumps(entry(request.content))
        connection.request("POST", "/v1/entries", body, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status in (409, 503):  # in progress, or stopping: ask again
            time.sleep(0.01)
            return
        if response.status not in (200, 201, 202):
            self.errors.append(f"{response.status} {text[:300]!r}")
            self.open = None
            return
        answer = json.loads(text)
        line = {"nonce": b64(request.nonce), "index": answer["index"],
                "receipt": answer.get("receipt")}  # fmt: skip
        journal.write(json.dumps(line).encode() + b"\n")
        journal.flush()
        os.fsync(journal.fileno())
        self.open = None
        self.told.release()


def run(
    data: Path, journals: Path, rounds: int, acks: Callable[[random.Random], int], *,
    only_202: bool = False, fault: str | None = None,
) -> list[Client]:  # fmt: skip
    """Start, load and kill a server; return its clients.

    The moment of the kill is drawn after so many acknowledgements as ``acks`` draws: what a
    round brings is not less on a slow machine.
    """
    new_log(data)
    key = new_account(data, "killed")
    journals.mkdir()
    clients = [
        Client(n, key, journals / f"{n}", asynchronous=only_202 or n % 2 == 0)
        for n in range(CLIENTS)
    ]
    moments = random.Random(2)  # the same moments in every run; what they hit differs
    for _ in range(rounds):
        server = Server(data, batch_interval_ms=20, access_log=0, fault=fault)
        told = threading.Semaphore(0)
        try:
            threads = [client.next_round(server, told) for client in clients]
            for _ in range(acks(moments)):
                assert told.acquire(timeout=PATIENCE)
            time.sleep(moments.uniform(0, 0.3))
        finally:
            server.kill()
        assert server.process.returncode == -9
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        server.close()
    return clients


def acknowledged(clients: list[Client]) -> Iterator[dict[str, Any]]:
    for client in clients:
        for line in client.journal.read_bytes().split(b"\n")[:-1]:
            yield json.loads(line)


def check(data: Path, clients: list[Client]) -> int:
    """Hold every acknowledgement against the log as it is now; return how many there are."""
    key = clients[0].key
    acks = list(acknowledged(clients))
    by_index: dict[int, str] = {}
    for ack in acks:  # no index with two contents, as far as clients were told
        assert by_index.setdefault(int(ack["index"]), ack["nonce"]) == ack["nonce"], "contradicted"
    server = Server(data)
    try:
        with ThreadPoolExecutor(4) as pool, server.client(key) as http_client:
            got = list(pool.map(
                lambda ack: http_client.get(f"/v1/entries/{ack['index']}/receipt"), acks))  # fmt: skip
        assert server.stop() == 0
    finally:
        server.close()
    # the static log: gapless, and its root is that of its entries by the RFC's recursion
    checkpoint = open_note((data / "log" / "checkpoint").read_bytes(), read_config(data).log)
    entries: list[bytes] = []
    for start in range(0, checkpoint.size, 256):
        width = min(256, checkpoint.size - start)
        bundle = (data / "log" / bundle_path(start // 256, width)).read_bytes()
        entries += parse_bundle(bundle, width)
    assert len(entries) == checkpoint.size
    assert MTH(entries) == checkpoint.root
    for ack, response in zip(acks, got, strict=True):
        index = int(ack["index"])
        assert response.status_code == 200, f"lost: {index} {response.text}"
        assert ack["receipt"] in (None, response.text), f"contradicted: {index}"
        receipt = parse_receipt(response.content)
        assert b64(receipt.statement.submission.nonce) == ack["nonce"], f"contradicted: {index}"
        assert receipt.proof.index == index
        assert receipt.entry_bytes == entries[index]
        assert receipt.entry.commitment == commitment(receipt.salt, receipt.statement_bytes)
        head = open_note(receipt.proof.note, read_config(data).log)
        leaf = leaf_hash(receipt.entry_bytes)
        check_inclusion(leaf, index, head.size, receipt.proof.hashes, head.root)
    return len(acks)


@pytest.mark.timeout(4 * 3600)
def test_no_answer_is_lost_or_contradicted(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    count = rounds(40, 2000)
    clients = run(
        tmp_path / "data", tmp_path / "journals", count, lambda chance: chance.randrange(70)
    )
    assert [client.errors for client in clients] == [[]] * CLIENTS
    # the fault fired: requests were under way when it came, in nearly every round
    assert sum(client.interrupted for client in clients) > count * CLIENTS // 2
    assert check(tmp_path / "data", clients) > 20 * count


def test_control_answers_before_the_commit_are_lost(tmp_path: Path) -> None:
    # One acknowledgement is enough: the log rests before the commit until it is killed.
    clients = run(
        tmp_path / "data", tmp_path / "journals", 2, lambda _: 1, only_202=True, fault="early"
    )
    with pytest.raises(AssertionError, match=r"lost|contradicted"):
        check(tmp_path / "data", clients)
