"""G12: data security and personal information, on the log and in the material."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, words
from ..case import Case
from ..circumstances import unscanned
from ..derived import value_of
from ..examination import (
    CONSISTENT,
    COURT,
    FAIL,
    INCONSISTENT,
    MISSING,
    NO_WORDING,
    NOT_CHECKED,
    PRESENT,
)
from ..needs import NOTICE, Found, Needs, of, plainly
from ..rules import Row
from ..stating import sentence


def _leaf(case: Case, row: Row, needs: Needs) -> Found:
    """MP-03: decided by the scan of what was logged (P-20), not by what anyone says of it."""
    if case.result is None:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.not_anchored"))
    if case.found("P-20"):
        return Found(INCONSISTENT, FAIL)
    outcome = case.checks.get("P-20")
    if outcome is not None and any(finding.raised for finding in outcome.findings):
        return Found(NOT_CHECKED, MISSING)
    if outcome is not None and outcome.status == CONSISTENT:
        return Found(CONSISTENT, PRESENT, words.text("why.leaf_scope"))
    return Found(NOT_CHECKED, NO_WORDING, words.text("why.leaf_not_read"))


def _identified(case: Case, row: Row, needs: Needs) -> Found:
    """MP-02: its sentence says that something was redacted and all originals are kept."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    looked = [each for each in (unscanned(case), words.text("why.scan_scope")) if each is not None]
    scope = sentence(looked)
    redacted = case.known.items("scope.redactions")
    kept = sum("original_digest" in each for each in redacted)
    if redacted and kept == len(redacted):
        return found._replace(why=scope)
    identified = value_of(case, row.id, "derived.personal_information_found")
    said = saying.named(words.text("why.identified"), identified)
    if redacted:
        rest = words.text("why.redactions", count=len(redacted), kept=kept)
    else:
        rest = words.text("why.no_redaction")
    whole = saying.run(said, rest, saying.SEMICOLON, scope)
    return Found(found.status, NO_WORDING, whole)


def _basis(case: Case, row: Row, needs: Needs) -> Found:
    """MP-01: the basis of handling others' data, not that of obtaining them."""
    found = plainly(case, row, needs)
    if found.wording == PRESENT and not case.known.member("law.pi", "basis"):
        return Found(COURT, MISSING)
    return found


ROWS: Final[Mapping[str, Needs]] = {
    "M38-01": of(("plat.security", "plat.retention", "plat.mlps")),
    "M38-02": NOTICE,
    "MP-01": Needs(of=("law.pi",), judge=_basis),
    "MP-02": Needs(of=("law.pi", "scope.redactions"), judge=_identified, contradicted=NO_WORDING),
    "MP-03": Needs(judge=_leaf),
    "MP-04": of("law.cross_border"),
}
