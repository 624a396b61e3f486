"""G15: procedure and notices; the declarant's promise and signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...evidence.provenance import signature
from .. import saying, words
from ..case import Case
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
    WITHHELD,
)
from ..needs import NOTICE, Found, Needs, of, plainly
from ..rules import Row


def _signed(case: Case, row: Row, needs: Needs) -> Found:
    """MZ-04: mathematics only; whose key it is stays the court's."""
    record = case.known.record
    if record is None and case.phase.word == WITHHELD:
        why = words.text("why.withheld_signature")
        return Found(NOT_CHECKED, NO_WORDING, why, is_withheld=True)
    if record is None:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.no_record_signature"))
    outcome = signature.check(record)
    if outcome == signature.VERIFIED:
        return Found(CONSISTENT, PRESENT)
    if outcome == signature.FAILED:
        return Found(INCONSISTENT, FAIL)
    if outcome == signature.ABSENT:
        return Found(NOT_CHECKED, MISSING)
    return Found(NOT_CHECKED, NO_WORDING, words.text("why.signature"))


def _pledge(case: Case, row: Row, needs: Needs) -> Found:
    """MZ-03: whether a text is a promise is not for a program; it is quoted."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    said = saying.named(words.text("why.pledge"), case.said("decl.truth_statement"))
    signed = saying.named(
        words.text("signature"), value_of(case, row.id, "derived.declarant_signature")
    )
    return Found(found.status, NO_WORDING, saying.run(said, saying.SEMICOLON, signed))


def _cross_chain(case: Case, row: Row, needs: Needs) -> Found:
    return Found(COURT, PRESENT if case.known.filled("anc.cross_anchors") else MISSING)


ROWS: Final[Mapping[str, Needs]] = {
    "MZ-01": NOTICE,
    "MZ-02": of("pres.translation"),
    "MZ-03": Needs(of=("decl.truth_statement",), judge=_pledge),
    "MZ-04": Needs(judge=_signed),
    "MZ-05": NOTICE,
    "MZ-06": Needs(judge=_cross_chain),
    "MZ-07": NOTICE,
    "MZ-08": NOTICE,
}
