"""What clients were told, kept outside the program under test, and held against it afterwards.

Every client writes each acknowledgement to a journal of its own and fsyncs it before it goes on.
What it could not learn it repeats with the same Idempotency-Key, in this round or the next.
``check`` then asks a fresh server, a verifier and fsck: nothing acknowledged is lost, other, or
contradicted, and the log has no gap.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from ledger.config import read_config
from ledger.fsck import fsck
from ledger.publish import open_note
from tests.app.server.harness import PATIENCE, Server, b64, entry
from tests.ledger.support import check_receipt
from tests.reference import MTH
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.tiles import bundle_path, parse_bundle


class Ask(NamedTuple):
    nonce: bytes
    content: bytes


class Client:
    """Asks one thing after the other; goes on with what was open when the server died."""

    def __init__(self, key: str, journal: Path, *, asynchronous: bool = False) -> None:
        self.key, self.journal, self.asynchronous = key, journal, asynchronous
        self.open: Ask | None = None
        self.interrupted = 0
        self.statuses: Counter[int] = Counter()
        self.strange: list[str] = []
        self.told = threading.Semaphore(0)
        self.leave = threading.Event()

    def start(self, address: tuple[str, int], most: int = 1 << 30) -> threading.Thread:
        """Send until the connection breaks, ``most`` are acknowledged, or it is told to leave."""
        self.leave.clear()
        thread = threading.Thread(target=self._work, args=(address, most), daemon=True)
        thread.start()
        return thread

    def _work(self, address: tuple[str, int], most: int) -> None:
        connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        with self.journal.open("ab") as journal:
            try:
                while most and not self.leave.is_set():
                    most -= self.send(connection, journal)
            except (OSError, http.client.HTTPException):
                self.interrupted += 1
            finally:
                connection.close()

    def send(self, connection: http.client.HTTPConnection, journal: Any) -> bool:
        """Send what is open, or something new; return whether it was acknowledged."""
        if self.open is None:
            self.open = Ask(os.urandom(16), os.urandom(16))
        headers = {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            "Idempotency-Key": b64(self.open.nonce),
        }  # fmt: skip
        if self.asynchronous:
            headers["Prefer"] = "respond-async"
        connection.request("POST", "/v1/entries", json.dumps(entry(self.open.content)), headers)
        response = connection.getresponse()
        text = response.read()
        self.statuses[response.status] += 1
        if response.status in (409, 503, 504, 507):  # in progress, or it does not write now
            time.sleep(0.02)
            return False
        if response.status not in (200, 201, 202):
            self.strange.append(f"{response.status} {text[:300]!r}")
            self.open = None
            return False
        answer = json.loads(text)
        line = {"nonce": b64(self.open.nonce), "index": answer["index"],
                "receipt": answer.get("receipt")}  # fmt: skip
        journal.write(json.dumps(line).encode() + b"\n")
        journal.flush()
        os.fsync(journal.fileno())
        self.open = None
        self.told.release()
        return True


def clients(key: str, folder: Path, count: int) -> list[Client]:
    """Return so many; every third asks for 202, its place, the others for 201, their receipt."""
    folder.mkdir()
    return [Client(key, folder / f"{n}", asynchronous=n % 3 == 2) for n in range(count)]


def acknowledged(everyone: list[Client]) -> Iterator[dict[str, Any]]:
    for client in everyone:
        if client.journal.exists():
            for line in client.journal.read_bytes().split(b"\n")[:-1]:
                yield json.loads(line)


def check(data: Path, everyone: list[Client], **options: Any) -> int:
    """Hold every acknowledgement against the log as it is now; return how many there are."""
    acks = list(acknowledged(everyone))
    by_index: dict[int, str] = {}
    for ack in acks:
        assert by_index.setdefault(int(ack["index"]), ack["nonce"]) == ack["nonce"], "contradicted"
    vkey = read_config(data).log
    server = Server(data, **options)
    try:
        with ThreadPoolExecutor(4) as pool, server.client(everyone[0].key) as http_client:
            got = list(pool.map(
                lambda ack: http_client.get(f"/v1/entries/{ack['index']}/receipt"), acks))  # fmt: skip
        assert server.stop() == 0
    finally:
        server.close()
    entries = static_entries(data)
    for ack, response in zip(acks, got, strict=True):
        index = int(ack["index"])
        assert response.status_code == 200, f"lost: {index} {response.text}"
        assert ack["receipt"] in (None, response.text), f"contradicted: {index}"
        receipt = parse_receipt(response.content)
        assert b64(receipt.statement.submission.nonce) == ack["nonce"], f"contradicted: {index}"
        assert receipt.entry_bytes == entries[index]
        size, root = check_receipt(response.content, index, vkey)
        assert size <= len(entries)
        assert root == MTH(entries[:size]) or size != len(entries)
    assert list(fsck(data)) == []
    return len(acks)


def static_entries(data: Path) -> list[bytes]:
    """Return the entries of the static tree: gapless, and the checkpoint's root is theirs."""
    checkpoint = open_note((data / "log" / "checkpoint").read_bytes(), read_config(data).log)
    entries: list[bytes] = []
    for start in range(0, checkpoint.size, 256):
        width = min(256, checkpoint.size - start)
        bundle = (data / "log" / bundle_path(start // 256, width)).read_bytes()
        entries += parse_bundle(bundle, width)
    assert len(entries) == checkpoint.size
    assert MTH(entries) == checkpoint.root
    return entries
