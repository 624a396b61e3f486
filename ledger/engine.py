"""Opening the database so that a commit means what this service promises.

SQLite's defaults lose acknowledged rows in a power cut, and SQLAlchemy's default
transactions let two writers number twice. So every connection gets WAL with
``synchronous=FULL``, writing transactions begin with ``BEGIN IMMEDIATE``, and the
settings are read back: a database that does not take them is refused. What is
particular to PostgreSQL is in ``postgresql``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from . import postgresql
from .errors import Config, Unavailable

PRAGMAS: Final[dict[str, tuple[str | int, str | int]]] = {
    # name: (what is asked for, what must be read back)
    "busy_timeout": (10_000, 10_000),
    "journal_mode": ("wal", "wal"),
    "synchronous": ("full", 2),
    "foreign_keys": ("on", 1),
    # Without it INSERT OR REPLACE deletes a row and no trigger sees it.
    "recursive_triggers": ("on", 1),
    "wal_autocheckpoint": (8_000, 8_000),
    "cache_size": (-65_536, -65_536),
}


def open_engine(url: str) -> Engine:
    """Return an engine whose connections have the settings above. Raises Config."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Config("database: not a URL") from None
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise Config("database: must be sqlite:///FILE or postgresql+psycopg://…")
    if kind == "sqlite" and (parsed.database or ":memory:").startswith((":", "file:")):
        raise Config("database: SQLite needs the plain path of a file")
    arguments: dict[str, Any] = {}
    if kind == "postgresql":
        parsed = postgresql.check_url(parsed)
        # What is read within one transaction is of one moment, as in SQLite.
        arguments["isolation_level"] = "REPEATABLE READ"
    else:
        # mode=rw: a missing file is an error, never a new empty log.
        parsed = parsed.set(database=f"file:{parsed.database}", query={"mode": "rw", "uri": "true"})
        arguments["connect_args"] = {"check_same_thread": False, "cached_statements": 64}
    try:
        engine = create_engine(parsed, **arguments)
        event.listen(engine, "connect", _prepare_sqlite if kind == "sqlite" else postgresql.prepare)
        event.listen(engine, "begin", _begin_sqlite if kind == "sqlite" else postgresql.begin)
    except ImportError:
        raise Config("database: the driver is missing: pip install 'beilin[postgresql]'") from None
    except SQLAlchemyError as error:
        raise Config(f"database: cannot be used ({type(error).__name__})") from None
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for name, (value, expected) in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
        got = cursor.execute(f"PRAGMA {name}").fetchone()[0]
        if got != expected:
            raise Config(f"database: PRAGMA {name} is {got} where {expected} is needed")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("beilin_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def check_settings(engine: Engine) -> None:
    """Connect once, so that what is wrong with the settings is an error now. Raises Config."""
    try:
        with engine.connect():
            pass
    except (SQLAlchemyError, UnicodeError) as error:
        raise Config(f"database: cannot be opened ({type(error).__name__})") from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Run one writing transaction that holds the database's write lock from its start.

    Any SQLAlchemyError from here may be one whose outcome is unknown: see ``settle``.
    """
    options: dict[str, Any] = {"beilin_writes": True}
    if is_postgresql(engine):
        # Not one moment, but what is there once the lock is held.
        options["isolation_level"] = "READ COMMITTED"
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection
        if is_postgresql(engine):
            postgresql.commit(connection)  # what follows finds nothing left to commit


def is_postgresql(engine: Engine) -> bool:
    """Whether this is PostgreSQL; else it is SQLite."""
    return engine.dialect.name == "postgresql"


def settle(engine: Engine) -> None:
    """Wait until no transaction of unknown outcome is left, and make what is visible certain.

    SQLite needs nothing: a transaction ends with its connection.
    """
    if is_postgresql(engine):
        with writing(engine) as connection:
            postgresql.settle(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection for reading. Raises Unavailable if the database cannot be read."""
    try:
        with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, UnicodeError) as error:  # the driver decodes text of a damaged file
        raise Unavailable(f"database: {type(error).__name__}") from error


@contextmanager
def saving(engine: Engine) -> Iterator[Connection]:
    """Run a writing transaction outside the order of writes. Raises Unavailable if it fails.

    A row that is there already stays an IntegrityError, for the caller to name.
    """
    try:
        with writing(engine) as connection:
            yield connection
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise Unavailable(f"database: {type(error).__name__}") from error


def statement(connection: Connection, sql: str) -> str:
    """Return driver-level SQL with this driver's marks for the ``?`` in it."""
    return sql if connection.dialect.paramstyle == "qmark" else sql.replace("?", "%s")
