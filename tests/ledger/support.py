"""What the ledger's tests share: logs, requests, and the check of everything after each step."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from ledger.accounts import Account
from ledger.fsck import fsck
from ledger.log import Log, Outcome, Request, Submitted, create
from ledger.sequencer import Sequencer
from ledger.writer import Writer
from verifier.evidence.digests import Digest
from verifier.evidence.receipt import parse_receipt
from verifier.evidence.statement import commitment
from verifier.evidence.submission import Submission
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import check_inclusion, leaf_hash
from verifier.tlog.note import parse_note, verify_note

ORIGIN = "log.example.org/beilin"
ROOT = Path(__file__).resolve().parent.parent.parent
DOSSIER = bytes(range(16))
PATIENCE = 60
"""Seconds until a test gives up on what must happen: long, because no outcome hangs on it."""


def seeded(*parts: object) -> bytes:
    """32 bytes that depend on nothing but the arguments."""
    return hashlib.sha256(repr(parts).encode()).digest()


def entry(account: bytes, key: bytes, position: int | None, digest: bytes, **changes) -> Submitted:
    submission = Submission(
        origin=ORIGIN,
        account=account,
        dossier=changes.pop("dossier", DOSSIER),
        what="file",
        digests=(Digest("sha-256", digest),),
        nonce=key,
        position=position,
        submitter=None,
    )
    again = changes.pop("again", False)
    return Submitted(submission._replace(**changes), None, again)


def request(
    account: bytes, name: object, count: int = 1, **changes
) -> tuple[list[Submitted], Request]:
    """A request that is the same each time it is made under the same name."""
    key = seeded("key", name)[:16]
    batch = [
        entry(account, key, None if count == 1 else n, seeded("digest", name, n), **changes)
        for n in range(count)
    ]
    return batch, Request(account, key, seeded("fingerprint", name, count))


def submit(log: Log, account: Account | bytes, name: object, count: int = 1, **changes) -> Outcome:
    """Submit and wait until published."""
    return send(log, account, name, count, **changes).result(PATIENCE)


def send(
    log: Log, account: Account | bytes, name: object, count: int = 1, **changes
) -> Future[Outcome]:
    identity = account.id if isinstance(account, Account) else account
    return log.submit(*request(identity, name, count, **changes))


@contextmanager
def load(log: Log, account: Account, count: int) -> Iterator[Callable[[], None]]:
    """Submit ``count`` entries again and again meanwhile; ``grown()`` waits for the next ones."""
    stop = threading.Event()
    done = threading.Condition()
    answered = 0

    def work() -> None:
        nonlocal answered
        while not stop.is_set():
            submit(log, account, f"load-{answered}", count)
            with done:
                answered += 1
                done.notify_all()

    def grown() -> None:
        with done:
            before = answered
            assert done.wait_for(lambda: answered > before, PATIENCE)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield grown
    finally:
        stop.set()
        thread.join()


def new_log(folder: Path, database: str | None = None) -> tuple[Path, Account]:
    """Create a log with one account; it is closed."""
    data = folder / "data"
    create(data, ORIGIN, database=database)
    with open_log(data) as log:
        account, _ = log.accounts.new("litigant")
    return data, account


def open_log(data: Path, **options) -> Log:
    return Log.open(data, **{"interval_ms": 0, **options})


def writer_of(log: Log) -> Writer:
    assert log._writer is not None
    return log._writer


def sequencer_of(log: Log) -> Sequencer:
    assert log._sequencer is not None
    return log._sequencer


def last_error(log: Log) -> str:
    """Wait until the sequencer has ended, and return why."""
    sequencer_of(log)._thread.join(PATIENCE)
    error = log.state().last_error
    assert error is not None
    return error


def check_receipt(receipt: bytes, index: int, vkey: VKey) -> tuple[int, bytes]:
    """Verify a receipt as anyone would, with the verifier's primitives only; return its head."""
    parsed = parse_receipt(receipt)
    note = parse_note(parsed.proof.note)
    assert verify_note(note, [vkey]) == [vkey]
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint.origin == parsed.statement.submission.origin == vkey.name
    assert parsed.proof.index == index
    assert parsed.entry.commitment == commitment(parsed.salt, parsed.statement_bytes)
    leaf = leaf_hash(parsed.entry_bytes)
    check_inclusion(leaf, index, checkpoint.size, parsed.proof.hashes, checkpoint.root)
    return checkpoint.size, checkpoint.root


def digest_of(receipt: bytes) -> bytes:
    return parse_receipt(receipt).statement.submission.digests[0].value


def check_everything(data: Path, acknowledged: Iterable[tuple[int, bytes]] = ()) -> int:
    """Check every invariant of a closed log, open it, and return its size.

    ``acknowledged`` are (index, receipt) pairs that somebody was given. After
    opening nothing may be unfinished: entries, head, published checkpoint and
    signer agree, fsck finds nothing, and every receipt is served unchanged.
    """
    with open_log(data) as log:
        log_state = log.state()
        assert log_state.healthy
        assert list(fsck(data)) == []
        vkey = log.config.log
        checkpoint, note = log.checkpoint()
        assert (data / "log" / "checkpoint").read_bytes() == note
        assert writer_of(log).count == checkpoint.size == log_state.size
        assert writer_of(log)._signer.last() == (checkpoint.size, checkpoint.root)
        pairs = list(acknowledged)
        served = log.receipts([index for index, _ in pairs])
        for (index, receipt), now in zip(pairs, served, strict=True):
            assert receipt == now, f"entry {index}: the receipt changed"
        roots: dict[int, bytes] = {}
        for index, receipt in pairs:
            size, root = check_receipt(receipt, index, vkey)
            assert roots.setdefault(size, root) == root, f"two roots of size {size}"
        return log_state.size


def child(*arguments: object, **options) -> subprocess.Popen[bytes]:
    """Start ``child.py`` in a process of its own."""
    command = [sys.executable, "-u", "-m", "tests.ledger.child", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    prefix = options.pop("prefix", [])
    return subprocess.Popen(
        [*prefix, *command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
