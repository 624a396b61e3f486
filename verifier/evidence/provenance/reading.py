"""From the bytes of a form to values by field, with every problem in the order of its line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from .contradictions import contradictions
from .document import Document, read_document
from .fields import FIELDS
from .known import TABLES, known_part, nearest
from .places import Path
from .record import Problem, Record, RecordError
from .times import MAX_PROBLEMS
from .values import Reader

KIND: Final = "provenance"
MAX_SUGGESTIONS: Final = 50
"""Unknown names that are compared with the known ones; the comparison is slow."""


class Form(NamedTuple):
    """What a form says: values and lines by field id, and what is wrong, by line.

    ``tables`` are the paths of its table lines with their line, in order.
    """

    values: dict[str, Any]
    lines: dict[str, int]
    problems: list[Problem]
    tables: list[tuple[Path, int]]


def read_record(data: bytes) -> Record:
    """Return the record; raises RecordError with every problem, or NewerFormat."""
    form = read_form(data, KIND, {"declarant"}, contradictions)
    if form.problems:
        raise RecordError(form.problems)
    signed = None
    if form.tables and form.tables[-1][0] == ("decl", "signature"):
        signed = b"".join(each + b"\n" for each in data.split(b"\n")[: form.tables[-1][1] - 1])
    return Record(form.values, form.lines, hashlib.sha256(data).digest(), signed)


def read_form(
    data: bytes,
    kind: str,
    sources: Collection[str],
    check: Callable[[Mapping[str, Any]], list[tuple[str, str, dict[str, str | int]]]] | None = None,
) -> Form:
    """Read any form of our fields: first key ``format = "beilin/<kind>/v1"``, SPEC §14.

    ``sources`` says whose fields may stand in it (``Field.source``); ``check``
    finds answers that contradict each other: field, code and values. Raises
    NewerFormat and nothing else.
    """
    document = read_document(data, kind)
    walk = _Walk(document, sources)
    walk.table(document.values, ())
    problems = [*document.problems, *walk.problems, *walk.reader.problems]
    if check:
        problems += [
            Problem(walk.lines[field], field, code, {**values, "of": field} if values else {})
            for field, code, values in check(walk.values)
        ]
    problems.sort(key=lambda problem: problem.line)
    tables = [(each.path, each.first_line) for each in document.statements if each.header]
    return Form(walk.values, walk.lines, problems, tables)


class _Walk:
    """One pass over the tables of a document."""

    def __init__(self, document: Document, sources: Collection[str]) -> None:
        self.values: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.reader = Reader(document.locate, document.unread)
        self.reader.form = True
        self._document = document
        self._sources = sources
        self._suggestions = 0

    def table(self, table: dict[str, Any], above: Path) -> None:
        """Read every key of a table; ``above`` is its path."""
        for key, raw in table.items():
            path = (*above, key)
            name = known_part(path)
            if path == ("format",):
                continue  # looked at before anything else
            if name.count(".") + 1 != len(path) or not name:
                self._unknown(path)
            elif name in TABLES:
                if isinstance(raw, dict):
                    self.table(raw, path)
                else:
                    self._note(path, name, "not_table")
            else:
                self._field(name, raw, path)

    def _field(self, name: str, raw: Any, path: Path) -> None:
        field = FIELDS[name]
        if field.source not in self._sources:
            self._note(path, name, f"from_{field.source}")
            return
        value = self.reader.field(field, raw, path)
        if value is not None:
            self.values[name] = value
            self.lines[name] = self._document.line(path)

    def _unknown(self, path: Path) -> None:
        known = known_part(path)
        near = ""
        if self._suggestions < MAX_SUGGESTIONS:
            self._suggestions += 1
            near = nearest(".".join(map(str, path)), [*FIELDS, *TABLES])
        if near:
            self._note(path, known, "unknown_key_near", near=near)
        else:
            self._note(path, known, "unknown_key")

    def _note(self, path: Path, field: str, code: str, **values: str | int) -> None:
        line = self._document.line(path)
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, field, code, values))
        elif len(self.problems) == MAX_PROBLEMS:
            self.problems.append(Problem(line, "", "more", {"maximum": MAX_PROBLEMS}))
