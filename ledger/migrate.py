"""Creating the tables, and refusing a database of another version.

The steps are in ``migrations/versions``, written by hand. Alembic is imported
only when a step is run; opening a log merely reads the version, and whoever
holds the log's lock brings an older database up to date.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from .engine import writing
from .errors import Config
from .schema import REVISION, REVISIONS


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's version, in one transaction."""
    with writing(engine) as connection:
        _run(connection)


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check_version(engine: Engine, *, may_upgrade: bool = False) -> None:
    """Raise Config unless the database has this program's version.

    With ``may_upgrade`` a database of an older version gets it first.
    """
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
            versions = list(found)
    except (SQLAlchemyError, UnicodeError) as error:
        raise Config(
            f"database: not the database of a log, or missing ({type(error).__name__})"
        ) from None
    if versions == [REVISION]:
        return
    older = len(versions) == 1 and versions[0] in REVISIONS
    if older and may_upgrade:
        upgrade(engine)
        return
    advice = "; start the service once, which brings it up to date" if older else ""
    raise Config(f"database: schema {versions[:1]}, this program works with {REVISION}{advice}")
