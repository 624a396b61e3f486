"""A TOML text from someone else: its values, its lines, and everything wrong with it.

Bounded before it is parsed, and whatever the standard library's reader throws
becomes a ``Problem`` with its line. A statement that cannot be read is blanked
out and reading goes on, so that a person hears of all mistakes at once.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ...errors import NewerFormat
from .fields import FIELDS
from .grammar import LOOKS_LIKE_TIME
from .known import known_part, type_at
from .places import Path, Place, Scan, Statement
from .record import MAX_BYTES, Problem
from .scanner import scan
from .slips import name_meant

MAX_REPAIRS: Final = 20
"""Statements the library refuses before the rest of the file is left unread."""
REPAIR_BYTES: Final = 4 << 20
"""So much is read again on account of them."""
_ERROR_LINE = re.compile(r"\(at line ([0-9]{1,7}), column [0-9]+\)\Z")
_FORMAT = re.compile(r"[\"']beilin/([a-z]+)/v([1-9][0-9]{0,3})[\"']")


class Document(NamedTuple):
    """What could be read, where it stands, and what could not.

    ``values`` is the library's nesting of tables; ``unread`` are the paths of
    keys and tables that had to be left out of it.
    """

    values: dict[str, Any]
    places: dict[Path, Place]
    problems: list[Problem]
    statements: list[Statement]
    unread: set[Path]

    def locate(self, path: Path) -> tuple[int, str]:
        """Return line and spelling of a key or item; the spelling is empty but for words."""
        place = self.places.get(path)
        return (place.line, place.raw) if place else (self.line(path), "")

    def line(self, path: Path) -> int:
        """Return the line of a key or item, or of the nearest thing around it."""
        while path:
            if path in self.places:
                return self.places[path].line
            path = path[:-1]
        return 1


def read_document(data: bytes, kind: str) -> Document:
    """Read a TOML text whose first key is ``format = "beilin/<kind>/v1"``.

    Raises NewerFormat for another version of the kind and nothing else.
    """
    if len(data) > MAX_BYTES:
        return _refused(Problem(1, "", "too_large", {"maximum": MAX_BYTES}))
    problems: list[Problem] = []
    if data.startswith(b"\xef\xbb\xbf"):
        problems.append(Problem(1, "", "byte_order_mark", {}))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _refused(*problems, Problem(line, "", "not_utf8", {}))
    found = scan(text)
    problems += _format_problems(text, found, kind)
    if found.limit:
        return _refused(*problems, Problem(found.limit_line, "", found.limit, {}))
    lines = text.split("\n")
    problems += _broken(found.statements, lines)
    unread: set[Path] = set()
    for at, statement in enumerate(found.statements):
        if statement.error:
            unread |= _blank(lines, at, found.statements)
    values = _parse(lines, found, problems, unread)
    return Document(values, found.places, problems, found.statements, unread)


def _refused(*problems: Problem) -> Document:
    return Document({}, {}, list(problems), [], set())


def _format_problems(text: str, found: Scan, kind: str) -> list[Problem]:
    """Check the first statement before anything else, for a newer text may not even be TOML 1.0."""
    expected: dict[str, str | int] = {"format": f"beilin/{kind}/v1"}
    if not found.statements or found.statements[0].path != ("format",):
        where = found.statements[0].first_line if found.statements else 1
        return [Problem(where, "format", "no_format", expected)]
    statement = found.statements[0]
    line = text.split("\n")[statement.first_line - 1]
    match = _FORMAT.match(line.partition("=")[2].strip())
    if match and match[1] == kind and match[2] != "1":
        raise NewerFormat(f"{kind}: version {match[2]}; this program knows version 1")
    if not match or match[1] != kind:
        return [Problem(statement.first_line, "format", "wrong_format", expected)]
    return []


# -- what the scanner refused


def _broken(statements: list[Statement], lines: list[str]) -> Iterator[Problem]:
    """Report broken statements, but not what only follows from an open bracket or text."""
    consequence = False
    table: Path = ()
    for statement in statements:
        if statement.header:
            table = statement.path
        field = known_part(statement.path)
        begins_a_field = field in FIELDS and len(statement.path) > len(table)
        if not statement.error:
            consequence = False
        elif not consequence or begins_a_field:
            code = statement.error
            if code == "key_dots":
                meant = name_meant(lines[statement.first_line - 1]).split(".")
                field = known_part(tuple(meant)) or field
            elif code == "yes_no" and type_at(statement.path) != "bool":
                code = "needs_quotes"
            yield Problem(statement.first_line, field, code, {})
            consequence = statement.open_ended


def _blank(lines: list[str], at: int, statements: list[Statement]) -> set[Path]:
    """Empty the lines of a statement, of a table line with all its keys; return their paths."""
    end = at + 1
    if statements[at].header:
        while end < len(statements) and not statements[end].header:
            end += 1
    for n in range(statements[at].first_line - 1, statements[end - 1].last_line):
        lines[n] = ""
    return {statement.path for statement in statements[at:end]}


# -- what the library refuses


def _parse(
    lines: list[str], found: Scan, problems: list[Problem], unread: set[Path]
) -> dict[str, Any]:
    """Return the library's values, without the statements it refuses."""
    size = sum(map(len, lines)) + len(lines)
    line = 1
    for _ in range(min(MAX_REPAIRS, 1 + REPAIR_BYTES // (size + 1))):
        try:
            return tomllib.loads("\n".join(lines))
        except RecursionError:
            problems.append(Problem(1, "", "too_deep", {}))
            return {}
        except ValueError as error:
            line = _line_of(error, lines)
            at = _statement_at(line, lines, found.statements)
            if at is None:
                break
            problems.append(_refusal(line, at, found))
            unread |= _blank(lines, at, found.statements)
    problems.append(Problem(line, "", "unreadable", {}))
    return {}


def _line_of(error: ValueError, lines: list[str]) -> int:
    match = _ERROR_LINE.search(str(error))
    return int(match[1]) if match else len(lines)


def _statement_at(line: int, lines: list[str], statements: list[Statement]) -> int | None:
    """Return the last statement that begins at or before the line and is not blanked out yet."""
    at = bisect_right(statements, line, key=lambda statement: statement.first_line) - 1
    while at >= 0 and not lines[statements[at].first_line - 1]:
        at -= 1
    return at if at >= 0 else None


def _refusal(line: int, at: int, found: Scan) -> Problem:
    """Say what the library found wrong, from the text and not from its message."""
    statement = found.statements[at]
    field = known_part(statement.path)
    for other in found.statements[:at]:
        shorter = min(len(other.path), len(statement.path))
        if other.path[:shorter] == statement.path[:shorter] and not (
            other.header and len(other.path) < len(statement.path)
        ):
            return Problem(
                statement.first_line, field, "duplicate", {"first_line": other.first_line}
            )
    for path, place in found.places.items():
        if path[: len(statement.path)] == statement.path and place.line == line:
            if LOOKS_LIKE_TIME.match(place.raw):
                return Problem(line, field, "impossible_time", {})
    return Problem(line, field, "syntax", {})
