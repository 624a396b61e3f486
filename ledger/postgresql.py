"""PostgreSQL: settings without which a commit is no promise, and a COMMIT that is one.

Two answers to COMMIT look like success and are none. A wait for the synchronous standby
that was cancelled comes back as done, with a warning that no driver raises; and a wait
whose standby is gone does not come back at all, because no server-side time limit ends
it. So COMMIT is sent here, its notices are read, and it has a deadline of its own. After
either the outcome is unknown: ``settle`` is called before anything is read again.
"""

from __future__ import annotations

import select
import time
from typing import Any, Final

from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from .errors import Config

DRIVER: Final = "postgresql+psycopg"
SETTINGS: Final = {
    "synchronous_commit": ("on", "remote_apply"),
    "fsync": ("on",),
    "full_page_writes": ("on",),
}
COMMIT_SECONDS: Final = 15.0
"""How long a COMMIT may take; longer than any disk, shorter than a client's patience (30 s)."""
_CONNECT: Final = {
    # A machine that vanished is noticed in half a minute, not in two hours.
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "beilin",
}
_READ: Final = select.POLLIN | select.POLLERR | select.POLLHUP
_WRITE_LOCK: Final = 7163384699739271182
_BEGIN: Final = (
    # Who was stopped within a transaction must not keep its successor out for ever, and a
    # successor must not wait for ever either.
    "SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL lock_timeout = '10s'; "
    f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})"
)
_ADVICE: Final = (
    "put it into the file that PGPASSFILE names (~/.pgpass), or name a service: "
    f"{DRIVER}:///?service=NAME (~/.pg_service.conf)"
)


_UNSAFE: Final = (
    "SELECT string_agg(name, ', ') FROM pg_settings "
    "WHERE name IN ('fsync', 'full_page_writes') AND setting <> 'on'"
)


class UnsafeSettingError(SQLAlchemyError):
    """The server runs without what makes a commit durable; nothing was written."""


class CommitUnknownError(SQLAlchemyError):
    """A COMMIT that nobody may rely on, although nothing says that it failed."""


def check_url(url: URL) -> URL:
    """Return the URL with our connection limits. Raises Config for one with a password in it."""
    if url.drivername != DRIVER:
        raise Config(f"database: the driver must be named, as in {DRIVER}://HOST/NAME")
    if url.password is not None or "password" in url.query or "sslpassword" in url.query:
        # A URL stands in beilin.toml, in the list of processes and in the shell's history.
        raise Config(f"database: no password in the URL; {_ADVICE}")
    if not (url.host or url.database or url.query):
        raise Config(f"database: names nothing; must be {DRIVER}://HOST/NAME")
    missing = {name: str(value) for name, value in _CONNECT.items() if name not in url.query}
    return url.update_query_dict(missing)


def prepare(connection: Any, _record: Any) -> None:
    """Read the settings of a new connection back. Raises Config."""
    with connection.cursor() as cursor:
        for name, allowed in SETTINGS.items():
            cursor.execute(f"SHOW {name}")
            got = cursor.fetchone()[0]
            if got not in allowed:
                connection.close()
                raise Config(f"database: {name} is {got} where {allowed[0]} is needed")
            if name == "synchronous_commit":
                # Held for this session: the server may be told to read its files again.
                cursor.execute(f"SET synchronous_commit TO '{got}'")
    connection.commit()


def begin(connection: Connection) -> None:
    """Take the write lock at the start of a writing transaction.

    Which must read what is there once it has the lock: READ COMMITTED, whereas a reader's
    transaction sees one moment (``open_engine``).
    """
    if connection.get_execution_options().get("beilin_writes", False):
        connection.exec_driver_sql(_BEGIN)
        # No session can hold these two; a server that changed them is no storage any more.
        unsafe = connection.exec_driver_sql(_UNSAFE).scalar()
        if unsafe:
            raise UnsafeSettingError(f"{unsafe} is off")


def commit(connection: Connection) -> None:
    """Commit; raise CommitUnknownError unless the server said so without a warning, in time."""
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.dbapi
    warnings: list[str] = []

    def note(diagnostic: Any) -> None:
        # By its severity and not by its words, which the server may say in any language.
        if diagnostic.severity_nonlocalized == "WARNING":
            warnings.append(str(diagnostic.message_primary))

    driver.add_notice_handler(note)
    try:
        status = _send_commit(driver.pgconn, time.monotonic() + COMMIT_SECONDS)
    except (errors.Error, OSError, ValueError) as error:
        connection.invalidate()
        raise CommitUnknownError(f"COMMIT: {error}") from error
    except BaseException:
        connection.invalidate()  # it was sent: nobody may go on with this connection
        raise
    finally:
        driver.remove_notice_handler(note)
    if status is None:
        connection.invalidate()
        raise CommitUnknownError(f"COMMIT: no answer within {COMMIT_SECONDS:g} s")
    if warnings or status != "COMMIT":
        connection.invalidate()
        raise CommitUnknownError(f"COMMIT: {'; '.join([status, *warnings])}")


def _send_commit(connection: Any, deadline: float) -> str | None:
    """Send COMMIT; return the server's answer, None where there was none in time."""
    connection.send_query(b"COMMIT")
    connection.nonblocking = 1
    try:
        answer = ""
        while True:
            sending = connection.flush() == 1
            while connection.is_busy():
                left = deadline - time.monotonic()
                # Not select(): it takes no descriptor above 1023, which many clients reach.
                poll = select.poll()
                poll.register(connection.socket, _READ | (select.POLLOUT if sending else 0))
                if left <= 0 or not poll.poll(1000 * left):
                    return None
                sending = sending and connection.flush() == 1
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                return answer
            told = result.command_status
            answer = told.decode() if told else result.error_message.decode("utf-8", "replace")
    finally:
        if connection.status == 0:
            connection.nonblocking = 0


def settle(connection: Connection) -> None:
    """Within a writing transaction: make its COMMIT wait for everything that is visible.

    A transaction of unknown outcome may still hold the write lock (then this waits for its
    end), or may have been committed here and not on the standby. The log is confirmed in
    order, so a confirmed COMMIT that wrote something confirms all before it.
    """
    connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'beilin', 'settled')")
