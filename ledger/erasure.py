"""Erasing what an entry was about, and looking that nothing of it is left.

The log keeps a salted commitment. Once salt, statement and what follows from the
digest (in ``submissions`` and ``requests``) are gone nobody can tell or test what
it committed to. The entry, its place in the chain and a dated mark stay; the count
of erased items can be told. Copies that left the service (receipts, backups, a
standby, archived write-ahead logs) are not reached.

A database keeps copies of its own: free pages, the unused part of pages, the
write-ahead log. SQLite is told to overwrite what it deletes, the log is emptied,
and then the file itself is searched for every secret; where one is found, or none
is known any more, the whole file is written anew (VACUUM). PostgreSQL keeps dead
rows until ``VACUUM FULL``; its write-ahead log goes as the server recycles it.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.evidence.statement import parse_statement

from . import store
from .audit_log import Event, append
from .engine import reading, saving, settle, statement
from .errors import NotFound, NotPublished, OnHold, Unavailable
from .queries import fetch, last_published

_SECURE_DELETE: Final = "PRAGMA secure_delete = ON"  # zeros, not a free page
_FORGET_OPENING: Final = "DELETE FROM openings WHERE entry_index = ?"
_FORGET_DIGEST: Final = (
    "UPDATE submissions SET digest = NULL, identity_hash = NULL WHERE entry_index = ?"
)
_FORGET_REQUEST: Final = (
    # A hash over the request, hence over the digest: whoever guesses that could test it.
    "UPDATE requests SET fingerprint = ? WHERE first_index <= ? AND first_index + entry_count > ? "
    "AND account = (SELECT account FROM submissions WHERE entry_index = ?)"
)
_TABLES: Final = ("openings", "submissions", "requests")


class Remains(NamedTuple):
    """What an erasure did beyond the rows: whether the file was searched, or was written anew."""

    searched: bool
    rewritten: bool


def erase(engine: Engine, index: int, now: int) -> Sequence[bytes]:
    """Delete salt, statement and digest of an entry; return the secrets, to search for.

    Raises NotFound if they are not there, NotPublished while its batch is under way (which reads
    them once more before it signs), OnHold if the account or dossier is on hold.
    """
    with saving(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(_SECURE_DELETE)
        secrets = _secrets(connection, index)
        _refuse_held(connection, index)
        values: tuple[object, ...]
        for sql, values in (
            (_FORGET_OPENING, (index,)),
            (_FORGET_DIGEST, (index,)),
            (_FORGET_REQUEST, (b"", index, index, index)),
        ):
            connection.exec_driver_sql(statement(connection, sql), values)
        store.mark_erased(connection, [index], now, "erased")
        append(connection, Event("erase", f"entry {index}"), now)
    return secrets


def _secrets(connection: Connection, index: int) -> list[bytes]:
    sql = (
        "SELECT o.salt, o.statement, s.digest, s.identity_hash FROM openings o "
        "JOIN submissions s ON s.entry_index = o.entry_index WHERE o.entry_index = ?"
    )
    rows = fetch(connection, sql, index)
    if not rows:
        raise NotFound("no such opening")
    published = last_published(connection)
    if published is None or index >= published[0]:
        raise NotPublished("the entry is not published yet; erase it in a moment")
    salt, text, digest, identity_hash = (None if each is None else bytes(each) for each in rows[0])
    secrets = [each for each in (salt, digest, identity_hash) if each]
    try:
        read = parse_statement(text or b"")
    except VerifierError:  # damaged; it goes all the same
        return secrets
    values = [each.value for each in read.submission.digests]
    values += [] if read.signature is None else [read.signature]
    return [*secrets, *(to_base64(value).encode() for value in values)]


def _refuse_held(connection: Connection, index: int) -> None:
    sql = (
        "SELECT 1 FROM holds h JOIN submissions s ON s.account = h.account "
        "WHERE s.entry_index = ? AND (h.dossier = ? OR h.dossier = s.dossier)"
    )
    if fetch(connection, sql, index, b""):
        raise OnHold("the account or dossier of this entry is on hold")


def is_erased(connection: Connection, index: int) -> bool:
    """Return whether the opening of an entry was erased on purpose."""
    sql = "SELECT 1 FROM erasures WHERE entry_index = ? AND cause = 'erased'"
    return bool(fetch(connection, sql, index))


def scrub(engine: Engine, file: Path | None, secrets: Sequence[bytes]) -> Remains:
    """Leave nothing of the secrets in the database; without any, write it anew in any case.

    ``file`` is the SQLite file. Raises Unavailable where the database is too busy for it: then it
    is asked again. The service may run; where the rewriting takes longer than its writers wait
    (10 s) it answers 503 until that is done, and callers repeat.
    """
    if file is None:
        settle(engine)  # what an earlier erasure of unknown outcome left visible is not certain
        with _alone(engine) as execute:
            for table in _TABLES:
                execute(f"VACUUM FULL {table}")
            execute("CHECKPOINT")
        settle(engine)
        return Remains(searched=False, rewritten=True)
    _empty_log(engine)
    rewritten = not secrets or found_in(file, secrets)
    if rewritten:
        with _alone(engine) as execute:
            execute(_SECURE_DELETE)
            execute("VACUUM")
        _empty_log(engine)
        if secrets and found_in(file, secrets):
            raise Unavailable("the database still holds a copy; another process reads an old state")
    return Remains(bool(secrets), rewritten)


def found_in(file: Path, secrets: Sequence[bytes]) -> bool:
    """Return whether a file, or the write-ahead log beside it, holds one of these."""
    for path in (file, file.with_name(f"{file.name}-wal")):
        if not path.exists() or not path.stat().st_size:
            continue
        with (
            path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held,
        ):
            if any(held.find(secret) >= 0 for secret in secrets):
                return True
    return False


def _empty_log(engine: Engine) -> None:
    # Pages with the old content are copied over, and the write-ahead log is cut to nothing.
    with _alone(engine) as execute:
        busy = execute("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
    if busy:
        raise Unavailable("the database is being read, so its write-ahead log cannot be emptied")


@contextmanager
def _alone(engine: Engine) -> Iterator[Any]:
    """Give a function that runs statements outside any transaction, on the driver's own connection."""
    try:
        with reading(engine) as connection:
            connection.rollback()
            raw: Any = connection.connection.driver_connection
            postgresql = connection.dialect.name == "postgresql"
            if postgresql:
                raw.autocommit = True
            try:

                def execute(sql: str) -> Any:
                    cursor = raw.execute(sql)
                    return cursor.fetchall() if cursor.description else []

                yield execute
            finally:
                if postgresql:
                    raw.autocommit = False
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise Unavailable(f"database: {type(error).__name__}") from error
