"""What a reader has to know first: whether anything is recorded of the origin, and by whom.

Whole sentences in neutral words. That nothing is recorded is no sign of
anything, and what was declared of the means is for the court.
"""

from __future__ import annotations

from . import saying, stating, words
from .case import Case
from .examination import AFTER, BEFORE, WITHHELD, Text
from .known import Known

_DEVICE_IS_OWN = frozenset({None, "self"})
_RAISED = ("P-15", "P-16", "P-21")


def origin_of(case: Case) -> tuple[Text, ...]:
    """Return the sentences for the top of a report, in their order."""
    if case.known.record is None:
        return (*_supplement(case), _without(case))
    there = _there(case)
    extra = _supplement(case)
    declared = declared_circumstances(case) if _is_raised(case) else []
    if not declared:
        return (*extra, there)
    said = saying.named(words.text("origin.circumstances"), stating.sentence(declared))
    return *extra, there, saying.run(said, words.text("stop"), words.text("origin.court"))


def _supplement(case: Case) -> tuple[Text, ...]:
    """Return the sentence that this seal adds to an earlier one, whatever record it has."""
    leaf = case.phase.supplements
    return () if leaf is None else (words.text("origin.supplement", leaf=leaf.hex()),)


def _without(case: Case) -> Text:
    if not stating.is_unusable(case):
        return words.text("record.none")
    if case.phase.word == WITHHELD:
        return words.text("record.withheld")
    why = words.text(f"why.record_{case.phase.word}")
    reason = saying.in_brackets(words.text("record.unusable"), why)
    return saying.run(reason, words.text("stop"), words.text("record.unusable.means"))


def _there(case: Case) -> Text:
    """Return whose record there is, when it was made and under which entry it stands."""
    name = case.known.member("decl.declarant", "name")
    if isinstance(name, str) and name.strip():
        head = saying.named(words.text("record.there"), saying.theirs(name))
        if case.known.member("decl.declarant", "role") is not None:
            head = saying.in_brackets(head, case.member("decl.declarant", "role"))
    else:
        head = words.text("record.there.unnamed")
    if case.result is None:
        return saying.run(head, words.text("stop"), words.text("record.pending"))
    phase = case.phase
    key = phase.word if phase.word in {BEFORE, AFTER} and phase.logged else "not_followed"
    parts = [head, words.text(f"record.{key}")]
    if phase.index is not None and phase.received is not None:
        time = saying.instant(phase.received).zh
        parts.append(words.text("record.entry", index=phase.index, time=time))
    return saying.run(stating.sentence(parts), words.text("stop"), words.text("record.declared"))


def _is_raised(case: Case) -> bool:
    found = (case.checks.get(check) for check in _RAISED)
    return any(outcome is not None and outcome.findings for outcome in found)


def declared_circumstances(case: Case) -> list[Text]:
    """Return what the record itself declares of the acquisition that somebody may ask about."""
    known = case.known
    return [*_of_the_means(case, known), *_of_the_data(known)]


def _of_the_means(case: Case, known: Known) -> list[Text]:
    found: list[Text] = []
    if known.get("law.method") not in {None, "own_chat", "consented"}:
        found.append(saying.named(words.text("origin.method"), case.said("law.method")))
    consent = known.member("law.account_consent", "consent")
    if consent in {"not_asked", "refused"}:
        found.append(words.text(f"origin.consent.{consent}"))
    if known.member("law.privacy", "logout_signal") is True:
        said = words.text("origin.logout")
        state = known.member("law.privacy", "login_state")
        if isinstance(state, str):
            said = saying.in_brackets(said, saying.theirs(state))
        found.append(said)
    owner = known.member("src.device.owner", "owner")
    if owner == "employer":
        found.append(words.text("origin.device.employer"))
    elif owner not in _DEVICE_IS_OWN:
        said = case.member("src.device.owner", "owner")
        found.append(saying.named(words.text("origin.device.other"), said))
    if known.member("acct.own.id", "holder") not in {None, "self"}:
        said = case.member("acct.own.id", "holder")
        found.append(saying.named(words.text("origin.account"), said))
    return found


def _of_the_data(known: Known) -> list[Text]:
    found: list[Text] = []
    if known.get("src.device.rooted") == "yes":
        found.append(words.text("origin.rooted"))
    if known.member("app.integrity", "modded") is True:
        found.append(words.text("origin.modded"))
    if known.member("gen.recovery_used", "used") == "yes":
        found.append(words.text("origin.recovery"))
    if known.get("scope.assertion") == "excerpt":
        final = known.member("scope.full_available", "available") is False
        found.append(words.text("origin.excerpt_final" if final else "origin.excerpt"))
    return found
