"""When the provenance record was made, relative to the entry whose manifest holds it.

Only a digest decides: the record is in the manifest whose digest was anchored,
or it is not. What a record says of its own date decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..result import DONE
from .examination import (
    AFTER,
    BEFORE,
    NO_RECORD,
    NOT_FOLLOWED,
    NOT_REACHED,
    UNBOUND,
    UNREADABLE,
    WITHHELD,
)
from .material import Material

RECORD_ROLE: Final = "provenance"
_LOGGED: Final = ("manifest", "statement", "entry", "inclusion", "checkpoint", "log_key")
"""Checks without which an entry is not shown to be in the log of the policy."""


@dataclass(frozen=True)
class Phase:
    """``word`` is one of those of ``Examination.phase``.

    ``index`` and ``received`` (Unix seconds, the log's word) are of the entry
    in hand, with a record or without; ``supplements`` is the leaf hash of the
    earlier entry that its manifest says it adds to. ``logged`` says that the
    entry was followed into the log that the policy names.
    """

    word: str
    index: int | None = None
    received: int | None = None
    supplements: bytes | None = None
    logged: bool = False

    @property
    def shown(self) -> str:
        """Return the word for a report: what was not followed into the log is not called before."""
        if self.word in {BEFORE, AFTER} and not self.logged:
            return NOT_FOLLOWED
        return self.word


def phase_of(material: Material) -> Phase:
    """Return the phase of the record in hand."""
    if material.result is None:
        return Phase(NO_RECORD)  # it is yet to be anchored
    index = received = None
    if material.receipt is not None:
        index, received = material.receipt.proof.index, material.receipt.entry.received
    supplements = material.manifest.supplements if material.manifest is not None else None
    checks = {check.id: check.status for check in material.result.checks}
    logged = all(checks.get(name) == DONE for name in _LOGGED)
    return Phase(_word(material, supplements), index, received, supplements, logged)


def _word(material: Material, supplements: bytes | None) -> str:
    if material.record is not None and material.record_bound:
        return BEFORE if supplements is None else AFTER
    if material.withheld is not None and material.withheld.record:
        return WITHHELD
    if material.record is None and (material.record_problems or _names_record(material)):
        return UNREADABLE  # bound, and not a record that can be read
    if material.record is not None or material.record_misnamed or _holds_record(material):
        return UNBOUND
    return NO_RECORD if material.manifest is not None else NOT_REACHED


def _names_record(material: Material) -> bool:
    """Whether the anchored manifest names a file as the record, and the file is there."""
    return material.record_position is not None


def _holds_record(material: Material) -> bool:
    """Whether a file was sealed as a record, though the manifest does not name it as one."""
    assert material.result is not None
    facts = material.result.facts
    return bool(material.with_role(RECORD_ROLE)) or any(
        name.startswith("file.") and name.endswith(".role") and value == RECORD_ROLE
        for name, value in facts.items()
    )
