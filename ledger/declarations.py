"""The platform's declarations: what the operator says of the service, signed with its key.

Published from any process, also beside a running service: one transaction
under the database's write lock, the lock that W1 holds too. So every batch is
numbered either before or after a publication, and its statements name the
declaration that was the newest then (``queries.in_force``). Each names the one
it replaces; none is ever changed or taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from verifier.errors import VerifierError
from verifier.evidence.declaration import parse_declaration, to_declaration_text

from . import schema
from .audit_log import Event, append
from .engine import saving
from .errors import Conflict, Corruption, NotFound, Unacceptable
from .queries import fetch
from .service_key import ServiceKey
from .store import insert

_NEWEST = "SELECT number, digest, note FROM declarations ORDER BY number DESC LIMIT 1"
_NAMED = "SELECT number, digest, note FROM declarations WHERE digest = ?"


def publish_declaration(
    engine: Engine, service: ServiceKey, values: Mapping[str, Any], now: int
) -> bytes:
    """Sign the values and store the note, which is in force from the next batch on; return it.

    Raises Unacceptable for values that a declaration cannot hold.
    """
    try:
        with saving(engine) as connection:
            number, replaces, made = 1, None, now
            for before, digest, note in fetch(connection, _NEWEST):
                # A clock that was set back makes no declaration older than the one it replaces.
                made = max(now, _made(bytes(note), service))
                number, replaces = before + 1, bytes(digest)
            signed = _sign(service, values, made, replaces)
            row = (number, sha256(signed).digest(), signed)
            insert(connection, schema.declarations, [row])
            append(connection, Event("declaration-publish", f"declaration {number}"), now)
    except IntegrityError as error:
        raise Conflict("another process published a declaration at the same place") from error
    return signed


def _made(note: bytes, service: ServiceKey) -> int:
    try:
        return parse_declaration(note, service.vkey).made
    except VerifierError as error:
        raise Corruption(f"declarations: the newest cannot be read ({error})") from error


def _sign(
    service: ServiceKey, values: Mapping[str, Any], made: int, replaces: bytes | None
) -> bytes:
    try:
        note = service.sign(to_declaration_text(service.origin, made, replaces, values))
        # What leaves is what every verifier reads.
        parse_declaration(note, service.vkey)
    except VerifierError as error:
        raise Unacceptable(str(error)) from error
    return note


def stored_declaration(connection: Connection, digest: bytes | None) -> bytes:
    """Return the note with that digest, or the newest. Raises NotFound."""
    rows = fetch(connection, _NEWEST) if digest is None else fetch(connection, _NAMED, digest)
    if not rows:
        raise NotFound("no such declaration")
    return bytes(rows[0][2])
