"""The platform's declaration: what an operator says of its service, signed by the service key.

    beilin/declaration/v1
    origin log.example.org/beilin
    made 2026-11-20T09:00:00Z
    replaces none
    plat.operator {"name":"某存证运营者","uscc":"91110000MA00000000","address":"北京市某区某路1号"}
    plat.admin_controls "…"

    — log.example.org/beilin/service M4G2Xp…

SPEC §10.2. One line for each field of the platform (``plat.…`` of the table of
fields) that is given, in the order of that table. SHA-256 of the whole signed
note stands in every statement that was made while it was in force. Nothing in
it is true because it is signed: it is what the operator says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..encoding import parse_base64, parse_time, to_base64, to_time
from ..errors import BindingFailure, Malformed
from ..tlog.checkpoint import check_origin
from ..tlog.keys import VKey
from ..tlog.note import Note, parse_note, verify_note
from .declared_values import parse_line, to_line
from .lines import Lines
from .provenance.fields import FIELDS, Field

MAX_BYTES: Final = 1 << 18
"""Longest signed note."""
PLATFORM: Final[Mapping[str, Field]] = {
    id_: each for id_, each in FIELDS.items() if id_.startswith("plat.")
}
"""The fields a declaration can hold, in order."""


class Declaration(NamedTuple):
    """A declaration whose signature was verified.

    ``made`` is the operator's word, in Unix seconds; ``replaces`` the digest of
    the declaration before. ``values`` maps a field's id to its value, as in a
    provenance record (``Unknown`` and ``NotApplicable`` included); a field that
    is absent was not answered. ``sha256`` is that of the signed note.
    """

    origin: str
    made: int
    replaces: bytes | None
    values: Mapping[str, Any]
    sha256: bytes


def to_declaration_text(
    origin: str, made: int, replaces: bytes | None, values: Mapping[str, Any]
) -> bytes:
    """Return the text to sign. Raises Malformed for a value that is not of its field's type."""
    if not values.keys() <= PLATFORM.keys():
        raise Malformed("declaration: a field that is not of the platform")
    before = "none" if replaces is None else to_base64(replaces)
    head = f"beilin/declaration/v1\norigin {origin}\nmade {to_time(made)}\nreplaces {before}\n"
    lines = [
        f"{id_} {to_line(field, values[id_])}\n" for id_, field in PLATFORM.items() if id_ in values
    ]
    return (head + "".join(lines)).encode()


def parse_declaration(note: bytes, service_key: VKey) -> Declaration:
    """Return the declaration in a signed note, verified with the service's key.

    Raises SignatureFailure, BindingFailure (of another log than its key),
    NewerFormat or Malformed.
    """
    read = _read_note(note)
    verify_note(read, [service_key])
    declaration = _read_text(read.text, hashlib.sha256(note).digest())
    if f"{declaration.origin}/service" != service_key.name:
        raise BindingFailure("declaration: of another log than the key that signed it")
    return declaration


def check_spelling(note: bytes) -> None:
    """Raise Malformed or NewerFormat unless these bytes are a declaration; checks no signature."""
    read = _read_note(note)
    declaration = _read_text(read.text, b"")
    if read.signatures[0].name != f"{declaration.origin}/service":
        raise Malformed("declaration: not signed in the service's name")


def _read_note(note: bytes) -> Note:
    read = parse_note(note, MAX_BYTES)
    if len(read.signatures) != 1:
        raise Malformed("declaration: one signature line is expected, that of the service")
    return read


def _read_text(text: bytes, sha256: bytes) -> Declaration:
    lines = Lines.of(text, "declaration", maximum_bytes=MAX_BYTES)
    origin = lines.take("origin")
    check_origin(origin)
    made = parse_time(lines.take("made"), "declaration: made")
    spelled = lines.take("replaces")
    before = (
        None if spelled == "none" else parse_base64(spelled, "declaration: replaces", length=32)
    )
    values: dict[str, Any] = {}
    for id_, field in PLATFORM.items():
        for line in lines.take_all(id_, maximum=1):
            values[id_] = parse_line(field, line)
    lines.done()
    return Declaration(origin, made, before, values, sha256)
