"""Checking a whole log, against hashing its leaves and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from ledger import queries
from ledger.fsck import fsck
from ledger.log import Log
from verifier.audit import audit_log
from verifier.policy import parse_policy

from ..line import Line
from ..logs import database, fill, make_log
from ..setting import Setting

CEILING = "a bare loop of SHA-256(0x00 ‖ entry), in memory"


def run(setting: Setting) -> Iterator[Line]:
    """Yield the two rows."""
    count = setting.pick(100_000, quick=20_000, toy=300)
    with setting.step(f"building a log of {count:,} entries"):
        fresh = make_log(setting.folder / "audit")
        fill(fresh, count, at_once=1)  # as many heads and partial tiles as a service leaves
    with database(fresh.data) as engine, engine.connect() as connection:
        entries = [row.entry for row in queries.stored_between(connection, 0, count)]
    for what, floor, work in (
        ("audit", 0.12, _audit(fresh.data)),
        ("fsck", 0.03, _fsck(fresh.data)),
    ):
        ours, ceiling = [], []
        work()
        for _ in setting.each_round(what):
            started = time.perf_counter()
            for entry in entries:
                sha256(b"\0" + entry).digest()
            ceiling.append(count / (time.perf_counter() - started))
            started = time.perf_counter()
            work()
            ours.append(count / (time.perf_counter() - started))
        yield Line(
            f"{what} of a log of {count:,} entries",
            "entries/s",
            ours,
            floor,
            ceiling=ceiling,
            ceiling_name=CEILING,
            notes=("in process; files and database in the page cache",),
        )


def _audit(data: Path) -> Callable[[], None]:
    log = Log.open(data, read_only=True)
    policy = parse_policy(log.policy())
    log.close()

    def work() -> None:
        result = audit_log(data / "log", policy, policy_source="bench")
        assert not [check for check in result.checks if check.status == "failed"]

    return work


def _fsck(data: Path) -> Callable[[], None]:
    def work() -> None:
        findings = list(fsck(data))
        assert not findings, findings[:3]

    return work
