"""Where a check writes down what it finds, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .outcome import (
    CONSISTENT,
    INCONSISTENT,
    NOT_APPLICABLE,
    NOT_CHECKED,
    CheckOutcome,
    Finding,
)

MAX_EACH: Final = 20
"""So many findings of one code; the rest is one finding ``MORE`` with their number."""


class Sheet:
    """The findings of one check."""

    def __init__(self, check: str) -> None:
        self.check = check
        self.findings: list[Finding] = []
        self._counts: dict[tuple[str, bool], int] = {}
        self._last: dict[tuple[str, bool], Finding] = {}

    def contradiction(
        self, code: str, rows: Iterable[str], fields: Iterable[str], /, **values: str | int
    ) -> None:
        """Add what cannot both be so."""
        self._add(Finding(self.check, tuple(rows), code, values, tuple(fields)))

    def raise_(
        self, code: str, rows: Iterable[str], fields: Iterable[str], /, **values: str | int
    ) -> None:
        """Add a circumstance, or something lacking: it changes no row's status."""
        self._add(Finding(self.check, tuple(rows), code, values, tuple(fields), raised=True))

    def _add(self, finding: Finding) -> None:
        key = (finding.code, finding.raised)
        self._counts[key] = self._counts.get(key, 0) + 1
        self._last[key] = finding
        if self._counts[key] <= MAX_EACH:
            self.findings.append(finding)

    def outcome(self, why: str = "", **values: str | int) -> CheckOutcome:
        """Return what came of it; ``why`` is the code of what kept it from being whole."""
        for (code, raised), count in self._counts.items():
            if count > MAX_EACH:
                last = self._last[code, raised]
                more: dict[str, str | int] = {"code": code, "count": count - MAX_EACH}
                self.findings.append(last._replace(code="MORE", values=more))
        if any(not finding.raised for finding in self.findings):
            status, why = INCONSISTENT, ""
        else:
            status = NOT_CHECKED if why else CONSISTENT
        return CheckOutcome(self.check, status, tuple(self.findings), why, values)

    def nothing(self, why: str, **values: str | int) -> CheckOutcome:
        """Return that the check has no object here; findings are kept."""
        return CheckOutcome(self.check, NOT_APPLICABLE, tuple(self.findings), why, values)
