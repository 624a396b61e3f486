"""Asking one check about one matter, and holding what it says against its data file."""

from __future__ import annotations

import re
from pathlib import Path

from tests.verifier.law.recorded import AT, Matter
from verifier.law.consistency import CheckOutcome, Finding, checks
from verifier.law.consistency.sentences import reason_of, sentence_of, shown_of, table
from verifier.law.material import Material

_PLACE = re.compile(r"\{([a-z_]+)\}")


def ask(check: str, matter: Matter | Material, folder: Path, *, at: int = AT) -> CheckOutcome:
    """Return the outcome of one check; everything it says has words."""
    material = matter if isinstance(matter, Material) else matter.gathered(folder, at=at)
    outcome = checks()[check](material)
    assert outcome.check == check
    has_words(outcome)
    return outcome


def contradicted(outcome: CheckOutcome) -> dict[str, Finding]:
    """Return the findings that are contradictions, by code."""
    return {each.code: each for each in outcome.findings if not each.raised}


def raised(outcome: CheckOutcome) -> dict[str, Finding]:
    """Return what is only raised, by code."""
    return {each.code: each for each in outcome.findings if each.raised}


def has_words(outcome: CheckOutcome) -> None:
    """Every code has a sentence in both languages, and every place of it a value."""
    data = table()["checks"][outcome.check]
    assert outcome.status in {"consistent", "inconsistent", "not_checked", "not_applicable"}
    assert (outcome.status == "inconsistent") == any(not each.raised for each in outcome.findings)
    assert shown_of(outcome).zh
    assert (outcome.shown == "contradiction") == (outcome.status == "inconsistent")
    assert (outcome.shown in {"contradiction", "raised"}) == bool(outcome.findings)
    assert outcome.status == "consistent" or outcome.shown != "no_contradiction"
    assert bool(outcome.why) == (outcome.status in {"not_checked", "not_applicable"})
    if outcome.why:
        why = table()["why"][outcome.why]
        for lang in ("zh", "en"):
            assert set(_PLACE.findall(why[lang])) <= set(outcome.values)
        if "fields" in outcome.values:
            reason = reason_of(outcome)
            assert reason is not None
            assert not reason.own  # every id is that of a field, and has a name
    for finding in outcome.findings:
        sentences = data["findings"][finding.code]
        for lang in ("zh", "en"):
            assert set(_PLACE.findall(sentences[lang])) <= set(finding.values), finding
        ours = {name: finding.values[name] for name in sentences.get("of", {})}
        rest = {name: 1 for name in finding.values if name not in ours}
        said = sentence_of(finding._replace(values={**rest, **ours}))
        assert not said.own, finding  # a word of ours has its label
        assert set(finding.rows) <= set(data["rows"])
        assert all(len(str(value)) <= 201 for value in finding.values.values())
        if not finding.raised and finding.code != "MORE":
            named = set(finding.values)
            assert {"declared", "found"} <= named or "first_time" in named or (
                finding.code in {"GAP_NUMBERS", "RELAYED_IS_SEALED", "PERSONAL_DENIED"}
                or finding.code.startswith("PUBLISHED")
            ), finding  # fmt: skip
