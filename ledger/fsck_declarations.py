"""fsck, the declarations: is each what the service signed, and does each name the one before?"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.evidence.declaration import parse_declaration
from verifier.tlog.keys import VKey

from .fsck_rows import Finding
from .queries import fetch

_ALL = "SELECT number, digest, note FROM declarations ORDER BY number"


def check_declarations(connection: Connection, service: VKey) -> Iterator[Finding]:
    """Yield what is wrong with the table itself; which statement names which is a row's matter."""
    before: bytes | None = None
    made = 0
    for place, (number, digest, raw) in enumerate(fetch(connection, _ALL), 1):
        where, note = f"declarations, number {number}", bytes(raw)
        if number != place:
            yield Finding(where, f"stands at place {place}")
        if sha256(note).digest() != bytes(digest):
            yield Finding(f"declarations.digest, number {number}", "not that of the note")
        try:
            declaration = parse_declaration(note, service)
        except VerifierError as error:
            yield Finding(f"declarations.note, number {number}", str(error))
        else:
            if declaration.replaces != before:
                yield Finding(where, "does not name the one that it replaces")
            if declaration.made < made:
                yield Finding(where, "goes back in time")
            made = declaration.made
        before = bytes(digest)


def known_declarations(connection: Connection) -> dict[bytes, int]:
    """Return the number of each declaration by its digest as a statement spells it."""
    sql = "SELECT digest, number FROM declarations"
    found = {to_base64(bytes(digest)).encode(): number for digest, number in fetch(connection, sql)}
    return {b"none": 0, **found}
