"""T-FLIP in numbers: a thousand bits of the ledger, drawn by their share of its bytes; all are found.

What counts as a ledger byte: every value of every column that follows from the entries, every file of
the static log, the signer's journal. Not counted, because nothing can tell a flip from what was meant:
``requests.fingerprint`` (a repeat is then refused), the dates of erasures, what ``epochs`` says, and
the accounts with their API keys. Tokens and anchors: ``anchors/test_fsck.py``.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.fsck import fsck
from tests.ledger.conftest import Made
from tests.ledger.test_fsck import COLUMNS, flip, triggers_off

pytestmark = pytest.mark.fault


class Place(NamedTuple):
    """A value of the database, or a file (``table`` is empty and ``row`` its path)."""

    table: str
    column: str
    row: int | Path
    size: int


def places(data: Path) -> list[Place]:
    """Return every place where a ledger byte lies, with the number of its bytes."""
    found = [Place("", "", path, path.stat().st_size)
             for path in sorted((data / "log").rglob("*")) if path.is_file()]  # fmt: skip
    journal = data / "signer/journal"
    found.append(Place("", "", journal, journal.stat().st_size))
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        for table, column in COLUMNS:
            sql = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
            for row, value in database.execute(sql):
                size = 8 if isinstance(value, int) else len(value)
                found.append(Place(table, column, row, size))
    return found


def flip_file(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.chmod(0o644)
    path.write_bytes(data)


def flip_value(database: Path, place: Place, chance: random.Random) -> bool:
    """Flip a bit of a value; False where the database itself refuses what came out."""
    with closing(sqlite3.connect(database)) as connection:
        again = triggers_off(connection)
        where = f"FROM {place.table} WHERE rowid = ?"
        (value,) = connection.execute(f"SELECT {place.column} {where}", (place.row,)).fetchone()
        sql = f"UPDATE {place.table} SET {place.column} = ? WHERE rowid = ?"
        try:
            connection.execute(sql, (flip(value, chance), place.row))
        except sqlite3.IntegrityError:
            return False
        for trigger in again:
            connection.execute(trigger)
        connection.commit()
    return True


@pytest.mark.timeout(3600)
def test_a_thousand_flips_are_all_found(grown: Made, rounds: Callable[[int, int], int]) -> None:
    chance = random.Random(1000)
    every = places(grown.data)
    database = grown.data / "beilin.db"
    kept = database.read_bytes()
    wanted, found = rounds(25, 1000), Counter[str]()
    while found.total() < wanted:
        (place,) = chance.choices(every, weights=[each.size for each in every])
        if isinstance(place.row, Path):
            before = place.row.read_bytes()
            flip_file(place.row, chance)
            assert list(fsck(grown.data)), place
            place.row.write_bytes(before)
            found["files"] += 1
        elif flip_value(database, place, chance):
            assert list(fsck(grown.data)), place
            found[place.table] += 1
        database.write_bytes(kept)
    print(f"{found.total()} flips, all found: {dict(found)}")
    assert list(fsck(grown.data)) == []
