"""The highest trust level and time grade that a policy lets a log's receipts reach, and why no higher.

Level and grade count operators that the policy names (SPEC §11.6). A reader who
sees a low one in a report finds here whether more evidence could raise it or only
another policy.
"""

from __future__ import annotations

from typing import NamedTuple

from ..checks.key_status import statuses_of
from ..policy import KeyStatus, Policy
from ..tlog.keys import VKey


class Reach(NamedTuple):
    """``level`` and ``grade``, each with the key of the sentence that says why (``policy_words``)."""

    level: str
    level_why: str
    grade: str
    grade_why: str


def reach(policy: Policy, log: VKey) -> Reach:
    """Return what receipts of this log can reach at most under the policy."""
    if any(
        status.status == "compromised" and status.time is None
        for status in statuses_of(policy, log)
    ):
        return Reach("L0", "stolen", "T0", "stolen")
    level, why = _level(policy, log)
    return Reach(level, why, *_grade(policy, log, witnessed=level == "L2"))


def usable_witnesses(policy: Policy) -> list[str]:
    """Return the witnesses of whose cosignatures any can count, by their names in the policy."""
    return [
        name
        for name, witness in policy.log_policy.witnesses.items()
        if not any(_ends_all(status) for status in statuses_of(policy, witness.vkey))
    ]


def _ends_all(status: KeyStatus) -> bool:
    return status.status == "compromised" or status.size is status.time is None


def _level(policy: Policy, log: VKey) -> tuple[str, str]:
    names = usable_witnesses(policy)
    if not names:
        return "L1", "no_witness"
    own = policy.operators.get(log.name)
    if own is None:
        return "L1", "log_not_named"
    named = {policy.operators[name] for name in names if name in policy.operators}
    if not named:
        return "L1", "witness_not_named"
    return ("L2", "other_witness") if named - {own} else ("L1", "own_witness")


def _grade(policy: Policy, log: VKey, *, witnessed: bool) -> tuple[str, str]:
    own = policy.operators.get(log.name)
    names = [tsa.name for tsa in policy.tsas]
    others = [name for name in names if own is None or policy.operators.get(name) != own]
    if not others:
        return ("T2", "witness_clock") if witnessed else ("T0", "own_tsa" if names else "no_tsa")
    named = {policy.operators[name] for name in others if name in policy.operators}
    if own is not None and len(named) > 1:
        return "T4", "two_tsas"
    if own is None:
        return "T3", "log_not_named"
    if any(name not in policy.operators for name in others):
        return "T3", "tsa_not_named"
    return "T3", "one_tsa"
