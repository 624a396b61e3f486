"""The checks P-01 to P-23: does what was declared fit the material and itself?"""

from __future__ import annotations

from ...law.consistency import CheckOutcome, sentences
from ...law.examination import Examination
from ..document import Block, Bullets, Entry, Line, Section
from ..words import Words


def consistency(examination: Examination, words: Words) -> Section:
    """Return every check with its status word and what it found."""
    entries = [_check(each, words) for each in examination.checks]
    return Section("consistency", words("consistency"), (Line(words("consistency.lead")), *entries))


def _check(outcome: CheckOutcome, words: Words) -> Entry:
    blocks: list[Block] = []
    reason = sentences.reason_of(outcome)
    if reason is not None:
        blocks.append(Line(words.text(reason)))
    if outcome.findings:
        blocks.append(
            Bullets(tuple(words.text(sentences.sentence_of(each)) for each in outcome.findings))
        )
    return Entry(
        outcome.check,
        words.text(sentences.title_of(outcome.check)),
        outcome.shown,
        words.text(sentences.shown_of(outcome)),
        blocks=tuple(blocks),
        brief=True,
    )
