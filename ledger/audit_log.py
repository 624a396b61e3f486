"""The audit log: who did what to this log, each record with the hash of the one before.

    beilin/audit/v1
    number 12
    previous 3q2+7w…                      SHA-256 of record 11, or ``none``
    time 2026-12-01T05:00:00Z
    who "operator, uid 1000"
    action "erase"
    subject "entry 57"
    decision done                         begun | done | refused | failed
    trace none                            32 hex digits of a request, or ``none``
    detail ""

Quoted values are JSON strings in ASCII, so no name can forge a line or a colour on
a terminal. No record holds a body, a key, a digest, a salt or a client's address.

The chain shows an edit, a gap or another order. It cannot show that its *end* was
cut off, or that all of it was written anew: for that its head is anchored in the
ledger itself once a day (``audit_anchor.py``), and printed for whoever keeps it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, Engine

from verifier.encoding import to_base64, to_time

from . import schema
from .engine import saving
from .errors import LedgerError, Unavailable
from .queries import fetch
from .store import insert

Decision = Literal["begun", "done", "refused", "failed"]

_QUOTED: Final = r'"(?:[ !#-\[\]-~]|\\[\\"bfnrt]|\\u[0-9a-f]{4})*+"'
_RECORD: Final = re.compile(
    r"beilin/audit/v1\nnumber ([1-9][0-9]{0,17})\nprevious ([A-Za-z0-9+/]{43}=|none)\n"
    rf"time (\S{{20}})\nwho ({_QUOTED})\naction ({_QUOTED})\nsubject ({_QUOTED})\n"
    rf"decision (begun|done|refused|failed)\ntrace ([0-9a-f]{{32}}|none)\ndetail ({_QUOTED})\n",
    re.ASCII,
)
_MOST_CHARACTERS: Final = 400
_MOST_BYTES: Final = 16_384
log = logging.getLogger("beilin.ledger")


class Event(NamedTuple):
    """What happened. ``who`` is the operator unless it says otherwise."""

    action: str
    subject: str = ""
    decision: Decision = "done"
    who: str = ""
    trace: str = "none"
    detail: str = ""


class AuditHead(NamedTuple):
    """How many records there are, and the hash of the last; ``none`` of an empty audit log."""

    number: int
    hash: bytes

    def to_text(self) -> str:
        """Return the head as it is printed and given: NUMBER:HASH, the hash in base64."""
        return f"{self.number}:{to_base64(self.hash) if self.number else 'none'}"


class Record(NamedTuple):
    """One row, as it lies in the database."""

    number: int
    record: bytes
    hash: bytes


def operator() -> str:
    """Return who runs this process, as far as the system can say."""
    return f"operator, uid {os.getuid()}"


def _quoted(text: str) -> str:
    # ASCII, and DEL, which JSON leaves alone.
    return json.dumps(text[:_MOST_CHARACTERS]).replace("\x7f", "\\u007f")


def head(connection: Connection) -> AuditHead:
    """Return the newest record's number and hash."""
    rows = fetch(connection, "SELECT number, hash FROM audit_log ORDER BY number DESC LIMIT 1")
    return AuditHead(rows[0][0], _bytes(rows[0][1])) if rows else AuditHead(0, b"")


def append(connection: Connection, event: Event, now: int) -> AuditHead:
    """Append a record in the caller's writing transaction, which holds the write lock."""
    last = head(connection)
    number = last.number + 1
    record = (
        f"beilin/audit/v1\nnumber {number}\n"
        f"previous {to_base64(last.hash) if last.number else 'none'}\ntime {to_time(now)}\n"
        f"who {_quoted(event.who or operator())}\naction {_quoted(event.action)}\n"
        f"subject {_quoted(event.subject)}\ndecision {event.decision}\ntrace {event.trace}\n"
        f"detail {_quoted(event.detail)}\n"
    ).encode("ascii")
    assert _RECORD.fullmatch(record.decode()), "a record is in its one spelling"
    made = AuditHead(number, sha256(record).digest())
    insert(connection, schema.audit_log, [(number, record, made.hash)])
    return made


