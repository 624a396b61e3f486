"""What an interview left out, and what the texts say hangs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from verifier.evidence.provenance.fields import Field, in_flow
from verifier.law.rules import ROWS, Row

_SEVERITIES: Final = ("critical", "high", "medium", "low", "info")


class Leftover(NamedTuple):
    """A question without an answer and the gravest factor that it feeds."""

    field: Field
    row: Row


def leftover(values: Mapping[str, Any], material: str) -> list[Leftover]:
    """Return what is open, the gravest first, then in the order of the questions.

    What can only be said later (in court) is not open yet.
    """
    found = []
    for field in in_flow(material):
        rows = [ROWS[name] for name in field.rows if name in ROWS]
        if field.id in values or field.step == "court" or not rows:
            continue
        found.append(Leftover(field, min(rows, key=_rank)))
    return sorted(found, key=lambda each: _rank(each.row))


def _rank(row: Row) -> int:
    return _SEVERITIES.index(row.severity)
