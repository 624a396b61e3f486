"""What the tests of the rule base share: all text that is ours, not the law's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from verifier.law import rules
from verifier.law.rules import (
    CLASSES,
    GROUPS,
    INSTRUMENTS,
    PRACTICE,
    PROVISIONS,
    ROWS,
    STATUSES,
    Provision,
)


def own_words() -> Iterator[str]:
    """All text but the statutes': rows, notes, names, summaries, guidance, translations."""
    for table in (ROWS, PRACTICE, INSTRUMENTS, PROVISIONS, rules.DERIVED, rules.SEVERITIES):
        for each in table.values():
            values = each._asdict() if hasattr(each, "_asdict") else asdict(each)
            if isinstance(each, Provision):
                del values["zh"]
            yield from (value for value in values.values() if isinstance(value, str))
    for labels in (GROUPS, STATUSES, CLASSES, rules.TRUST_LEVELS, rules.TIME_GRADES):
        yield from (text for label in labels.values() for text in label)
    yield from rules.ABOUT
