"""What is open, the most serious first, and who can close it and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .case import Case
from .examination import COURT, INCONSISTENT, MISSING, NOT_CHECKED, Gap, RowResult, Text
from .groups.nansha_guideline import is_others_account
from .needs import Needs
from .originals import is_lost
from .rules import SEVERITIES
from .words import load


@dataclass(frozen=True)
class Way:
    """How a gap can be closed: ``who`` are keys of ``WHO``, ``after`` one of ``AFTER``, ``by`` of ``BY``."""

    who: tuple[str, ...]
    after: str
    zh: str
    en: str
    by: str


_DATA: Final = load("supply.json")
WHO: Final[Mapping[str, Text]] = {
    key: Text(each["zh"], each["en"], own=False) for key, each in _DATA["who"].items()
}
AFTER: Final[Mapping[str, Text]] = {
    key: Text(each["zh"], each["en"], own=False) for key, each in _DATA["after"].items()
}
"""Whether a gap can still be closed once the material is anchored."""
WAYS: Final[Mapping[str, Way]] = {
    key: Way(tuple(each["who"]), each["after"], each["zh"], each["en"], each.get("by", "adduction"))
    for key, each in _DATA["ways"].items()
}
"""By row; or ``inconsistent.A``, ``.B``, ``.platform``, ``.B.before``; or ``display.other_account``."""
BY: Final[Mapping[str, Text]] = {
    key: Text(each["zh"], each["en"], own=False) for key, each in _DATA["by"].items()
}
"""Until when a gap can be closed; ``basis`` in the data file names the provisions."""
ONLY_IF_SO: Final[Mapping[str, Text]] = {
    key: Text(each["zh"], each["en"], own=False) for key, each in _DATA["only_if_so"].items()
}
"""Rows about what only some cases have, each with what that is.

Where nothing is said of them nothing is lacking: they stay missing and are no gap.
"""
_LOGIN_ROWS: Final = frozenset({"N2-03", "N5-01", "N6-01", "N6-02", "N6-03", "W08-02"})
"""What asks for a log-in: nobody is told to make it where the account is another's."""
_CARRIER_ROWS: Final = frozenset({"N4-01", "M15-01", "M90-02", "M12-01"})
_ORDER: Final = [severity for severity in SEVERITIES if severity != "info"]
"""A notice is never a defect."""
_OPEN: Final = {"A": (INCONSISTENT, NOT_CHECKED), "B": (MISSING, INCONSISTENT, NOT_CHECKED)}


def gaps_of(case: Case, needs: Mapping[str, Needs], rows: Sequence[RowResult]) -> list[Gap]:
    """Return the open rows: by severity, then in the order of the matrix."""
    open_ = [_gap(case, each) for each in rows if is_open(case, needs[each.row.id], each)]
    return sorted(open_, key=lambda gap: _ORDER.index(gap.severity))


def is_open(case: Case, needs: Needs, found: RowResult) -> bool:
    """Whether a row is a gap.

    Before anchoring what only anchoring, the log or its operator can give is
    none: there is nothing yet that the declarant could do about it.
    """
    row = found.row
    if row.severity not in _ORDER or (case.result is None and _is_of_the_log(needs, found)):
        return False
    if row.id in ONLY_IF_SO and found.status != INCONSISTENT:
        return False
    if row.cls == "C":
        is_missing = found.status == COURT and (found.is_open or found.wording == MISSING)
        return is_missing and needs.missing_is_open
    return found.status in _OPEN[row.cls]


def _is_of_the_log(needs: Needs, found: RowResult) -> bool:
    fields = found.lacking or found.row.inputs
    foreign = all(field.startswith(("anc.", "plat.", "ver.")) for field in fields)
    return foreign or (found.row.cls == "A" and found.row.id != "MZ-04")


def _gap(case: Case, found: RowResult) -> Gap:
    row = found.row
    how = row.id
    if found.status == INCONSISTENT:
        platform = all(field.startswith("plat.") for field in row.inputs)
        how = f"inconsistent.{'platform' if platform else row.cls}"
        if how == "inconsistent.B" and case.result is None:
            how = "inconsistent.B.before"
    elif found.is_withheld:
        how = "withheld"
    elif row.id in _LOGIN_ROWS and is_others_account(case) is not None:
        how = "display.other_account"
    way = WAYS[how]
    # What is gone cannot be shown any more; a carrier that is there can be, on any day.
    gone = how in _CARRIER_ROWS and is_lost(case)
    return Gap(found, row.severity, way.who, how, "no" if gone else way.after, way.by)
