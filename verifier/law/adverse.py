"""Facts that are declared or computed and on which the other side could rest an objection.

An objection does not need an absence: what a record says against its own side
is raised as well. Nothing here says that the objection would succeed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from .backing import CONTESTED
from .case import Case
from .derived_log import is_low

DAY: Final = 86400
LONG_BEFORE_EXPORT: Final = 30 * DAY
"""Longer than this between creation and export is raised; so is a day before anchoring."""
_NOT_OWN: Final = frozenset({"covert", "found", "remote_access", "purchased", "other"})
_CARRIER: Final = frozenset({"altered", "lost", "not_held", "handed_over"})


def _carrier(case: Case) -> bool:
    available = case.known.member("src.carrier.available_for_court", "available")
    return case.known.get("src.carrier.status") in _CARRIER or available is False


def _means(case: Case) -> bool:
    known = case.known
    return (
        known.get("law.method") in _NOT_OWN
        or known.member("law.account_consent", "consent") in {"not_asked", "refused"}
        or known.member("law.privacy", "logout_signal") is True
        or known.member("acct.own.id", "holder") not in {None, "self"}
    )


def _excerpt(case: Case) -> bool:
    whole = case.known.member("scope.full_available", "available") is True
    return case.known.get("scope.assertion") == "excerpt" and not whole


def _longer(name: str, limit: int) -> Callable[[Case], bool]:
    """Whether an interval is longer than so many seconds; of one with two lengths, the longest."""

    def found(case: Case) -> bool:
        interval = case.intervals.get(name)
        if interval is None or interval.seconds is None:
            return False
        return max(interval.seconds, interval.longest or 0) > limit

    return found


def _low(case: Case) -> bool:
    return any(is_low(file) for file in case.sealed())


def _process_only(case: Case) -> bool:
    scopes = {item.get("scope") for item in case.known.items("cor.notarial")}
    return "process" in scopes and not scopes & {"content", "both"}


def _recording_is_evidence(case: Case) -> bool:
    digest = case.known.member("acq.recording", "digest")
    return any(file.sha256.hex() == digest and file.role in CONTESTED for file in case.sealed())


def _other_hands(case: Case) -> bool:
    """Whether the data are said to have been moved, or to be kept by another than the declarant."""
    known = case.known
    keeper = known.member("src.carrier.custody", "custodian")
    declarant = known.member("decl.declarant", "name")
    moved = bool(known.items("cust.events") or known.items("cust.transfer"))
    return moved or (keeper is not None and declarant is not None and keeper != declarant)


FACTS: Final[Mapping[str, Callable[[Case], bool]]] = {
    "carrier_state": _carrier,
    "declared_means": _means,
    "excerpt_incomplete": _excerpt,
    "long_before_export": _longer("creation_export", LONG_BEFORE_EXPORT),
    "long_before_anchoring": _longer("export_anchoring", DAY),
    "low_resolution": _low,
    "process_notarised": _process_only,
    "recording_is_evidence": _recording_is_evidence,
    "not_repeatable": lambda case: case.known.member("acq.reproducible", "reproducible") is False,
    "other_hands": _other_hands,
}
"""Code of ``data/opponent.json`` → whether the fact is there."""
