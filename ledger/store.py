"""What is written to the database: one function for each write of the order.

Hot inserts go to the driver as plain tuples. The caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from verifier.tlog.keys import VKey

from . import schema
from .engine import statement
from .errors import Conflict
from .signer import Head

Row = tuple[object, ...]

_AT_ONCE: Final = 100
_COPY_FROM: Final = 20
_GROW_TILE: Final = " ON CONFLICT (level, tile_index) DO UPDATE SET data = excluded.data"


class Rows(NamedTuple):
    """What W1 inserts, in index order."""

    entries: list[Row]
    openings: list[Row]
    submissions: list[Row]
    requests: list[Row]
    anchors: list[Row]


class Cosignature(Protocol):
    """A verified line over a checkpoint, the key that made it and the time that it names."""

    @property
    def vkey(self) -> VKey: ...
    @property
    def line(self) -> bytes: ...
    @property
    def time(self) -> int: ...


@cache
def insert_sql(table: Table, rows: int, tail: str = "") -> str:
    """Return the driver-level INSERT of so many rows, all columns in their order."""
    names = [column.name for column in table.columns]
    marks = f"({','.join('?' * len(names))})"
    values = ",".join([marks] * rows)
    # All names are our own schema's.
    return f"INSERT INTO {table.name} ({','.join(names)}) VALUES {values}{tail}"  # noqa: S608


def insert(connection: Connection, table: Table, rows: Sequence[Row], tail: str = "") -> None:
    """Insert rows given as tuples in the order of the table's columns.

    Many rows to a statement: the driver lets other threads run between
    statements, and a busy one would take its turn after every single row.
    PostgreSQL takes many of them by COPY.
    """
    if len(rows) > _COPY_FROM and not tail and connection.dialect.name == "postgresql":
        copy_rows(connection, table, rows)
        return
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        sql = statement(connection, insert_sql(table, len(part), tail))
        connection.exec_driver_sql(sql, tuple(chain.from_iterable(part)))


def copy_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows by PostgreSQL's COPY; triggers and constraints see each of them as always."""
    driver: Any = connection.connection.driver_connection
    names = ",".join(column.name for column in table.columns)
    sql = f"COPY {table.name} ({names}) FROM STDIN"
    errors: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
    except errors.Error as error:
        # What SQLAlchemy does for what goes through it: our callers know its errors.
        raise DBAPIError.instance(sql, (), error, errors.Error) from error


def insert_rows(connection: Connection, rows: Rows) -> None:
    """W1: the entries, and what belongs to them."""
    insert(connection, schema.entries, rows.entries)
    insert(connection, schema.openings, rows.openings)
    insert(connection, schema.submissions, rows.submissions)
    insert(connection, schema.requests, rows.requests)
    insert(connection, schema.anchors, rows.anchors)


def create_head(connection: Connection, head: Head, note: bytes) -> None:
    """Write the head of an empty log; only ``create`` does this."""
    insert(connection, schema.head, [(1, head.size, head.root)])
    insert(connection, schema.heads, [(head.size, head.root, note)])
    save_published(connection, head.size, note)


def move_head(connection: Connection, old: Head, new: Head) -> None:
    """Move the head by compare-and-swap. Raises Conflict if it is not where we left it."""
    moved = connection.execute(
        text("UPDATE head SET size = :size, root = :root WHERE size = :old AND root = :was"),
        {"size": new.size, "root": new.root, "old": old.size, "was": old.root},
    )
    if moved.rowcount != 1:
        raise Conflict(f"another process moved the head: it is no longer {old}")


def save_head(
    connection: Connection,
    old: Head,
    new: Head,
    note: bytes,
    tiles: Mapping[tuple[int, int], bytes],
) -> None:
    """W2: the signed head, the tiles that changed, the head row."""
    move_head(connection, old, new)
    insert(connection, schema.heads, [(new.size, new.root, note)])
    rows = [(level, index, data) for (level, index), data in tiles.items()]
    insert(connection, schema.tiles, rows, _GROW_TILE)


def save_published(
    connection: Connection, size: int, note: bytes, lines: Sequence[Cosignature] = ()
) -> None:
    """W3: the note as it will be published, and the cosignatures in it."""
    insert(connection, schema.published, [(size, note)])
    save_cosignatures(connection, size, lines)


def save_cosignatures(connection: Connection, size: int, lines: Sequence[Cosignature]) -> None:
    """Store cosignatures over a published size; one of each key is stored once."""
    again = " ON CONFLICT DO NOTHING"
    keys: list[Row] = [(each.vkey.name, each.vkey.key_id, each.vkey.to_text()) for each in lines]
    insert(connection, schema.witness_keys, keys, again)
    rows: list[Row] = [
        (size, each.vkey.name, each.vkey.key_id, each.line, each.time) for each in lines
    ]
    insert(connection, schema.cosignatures, rows, again)


def mark_erased(connection: Connection, indices: Iterable[int], time: int, cause: str) -> None:
    """Note that the openings of these entries are gone."""
    insert(connection, schema.erasures, [(index, time, cause) for index in indices])
