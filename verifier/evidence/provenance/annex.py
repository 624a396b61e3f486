"""The sealed annex: what the commitments of a record stand for, kept apart from it.

    format = "beilin/annex/v1"

    [[opening]]
    field = "acct.peer.id"
    member = "phone"
    commitment = "commit:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    salt = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    value = "13800000000"

SPEC §14.7. A commitment is SHA-256("beilin/annex/v1" ‖ 0x00 ‖ salt ‖ value):
without the salt nobody can try out telephone numbers. Whoever holds the annex
opens it to a court or the other side, one value at a time if need be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from ...encoding import parse_base64, to_base64
from ...errors import Malformed
from .document import Document, read_document
from .fields import FIELDS, Field, Member, Type
from .places import Path
from .record import Problem, Record, RecordError
from .spelling import quoted
from .values import MAX_TEXT, Reader

KIND: Final = "annex"
_DOMAIN: Final = b"beilin/annex/v1\x00"
_STRING: Final = Type("string")
_OPENINGS: Final = Type(
    "list",
    least=1,
    unique=("commitment",),
    item=Type(
        "object",
        members=(
            Member("field", "", "", _STRING, optional=False),
            Member("member", "", "", _STRING, optional=True),
            Member("commitment", "", "", Type("commitment"), optional=False),
            Member("salt", "", "", _STRING, optional=False),
            Member("value", "", "", Type("text"), optional=False),
        ),
    ),
)
_FIELD: Final = Field(
    "opening", "", "", _OPENINGS, (), "core", "declarant", (), "", "", (), "", "", ""
)


class Kept(NamedTuple):
    """One commitment with what opens it.

    ``member`` is the part of an object that it stands for, empty for a whole
    field; ``salt`` has 32 bytes; ``value`` is the identifier itself.
    """

    field: str
    member: str
    commitment: str
    salt: bytes
    value: str


class Annex(NamedTuple):
    """The openings of a ``beilin/annex/v1`` file in its order, and the file's SHA-256."""

    openings: tuple[Kept, ...]
    sha256: bytes


class Opened(NamedTuple):
    """One opening held against a record.

    ``code`` is empty if the record holds this commitment in this field and
    salt and value give it; else ``annex_mismatch`` or ``annex_not_in_record``,
    and then ``value`` says nothing about the record. ``commitment`` tells which
    of several it is.
    """

    field: str
    member: str
    value: str
    code: str
    commitment: str = ""


def commit(salt: bytes, value: str) -> str:
    """Return the commitment to ``value`` under a salt of 32 random bytes, never used twice."""
    if len(salt) != 32:
        raise Malformed("commitment: the salt must have 32 bytes")
    try:
        data = value.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("commitment: the value is not Unicode text") from None
    if not value.strip() or len(value) > MAX_TEXT:
        raise Malformed(f"commitment: the value must have 1 to {MAX_TEXT} characters")
    return "commit:" + to_base64(hashlib.sha256(_DOMAIN + salt + data).digest())


def to_annex(openings: Iterable[Kept]) -> bytes:
    """Return the annex as TOML; ``parse_annex`` reads the same openings back."""
    parts = ['format = "beilin/annex/v1"\n']
    for each in openings:
        member = f"member = {quoted(each.member)}\n" if each.member else ""
        parts.append(
            f"\n[[opening]]\nfield = {quoted(each.field)}\n{member}"
            f"commitment = {quoted(each.commitment)}\nsalt = {quoted(to_base64(each.salt))}\n"
            f"value = {quoted(each.value)}\n"
        )
    return "".join(parts).encode()


def parse_annex(data: bytes) -> Annex:
    """Return the annex; raises RecordError with every problem, or NewerFormat."""
    document = read_document(data, KIND)
    reader = Reader(document.locate, document.unread)
    problems = [*document.problems]
    problems += [
        Problem(document.line((key,)), "", "unknown_key", {})
        for key in document.values
        if key not in {"format", "opening"}
    ]
    read = reader.field(_FIELD, document.values.get("opening", []), ("opening",))
    problems += reader.problems
    if read is not None:
        problems += _check(document, read)
    if problems:
        raise RecordError(sorted(problems, key=lambda problem: problem.line), "annex")
    return Annex(tuple(map(_kept, read or ())), hashlib.sha256(data).digest())


def _kept(read: dict[str, Any]) -> Kept:
    salt = parse_base64(read["salt"], "annex: salt", length=32)
    return Kept(read["field"], read.get("member", ""), read["commitment"], salt, read["value"])


def _check(document: Document, read: list[dict[str, Any]]) -> Iterator[Problem]:
    """Find what no type tells: a field without commitments, a salt that is none."""
    for n, each in enumerate(read):
        within: dict[str, str | int] = {"within": str(n + 1)}
        at: Path = ("opening", n)
        places = committed_places(each["field"])
        if not places:
            yield Problem(document.line((*at, "field")), "", "annex_field", within)
        elif each.get("member", "") not in places:
            yield Problem(document.line((*at, "member")), each["field"], "annex_member", within)
        try:
            parse_base64(each["salt"], "annex: salt", length=32)
        except Malformed:
            yield Problem(document.line((*at, "salt")), "", "annex_salt", within)


def committed_places(field: str) -> set[str]:
    """Return the members of a field that may be commitments; empty text for the whole field."""
    if field not in FIELDS or FIELDS[field].source != "declarant":
        return set()
    return set(_places(FIELDS[field].type, ""))


def _places(kind: Type, member: str) -> Iterator[str]:
    if kind.kind in {"commitment", "identifier"}:
        yield member
    elif kind.item is not None:
        yield from _places(kind.item, member)
    for each in kind.members:
        yield from _places(each.type, each.name)


def check_annex(record: Record, annex: Annex) -> list[Opened]:
    """Hold every opening against the record; what does not fit says so in its ``code``."""
    return [
        Opened(each.field, each.member, each.value, _outcome(record, each), each.commitment)
        for each in annex.openings
    ]


def _outcome(record: Record, kept: Kept) -> str:
    if commit(kept.salt, kept.value) != kept.commitment:
        return "annex_mismatch"
    value = record.get(kept.field)
    items = value if isinstance(value, list) else [value]
    found = [item.get(kept.member) if isinstance(item, dict) else item for item in items]
    return "" if kept.commitment in found else "annex_not_in_record"
