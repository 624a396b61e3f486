"""T-FLIP: a flipped bit in any column or file is found, and named."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial

import pytest

from ledger.errors import LedgerError
from ledger.fsck import Finding, fsck
from ledger.schema import metadata
from tests.ledger.conftest import Made
from tests.ledger.support import DOSSIER, load, open_log

# Not derived from the entries, so nothing can tell a flip in them from what was meant.
NOT_JUDGED = {
    ("requests", "fingerprint"),
    ("erasures", "erased"),
    ("epochs", "begun"),
    ("epochs", "epoch"),
    ("epochs", "size"),
}
COLUMNS = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    # Tokens and anchors: tests/ledger/anchors/test_fsck.py, on a log that has some.
    if table.name not in ("accounts", "api_keys", "epochs", "tokens", "anchors", "holds")
    and (table.name, column.name) not in NOT_JUDGED
]


def test_a_sound_log_has_no_findings_and_progress_is_told(grown_once):
    told = []
    assert list(fsck(grown_once.data, progress=lambda *at: told.append(at))) == []
    assert told[-1] == (577, 577)


def triggers_off(database: sqlite3.Connection) -> list[str]:
    kept = [
        row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE type='trigger'")
    ]
    names = [
        row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
    ]
    for name in names:
        database.execute(f"DROP TRIGGER {name}")
    return kept


def flip(value, chance: random.Random):
    """Return a value with one bit flipped, of the same type."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(10))
    raw = bytearray(value.encode() if isinstance(value, str) else value)
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(5)
    return raw.decode() if isinstance(value, str) else bytes(raw)


@pytest.mark.fault
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=map(".".join, COLUMNS))
def test_a_flip_in_each_column_is_found(grown: Made, rounds, table, column):
    chance = random.Random(f"{table}.{column}")
    path = grown.data / "beilin.db"
    for _ in range(rounds(2, 40)):
        kept = path.read_bytes()
        with closing(sqlite3.connect(path)) as database:
            again = triggers_off(database)
            sql = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
            rows = database.execute(sql).fetchall()
            row, value = chance.choice(rows)
            changed = flip(value, chance)
            assert changed != value
            try:
                database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
            except sqlite3.IntegrityError:
                changed = None  # a number that another row has: the database itself refused
            for trigger in again:
                database.execute(trigger)
            database.commit()
        findings = list(fsck(grown.data))
        use(grown)
        path.write_bytes(kept)
        assert findings or changed is None, f"{table}.{column}, row {row}: {value!r} → {changed!r}"
    assert list(fsck(grown.data)) == []


def use(grown: Made) -> None:
    """Open and ask a damaged log: nothing but our own errors comes out."""
    static = {p: p.read_bytes() for p in (grown.data / "log").rglob("*") if p.is_file()}
    with suppress(LedgerError), open_log(grown.data) as log:
        asks: list[Callable[[], object]] = []
        asks += [partial(log.receipt, n) for n in (0, 5, 300, 576)]
        asks += [partial(log.latest_receipt, 300), log.checkpoint, partial(log.owner, 300)]
        asks += [partial(log.dossier_statement, grown.account.id, DOSSIER), log.state]
        for ask in asks:
            with suppress(LedgerError):
                ask()
    after = {p: p.read_bytes() for p in (grown.data / "log").rglob("*") if p.is_file()}
    assert static == after, "a damaged log changed what is published"


@pytest.mark.fault
def test_a_finding_names_the_place(grown: Made):
    with closing(sqlite3.connect(grown.data / "beilin.db")) as database:
        again = triggers_off(database)
        entry = bytearray(
            database.execute("SELECT entry FROM entries WHERE entry_index=77").fetchone()[0]
        )
        entry[100] ^= 1
        database.execute("UPDATE entries SET entry = ? WHERE entry_index = 77", (bytes(entry),))
        for trigger in again:
            database.execute(trigger)
        database.commit()
    found = [str(finding) for finding in fsck(grown.data)]
    assert "entries, index 77: entry and leaf_hash disagree" in found
    assert len(found) < 12, "one flip does not bury its place"
    assert any(line.startswith("log/tile/entries/000") and ", offset " in line for line in found)


