"""G13, Article 11 of the Internet Courts Provisions: six points, and technical means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...result import PASSED, TOTAL_FAILED
from .. import saying, words
from ..case import Case
from ..circumstances import unscanned
from ..derived import value_of
from ..derived_messages import gaps
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
from ..needs import Found, Needs, of, plainly
from ..rules import Row
from ..stating import sentence

PARTS: Final = ("M16-03", "M16-04", "M16-05", "M16-06", "M16-07")
"""The rows to which the sentence of MI-06 refers."""


def _whole(case: Case, row: Row, needs: Needs) -> Found:
    """MI-05: its sentence for "missing" speaks of gaps that were found, so there must be some."""
    found = plainly(case, row, needs)
    numbers, silences = gaps(case)
    if found.wording == MISSING and not numbers:
        missing = unscanned(case)
        if missing is None and silences:
            scan = saying.named(words.text("gaps.scan"), value_of(case, row.id, "derived.gap_scan"))
            parts = [words.text("why.changes_unscanned"), scan, words.text("gaps.silence_is_none")]
            return Found(found.status, NO_WORDING, sentence(parts), is_open=True)
        if missing is None:
            return Found(found.status, NO_WORDING, words.text("why.changes_unsaid"), is_open=True)
        said = saying.run(words.text("why.changes_unscanned"), saying.SEMICOLON, missing)
        return Found(found.status, NO_WORDING, said, is_open=True)
    return found


def _verifiable(case: Case, row: Row, needs: Needs) -> Found:
    """MI-06: its sentence sends the reader to M16-03 to 07, so each of these has to be consistent."""
    result = case.result
    if result is None:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.not_anchored"))
    parts = [case.rows[row] for row in PARTS]
    statuses = {each.status for each in parts}
    if result.verdict == TOTAL_FAILED or INCONSISTENT in statuses:
        return Found(INCONSISTENT, FAIL)
    if case.material.receipt is None:
        return Found(NOT_CHECKED, MISSING)
    if result.verdict == PASSED and statuses == {CONSISTENT}:
        return Found(CONSISTENT, PRESENT)
    open_ = [saying.same(each.row.id) for each in parts if each.status != CONSISTENT]
    said = saying.named(words.text("why.parts_open"), saying.listed(open_, saying.ENUMERATION))
    return Found(NOT_CHECKED, NO_WORDING, said if open_ else words.text("why.undecided"))


def _repeatable(case: Case, row: Row, needs: Needs) -> Found:
    """MI-04: that it cannot be repeated is no step of repeating it."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    if case.known.member("acq.reproducible", "reproducible") is True:
        return found
    said = words.text("why.not_reproducible")
    how = case.known.member("acq.reproducible", "how")
    whole = said if how is None else saying.in_brackets(said, saying.theirs(str(how)))
    return Found(found.status, NO_WORDING, whole)


def _means(case: Case, row: Row, needs: Needs) -> Found:
    return Found(COURT, PRESENT if case.material.receipt is not None else MISSING)


ROWS: Final[Mapping[str, Needs]] = {
    "MI-01": of("src.device.rooted"),
    "MI-02": of("gen.subject", "gen.period"),
    "MI-03": of("cust.medium"),
    "MI-04": Needs(
        of=("acq.operator", "acq.tool", "acq.method", "acq.steps", "acq.reproducible"),
        judge=_repeatable,
    ),
    "MI-05": Needs(of=("gen.deletions", "scope.gaps"), judge=_whole),
    "MI-06": Needs(judge=_verifiable),
    "MI-07": Needs(judge=_means),
}
