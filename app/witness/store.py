"""The database: which logs, their newest heads with the signed notes, and the evidence.

SQLite with WAL and ``synchronous=FULL``, read back: a commit that returned is on
the disk. Triggers refuse a head that does not grow and the removal of anything,
against accidents; whoever can write the file can drop a trigger.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from verifier.errors import Malformed
from verifier.tlog.keys import VKey, parse_vkey

from .errors import Unusable
from .files import PRIVATE, sync_folder
from .marker import FRESH, Head

MAXIMUM_EVIDENCE: Final = 1000
"""Rows kept of each kind for one log: only its own key makes a new one, and a disk is finite."""

_VERSION: Final = 1
_SCHEMA: Final = f"""
PRAGMA user_version = {_VERSION};
CREATE TABLE witness (id INTEGER PRIMARY KEY CHECK (id = 1), vkey TEXT NOT NULL,
  time INTEGER NOT NULL) STRICT;
CREATE TABLE keys (origin TEXT NOT NULL, key_id BLOB NOT NULL, vkey TEXT NOT NULL,
  PRIMARY KEY (origin, key_id)) STRICT, WITHOUT ROWID;
CREATE TABLE heads (origin TEXT PRIMARY KEY, size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32), note BLOB, time INTEGER NOT NULL,
  stopped INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, kind TEXT NOT NULL,
  time INTEGER NOT NULL, ours BLOB, theirs BLOB NOT NULL, UNIQUE (origin, kind, theirs)) STRICT;
CREATE TRIGGER heads_grow BEFORE UPDATE ON heads
  WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size
    OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
  BEGIN SELECT RAISE(ABORT, 'a head only grows'); END;
CREATE TRIGGER heads_stay BEFORE DELETE ON heads
  BEGIN SELECT RAISE(ABORT, 'heads are kept'); END;
CREATE TRIGGER evidence_stays BEFORE DELETE ON evidence
  BEGIN SELECT RAISE(ABORT, 'evidence is kept'); END;
CREATE TRIGGER evidence_same BEFORE UPDATE ON evidence
  BEGIN SELECT RAISE(ABORT, 'evidence is kept as it is'); END;
