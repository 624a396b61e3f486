"""Which names there are, and which of them was probably meant.

Answers are ids of our own only, never what stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from .fields import FIELDS, Type
from .places import Path

TABLES: Final = frozenset(
    ".".join(parts[:n])
    for parts in (name.split(".") for name in FIELDS)
    for n in range(1, len(parts))
)
"""``src``, ``src.device``, …: what lies around the fields."""

MAX_LENGTH: Final = 60
"""Characters of an unknown name that are compared."""


def known_part(path: Path) -> str:
    """Return the longest known field or table that the path leads into, or nothing."""
    name = ""
    for part in path:
        if not isinstance(part, str) or "." in part:
            break
        longer = f"{name}.{part}" if name else part
        if longer not in FIELDS and longer not in TABLES:
            break
        name = longer
    return name


def type_at(path: Path) -> str:
    """Return the kind of value that belongs at a path; empty if the path leads nowhere."""
    field = FIELDS.get(known_part(path))
    if field is None:
        return ""
    kind: Type | None = field.type
    for part in path[field.id.count(".") + 1 :]:
        kind = step_into(kind, part) if kind is not None else None
    if kind is not None and kind.lead is not None:
        kind = step_into(kind, kind.lead)  # a bare value stands for it
    return "" if kind is None else kind.kind


def step_into(kind: Type, part: str | int) -> Type | None:
    """Return the type of an item or a member of a value of this type."""
    if isinstance(part, int):
        return kind.item
    member = kind.member(part)
    return None if member is None else member.type


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like ``name``, or nothing if none is."""
    if len(name) > MAX_LENGTH:
        return ""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.6)), "")
