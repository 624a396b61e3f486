"""The four statements of a comparison and of a proof of misconduct.

They say what keys signed, in whose words and for whom it cannot both hold, and
never who used the keys or why. "Nothing was found" is never printed without
"and nothing is shown".
"""

from __future__ import annotations

from typing import Final

from ..result import DONE, FAILED, PASSED, Result
from .texts import Texts, fill

SCOPES: Final = frozenset({"compare", "misconduct"})
_KINDS: Final = {"dossier": "dossier", "link": "rules", "time": "rules", "freeze": "rules"}


def statements(result: Result, texts: Texts) -> dict[str, list[str]]:
    """Return the sentences of each of the four statements."""
    words = texts.words
    return {
        "integrity": found(result, texts),
        "time": [words["compare.time"]],
        "submitter": [words["compare.submitter"]],
        "not_shown": [words[f"compare.{name}"] for name in _not_shown(result)],
    }


def _not_shown(result: Result) -> tuple[str, ...]:
    check = result.check("history")
    contradicts = check is not None and check.status == FAILED
    return (*(("who",) if contradicts else ()), "rest", "evidence")


def found(result: Result, texts: Texts) -> list[str]:
    """Return what was found, and what follows from it: the first statement."""
    words = texts.words
    check = result.check("history")
    broken = check is not None and check.status == DONE and result.verdict != PASSED
    if check is None or broken or check.sub_indication == "NOT_PROVEN":
        return [words["compare.nothing" if result.scope == "compare" else "misconduct.open"]]
    if check.status == DONE:
        return [fill(words["compare.one"], check.values)]
    if check.status != FAILED:
        name = "compare.open" if result.scope == "compare" else "misconduct.open"
        return [words[name]]
    return found_of_failure(result, texts)


def found_of_failure(result: Result, texts: Texts) -> list[str]:
    """Return what was signed and in what it contradicts itself, where that was found."""
    words = texts.words
    check = result.check("history")
    if check is None or check.status != FAILED:
        return []
    how = texts.reasons.get(str(check.values.get("reason")))
    if how is None:
        return []
    said = words["contradiction.how"].replace("{text}", fill(how, check.values))
    return [_whose(result, texts), said]


def _whose(result: Result, texts: Texts) -> str:
    kind = _KINDS.get(str(result.facts.get("misconduct")), "trees")
    return fill(texts.words[f"contradiction.{kind}"], result.facts)


def limits(result: Result, texts: Texts) -> list[str]:
    """Return what stands directly under the headline, whichever it is."""
    check = result.check("history")
    if check is not None and check.status == FAILED:
        return [*found(result, texts), texts.words["compare.who"]]
    return found(result, texts)
