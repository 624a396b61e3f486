"""What the other side could raise, and what each side would have to bring.

Computed from the rows alone. Nothing here says that an objection would succeed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .adverse import FACTS
from .case import Case
from .examination import COURT, FAIL, INCONSISTENT, WITHHELD, Gap, Objection, RowResult
from .words import load


@dataclass(frozen=True)
class Point:
    """What could be raised under which article, and the rows it draws on.

    Its sentences (``raise``, ``objector``, ``proponent``) are in the data file.
    """

    basis: str
    rows: tuple[str, ...]


POINTS: Final[Mapping[str, Point]] = {
    code: Point(each["basis"], tuple(each["rows"])) for code, each in load("opponent.json").items()
}
LEGALITY: Final = "CPLI-106"
UNSAID: Final = "unsaid"
_ALWAYS: Final = frozenset({"M16-02"})
"""Whether this is storage by blockchain technology stays open whatever was counted."""


def objections_of(case: Case, gaps: Sequence[Gap], *, legality: bool) -> list[Objection]:
    """Return the points with at least one open row, in the order of the data file.

    With ``legality`` all points of Article 106 are returned, with all their
    rows. A point of ``FACTS`` rests on something that is declared or was
    computed, and names all its rows. Without a record nothing is known of how
    the data were obtained: then only that is raised (``UNSAID``), as one point.
    """
    rows = case.rows
    # What a disclosure withholds may be there: that it is not here is no objection of the kind.
    open_ = {gap.row.row.id for gap in gaps if not gap.row.is_withheld}
    found: list[Objection] = []
    silent = case.known.record is None
    for code, point in POINTS.items():
        if code in FACTS:
            if FACTS[code](case):
                found.append(Objection(point.basis, code, point.rows))
            continue
        if code == UNSAID and case.phase.word == WITHHELD:
            continue
        if point.basis == LEGALITY and (code == UNSAID) != silent:
            continue
        whole = legality and point.basis == LEGALITY
        named = tuple(
            row for row in point.rows if whole or row in open_ or _is_raised(rows.get(row))
        )
        if named:
            found.append(Objection(point.basis, code, named))
    return found


def _is_raised(found: RowResult | None) -> bool:
    """Whether a row that is no gap is open all the same: the court's, or contradicted."""
    if found is None:
        return False
    contradicted = found.status == INCONSISTENT or found.wording == FAIL
    always = found.row.id in _ALWAYS and found.status == COURT
    return contradicted or always or any(finding.raised for finding in found.findings)
