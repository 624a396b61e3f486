"""What the checks may say where a disclosure shows only part of what was registered.

A file that is not shown is not absent, so what only its absence would show is
left out; a check that fits as far as it goes has not seen everything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..withheld import Withheld
from .outcome import CONSISTENT, INCONSISTENT, NOT_CHECKED, CheckOutcome, Finding

_BY_ABSENCE: Final = frozenset((
    "LISTED_ABSENT", "FILE_DIGEST", "NAMED_NOT_SEALED", "COUNT_MESSAGES", "COUNT_APPARENT",
    "COUNT_MEDIA", "COUNT_VOICE", "COUNT_TRANSFERS", "BOUNDARY_FIRST_ID", "BOUNDARY_LAST_ID",
    "BOUNDARY_FIRST_AT", "BOUNDARY_LAST_AT", "PERIOD_EARLIER", "PERIOD_LATER", "PART_NOT_SHOWN",
    "OWN_NOT_FOUND", "PEER_NOT_FOUND", "SCREEN_NOT_SEALED", "TRANSCRIPT_OF_UNSEALED",
    "TRANSCRIPT_NOT_SEALED", "TRANSCRIPT_CHANGED", "CUSTODY_END", "OUTPUT_NOT_SEALED",
    "CONVERSION_SOURCE", "CONVERSION_RESULT", "REDACTION_NOT_SEALED", "ENV_REPORT_NOT_SEALED",
    "RECORDING_NOT_SEALED", "NOTARIAL_NOT_SEALED", "FULL_NOT_SEALED", "FULL_IS_EXCERPT",
    "CORROBORATION_NOT_SEALED", "RELAYED_NOT_SEALED",
))  # fmt: skip
"""Findings that a file which is not shown could turn out to be wrong."""
_NOTHING_SEEN: Final = frozenset((
    "NO_FILES", "NOT_BOUND", "OTHER_MATERIAL", "NO_MESSAGES_READ", "NO_SOUND", "NO_DERIVED_FILES",
    "NO_MEDIA", "NO_SENDERS", "NO_TIMES", "NO_RECORDING", "NO_OTHER_RECORDING",
))  # fmt: skip
"""Reasons that say of all files what is known only of those shown."""
_OF_FILES: Final = frozenset((
    "P-01", "P-03", "P-04", "P-05", "P-06", "P-07", "P-08", "P-09", "P-10", "P-11", "P-12", "P-13",
    "P-17", "P-19", "P-21", "P-22", "P-23",
))  # fmt: skip


def as_far_as_shown(outcome: CheckOutcome, withheld: Withheld | None) -> CheckOutcome:
    """Return the outcome without what only the absence of a file showed."""
    if withheld is None:
        return outcome
    kept = tuple(each for each in outcome.findings if not _is_by_absence(each))
    if outcome.why == "NO_RECORD" and withheld.record:
        return replace(outcome, why="RECORD_WITHHELD", values={})
    if any(not each.raised for each in kept):
        return replace(outcome, findings=kept)
    whole = kept == outcome.findings and outcome.status != INCONSISTENT
    fits = outcome.status == CONSISTENT and outcome.check in _OF_FILES
    if whole and not fits and outcome.why not in _NOTHING_SEEN:
        return outcome
    return replace(outcome, findings=kept, status=NOT_CHECKED, why="FILES_WITHHELD", values={})


def _is_by_absence(finding: Finding) -> bool:
    code = finding.values.get("code") if finding.code == "MORE" else finding.code
    return code in _BY_ABSENCE
