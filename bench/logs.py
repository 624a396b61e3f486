"""Logs to measure, and the bare tables that they are held against."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from ledger import queries, schema, store
from ledger.accept import accept
from ledger.accounts import Account, Accounts
from ledger.config import open_database, read_config
from ledger.engine import writing
from ledger.jobs import Job, new_future
from ledger.log import Log, create
from ledger.publish import Publisher
from ledger.signer import Signer
from ledger.store import Rows
from ledger.writer import Writer

from .material import Submitter

ORIGIN = "log.example.org/bench"
BATCH = 1000


class Fresh(NamedTuple):
    """A new log with one account."""

    data: Path
    account: Account
    key: str

    def submitter(self, *, signed: bool = False, dossiers: int = 20) -> Submitter:
        """Return a source of this account's submissions."""
        return Submitter(ORIGIN, self.account.id, signed=signed, dossiers=dossiers)


def make_log(data: Path) -> Fresh:
    """Create a log and an account."""
    create(data, ORIGIN)
    with database(data) as engine:
        account, key = Accounts(engine).new("bench")
    return Fresh(data, account, key)


@contextmanager
def database(data: Path) -> Iterator[Engine]:
    """Open a log's database with the settings that the service uses."""
    engine = open_database(data, read_config(data))
    try:
        yield engine
    finally:
        engine.dispose()


def fill(fresh: Fresh, count: int, *, at_once: int = 20) -> None:
    """Append entries the fast way: the ledger's own writer, many batches in one transaction."""
    submitter = fresh.submitter(dossiers=200)
    data = fresh.data
    with database(data) as engine:
        signer = Signer(data / "signer", ORIGIN)
        publisher = Publisher(data / "log", data / "publish.lock", signer.vkey)
        writer = Writer(engine, signer, publisher, clock=time.time, at=lambda _: None)
        writer.recover()
        while writer.count < count:
            jobs: list[Job] = []
            for _ in range(at_once):
                size = min(BATCH, count - writer.count - BATCH * len(jobs))
                if size > 0:
                    jobs.append(_job(submitter, fresh.account, size))
            writer.finish(writer.number(jobs).leaf_hashes)


def _job(submitter: Submitter, account: Account, size: int) -> Job:
    batch, request = submitter.batch(size)
    items = accept(batch, request, account, ORIGIN)
    return Job(request, items, account.identity, new_future(), None)


class Appender:
    """An open log that takes batches of 1,000 one after another, as fast as it can."""

    def __init__(self, fresh: Fresh, *, signed: bool = False, dossiers: int = 20) -> None:
        self._log = Log.open(fresh.data, interval_ms=0)
        self._submitter = fresh.submitter(signed=signed, dossiers=dossiers)

    def append(self, batches: int, entries: int = BATCH) -> float:
        """Return the seconds from the first batch handed in to the last one published."""
        drawn = [self._submitter.batch(entries) for _ in range(batches)]
        started = time.perf_counter()
        for batch, request in drawn:
            self._log.submit(batch, request).result(60)
        return time.perf_counter() - started

    def close(self) -> None:
        """Close the log."""
        self._log.close()


class BareTables:
    """The same tables in a database of their own: the rows of W1 and nothing else.

    ``follow`` takes over the rows of a log that are not here yet: entries,
    openings, submissions, requests, as they lie there, in transactions of
    1,000 entries through the same engine, settings, indexes and triggers.
    """

    def __init__(self, data: Path) -> None:
        if not data.exists():
            create(data, ORIGIN)
        self.data = data
        self._engine = open_database(data, read_config(data))
        self._sources: dict[Path, Engine] = {}
        with self._engine.connect() as connection:
            self.count = queries.entry_count(connection)

    def follow(self, other: Path, *, at_once: int = BATCH) -> float:
        """Return the seconds of the transactions alone, reading not included."""
        taken = 0.0
        if other not in self._sources:
            self._sources[other] = open_database(other, read_config(other))
        engine = self._sources[other]
        for rows in _rows_from(engine, self.count, at_once):
            started = time.perf_counter()
            with writing(self._engine) as connection:
                store.insert_rows(connection, rows)
            taken += time.perf_counter() - started
            self.count += len(rows.entries)
        return taken

    def close(self) -> None:
        """Close the database, and those that it followed."""
        for engine in (self._engine, *self._sources.values()):
            engine.dispose()


def _rows_from(engine: Engine, start: int, at_once: int) -> Iterator[Rows]:
    with engine.connect() as connection:
        end = queries.entry_count(connection)

        def rows_of(table: str, columns: list[str], place: str, low: int) -> list[store.Row]:
            sql = (
                f"SELECT {','.join(columns)} FROM {table} "
                f"WHERE {place} >= ? AND {place} < ? ORDER BY {place}"
            )
            return [tuple(row) for row in queries.fetch(connection, sql, low, low + at_once)]

        for low in range(start, end, at_once):
            yield Rows(
                *(
                    rows_of(table.name, list(table.columns.keys()), place, low)
                    for table, place in (
                        (schema.entries, "entry_index"),
                        (schema.openings, "entry_index"),
                        (schema.submissions, "entry_index"),
                        (schema.requests, "first_index"),
                        (schema.anchors, "entry_index"),
                    )
                )
            )


def timed_writes(fresh: Fresh, interval_ms: int, singles: int) -> Callable[[], float]:
    """Return a function that appends one batch of single entries and returns its write time.

    The write time is from the beginning of W1 to the checkpoint's rename, taken
    at the ledger's own test points.
    """
    submitter = fresh.submitter()
    at: dict[str, float] = {}
    log = Log.open(
        fresh.data,
        interval_ms=interval_ms,
        hooks=lambda point: at.__setitem__(point, time.perf_counter()),
    )

    def write() -> float:
        futures = [log.submit(*submitter.single()) for _ in range(singles)]
        for future in futures:
            future.result(60)
        return at["renamed"] - at["w1-before"]

    write.close = log.close  # type: ignore[attr-defined]
    return write
