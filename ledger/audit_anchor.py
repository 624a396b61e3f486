"""Anchoring the audit log's head in the log itself, so that its end cannot be cut off unnoticed.

The head's text is what is anchored, as anybody's file would be: an ``evidence`` entry
of an account of the log's own, which has no API key. Its receipt is fetched from the
database like any other, and its dossier's chain shows that no head was left out.

    beilin/audit-head/v1
    origin log.example.org/beilin
    number 12
    hash 3q2+7w…
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Connection, Engine

from verifier.encoding import parse_time, to_base64
from verifier.evidence.digests import Digest
from verifier.evidence.submission import ID_BYTES, Submission

from . import audit_log
from .accept import Outcome, Request, Submitted
from .audit_log import AuditHead
from .engine import reading, saving, statement
from .queries import fetch

LABEL: Final = "(audit log)"
IDENTITY: Final = "the log itself"


class Submit(Protocol):
    """``Log.submit``."""

    def __call__(
        self, batch: list[Submitted], request: Request, /
    ) -> Future[Outcome]: ...  # pragma: no cover


class Anchored(NamedTuple):
    """An entry of the log that anchors a head of its audit log; None where no head is known."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    number: int | None


def account_of(origin: str) -> bytes:
    """Return the id of the account under which heads are anchored: a function of the origin."""
    return sha256(f"beilin/audit-account/v1\n{origin}\n".encode()).digest()[:ID_BYTES]


def head_text(origin: str, head: AuditHead) -> bytes:
    """Return the text that is anchored."""
    return (
        f"beilin/audit-head/v1\norigin {origin}\n"
        f"number {head.number}\nhash {to_base64(head.hash)}\n"
    ).encode()


def anchor_head(engine: Engine, origin: str, submit: Submit, now: int) -> Future[Outcome] | None:
    """Submit the newest head, None where it is anchored already. Raises as ``Log.submit``."""
    account = account_of(origin)
    with reading(engine) as connection:
        head = audit_log.head(connection)
        digest = sha256(head_text(origin, head)).digest()
        if not head.number or digest in dict(_submitted(connection, account)):
            return None
        known = fetch(connection, "SELECT 1 FROM accounts WHERE account = ?", account)
    if not known:
        _make_account(engine, account, now)
    # The same head is the same request: what a crash interrupted is asked again, not twice.
    key = sha256(b"beilin/audit-nonce/v1\n" + digest).digest()[:ID_BYTES]
    submission = Submission(
        origin, account, account, "file", (Digest("sha-256", digest),), key, None, None
    )
    return submit([Submitted(submission, None)], Request(account, key, digest))


def unanchored_since(connection: Connection, origin: str) -> int | None:
    """Return the time of the oldest record that no anchored head covers, None if there is none."""
    heads = {digest for digest, _ in _submitted(connection, account_of(origin))}
    oldest: str | None = None
    for row in audit_log.newest_first(connection):
        if sha256(head_text(origin, AuditHead(row.number, row.hash))).digest() in heads:
            break
        read = audit_log.members(row.record)
        oldest = oldest if read is None else read["time"]
    return None if oldest is None else parse_time(oldest, "time")


def anchored(connection: Connection, origin: str, heads: Mapping[bytes, int]) -> Iterator[Anchored]:
    """Yield the entries that anchor heads; ``heads`` are the numbers by the digest of their text."""
    for digest, index in _submitted(connection, account_of(origin)):
        yield Anchored(index, heads.get(digest))


def _submitted(connection: Connection, account: bytes) -> list[tuple[bytes, int]]:
    sql = (
        "SELECT digest, entry_index FROM submissions WHERE account = ? AND digest IS NOT NULL "
        "ORDER BY entry_index"
    )
    return [(bytes(digest), index) for digest, index in fetch(connection, sql, account)]


def _make_account(engine: Engine, account: bytes, now: int) -> None:
    # No API key: nobody can submit for it over the network.
    sql = (
        "INSERT INTO accounts (account, label, identity, created) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING"
    )
    with saving(engine) as connection:
        connection.exec_driver_sql(statement(connection, sql), (account, LABEL, IDENTITY, now))
