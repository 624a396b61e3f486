"""The examination: all 153 rows over a material, and what follows from them together.

Rows are judged in the order of the matrix. A row of class A rests on
computation alone: no word of the record raises it (M18-10 and MZ-04 are about
the record itself). A row of class B or C rests on what was declared and is not
helped by any digest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .case import Case
from .consistency import run_checks
from .derived import values_for
from .examination import Examination, RowResult
from .gaps import gaps_of
from .groups import NEEDS
from .intervals import intervals_of
from .known import Known
from .material import Material
from .needs import judge
from .opponent import objections_of
from .origin import origin_of
from .phase import phase_of
from .rules import ROWS, STATUSES
from .source_findings import by_row

LEGALITY_CHECK: Final = "P-16"
"""Where it raises something, the rows on legality are printed in full."""


def examine(material: Material) -> Examination:
    """Return the examination of a material; reads nothing but the material."""
    known = Known(material)
    outcomes = run_checks(material)
    intervals = intervals_of(material, known)
    case = Case(
        material,
        known,
        phase_of(material),
        {outcome.check: outcome for outcome in outcomes},
        {interval.name: interval for interval in intervals},
    )
    shown = by_row(material)
    for row in ROWS.values():
        found = judge(case, row, NEEDS[row.id])
        values = values_for(case, row, found.wording)
        case.rows[row.id] = replace(found, values=values, source=shown.get(row.id, ()))
    rows = list(case.rows.values())
    gaps = gaps_of(case, NEEDS, rows)
    legality = _is_raised(case)
    return Examination(
        rows=rows,
        checks=outcomes,
        intervals=intervals,
        gaps=gaps,
        phase=case.phase.shown,
        entry_index=case.phase.index,
        entry_received=case.phase.received,
        supplements=case.phase.supplements,
        declarant=_declarant(known),
        counts=_counts(rows),
        opponent=objections_of(case, gaps, legality=legality),
        legality_full=legality,
        origin=origin_of(case),
    )


def _is_raised(case: Case) -> bool:
    outcome = case.checks.get(LEGALITY_CHECK)
    return outcome is not None and bool(outcome.findings)


def _declarant(known: Known) -> str | None:
    name = known.member("decl.declarant", "name")
    return name if isinstance(name, str) else None


def _counts(rows: list[RowResult]) -> dict[str, dict[str, int]]:
    """Return class → status → number, with every class and every status word."""
    counts: dict[str, dict[str, int]] = {cls: dict.fromkeys(STATUSES, 0) for cls in "ABC"}
    for found in rows:
        counts[found.row.cls][found.status] += 1
    return counts
