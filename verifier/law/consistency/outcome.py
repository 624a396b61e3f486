"""The shape of what a consistency check says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

CONSISTENT: Final = "consistent"
INCONSISTENT: Final = "inconsistent"
NOT_CHECKED: Final = "not_checked"
NOT_APPLICABLE: Final = "not_applicable"

CONTRADICTION: Final = "contradiction"
RAISED: Final = "raised"
NO_CONTRADICTION: Final = "no_contradiction"
NOT_COMPARED: Final = "not_compared"
NOTHING_THERE: Final = "nothing_there"


class Finding(NamedTuple):
    """One thing a check found: a code, whose sentences are in ``data/checks.json``, and its values.

    ``rows`` are the rows it bears on. With ``raised`` False it contradicts
    something, and makes those rows inconsistent. With ``raised`` True it is a
    circumstance that somebody will have to speak to: it is printed under the
    rows and changes no status. ``fields`` are the record's fields it read.
    ``values`` are bounded; text of the user in them is escaped by the faces.
    """

    check: str
    rows: tuple[str, ...]
    code: str
    values: dict[str, str | int]
    fields: tuple[str, ...]
    raised: bool = False


@dataclass(frozen=True)
class CheckOutcome:
    """What came of one check: ``status`` and, where it was not checked, the code that says why.

    Inconsistent iff at least one finding is not merely raised. ``status`` is
    for logic; a face prints ``shown``, which never says that something fits
    where circumstances were raised, or where there was nothing to compare.
    """

    check: str
    status: str
    findings: tuple[Finding, ...] = ()
    why: str = ""
    values: dict[str, str | int] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The word a reader gets, a key of ``shown`` in ``data/checks.json``.

        What was raised outweighs that a check is not whole: it needs an answer.
        """
        if self.status == INCONSISTENT:
            return CONTRADICTION
        if self.findings:
            return RAISED
        if self.status == CONSISTENT:
            return NO_CONTRADICTION
        return NOT_COMPARED if self.status == NOT_CHECKED else NOTHING_THERE
