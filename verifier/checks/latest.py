"""The later receipt of a package: sound by itself, of the same entry, of a later head.

SPEC §6.4 and §13.8 step 2. Two receipts that can only come from two histories
of the log are worse than none. One that stands adds what it shows to what the
first one shows, and takes nothing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..encoding import escape_bytes
from ..errors import BindingFailure, ConsistencyFailure, Verification
from ..evidence.receipt import Receipt
from ..options import Options
from ..policy import LEVELS, Policy
from ..result import DONE, FAILED, NOT_DONE, TOTAL_FAILED, Result
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.merkle import leaf_hash
from ..tlog.note import parse_note
from .receipt import Bound, bind_receipt
from .time_grade import check_time

_NEEDED: Final = ("inclusion", "checkpoint", "log_key", "quorum")
_HEAD_FACTS: Final = ("witnesses", "quorum", "operators", "witnessed_size")


def check_latest(
    result: Result, data: bytes, first: Bound | None, policy: Policy, options: Options
) -> Receipt | None:
    """Add the check ``receipt_latest``, and what it shows where it shows more.

    Return the receipt whose checkpoint the log's key stands behind: the first,
    unless only the later one's does; None if there is no first.
    """
    trial = Result("receipt", policy_source=result.policy_source)
    latest = bind_receipt(trial, data, policy, options, inside_v1=True)
    own = None if first is None else first.receipt
    if trial.verdict == TOTAL_FAILED or latest is None:
        reason = "receipt-latest.txt: a check of it failed"
        result.add("receipt_latest", FAILED, trial.sub_indication, reason=reason)
        return own
    if first is not None:
        try:
            check_later(first.receipt, latest.receipt)
            _check_one_key(first, latest)
        except Verification as error:
            result.add("receipt_latest", FAILED, error.sub_indication, reason=str(error))
            return own
    missing = _missing(trial)
    if missing == "WITNESS_QUORUM_NOT_MET" and first is not None and _stands(result):
        # Nothing of its head counts. What a token over it shows does not rest on witnesses,
        # here no less than in a receipt that is verified alone.
        _take_times(result, trial, first, latest, policy, options)
    elif missing is not None:
        _name_blocks(result, latest, missing)
    if missing is not None:
        result.add("receipt_latest", NOT_DONE, missing)
        return own
    if first is None or any(check.status == FAILED for check in result.checks):
        result.add("receipt_latest", DONE, size=trial.facts["size"])
        return own
    return _take(result, trial, first, latest, policy, options)


def _take(
    result: Result, trial: Result, first: Bound, latest: Bound, policy: Policy, options: Options
) -> Receipt:
    """Let the later receipt count; both are bound to one entry, and nothing has failed."""
    stands = _stands(result)
    moved = _NEEDED if not stands else ("quorum",)
    if _rank(trial) > _rank(result):
        for name in moved:
            check = trial.check(name)
            assert check is not None  # it is done
            result.replace(check)
        facts = (*_HEAD_FACTS, *(() if stands else ("log_key", "size", "root")))
        result.facts |= {name: trial.facts[name] for name in facts}
        result.trust_level = trial.trust_level
    _take_times(result, trial, first, latest, policy, options)
    result.add("receipt_latest", DONE, size=trial.facts["size"])
    return first.receipt if stands else latest.receipt


def _take_times(
    result: Result, trial: Result, first: Bound, latest: Bound, policy: Policy, options: Options
) -> None:
    """Set the check ``time`` from both receipts, unless a check has failed; add what was found."""
    if any(check.status == FAILED for check in result.checks):
        return
    for finding in trial.findings:
        if finding not in result.findings:
            result.findings.append(finding)
    both = [first.times, latest.times]
    check_time(result, first.receipt.entry.received, both, policy, options)


def _name_blocks(result: Result, latest: Bound, missing: str) -> None:
    """Say which proofs of time are lost with a later receipt that does not count, and for what.

    They are counted among those that the receipts carry: a report that says "no
    proof of time" and nothing else would be wrong about them.
    """
    blocks = latest.times.blocks
    result.facts["tokens"] = _number(result.facts, "tokens") + blocks.total
    names = dict.fromkeys(escape_bytes(each.timestamp.tsa.encode()) for each in blocks.stamps)
    for name in names:
        result.note("LATER_TOKEN_NOT_COUNTED", name=name, why=missing)
    if blocks.total > len(blocks.stamps):
        count = blocks.total - len(blocks.stamps)
        result.note("LATER_PROOFS_NOT_COUNTED", count=count, why=missing)


def _stands(result: Result) -> bool:
    log_key = result.check("log_key")
    return log_key is not None and log_key.status == DONE


def _missing(trial: Result) -> str | None:
    """Return why a later receipt does not count, None if it does; the quorum is the last reason."""
    for name in _NEEDED:
        check = trial.check(name)
        if check is None or check.status != DONE:
            return (check.sub_indication if check else None) or "NOT_REACHED"
    return None


def _rank(result: Result) -> tuple[bool, bool, int, int, int]:
    """Return what a receipt's checkpoint has behind it, for the greater one to count."""
    done = {check.id for check in result.checks if check.status == DONE}
    operators, witnesses = (_number(result.facts, name) for name in ("operators", "witnesses"))
    level = LEVELS.index(result.trust_level)
    return "log_key" in done, "quorum" in done, level, operators, witnesses


def _number(facts: Mapping[str, str | int], name: str) -> int:
    value = facts.get(name, 0)
    return value if isinstance(value, int) else 0


def check_later(first: Receipt, latest: Receipt) -> None:
    """Raise BindingFailure or ConsistencyFailure unless both can be receipts of one entry in one history."""
    if latest[:5] != first[:5] or latest.proof.index != first.proof.index:
        raise BindingFailure("receipt-latest.txt is of another entry than receipt.txt")
    old, new = (parse_checkpoint(parse_note(r.proof.note).text) for r in (first, latest))
    if new.size < old.size or (new.size == old.size and new.root != old.root):
        raise ConsistencyFailure("receipt-latest.txt and receipt.txt show two histories")
    _check_common(first, old, latest, new)


def _check_common(first: Receipt, old: Checkpoint, latest: Receipt, new: Checkpoint) -> None:
    """Raise ConsistencyFailure where the two paths show one part of the log with two hashes.

    The subtrees on a path and beside it are in every larger tree of one log, so that two
    receipts of one entry hold each other to account without a copy of the log.
    """
    from ..compare.trees import KnownTree, is_complete

    trees: list[KnownTree] = []
    for receipt, head in ((first, old), (latest, new)):
        tree = KnownTree(head, receipt.proof.note)
        try:
            tree.add_path(receipt.proof.index, leaf_hash(receipt.entry_bytes), receipt.proof.hashes)
        except (ConsistencyFailure, ValueError):
            return  # not a path to that root, which the check of inclusion has said
        trees.append(tree)
    small, large = trees
    for each in small.nodes():
        other = large.root(*each) if each == (0, old.size) else large.known(*each)
        if (is_complete(*each) or each == (0, old.size)) and other not in (
            None,
            small.known(*each),
        ):
            raise ConsistencyFailure("receipt-latest.txt and receipt.txt show two histories")


def _check_one_key(first: Bound, latest: Bound) -> None:
    """Raise BindingFailure where two keys of the policy signed: a log has one for life (SPEC §18)."""
    keys = {first.times.log, latest.times.log} - {None}
    if len(keys) > 1:
        raise BindingFailure("receipt-latest.txt is signed by another log key than receipt.txt")
