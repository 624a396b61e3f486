"""The later receipt of a package: sound by itself, of the same entry, of a later head.

SPEC §6.4 and §13.8 step 2. Two receipts that can only come from two histories
of the log are worse than none.
"""

from __future__ import annotations

from ..errors import BindingFailure, ConsistencyFailure, Verification
from ..evidence.receipt import Receipt
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, TOTAL_FAILED, Result
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.note import parse_note
from .receipt import check_receipt


def check_latest(
    result: Result, data: bytes, first: Receipt | None, policy: Policy, options: Options
) -> None:
    """Add the check ``receipt_latest``."""
    trial = Result("receipt", policy_source=result.policy_source)
    latest = check_receipt(trial, data, policy, options, inside_v1=True)
    if trial.verdict == TOTAL_FAILED or latest is None:
        reason = "receipt-latest.txt: a check of it failed"
        result.add("receipt_latest", FAILED, trial.sub_indication, reason=reason)
        return
    if first is not None:
        try:
            _check_later(first, latest)
        except Verification as error:
            result.add("receipt_latest", FAILED, error.sub_indication, reason=str(error))
            return
    for name in ("inclusion", "checkpoint", "log_key", "quorum"):
        check = trial.check(name)
        if check is None or check.status != DONE:
            sub = check.sub_indication if check else "NOT_REACHED"
            result.add("receipt_latest", NOT_DONE, sub)
            return
    result.add("receipt_latest", DONE, size=trial.facts["size"])


def _check_later(first: Receipt, latest: Receipt) -> None:
    """Raise unless both can be receipts of one entry in one history."""
    if latest[:5] != first[:5] or latest.proof.index != first.proof.index:
        raise BindingFailure("receipt-latest.txt is of another entry than receipt.txt")
    old, new = (parse_checkpoint(parse_note(r.proof.note).text) for r in (first, latest))
    if new.size < old.size or (new.size == old.size and new.root != old.root):
        raise ConsistencyFailure("receipt-latest.txt and receipt.txt show two histories")
