"""What the monitor remembers between runs: one SQLite file, ``DIR/monitor.sqlite3``.

    state    the followed head (its note), how far its entries were checked, where the log stands
    links    the link of every checked entry, with the index at which its bundle begins
    alarms   what was raised, and where its evidence lies

The head is written before its entries are read, so that a later checkpoint must
extend it even if this process dies meanwhile. Entries, their links and how far
they go are written in one transaction. Links lie on disk: memory does not grow
with the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from verifier.encoding import parse_base64

from .errors import Damaged

FILE: Final = "monitor.sqlite3"
_FORMAT: Final = "beilin/monitor/v1"
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS links (link BLOB PRIMARY KEY, bundle INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS alarms (name TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
)


class Memory:
    """The file, open; the lock of the folder is held."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA cache_size=-32768")
            for table in _TABLES:
                self._db.execute(table)
            if self.get("format") is None:
                self.put(format=_FORMAT)
            if self.get("format") != _FORMAT.encode():
                raise sqlite3.DatabaseError("another format")
        except sqlite3.OperationalError as error:
            raise OSError(5, str(error), str(self._path)) from None
        except sqlite3.DatabaseError:
            raise self.damaged() from None

    def damaged(self) -> Damaged:
        """Return what is said where the file is not what was written."""
        return Damaged(
            f"{self._path} 已损坏。请将它移走后重新运行：已镜像的检查点仍会作为起点，条目将重新核对",
            f"{self._path} is damaged. Move it away and run again: the mirrored checkpoint still "
            "counts, and the entries are checked anew",
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it, or nothing where the block raises."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is taken back where the block raises."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._db.execute("RELEASE attempt")

    # -- state

    def get(self, name: str) -> bytes | None:
        """Return a value of the state."""
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def number(self, name: str) -> int | None:
        """Return a value of the state that is a number."""
        value = self.get(name)
        return None if value is None else int(value)

    def put(self, **values: bytes | str | int | None) -> None:
        """Set values of the state; None forgets one."""
        for name, value in values.items():
            if value is None:
                self._db.execute("DELETE FROM state WHERE name = ?", (name,))
                continue
            data = value if isinstance(value, bytes) else str(value).encode()
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, data))

    # -- alarms

    def raised(self, name: str) -> bool:
        """Whether this alarm is known."""
        sql = "SELECT 1 FROM alarms WHERE name = ?"
        return self._db.execute(sql, (name,)).fetchone() is not None

    def add_alarm(self, name: str, kind: str, at: int) -> None:
        """Remember an alarm whose evidence is written."""
        self._db.execute("INSERT OR IGNORE INTO alarms VALUES (?, ?, ?)", (name, kind, at))

    def alarms(self) -> list[tuple[str, str]]:
        """Return name and kind of every alarm, oldest first."""
        return list(self._db.execute("SELECT name, kind FROM alarms ORDER BY at, name"))

    def alarms_of(self, kind: str) -> int:
        """Return how many alarms of a kind there are."""
        sql = "SELECT count(*) FROM alarms WHERE kind = ?"
        return int(self._db.execute(sql, (kind,)).fetchone()[0])

    # -- links

    def links(self, bundle: int) -> Links:
        """Return the set of links, as the audit uses one; new ones are of the bundle at ``bundle``."""
        return Links(self._db, bundle)

    def bundle_of(self, link: bytes) -> int | None:
        """Return where the bundle begins that holds the first entry with this link."""
        sql = "SELECT bundle FROM links WHERE link = ?"
        row = self._db.execute(sql, (_raw(link),)).fetchone()
        return None if row is None else int(row[0])


class Links:
    """Links as base64, the way entries spell them; what ``checks.log_entries`` asks of a set."""

    def __init__(self, db: sqlite3.Connection, bundle: int) -> None:
        self._db = db
        self._bundle = bundle

    def isdisjoint(self, links: Iterable[bytes], /) -> bool:
        """Whether none of these is known."""
        raw = [_raw(link) for link in links]
        sql = f"SELECT 1 FROM links WHERE link IN ({','.join('?' * len(raw))}) LIMIT 1"  # noqa: S608
        return self._db.execute(sql, raw).fetchone() is None

    def __contains__(self, link: bytes, /) -> bool:
        return not self.isdisjoint([link])

    def add(self, link: bytes, /) -> None:
        """Remember one; the first place of a link stays."""
        self.update([link])

    def update(self, links: Iterable[bytes], /) -> None:
        """Remember several."""
        rows = ((_raw(link), self._bundle) for link in links)
        self._db.executemany("INSERT OR IGNORE INTO links VALUES (?, ?)", rows)


def _raw(link: bytes) -> bytes:
    return parse_base64(link.decode("ascii"), "link")