@pytest.mark.fault
def test_a_flip_in_each_file_is_found(grown: Made, rounds):
    chance = random.Random(3)
    files = sorted(p for p in (grown.data / "log").rglob("*") if p.is_file())
    files.append(grown.data / "signer/journal")
    assert len(files) == 20
    for path in files:
        data = path.read_bytes()
        path.chmod(0o644)
        for _ in range(rounds(2, 40)):
            damaged = bytearray(data)
            at = chance.randrange(len(data))
            damaged[at] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            found = [str(finding) for finding in fsck(grown.data)]
            assert found, f"{path} byte {at}"
            if "tile" in str(path):
                name = path.relative_to(grown.data).as_posix()
                assert found == [f"{name}, offset {at}: differs from the entries"]
        path.unlink()
        assert list(fsck(grown.data)), f"{path} missing"
        path.write_bytes(data)
    assert list(fsck(grown.data)) == []


@pytest.mark.fault
@pytest.mark.parametrize(
    "name",
    ["tile/0/002", "tile/0/000.p/2", "tile/entries/000.p/77", "tile/1/000.p/7", ".tmp-9-000", "x"],
)
def test_a_file_that_nobody_needs_is_reported(grown: Made, name):
    path = grown.data / "log" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    (found,) = fsck(grown.data)
    assert found.where.split(",")[0] == f"log/{name}"


@pytest.mark.fault
def test_flips_anywhere_in_the_database_file(grown: Made, rounds):
    """Raw flips: each that changes what a judged column says is found."""
    path = grown.data / "beilin.db"
    kept = path.read_bytes()
    before = dump(path)
    chance = random.Random(5)
    changed = 0
    for _ in range(rounds(60, 600)):
        damaged = bytearray(kept)
        damaged[chance.randrange(100, len(kept))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        after = dump(path)
        try:
            found = list(fsck(grown.data))
        except Exception as error:  # noqa: BLE001 - a file that cannot even be opened is found too
            found = [Finding("database", str(error))]
        if after != before:
            changed += 1
            assert found
    assert changed > 20
    path.write_bytes(kept)


def dump(path) -> object:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            database.text_factory = bytes  # what is no longer UTF-8 is a change too
            return [
                database.execute(f"SELECT {column} FROM {table}").fetchall()
                for table, column in COLUMNS
            ]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return type(error)


@pytest.mark.fault
def test_a_missing_row_of_each_table_is_found(grown: Made):
    path = grown.data / "beilin.db"
    kept = path.read_bytes()
    for table in ("entries", "openings", "submissions", "requests", "heads", "published",
                  "erasures", "head", "tiles", "declarations", "cosignatures", "witness_keys"):  # fmt: skip
        with closing(sqlite3.connect(path)) as database:
            again = triggers_off(database)
            row = database.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0]
            database.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            for trigger in again:
                database.execute(trigger)
            database.commit()
        assert list(fsck(grown.data)), table
        path.write_bytes(kept)


def test_fsck_runs_beside_the_service(made: Made):
    with open_log(made.data) as log, load(log, made.account, 30) as grown:
        for _ in range(5):
            grown()
            assert list(fsck(made.data)) == []


def test_an_older_partial_tile_is_compared_although_no_size_needs_it(grown: Made):
    tile = grown.data / "log/tile/0/000"
    path = grown.data / "log/tile/0/000.p/9"
    path.write_bytes(tile.read_bytes()[: 9 * 32])
    assert list(fsck(grown.data)) == []


def test_fsck_of_a_copy_without_its_signer_says_so(grown: Made):
    shutil.rmtree(grown.data / "signer")
    assert [finding.where for finding in fsck(grown.data)] == ["signer journal"]
