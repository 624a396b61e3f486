"""Holds: accounts and dossiers of which nothing may be erased, as long as a matter is open."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Engine

from . import schema
from .engine import saving, statement
from .store import insert


def set_hold(
    engine: Engine, account: bytes, dossier: bytes, clock: Callable[[], float] = time.time
) -> bool:
    """Keep an account (``dossier`` empty) or one dossier of it; return whether that is new."""
    with saving(engine) as connection:
        sql = "SELECT count(*) FROM holds"
        before = connection.exec_driver_sql(sql).scalar_one()
        row = (account, dossier, int(clock()))
        insert(connection, schema.holds, [row], " ON CONFLICT DO NOTHING")
        return bool(connection.exec_driver_sql(sql).scalar_one() > before)


def release(engine: Engine, account: bytes, dossier: bytes) -> bool:
    """End a hold; return whether there was one."""
    with saving(engine) as connection:
        sql = "DELETE FROM holds WHERE account = ? AND dossier = ?"
        done = connection.exec_driver_sql(statement(connection, sql), (account, dossier))
        return done.rowcount == 1
