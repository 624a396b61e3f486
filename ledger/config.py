"""``beilin.toml``: what a log is, written once by ``create`` and read by every command.

    origin = "log.example.org/beilin"
    database = "sqlite:///beilin.db"
    created = "2026-11-21T13:07:00Z"
    log = "log.example.org/beilin+…"
    service = "log.example.org/beilin/service+…"

A SQLite file is named relative to the folder, so that the folder can be moved.
Exactly these keys: a misspelled one must not become a default.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from verifier.encoding import parse_time, to_time
from verifier.errors import VerifierError
from verifier.tlog.checkpoint import check_origin
from verifier.tlog.keys import VKey, parse_vkey

from .durable import replace
from .engine import check_settings, open_engine
from .errors import Config
from .migrate import check_version

NAME: Final = "beilin.toml"
DATABASE: Final = "sqlite:///beilin.db"
MAXIMUM_BYTES: Final = 16_384


class LogConfig(NamedTuple):
    """The values of the file; ``created`` in Unix seconds."""

    origin: str
    database: str
    created: int
    log: VKey
    service: VKey

    def to_text(self) -> str:
        """Return the file."""
        # A JSON string is a TOML string, and all values here are ASCII or escaped.
        values = {
            "origin": self.origin,
            "database": self.database,
            "created": to_time(self.created),
            "log": self.log.to_text(),
            "service": self.service.to_text(),
        }
        return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def write_config(folder: Path, config: LogConfig) -> None:
    """Write the file; it is the last thing that ``create`` does."""
    replace(folder / NAME, config.to_text().encode())


def read_config(folder: Path) -> LogConfig:
    """Return the configuration of the log in a folder. Raises Config."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
        if len(raw) > MAXIMUM_BYTES:
            raise Config(f"{NAME}: more than {MAXIMUM_BYTES} bytes")
        values = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise Config(f"{NAME}: cannot be read ({error.strerror}); is this a log?") from None
    except ValueError as error:
        raise Config(f"{NAME}: not TOML ({type(error).__name__})") from None
    if set(values) != set(LogConfig._fields):
        raise Config(f"{NAME}: must have exactly the keys {', '.join(LogConfig._fields)}")
    if not all(isinstance(value, str) for value in values.values()):
        raise Config(f"{NAME}: every value is a text")
    try:
        check_origin(values["origin"])
        config = LogConfig(
            values["origin"],
            values["database"],
            parse_time(values["created"], "created"),
            parse_vkey(values["log"]),
            parse_vkey(values["service"]),
        )
    except VerifierError as error:
        raise Config(f"{NAME}: {error}") from None
    if config.log.name != config.origin or config.service.name != f"{config.origin}/service":
        raise Config(f"{NAME}: the keys do not bear the name of the origin")
    return config


def database_url(folder: Path, database: str) -> str:
    """Return the URL with a relative SQLite file placed in the folder. Raises Config."""
    prefix, name = "sqlite:///", database.removeprefix("sqlite:///")
    if not database.startswith(prefix) or name.startswith("/"):
        return database
    if name.startswith((":", "file:")) or "?" in name or not name:
        raise Config("database: SQLite needs the plain path of a file")
    return prefix + str(folder.resolve() / name)


def database_file(folder: Path, database: str) -> Path | None:
    """Return the SQLite file, None for another kind of database."""
    url = database_url(folder, database)
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def open_database(folder: Path, config: LogConfig, *, may_upgrade: bool = False) -> Engine:
    """Open the database of a log; it must be there and of this version. Raises Config.

    ``may_upgrade`` is for whoever holds the log's lock: an older version is then brought here.
    """
    file = database_file(folder, config.database)
    if file is not None and not file.is_file():
        raise Config(f"{file.name}: the database is missing; a new one would be another log")
    engine = open_engine(database_url(folder, config.database))
    try:
        check_settings(engine)
        check_version(engine, may_upgrade=may_upgrade)
    except BaseException:
        engine.dispose()
        raise
    return engine
