"""What the scanner notes of a TOML text: places, statements, and why it stopped."""

from __future__ import annotations

from typing import NamedTuple

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Where a key or item stands: its line from 1, and its value as spelled (scalars only)."""

    line: int
    raw: str


class Statement(NamedTuple):
    """One ``key = value`` or one ``[table]``, from its first line to its last.

    ``header`` is the number of brackets of a table line, 0 for a key. ``error``
    is a code if the statement is not TOML 1.0, else empty; ``open_ended`` then
    tells that its next lines, which are read on their own, may belong to it.
    """

    path: Path
    header: int
    first_line: int
    last_line: int
    error: str
    open_ended: bool


class Scan(NamedTuple):
    """Everything that was found. ``limit`` is a code if the text was refused unread."""

    statements: list[Statement]
    places: dict[Path, Place]
    limit: str
    limit_line: int


class Broken(Exception):
    """This statement cannot be TOML 1.0; scanning goes on at the next line."""


class Limit(Exception):
    """Too deep or too much: nothing more is read."""
