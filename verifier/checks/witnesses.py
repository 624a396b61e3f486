"""Cosignatures on a checkpoint: which count, and what trust level they carry.

SPEC §13.7. A damaged or foreign cosignature is not counted and is said to be
so; it never fails a receipt, because a witness's mistake is not the
submitter's. The quorum is the policy's.
"""

from __future__ import annotations

from ..policy import LEVELS, Policy
from ..result import DONE, NOT_DONE, Result
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.keys import VKey
from ..tlog.note import Note
from .cosigners import other_operator, read_cosignatures


def count_cosignatures(result: Result, note: Note, policy: Policy, log: VKey) -> None:
    """Add the check ``quorum`` and the facts about witnesses and operators."""
    found = read_cosignatures(note, policy, log)
    for name, status in found.refused:
        if status is None:
            result.note("COSIGNATURE_NOT_COUNTED", name=name)
        else:
            result.note("COSIGNATURE_KEY_STATUS", name=name, status=status)
    if found.unknown:
        result.note("UNKNOWN_SIGNATURES", count=found.unknown)
    met = found.times.keys()
    quorum = policy.log_policy.quorum
    if policy.log_policy.quorum_met(met):
        result.add("quorum", DONE, required=quorum, met=len(met))
    else:
        result.add("quorum", NOT_DONE, "WITNESS_QUORUM_NOT_MET", required=quorum, met=len(met))
    # Operators, not keys, are what independence means: a witness that the
    # policy gives no operator counts as run by the log's own.
    others = {other_operator(policy, log, name) for name in met} - {None}
    result.facts.update(
        witnesses=len(met),
        quorum=quorum,
        operators=1 + len(others),
        anchors=0,
        witnessed_size=parse_checkpoint(note.text).size,
    )
    log_key = result.check("log_key")
    sound = log_key is not None and log_key.status == DONE
    if result.policy_source is not None and sound:
        result.trust_level = "L2" if others else "L1"
    _report_idle_statuses(result, policy)


def _report_idle_statuses(result: Result, policy: Policy) -> None:
    """Say of a status line that fits no key of the policy that it has no effect."""
    known = {(log.vkey.name, log.vkey.key_id) for log in policy.log_policy.logs}
    known |= {(w.vkey.name, w.vkey.key_id) for w in policy.log_policy.witnesses.values()}
    known |= {(vkey.name, vkey.key_id) for vkey in policy.services}
    for status in policy.statuses:
        if (status.name, status.key_id) not in known:
            result.note("STATUS_WITHOUT_KEY", name=f"{status.name}+{status.key_id.hex()}")


def check_requirements(result: Result, policy: Policy) -> None:
    """Add the check ``requirements`` if the policy asks for a level or a grade."""
    wanted = [word for word in (policy.require_level, policy.require_grade) if word]
    if not wanted:
        return
    level = LEVELS.index(result.trust_level) >= LEVELS.index(policy.require_level or "L0")
    grade = result.time_grade >= (policy.require_grade or "T0")
    status = DONE if level and grade else NOT_DONE
    sub = None if status == DONE else "POLICY_REQUIREMENT_NOT_MET"
    result.add("requirements", status, sub, wanted=" ".join(wanted))
