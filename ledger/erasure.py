"""Erasing what an entry was about.

The log keeps a salted commitment. Once salt and statement are gone nobody can
tell or test what it committed to. The entry, its place in the chain and a dated
mark stay; the count of erased items can be told. Copies that left the service
(receipts, backups) are not reached.
"""

from __future__ import annotations

from sqlalchemy import Engine

from . import store
from .engine import reading, saving, statement
from .errors import NotFound


def erase(engine: Engine, index: int, now: int) -> None:
    """Delete salt, statement and digest of an entry. Raises NotFound if they are not there."""
    with saving(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")  # zeros, not a free page
        for number, sql in enumerate(
            (
                "DELETE FROM openings WHERE entry_index = ?",
                "UPDATE submissions SET digest = NULL, identity_hash = NULL WHERE entry_index = ?",
            )
        ):
            done = connection.exec_driver_sql(statement(connection, sql), (index,))
            if number == 0 and done.rowcount != 1:
                raise NotFound("no such opening")
        store.mark_erased(connection, [index], now, "erased")
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            connection.rollback()
            # Write-ahead log pages with the old content are copied over and the file is emptied.
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
