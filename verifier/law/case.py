"""Everything that the judgment of a row may look at, computed once for all rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from ..result import Check, Result
from .consistency import CheckOutcome, Finding
from .examination import Interval, RowResult, Text
from .known import Known
from .material import Material, SealedFile
from .phase import Phase

CONTESTED: Final = frozenset({"original", "media", "provenance"})
"""Roles of what is examined, and of the record itself."""


class OneDigest(NamedTuple):
    """The files of one digest: their positions, and whether one of them is contested."""

    positions: tuple[int, ...]
    contested: bool


@dataclass
class Case:
    """``rows`` are those judged so far, by id: the matrix is gone through in order."""

    material: Material
    known: Known
    phase: Phase
    checks: dict[str, CheckOutcome]
    intervals: dict[str, Interval]
    rows: dict[str, RowResult] = field(default_factory=dict)

    @property
    def result(self) -> Result | None:
        """The verification, None before anchoring."""
        return self.material.result

    @property
    def audit(self) -> Result | None:
        """The check of a whole copy of the log, if one was made."""
        return self.material.audit

    def check(self, id_: str) -> Check | None:
        """Return a check of the verification."""
        return self.result.check(id_) if self.result is not None else None

    def status_of(self, id_: str) -> str:
        """Return the status of a check of the verification, empty where it was not made."""
        check = self.check(id_)
        return "" if check is None else check.status

    def findings(self, row: str) -> tuple[Finding, ...]:
        """Return what the consistency checks found that bears on a row."""
        return tuple(
            finding
            for outcome in self.checks.values()
            for finding in outcome.findings
            if row in finding.rows
        )

    def found(self, check: str) -> tuple[Finding, ...]:
        """Return what one consistency check found to be inconsistent."""
        outcome = self.checks.get(check)
        found = outcome.findings if outcome is not None else ()
        return tuple(finding for finding in found if not finding.raised)

    def sealed(self) -> list[SealedFile]:
        """Return the files other than the record itself."""
        return [
            file
            for file in self.material.files
            if file.position != self.material.record_position or not self.material.record_bound
        ]

    @cached_property
    def by_digest(self) -> dict[bytes, OneDigest]:
        """The files other than the record, by SHA-256; gone through once."""
        same: dict[bytes, list[SealedFile]] = {}
        for file in self.sealed():
            same.setdefault(file.sha256, []).append(file)
        return {
            sha256: OneDigest(
                tuple(file.position for file in files),
                any(file.role in CONTESTED for file in files),
            )
            for sha256, files in same.items()
        }

    def said(self, field_id: str) -> Text:
        """Return a field's value in words."""
        return self.known.said(field_id)

    def member(self, field_id: str, name: str) -> Text:
        """Return a member of a field in words."""
        return self.known.said_member(field_id, name)
