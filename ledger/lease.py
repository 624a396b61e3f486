"""Who may write: a lock file beside SQLite, a lease in PostgreSQL.

The lease is an advisory lock of a session on a connection of its own, so it ends with the
process, with its connection or with the server, and never by a clock. It keeps honest
processes apart and no more: who lost it without noticing is stopped by the
compare-and-swap of the head and by the signer's journal, as with the lock file.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from .config import LogConfig, database_file, database_url
from .durable import Lock
from .engine import check_settings, is_postgresql, open_engine
from .errors import Config, Conflict, Held
from .queries import fetch

_LEASE: Final = 7163384699739271183
_PATIENCE_SECONDS: Final = 3.0
"""How long a lease may take to be free: that of a killed process ends when the server notices."""
_HOLDERS: Final = (
    "SELECT l.pid, coalesce(a.application_name, '') FROM pg_locks l "
    "LEFT JOIN pg_stat_activity a ON a.pid = l.pid "
    "JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() "
    "WHERE l.locktype = 'advisory' AND l.granted "
    "AND (l.classid::bigint << 32) | l.objid::bigint = ?"
)


class Leadership(Protocol):
    """The right to write to a log."""

    def check(self, connection: Connection) -> None:
        """Within a writing transaction: raise Held if it is no longer ours."""

    def renew(self) -> None:
        """After a failure: hold it again, or raise Conflict where another process has it."""

    def release(self) -> None:
        """Let go; a second call does nothing."""


class FileLock:
    """The right to write to a log whose database is a file."""

    def __init__(self, path: Path) -> None:
        """Take it, or raise Held."""
        self._lock = Lock(path)

    def check(self, connection: Connection) -> None:
        """Do nothing: the kernel takes a file lock from nobody."""

    def renew(self) -> None:
        """Do nothing, for the same reason."""

    def release(self) -> None:
        """Let go."""
        self._lock.release()


class Lease:
    """The right to write to a log in PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        """Take it, or raise Held with the one who has it. The engine is its own from now on."""
        self._engine = engine
        self._connection: Connection | None = None
        self._pid = 0
        self._take()

    def _take(self) -> None:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            name = f"beilin writer pid {os.getpid()} host {socket.gethostname()}"[:63]
            fetch(connection, "SELECT set_config('application_name', ?, false)", name)
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while not fetch(connection, "SELECT pg_try_advisory_lock(?)", _LEASE)[0][0]:
                if time.monotonic() < deadline:
                    time.sleep(0.05)
                    continue
                raise Held(f"the database's lease is held by {_holder(connection)}")
            self._pid = fetch(connection, "SELECT pg_backend_pid()")[0][0]
        except BaseException:
            _close(connection)
            raise
        self._connection = connection

    def check(self, connection: Connection) -> None:
        """Raise Held if the session that held it is gone, or holds it no more."""
        if self._pid not in [row[0] for row in fetch(connection, _HOLDERS, _LEASE)]:
            raise Held("the database's lease was lost")

    def renew(self) -> None:
        """Hold it again. Raises Conflict where another process took over."""
        if self._connection is not None:
            try:
                self.check(self._connection)
                return
            except (SQLAlchemyError, Held):
                _close(self._connection)
                self._connection = None
        try:
            self._take()
        except Held as error:
            raise Conflict(f"another process took over: {error}") from None

    def release(self) -> None:
        """Close its connection, and the lock with it."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # the server learns of a closed connection later
                fetch(self._connection, "SELECT pg_advisory_unlock(?)", _LEASE)
            _close(self._connection)
            self._connection = None
        self._engine.dispose()


def _close(connection: Connection) -> None:
    connection.invalidate()  # never back to the pool: the lock belongs to the session
    connection.close()


def _holder(connection: Connection) -> str:
    rows = fetch(connection, _HOLDERS, _LEASE)
    return f"{rows[0][1]} (session {rows[0][0]})" if rows else "a session that has just ended"


def lead(data: Path, config: LogConfig) -> Leadership:
    """Take the right to write to the log in a folder. Raises Held or Config."""
    if database_file(data, config.database) is not None:
        return FileLock(data / "lock")
    engine = open_engine(database_url(data, config.database))
    try:
        check_settings(engine)
        return Lease(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise Config(f"database: cannot be opened ({type(error).__name__})") from None
    except BaseException:
        engine.dispose()
        raise


def is_led(data: Path, engine: Engine) -> bool:
    """Whether some process may write to the log at the moment."""
    if is_postgresql(engine):
        with engine.connect() as connection:
            return bool(fetch(connection, _HOLDERS, _LEASE))
    try:
        Lock(data / "lock", named=False).release()
    except Held:
        return True
    return False
