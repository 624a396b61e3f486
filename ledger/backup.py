"""``beilin backup``: one tar file with database, static log and ``beilin.toml``.

Never the signer: a restored copy of its journal would have forgotten what was
signed since, and with it a database of the same age would fork the log. Without
it an old database cannot do harm: the signer is ahead, and nothing is written
until ``recover`` has brought the missing entries back.

The database is copied first, in one snapshot; the static files are those that
the snapshot's published sizes need, and the checkpoint is the snapshot's own.
So the three agree, although the service goes on meanwhile.
"""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from verifier.errors import Malformed
from verifier.tlog.tiles import parse_tile_path

from .config import NAME, database_file, open_database, read_config
from .durable import TEMPORARY, sync_directory
from .errors import AlreadyExists, Config
from .fsck_tree import Files
from .publish import PENDING

NOTES: Final = """\
A backup of a Beilin log.

It holds beilin.toml, beilin.db and log/ as they were at one moment, and no keys.

To restore:
 1. Stop the service. Keep what is left of the old folder; above all keep signer/ as it is now.
 2. Unpack this file into a new, empty folder.
 3. Give the service the signer's present folder: move it to signer/ or use --signer-state.
    Never use an older copy of it.
 4. Start the service. If entries were logged after this backup it refuses, naming two heads.
    Then run: beilin recover --data DIR --from COPY
    where COPY is the old log/ folder, a mirror, or the URL of one.
    Entries come back; the salts and statements of those after this backup do not, so their
    receipts live on only with their owners, and their dossiers go on in a new epoch.
 5. Run: beilin fsck --data DIR
 6. Accounts, API keys, registered keys and revocations made since this backup are not in it.
    Make them again; above all revoke again every API key that was revoked since.
"""


def backup(data: Path, out: Path) -> int:
    """Write a backup and return the log's size in it. Raises AlreadyExists or Config."""
    config = read_config(data)
    file = database_file(data, config.database)
    if file is None:
        raise Config(
            "backup: PostgreSQL is backed up with its own tools: pg_basebackup with archived WAL, "
            "or pg_dump; after it copy log/ and beilin.toml, never signer/ (README.md)"
        )
    if out.exists():
        raise AlreadyExists("backup: the file exists")
    open_database(data, config).dispose()
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=out.parent) as folder:
        copy = Path(folder) / "beilin.db"
        # Read before the database: what stands there then is published in the snapshot too.
        there = data / "log/checkpoint"
        checkpoint = there.read_bytes() if there.exists() else b""
        with (
            closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            rows = target.execute("SELECT size, note FROM published ORDER BY size").fetchall()
            witnessed = target.execute("SELECT 1 FROM witness_keys LIMIT 1").fetchone()
            # One file, readable alone: no write-ahead log beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        part = Path(folder) / "backup.tar"
        copy.chmod(0o600)  # it holds statements and salts, and so does the backup
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w") as tar:
                _add_bytes(tar, "RESTORE.txt", NOTES.encode())
                tar.add(data / NAME, NAME)
                tar.add(copy, file.name)
                if rows and not witnessed:
                    _add_bytes(tar, "log/checkpoint", rows[-1][1])
                elif rows:
                    if not checkpoint:
                        raise Config("backup: log/checkpoint is missing; open the log once more")
                    # The newest that met its quorum; the newest of all waits for its own.
                    _add_bytes(tar, "log/checkpoint", checkpoint)
                    if not checkpoint.startswith(rows[-1][1]):
                        _add_bytes(tar, f"log/{PENDING}", rows[-1][1])
                for name in _static(data / "log", [row[0] for row in rows]):
                    tar.add(data / "log" / name, f"log/{name}")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(part, out)
        except FileExistsError:
            raise AlreadyExists("backup: the file exists") from None
        sync_directory(out.parent)
    return rows[-1][0] if rows else 0


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644
    tar.addfile(info, io.BytesIO(data))


def _static(folder: Path, sizes: list[int]) -> Iterator[str]:
    """Yield the files that these published sizes need; later ones would not fit the database."""
    files = Files(folder, sizes)
    for path in sorted(folder.glob("tile/**/*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            continue
        try:
            level, number, width = parse_tile_path(name)
        except Malformed:
            continue
        if width in files.needed(level or 0, number):
            yield name
