"""The whole chain of a dossier, if a disclosure carries it: items 1…k, one after another.

SPEC §12 and §13.12 step 10. Receipts only, no content. Whether the last of them
has a successor takes a copy of the log.
"""

from __future__ import annotations

from ..errors import VerifierError
from ..evidence import package
from ..evidence.chain import check_chain
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.note import parse_note
from .members import MAX_RECEIPT, read_member
from .receipt import check_receipt, sub_of
from .siblings import find_link

_NEEDED = ("receipt", "statement", "entry", "inclusion", "checkpoint", "log_key", "quorum")


def check_dossier_chain(
    result: Result, container: Container, receipt: Receipt, policy: Policy, options: Options
) -> None:
    """Add the check ``chain`` where the package has one."""
    names = sorted(
        name.removeprefix(package.BASE)
        for name in container.members
        if package.is_chain_member(name.removeprefix(package.BASE))
    )
    if not names:
        return
    items = len(names)
    if names != [package.chain_member(item) for item in range(1, items + 1)]:
        result.add("chain", FAILED, "FORMAT_FAILURE", reason="chain: items are not 1, 2, 3 …")
        return
    try:
        receipts = []
        for name in names:
            found = _receipt(
                result, read_member(container, name, MAX_RECEIPT), name, policy, options
            )
            if found is None:
                return
            receipts.append(found)
        check_chain(receipts)
    except VerifierError as error:
        result.add("chain", FAILED, sub_of(error), reason=str(error))
        return
    first = receipts[0].statement
    own = [one for one in receipts if one.entry_bytes == receipt.entry_bytes]
    if first.item != 1 or not own or own[0].statement_bytes != receipt.statement_bytes:
        reason = "chain: it does not begin with item 1, or this receipt is none of its items"
        result.add("chain", FAILED, "BINDING_FAILURE", reason=reason)
        return
    last = receipts[-1]
    result.add("chain", DONE, items=items, item=receipt.statement.item, index=last.proof.index)
    result.facts["chain.items"] = items
    _successor(result, last, policy, options)


def _receipt(
    result: Result, data: bytes, name: str, policy: Policy, options: Options
) -> Receipt | None:
    """Return a receipt of the chain that stands by itself; add ``chain`` and return None if not."""
    trial = Result("receipt", policy_source=result.policy_source)
    receipt = check_receipt(trial, data, policy, options, inside_v1=True, with_time=False)
    failed = next((check for check in trial.ordered() if check.status == FAILED), None)
    if failed is not None:
        reason = f"{name}: a check of it failed"
        result.add("chain", FAILED, failed.sub_indication, reason=reason)
        return None
    for needed in _NEEDED:
        check = trial.check(needed)
        if receipt is None or check is None or check.status != DONE:
            sub = check.sub_indication if check else "NOT_REACHED"
            result.add("chain", NOT_DONE, sub or "NOT_REACHED")
            return None
    return receipt


def _successor(result: Result, last: Receipt, policy: Policy, options: Options) -> None:
    """Say whether an item after the chain's last one was anchored, as far as a copy goes."""
    if options.log is None:
        result.note("CHAIN_END_NOT_CHECKED", items=last.statement.item)
        return
    head = parse_checkpoint(parse_note(last.proof.note).text)
    try:
        size, hits = find_link(options.log, policy, last.statement.next, head)
    except (VerifierError, OSError) as error:
        result.note("CHAIN_END_UNKNOWN", items=last.statement.item, reason=str(error))
        return
    if hits:
        result.note("CHAIN_GOES_ON", items=last.statement.item, index=hits[0].index, size=size)
    else:
        result.note("CHAIN_ENDS", items=last.statement.item, size=size)