"""
_SETTINGS: Final = (("journal_mode", "wal", "wal"), ("synchronous", "full", 2),
                    ("recursive_triggers", "on", 1))  # fmt: skip


class Row(NamedTuple):
    """A log's newest head; ``note`` is the log's signed note, None where only the marker knew it.

    ``time`` is that of the newest cosignature over it, 0 before the first one.
    """

    head: Head
    note: bytes | None
    time: int
    stopped: bool


class Evidence(NamedTuple):
    """Two signed notes that a witness keeps: what it had, and what it was shown."""

    number: int
    origin: str
    kind: str
    time: int
    ours: bytes | None
    theirs: bytes


def create(path: Path, vkey: VKey) -> None:
    """Write an empty database for a witness; the file is not there yet."""
    path.touch(PRIVATE, exist_ok=False)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _prepare(connection)
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        connection.execute("INSERT INTO witness VALUES (1, ?, 0)", (vkey.to_text(),))
    finally:
        connection.close()
    sync_folder(path.parent)


def _prepare(connection: sqlite3.Connection) -> None:
    for name, value, expected in _SETTINGS:
        connection.execute(f"PRAGMA {name}={value}")
        if connection.execute(f"PRAGMA {name}").fetchone()[0] != expected:
            raise Unusable(
                f"数据库不接受 PRAGMA {name}={value}；请把数据目录放在本地文件系统",
                f"the database does not take PRAGMA {name}={value}; use a local file system",
            )


class Store:
    """One connection, used by one thread at a time: the witness's lock sees to that."""

    def __init__(self, path: Path) -> None:
        """Open what ``create`` wrote. Raises Unusable; a missing file is an error, not a new one."""
        self.time: int
        try:
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
            _prepare(self._connection)
            version = self._one("PRAGMA user_version")[0]
            if version != _VERSION:
                raise Unusable(
                    f"{path}：是另一版本的数据库（{version}）；请用相应版本的程序",
                    f"{path}: a database of another version ({version}); use the program of it",
                )
            vkey, self.time = self._one("SELECT vkey, time FROM witness")
            self.vkey = parse_vkey(vkey)
        except (sqlite3.Error, Malformed) as error:
            raise Unusable(
                f"{path}：数据库读不出（{type(error).__name__}）。若已损坏，请移开它并运行 "
                "beilin witness recover",
                f"{path}: the database cannot be read ({type(error).__name__}). If it is damaged, "
                "move it away and run beilin witness recover",
            ) from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Run one transaction that holds the write lock from its start."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # -- logs

    def keys(self) -> dict[str, list[VKey]]:
        """Return the keys of every log by origin."""
        found: dict[str, list[VKey]] = {}
        for origin, vkey in self._connection.execute("SELECT origin, vkey FROM keys"):
            found.setdefault(origin, []).append(parse_vkey(vkey))
        return found

    def add_key(self, vkey: VKey) -> bool:
        """Add a key of a log, and the log where it is new; return whether anything was new."""
        with self.writing():
            self.add_head(vkey.name, FRESH)
            return self._connection.execute(
                "INSERT OR IGNORE INTO keys VALUES (?, ?, ?)",
                (vkey.name, vkey.key_id, vkey.to_text()),
            ).rowcount == 1  # fmt: skip

    def add_head(self, origin: str, head: Head) -> None:
        """Begin with a log at a head; one that is known stays as it is."""
        self._connection.execute(
            "INSERT OR IGNORE INTO heads VALUES (?, ?, ?, NULL, 0, 0)", (origin, *head)
        )

    def row(self, origin: str) -> Row:
        """Return the newest head of a log that is known."""
        size, root, note, time, stopped = self._one(
            "SELECT size, root, note, time, stopped FROM heads WHERE origin = ?", origin
        )
        return Row(Head(size, root), note, time, bool(stopped))

    def heads(self) -> dict[str, Head]:
        """Return the newest head of every log."""
        found = self._connection.execute("SELECT origin, size, root FROM heads")
        return {origin: Head(size, root) for origin, size, root in found}

    def move(self, origin: str, old: Head, new: Head, note: bytes, time: int) -> None:
        """Move a log's head by compare-and-swap, within ``writing``."""
        moved = self._connection.execute(
            "UPDATE heads SET size = ?, root = ?, note = ?, time = ? "
            "WHERE origin = ? AND size = ? AND root = ? AND stopped = 0",
            (*new, note, time, origin, *old),
        ).rowcount
        if moved != 1:
            raise sqlite3.IntegrityError("another process moved this head")
        self._connection.execute("UPDATE witness SET time = max(time, ?)", (time,))
        self.time = max(self.time, time)

    # -- what a person decided

    def raise_head(self, origin: str, head: Head, note: bytes | None, time: int) -> None:
        """Set a head that a person brought back from marker or note; the log goes on from it."""
        with self.writing():
            self.add_head(origin, head)
            self._connection.execute(
                "UPDATE heads SET size = ?, root = ?, note = ?, time = ?, stopped = 0 "
                "WHERE origin = ?", (*head, note, time, origin),
            )  # fmt: skip
            self._connection.execute("UPDATE witness SET time = max(time, ?)", (time,))

    def forget_time(self) -> None:
        """Take the clock's word again after it had been wrong."""
        self._connection.execute("UPDATE witness SET time = 0")

    # -- evidence

    def keep(self, origin: str, kind: str, time: int, ours: bytes | None, theirs: bytes) -> bool:
        """Keep two notes; return whether they are new. Within bounds, see MAXIMUM_EVIDENCE."""
        count = self._one(
            "SELECT count(*) FROM evidence WHERE origin = ? AND kind = ?", origin, kind
        )[0]
        if count >= MAXIMUM_EVIDENCE:
            return False
        return self._connection.execute(
            "INSERT OR IGNORE INTO evidence (origin, kind, time, ours, theirs) "
            "VALUES (?, ?, ?, ?, ?)", (origin, kind, time, ours, theirs),
        ).rowcount == 1  # fmt: skip

    def stop(self, origin: str) -> None:
        """Sign nothing more for a log until a person has looked."""
        self._connection.execute("UPDATE heads SET stopped = 1 WHERE origin = ?", (origin,))

    def evidence(self) -> list[Evidence]:
        """Return what was kept, oldest first."""
        found = self._connection.execute(
            "SELECT id, origin, kind, time, ours, theirs FROM evidence ORDER BY id"
        )
        return [Evidence(*row) for row in found]
