"""What is read from the database. The caller holds the connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from verifier.errors import Malformed
from verifier.tlog.note import parse_note

from .engine import statement
from .errors import Corruption
from .prove import ReadTile
from .signer import Head

CHUNK = 500
"""Values in one IN list: few enough for every driver, many enough to be fast."""


def fetch(connection: Connection, sql: str, *values: object) -> Sequence[Any]:
    """Return all rows of a driver-level query, as the driver's own tuples."""
    result = connection.exec_driver_sql(statement(connection, sql), values)
    try:
        return result.cursor.fetchall()
    finally:
        result.close()


def fetch_in(
    connection: Connection, sql: str, first: tuple[object, ...], keys: Sequence[object]
) -> Iterator[Any]:
    """Yield the rows of a query whose ``(??)`` stands for the keys, some at a time."""
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        marks = f"({','.join('?' * len(part))})"
        yield from fetch(connection, sql.replace("(??)", marks), *first, *part)


class Stored(NamedTuple):
    """An entry as it lies in the database; salt and statement are None once erased."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    entry: bytes
    leaf_hash: bytes
    received: int
    salt: bytes | None
    statement: bytes | None


_STORED = (
    "SELECT e.entry_index, e.entry, e.leaf_hash, e.received, o.salt, o.statement "
    "FROM entries e LEFT JOIN openings o ON o.entry_index = e.entry_index "
)


def stored_between(connection: Connection, start: int, end: int) -> list[Stored]:
    """Return entries start … end - 1, which must all be there."""
    where = "WHERE e.entry_index >= ? AND e.entry_index < ? ORDER BY e.entry_index"
    rows = [Stored._make(row) for row in fetch(connection, _STORED + where, start, end)]
    if [row.index for row in rows] != list(range(start, end)):
        raise Corruption(f"entries: {len(rows)} rows where {start} to {end - 1} are expected")
    return rows


def stored_of(connection: Connection, indices: Sequence[int]) -> dict[int, Stored]:
    """Return the entries of these indices that are there."""
    sql = _STORED + "WHERE e.entry_index IN (??)"
    return {row[0]: Stored._make(row) for row in fetch_in(connection, sql, (), indices)}


def entry_count(connection: Connection) -> int:
    """Return how many entries are numbered; the table has no gaps (a trigger sees to it)."""
    return int(fetch(connection, "SELECT coalesce(max(entry_index) + 1, 0) FROM entries")[0][0])


def head(connection: Connection) -> Head:
    """Return the head row. Raises Corruption if there is none."""
    rows = fetch(connection, "SELECT size, root FROM head")
    if len(rows) != 1:
        raise Corruption(f"head: {len(rows)} rows where 1 is expected")
    return Head(rows[0][0], bytes(rows[0][1]))


def signed_note(connection: Connection, size: int) -> bytes:
    """Return the note of a signed head. Raises Corruption if it is missing."""
    rows = fetch(connection, "SELECT note FROM heads WHERE size = ?", size)
    if not rows:
        raise Corruption(f"heads: no row of size {size}")
    return bytes(rows[0][0])


def signed_note_near(connection: Connection, size: int) -> bytes:
    """Return the note of a signed head of this size, or of the newest where there is none."""
    sql = "SELECT note FROM heads ORDER BY size = ? DESC, size DESC LIMIT 1"
    return bytes(fetch(connection, sql, size)[0][0])


def cosigned_sizes(connection: Connection) -> dict[tuple[str, bytes], int]:
    """Return the largest size that each witness's key is known to have cosigned."""
    sql = "SELECT key_name, key_id, max(size) FROM cosignatures GROUP BY key_name, key_id"
    return {(row[0], bytes(row[1])): row[2] for row in fetch(connection, sql)}


def is_cosigned(connection: Connection) -> bool:
    """Return whether a witness ever had a line here: then a checkpoint waits for its quorum."""
    return bool(fetch(connection, "SELECT 1 FROM witness_keys LIMIT 1"))


def late_lines(connection: Connection, size: int, note: bytes) -> list[bytes]:
    """Return the stored cosignatures over a published size that its note does not hold.

    One that was damaged so that it is no line any more is left out: with it the note
    could not be read.
    """
    sql = "SELECT line FROM cosignatures WHERE size = ? ORDER BY at, key_name, key_id"
    lines = (bytes(row) for (row,) in fetch(connection, sql, size))
    return [line for line in lines if line not in note and _is_line(line)]


def _is_line(line: bytes) -> bool:
    try:
        note = parse_note(b"\n\n" + line)
    except Malformed:
        return False
    return note.text == b"\n" and len(note.signatures) == 1


def cosigned_note(connection: Connection, size: int) -> bytes | None:
    """Return the note of a published size with every cosignature that came, None if there is none."""
    rows = fetch(connection, "SELECT note FROM published WHERE size = ?", size)
    if not rows:
        return None
    note = bytes(rows[0][0])
    return note + b"".join(late_lines(connection, size, note))


def cosigned_newest_first(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Yield sizes with at least one cosignature, and their notes with all of them."""
    before = 1 << 62
    while True:
        sql = "SELECT max(size) FROM cosignatures WHERE size < ?"
        before = fetch(connection, sql, before)[0][0]
        if before is None:
            return
        note = cosigned_note(connection, before)
        if note is not None:
            yield before, note


def last_published(connection: Connection) -> tuple[int, bytes] | None:
    """Return size and note of the newest published head, None for a log that has none."""
    rows = fetch(connection, "SELECT size, note FROM published ORDER BY size DESC LIMIT 1")
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def oldest_published(connection: Connection) -> bytes:
    """Return the note of the oldest published head; there must be one."""
    return bytes(fetch(connection, "SELECT note FROM published ORDER BY size LIMIT 1")[0][0])


def first_published_after(connection: Connection, index: int) -> tuple[int, bytes] | None:
    """Return size and note of the first published head that holds the entry."""
    sql = "SELECT size, note FROM published WHERE size > ? ORDER BY size LIMIT 1"
    rows = fetch(connection, sql, index)
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def tile_reader(connection: Connection) -> ReadTile:
    """Return a function that reads tiles from their rows."""

    def read(level: int, index: int, width: int) -> bytes:
        sql = "SELECT data FROM tiles WHERE level = ? AND tile_index = ?"
        rows = fetch(connection, sql, level, index)
        if not rows or len(rows[0][0]) < 32 * width:
            raise Corruption(f"tiles: level {level} index {index} has not {width} hashes")
        return bytes(rows[0][0][: 32 * width])

    return read


def current_epoch(connection: Connection) -> int:
    """Return the epoch in which new chains begin; it rises when chain heads were lost."""
    return int(fetch(connection, "SELECT coalesce(max(epoch), 0) FROM epochs")[0][0])


class InForce(NamedTuple):
    """What W1 writes into every statement: new chains' epoch, the newest declaration's digest."""

    epoch: int
    declaration: bytes | None


def in_force(connection: Connection) -> InForce:
    """Return both in one query; W1 asks once for each batch, while it holds the write lock."""
    sql = (
        "SELECT (SELECT coalesce(max(epoch), 0) FROM epochs), "
        "(SELECT digest FROM declarations ORDER BY number DESC LIMIT 1)"
    )
    epoch, digest = fetch(connection, sql)[0]
    return InForce(int(epoch), None if digest is None else bytes(digest))
