"""The outcome of a verification, before any face is put on it.

A verification is a list of checks, each *done*, *failed* or *not done*. The
verdict is derived from that list by one rule (SPEC §13.2) and from nothing
else, so that no text can claim a check that was not made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .shown_segment import ShownSegment

DONE: Final = "done"
FAILED: Final = "failed"
NOT_DONE: Final = "not_done"

PASSED: Final = "TOTAL-PASSED"
TOTAL_FAILED: Final = "TOTAL-FAILED"
INDETERMINATE: Final = "INDETERMINATE"
EXIT_CODES: Final = {PASSED: 0, INDETERMINATE: 10, TOTAL_FAILED: 20}

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    # SPEC §13.1: the one table. Order is the order in which a reader of the
    # report follows the evidence; the first failed check names the verdict.
    "receipt": (
        "receipt", "file", "statement", "entry", "inclusion", "checkpoint", "log_key", "quorum",
    ),
    "package": (
        "container", "tag_files", "receipt", "files", "openings", "messages", "manifest",
        "statement", "entry", "inclusion", "checkpoint", "log_key", "quorum",
    ),
    "disclosure": (
        "container", "tag_files", "receipt", "files", "openings", "records", "manifest",
        "statement", "entry", "inclusion", "checkpoint", "log_key", "quorum",
    ),
    "audit": (
        "checkpoint", "log_key", "quorum", "bundles", "tiles", "root", "entries", "links",
    ),
    # In these two only ``history`` can fail (SPEC §17.3).
    "compare": ("material", "history"),
    "misconduct": ("proof", "signatures", "paths", "history"),
}  # fmt: skip

OPTIONAL: Final = (
    "receipt_latest", "submitter", "time", "siblings", "readers", "unpacked", "chain", "declaration",
    "requirements",
)  # fmt: skip
"""Checks with a status of their own. One that *failed* binds bytes, keys or
order and fails the whole; one that was not done never unmakes a verdict
(``requirements`` does: the policy asked for it)."""


@dataclass(frozen=True)
class Check:
    """One check: its stable id, what came of it, and values for its sentence.

    ``sub_indication`` says why it failed or was not done (SPEC §13.3);
    ``values`` holds only derived, bounded text and numbers.
    """

    id: str
    status: str
    sub_indication: str | None = None
    values: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something a reader must know that decides nothing: a code and its values."""

    code: str
    values: dict[str, str | int] = field(default_factory=dict)


@dataclass
class Result:
    """Everything a face of the report needs.

    ``scope`` is a key of REQUIRED. ``facts`` holds what was read from bound
    bytes (index, times as the service says, names): SPEC §13.4 lists the keys.
    ``at`` is the time of judgement in Unix seconds, 0 if none; ``at_is_clock``
    says that it is the clock of the machine, given by nobody.
    ``shown`` is what a disclosure shows of its files in part, made readable; it
    is for a face, and empty where the check ``records`` is not done.
    """

    scope: str
    checks: list[Check] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)
    policy_sha256: str = ""
    policy_source: str | None = None
    trust_level: str = "L0"
    time_grade: str = "T0"
    at: int = 0
    at_is_clock: bool = False
    shown: list[ShownSegment] = field(default_factory=list)

    def add(self, id_: str, status: str, sub: str | None = None, **values: str | int) -> None:
        """Append a check; the ids of one result are distinct."""
        if any(check.id == id_ for check in self.checks):
            raise AssertionError(f"check {id_} reported twice")
        self.checks.append(Check(id_, status, sub, values))

    def replace(self, check: Check) -> None:
        """Put a check in the place of the one with its id, or append it."""
        for at, found in enumerate(self.checks):
            if found.id == check.id:
                self.checks[at] = check
                return
        self.checks.append(check)

    def note(self, code: str, **values: str | int) -> None:
        """Append a finding."""
        self.findings.append(Finding(code, values))

    def check(self, id_: str) -> Check | None:
        """Return the check with that id, if it was reported."""
        return next((check for check in self.checks if check.id == id_), None)

    def ordered(self) -> list[Check]:
        """Return all checks in reading order; required ones that are missing are not done."""
        names = [*REQUIRED[self.scope], *OPTIONAL]
        found = {check.id: check for check in self.checks}
        names += [name for name in found if name not in names]
        required = REQUIRED[self.scope]
        return [
            found.get(name) or Check(name, NOT_DONE, "NOT_REACHED")
            for name in names
            if name in found or name in required
        ]

    @property
    def verdict(self) -> str:
        """SPEC §13.2: failed if any check failed; passed iff every required one is done."""
        checks = self.ordered()
        if any(check.status == FAILED for check in checks):
            return TOTAL_FAILED
        required = REQUIRED[self.scope]
        if required and all(
            check.status == DONE
            for check in checks
            if check.id in required or check.id == "requirements"
        ):
            return PASSED
        return INDETERMINATE

    @property
    def sub_indication(self) -> str | None:
        """The first failed check's reason; else that of the first required one not done."""
        verdict = self.verdict
        if verdict == PASSED:
            return None
        wanted = FAILED if verdict == TOTAL_FAILED else NOT_DONE
        required = (*REQUIRED[self.scope], "requirements")
        for check in self.ordered():
            if check.status == wanted and (wanted == FAILED or check.id in required):
                return check.sub_indication
        return None

    @property
    def exit_code(self) -> int:
        """0, 10 or 20 (SPEC §13.5)."""
        return EXIT_CODES[self.verdict]
