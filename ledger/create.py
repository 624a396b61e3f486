"""Creating a log: done once, on purpose, and never by opening one.

The order is such that an interrupted creation leaves no ``beilin.toml``, hence
no log; what it left must be removed by hand before it is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from verifier.errors import VerifierError
from verifier.tlog.checkpoint import check_origin
from verifier.tlog.keys import check_name
from verifier.tlog.merkle import EMPTY_ROOT

from . import store
from .config import DATABASE, NAME, LogConfig, database_file, database_url, write_config
from .durable import Lock, make_directory, sync_directory
from .engine import check_settings, open_engine, writing
from .errors import AlreadyExists, Config, Given
from .migrate import upgrade
from .publish import Publisher
from .service_key import ServiceKey
from .signer import Head, Signer


def create_log(
    data: Path,
    origin: str,
    *,
    database: str | None = None,
    signer_state: Path | None = None,
    clock: Callable[[], float] = time.time,
) -> None:
    """Create an empty log with new keys. Raises AlreadyExists or Config."""
    try:
        check_origin(origin)
        check_name(f"{origin}/service")
    except VerifierError as error:
        raise Given(f"origin: {error}") from None
    url = DATABASE if database is None else database
    file = database_file(data, url)
    for path in (data / NAME, data / "log", *([file] if file else [])):
        if path.exists():
            raise AlreadyExists(f"{path}: there is a log, or part of one, already")
    make_directory(data)
    lock = Lock(data / "lock")
    try:
        if file is not None:
            file.touch(0o600)
            sync_directory(file.parent)
        _create_parts(data, origin, url, signer_state or data / "signer", int(clock()))
    finally:
        lock.release()


def _create_parts(data: Path, origin: str, database: str, state: Path, now: int) -> None:
    engine = open_engine(database_url(data, database))
    try:
        check_settings(engine)
        if inspect(engine).has_table("alembic_version"):
            # Also where its creation was interrupted: whose tables these are is not known.
            raise AlreadyExists("database: there is a log, or part of one, already")
        upgrade(engine)
        signer = Signer.create(state, origin)
        service = ServiceKey.create(state, origin)
        head = Head(0, EMPTY_ROOT)
        note = signer.sign(head, [])
        with writing(engine) as connection:
            store.create_head(connection, head, note)
        publisher = Publisher(data / "log", data / "publish.lock", signer.vkey)
        publisher.create()
        publisher.publish(note)
        write_config(data, LogConfig(origin, database, now, signer.vkey, service.vkey))
    except SQLAlchemyError as error:
        raise Config(f"database: {type(error).__name__}") from error
    finally:
        engine.dispose()
