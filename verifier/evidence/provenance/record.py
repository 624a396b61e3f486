"""What a provenance record says: values by field, and the line where each stands.

    format = "beilin/provenance/v1"
    decl.id = "PD-2026-000123"
    src.device.rooted = { unknown = "the phone was repaired by a shop in 2025" }

SPEC §14. Nothing here is true because it is written here: a record is what its
declarant says, and the anchored digest only shows when it was said. Reading
one never guesses; whatever does not fit is a ``Problem``, and all of them are
collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ...errors import Malformed
from .fields import FIELDS, Type

MAX_BYTES: Final = 1 << 20
"""Longest record."""


class Unknown(NamedTuple):
    """The declarant says that the answer is not known, and why."""

    reason: str


class NotApplicable(NamedTuple):
    """The declarant says that the question does not arise, and why."""

    reason: str


class Moment(NamedTuple):
    """A time: Unix seconds (fractions cut off), the offset it was written in, and how it is known.

    ``grade`` is T0 (said by a person or an unmeasured clock), T1 (a device
    clock with a measured offset) or T2 (a third party's business system).
    ``written`` is the spelling in the file; for an end of a ``Span`` that was
    written as a date it is that date (10 characters).
    """

    seconds: int
    offset_seconds: int
    grade: str
    written: str


class Span(NamedTuple):
    """A period, both ends included.

    A date is the whole day: its first and last second at +00:00, for want of
    an offset; ``written`` of the end tells that it was a date.
    """

    first: Moment
    last: Moment


class Problem(NamedTuple):
    """One thing wrong with a file.

    ``line`` counts from 1; ``field`` is the id of a known field or table, or
    empty. ``values`` hold numbers, known names and known words only, never
    text of the file, so that they may be printed as they are.
    """

    line: int
    field: str
    code: str
    values: dict[str, str | int]


class RecordError(Malformed):
    """A file that is not a sound record; ``problems`` has everything that was found."""

    def __init__(self, problems: list[Problem], what: str = "provenance record") -> None:
        self.problems = problems
        first = problems[0]
        place = f"{what}: line {first.line}" + (f": {first.field}" if first.field else "")
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{place}: {first.code}{more}")


@dataclass(frozen=True)
class Record:
    """The values of a ``beilin/provenance/v1`` file.

    ``values`` maps a field id to str, bool, int, ``Moment``, ``Span``, dict
    (members by name), list, ``Unknown`` or ``NotApplicable``; ``lines`` maps it
    to its line (from 1). ``sha256`` is that of the file. ``signed`` are its
    bytes before the line ``[decl.signature]``, if that begins its last table.
    """

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    sha256: bytes
    signed: bytes | None = None

    def get(self, field: str) -> Any | None:
        """Return the value given, or None if it is absent, unknown or not applicable."""
        value = self.values.get(field)
        return None if isinstance(value, Unknown | NotApplicable) else value

    def member(self, field: str, name: str) -> Any | None:
        """Return a member of an object, or of the first object of a list; None if not given."""
        value = self.get(field)
        if isinstance(value, list):
            value = value[0] if value else None
        return value.get(name) if isinstance(value, dict) else None

    def state(self, field: str) -> str:
        """Return ``given``, ``unknown``, ``not_applicable`` or ``absent``."""
        value = self.values.get(field)
        if value is None:
            return "absent"
        if isinstance(value, Unknown):
            return "unknown"
        return "not_applicable" if isinstance(value, NotApplicable) else "given"

    def digests(self, field: str) -> list[bytes]:
        """Return every SHA-256 anywhere inside the value, in the order written."""
        value = self.get(field)
        return [] if value is None else list(_digests(FIELDS[field].type, value))


def _digests(kind: Type, value: Any) -> Iterator[bytes]:
    if kind.kind == "digest":
        if value != "none":
            yield bytes.fromhex(value)
    elif kind.kind == "list" and kind.item is not None:
        for item in value:
            yield from _digests(kind.item, item)
    elif kind.kind == "object":
        for member in kind.members:
            if member.name in value:
                yield from _digests(member.type, value[member.name])


def parse_record(data: bytes) -> Record:
    """Return the record; raises RecordError with every problem, or NewerFormat."""
    from .reading import read_record

    return read_record(data)
