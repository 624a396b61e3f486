"""The checks P-01 to P-23: does what was declared fit the material and itself?"""

from __future__ import annotations

from typing import Final

from ...law.consistency import CheckOutcome
from ...law.examination import Examination
from ..document import Block, Bullets, Entry, Line, Section
from ..found import check_title, finding_text, why_text
from ..law_data import side
from ..words import Words

_SHOWN: Final = {
    "consistent": "no_contradiction",
    "not_checked": "not_compared",
    "not_applicable": "nothing_there",
}


def consistency(examination: Examination, words: Words) -> Section:
    """Return every check with its status word and what it found."""
    entries = [_check(each, words) for each in examination.checks]
    return Section("consistency", words("consistency"), (Line(words("consistency.lead")), *entries))


def shown_of(outcome: CheckOutcome) -> str:
    """Return how a check is shown; a comparison of declarations is never called verified.

    ``contradiction``, ``raised``, ``no_contradiction``, ``not_compared`` or ``nothing_there``.
    """
    shown = getattr(outcome, "shown", None)
    if isinstance(shown, str):
        return shown
    if outcome.status == "inconsistent":
        return "contradiction"
    if outcome.findings:
        return "raised"
    return _SHOWN[outcome.status]


def shown_text(outcome: CheckOutcome, words: Words) -> str:
    """Return the word for that."""
    shown = shown_of(outcome)
    return side("checks", words.lang, "shown", shown) or words(f"shown.{shown}")


def _check(outcome: CheckOutcome, words: Words) -> Entry:
    blocks: list[Block] = []
    if outcome.why:
        blocks.append(Line(why_text(outcome, words)))
    if outcome.findings:
        blocks.append(Bullets(tuple(finding_text(each, words) for each in outcome.findings)))
    return Entry(
        outcome.check,
        check_title(outcome, words),
        shown_of(outcome),
        shown_text(outcome, words),
        blocks=tuple(blocks),
        brief=True,
    )