def record(engine: Engine, event: Event, clock: Callable[[], float] = time.time) -> AuditHead:
    """Append one record in a transaction of its own. Raises Unavailable."""
    with saving(engine) as connection:
        return append(connection, event, int(clock()))


class Doing:
    """What an action knows only once it is done; ``subject`` and ``detail`` may be set meanwhile."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.detail = ""


@contextmanager
def audited(
    engine: Engine, action: str, subject: str = "", clock: Callable[[], float] = time.time
) -> Iterator[Doing]:
    """Record that something begins, do it, record how it ended.

    Written before it is done: an action that nobody could record does not happen,
    and one that a crash interrupted stays ``begun``.
    """
    record(engine, Event(action, subject, "begun"), clock)
    doing = Doing(subject)
    try:
        yield doing
    except BaseException as error:
        refused = isinstance(error, LedgerError) and not isinstance(error, Unavailable)
        event = Event(
            action,
            doing.subject,
            "refused" if refused else "failed",
            detail=type(error).__name__,
        )
        with suppress(LedgerError):  # the database itself may be what failed
            record(engine, event, clock)
        raise
    try:
        record(engine, Event(action, doing.subject, detail=doing.detail), clock)
    except Unavailable as error:
        # It is done: to say that it failed would lose what it gave, such as a new key.
        log.error("the audit log lacks the end of %s: %s", action, error)  # noqa: TRY400 - one line


def records(connection: Connection) -> Iterator[Record]:
    """Yield all rows in their order."""
    yield from _rows(connection, 0, ">", "ASC")


def newest_first(connection: Connection) -> Iterator[Record]:
    """Yield all rows, the last one first."""
    yield from _rows(connection, 1 << 62, "<", "DESC")


def _rows(connection: Connection, start: int, side: str, order: str) -> Iterator[Record]:
    sql = (
        f"SELECT number, record, hash FROM audit_log WHERE number {side} ? "  # noqa: S608 - ours
        f"ORDER BY number {order} LIMIT 1000"
    )
    while rows := fetch(connection, sql, start):
        for row in rows:
            yield Record(row[0], _bytes(row[1]), _bytes(row[2]))
        start = rows[-1][0]


def _bytes(value: object) -> bytes:
    # SQLite keeps whatever type somebody wrote past our triggers.
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def members(record: bytes) -> dict[str, str] | None:
    """Return the values of a record, unquoted, or None where it is not in its one spelling."""
    if len(record) > _MOST_BYTES or not record.isascii():
        return None
    match = _RECORD.fullmatch(record.decode("ascii"))
    if match is None:
        return None
    names = ("number", "previous", "time", "who", "action", "subject", "decision", "trace",
             "detail")  # fmt: skip
    return {
        name: json.loads(value) if value.startswith('"') else value
        for name, value in zip(names, match.groups(), strict=True)
    }


def faults(rows: Iterator[Record], keep: Callable[[AuditHead], None]) -> Iterator[tuple[int, str]]:
    """Yield (number, what is wrong) for every record that does not hold; ``keep`` gets each head."""
    last = AuditHead(0, b"")
    for row in rows:
        if row.number != last.number + 1:
            yield last.number + 1, "is missing"
        read = members(row.record)
        true = sha256(row.record).digest()
        if true != row.hash:
            yield row.number, "was changed: it has another hash than was stored with it"
        if read is None:
            yield row.number, "is not in its one spelling"
        elif read["number"] != str(row.number):
            yield row.number, f"says that it is record {read['number']}"
        elif row.number == last.number + 1:
            previous = to_base64(last.hash) if last.number else "none"
            if read["previous"] != previous:
                yield row.number, "does not follow the record before it"
        last = AuditHead(row.number, true)
        keep(last)
