"""G1, Article 16: what was computed, part by part, and never as one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...proven_time import proven_time
from ...result import DONE, FAILED
from .. import logged, words
from ..case import Case
from ..circumstances import circumstances, not_searched
from ..examination import (
    CONSISTENT,
    COURT,
    FAIL,
    INCONSISTENT,
    MISSING,
    NO_WORDING,
    NOT_CHECKED,
    PRESENT,
    Text,
)
from ..needs import NOTICE, Found, Needs, of, plainly
from ..not_read import not_read, receipt_not_read, without_receipt
from ..originals import not_registered
from ..rules import Row
from ..stating import sentence


def open_because(why: Text) -> Found:
    """Return that a row of class A was not checked, with the reason in our own words."""
    return Found(NOT_CHECKED, NO_WORDING, why)


def unanchored(case: Case) -> Found | None:
    """Return what holds of every part of Article 16 before there is anything to verify."""
    return open_because(words.text("why.not_anchored")) if case.result is None else None


def _digests(case: Case, row: Row, needs: Needs) -> Found:
    """M16-03: files, openings, manifest and statement, one leading to the next."""
    before = unanchored(case)
    if before is not None:
        return before
    names = ("files", "file", "openings", "manifest", "statement")
    statuses = {name: case.status_of(name) for name in names}
    if FAILED in statuses.values():
        return Found(INCONSISTENT, FAIL)
    if case.result is not None and case.result.scope == "disclosure":
        return _shown_digests(case, statuses)
    compared = [statuses[name] for name in ("files", "file") if statuses[name]]
    rest = [statuses[name] for name in ("openings", "manifest", "statement") if statuses[name]]
    if compared and all(status == DONE for status in (*compared, *rest)):
        return Found(CONSISTENT, PRESENT)
    if compared and "ALGORITHM_NOT_COMPUTED" in _subs(case, names):
        return open_because(words.text("why.algorithm"))
    return _missing_unless(not_read(case))


def _shown_digests(case: Case, statuses: Mapping[str, str]) -> Found:
    """M16-03 of a disclosure: whole files by their digests, shown records by the message tree."""
    assert case.result is not None
    needed = ("files", "openings", "manifest", "statement")
    records = case.status_of("records")
    if records == FAILED:
        return Found(INCONSISTENT, NO_WORDING, words.text("withheld.records.differ"))
    if records != DONE or any(statuses[name] != DONE for name in needed):
        algorithm = "ALGORITHM_NOT_COMPUTED" in _subs(case, needed)
        if algorithm and records == DONE:
            return open_because(words.text("why.algorithm"))
        return open_because(not_read(case) or words.text("withheld.nothing"))
    facts = case.result.facts
    whole = any(name.endswith(".completeness") and facts[name] == "whole" for name in facts)
    withheld = case.material.withheld
    parts = withheld is not None and bool(withheld.parts)
    said = words.text("withheld.records") if parts else None
    return Found(CONSISTENT, PRESENT if whole else NO_WORDING, said)


def _missing_unless(why: Text | None) -> Found:
    """Return a row of class A that is open: for a reason of ours, else as the matrix says it."""
    return Found(NOT_CHECKED, MISSING) if why is None else open_because(why)


def _subs(case: Case, names: tuple[str, ...]) -> set[str | None]:
    checks = [case.check(name) for name in names]
    return {check.sub_indication for check in checks if check is not None}


def _inclusion(case: Case, row: Row, needs: Needs) -> Found:
    before = unanchored(case)
    if before is not None:
        return before
    if case.status_of("inclusion") == FAILED:
        return Found(INCONSISTENT, FAIL)
    if case.status_of("entry") == FAILED:
        return Found(INCONSISTENT, NO_WORDING, words.text("why.entry"))
    if case.status_of("inclusion") == case.status_of("entry") == DONE:
        return Found(CONSISTENT, PRESENT)
    return _missing_unless(receipt_not_read(case))


def _append_only(case: Case, row: Row, needs: Needs) -> Found:
    """M16-05: a later copy of the log holds the receipt's tree, or shows another history.

    Two receipts alone give no consistency proof: both can hold one entry, and
    the trees differ elsewhere.
    """
    before = unanchored(case)
    if before is not None:
        return before
    siblings, latest = case.check("siblings"), case.check("receipt_latest")
    failed = [each for each in (siblings, latest) if each is not None and each.status == FAILED]
    if any(each.sub_indication == "CONSISTENCY_FAILURE" for each in failed):
        return Found(INCONSISTENT, FAIL)
    if siblings is not None and siblings.status == FAILED:
        return Found(INCONSISTENT, NO_WORDING, words.text("why.links"))
    assert case.result is not None
    if siblings is not None and siblings.status == DONE and logged.has_two_heads(case.result):
        return Found(CONSISTENT, PRESENT)
    if latest is not None and latest.status == DONE:
        return open_because(words.text("why.no_consistency_proof"))
    return _missing_unless(without_receipt(case))


def _signature(case: Case, row: Row, needs: Needs) -> Found:
    """M16-06: at L0 nobody said where the key is from, so only the inside was checked."""
    before = unanchored(case)
    if before is not None:
        return before
    if case.status_of("log_key") == FAILED:
        return Found(INCONSISTENT, FAIL)
    for name in ("checkpoint", "quorum"):
        if case.status_of(name) == FAILED:
            return Found(INCONSISTENT, NO_WORDING, words.text(f"why.{name}"))
    for name in ("checkpoint", "log_key", "quorum"):
        if case.status_of(name) != DONE:
            return open_because(words.text(f"why.{name}.{_open(case, name)}"))
    assert case.result is not None
    if case.result.trust_level == "L0":
        if case.result.policy_source is None:
            return open_because(words.text("why.anchors_unsaid"))
        return Found(NOT_CHECKED, MISSING)
    source = words.text("why.key_source")
    stolen = any(finding.code == "KEY_COMPROMISED_LATER" for finding in case.result.findings)
    if stolen:
        source = sentence([source, words.text("why.key_stolen_later")])
    return Found(CONSISTENT, PRESENT, source)


def _open(case: Case, name: str) -> str:
    """Return why a check is open: what the policy holds against the key, else nothing special."""
    check = case.check(name)
    sub = check.sub_indication if check is not None else None
    known = {"KEY_COMPROMISED_NO_POE": "compromised", "KEY_RETIRED": "retired"}
    return known.get(sub or "", "open") if name == "log_key" else "open"


def _time(case: Case, row: Row, needs: Needs) -> Found:
    """M16-07: by a time-stamp, or by the clock of a witness whom the policy names another operator for."""
    before = unanchored(case)
    if before is not None:
        return before
    check = case.check("time")
    if check is not None and check.status == FAILED:
        if check.sub_indication == "TIMESTAMP_ORDER_FAILURE":
            return Found(INCONSISTENT, NO_WORDING, words.text("why.time_order"))
        return Found(INCONSISTENT, FAIL)
    if case.result is not None and proven_time(case.result).latest is not None:
        unsaid = case.result.policy_source is None
        return Found(CONSISTENT, PRESENT, words.text("why.tsa_unsaid") if unsaid else None)
    if case.result is not None and case.result.facts.get("tokens"):
        return open_because(words.text("why.time_uncounted"))
    return _missing_unless(without_receipt(case))


def _algorithms(case: Case, row: Row, needs: Needs) -> Found:
    """M16-08: what the receipt itself names; the formats allow no other than known ones."""
    before = unanchored(case)
    if before is not None:
        return before
    if case.material.receipt is None:
        return _missing_unless(without_receipt(case))
    weak = logged.weak_algorithms(case.material)
    return Found(INCONSISTENT, FAIL) if weak else Found(CONSISTENT, PRESENT)


def _structure(case: Case, row: Row, needs: Needs) -> Found:
    """M16-02: counted only where the log's own key was verified.

    One operator without an independent node leaves the premise of Article 16
    open as a whole: that is the first of all gaps, though it is counted.
    """
    if not case.known.filled("anc.chain_facts"):
        why = receipt_not_read(case)
        if why is None and case.material.receipt is not None:
            why = words.text("why.chain_uncounted")
        return Found(COURT, MISSING) if why is None else Found(COURT, NO_WORDING, why, is_open=True)
    counted = case.result.facts.get("operators") if case.result is not None else None
    alone = not isinstance(counted, int) or counted <= 1
    return Found(COURT, PRESENT, is_open=alone)


def _contrary(case: Case, row: Row, needs: Needs) -> Found:
    listed = any(case.known.items(field) for field in ("plat.incidents", "cor.appraisal"))
    failed = any(each.status == INCONSISTENT for each in case.rows.values() if each.row.cls == "A")
    there = listed or failed or case.known.filled("cor.peer_copy") or circumstances(case)
    return found_or_not(case, is_there=bool(there))


def found_or_not(case: Case, *, is_there: bool) -> Found:
    """Return a row that lists what was found; "nothing" is said only where everything was searched."""
    missing = not_searched(case)
    if is_there:
        return Found(COURT, PRESENT, missing)
    return Found(COURT, MISSING) if missing is None else Found(COURT, NO_WORDING, missing)


def _filed(case: Case, row: Row, needs: Needs) -> Found:
    """M16-09: the sentence for what is missing is the one on a copy without a digest of its own."""
    found = plainly(case, row, needs)
    absent = not_registered(case)
    return found if absent is None else Found(MISSING, MISSING, absent)


def _program(case: Case, row: Row, needs: Needs) -> Found:
    """M16-12: program, version, digest and the policy that was used."""
    before = unanchored(case)
    if before is not None:
        return Found(NOT_CHECKED, MISSING)
    return (
        Found(CONSISTENT, PRESENT)
        if case.known.filled("ver.inputs")
        else (Found(NOT_CHECKED, MISSING))
    )


ROWS: Final[Mapping[str, Needs]] = {
    "M16-01": of("item.no", "item.category"),
    "M16-02": Needs(judge=_structure),
    "M16-03": Needs(judge=_digests),
    "M16-04": Needs(judge=_inclusion),
    "M16-05": Needs(judge=_append_only),
    "M16-06": Needs(judge=_signature),
    "M16-07": Needs(judge=_time),
    "M16-08": Needs(judge=_algorithms),
    "M16-09": Needs(of=("item.conversions",), judge=_filed, contradicted=NO_WORDING),
    "M16-10": NOTICE,
    "M16-11": Needs(judge=_contrary, missing_is_open=False),
    "M16-12": Needs(judge=_program),
}
