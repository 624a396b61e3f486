"""The chain of a dossier: its items in order, none swapped, missing or replayed.

SPEC §12. Needs receipts only, no content. It shows that the items handed over
are consecutive; that there is no later one takes a copy of the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..errors import BindingFailure
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.merkle import leaf_hash
from ..tlog.note import parse_note
from .receipt import Receipt


def check_chain(receipts: Sequence[Receipt]) -> None:
    """Check that receipts, oldest first, are consecutive items of one dossier.

    Each receipt must have been verified by itself before. Receipts of different
    sizes are not shown to be of one history by this: take receipts under one
    checkpoint, or check the consistency of their heads. Raises BindingFailure
    naming the item and what does not fit (SPEC §12.1, §12.3).
    """
    for earlier, later in pairwise(receipts):
        _check_link(earlier, later)
    seen: set[bytes] = set()
    for receipt in receipts:
        identity = receipt.statement.submission.identity_hash()
        if identity in seen:
            raise BindingFailure(f"chain: item {receipt.statement.item} replays a submission")
        seen.add(identity)


def _check_link(earlier: Receipt, later: Receipt) -> None:
    old, new = earlier.statement, later.statement
    what = f"chain: item {new.item}"
    for name in ("origin", "account", "dossier"):
        if getattr(old.submission, name) != getattr(new.submission, name):
            raise BindingFailure(f"{what}: another {name} than the item before")
    if new.item != old.item + 1 or new.epoch != old.epoch:
        raise BindingFailure(f"{what} follows item {old.item}: one is missing, swapped or repeated")
    if later.entry.link != old.next:
        raise BindingFailure(f"{what}: its link is not the one that item {old.item} announced")
    if new.previous != leaf_hash(earlier.entry_bytes):
        raise BindingFailure(f"{what}: previous is not the leaf hash of item {old.item}")
    if new.number <= old.number or later.proof.index <= earlier.proof.index:
        raise BindingFailure(f"{what}: number and index must grow along the chain")
    old_head, new_head = (
        parse_checkpoint(parse_note(receipt.proof.note).text) for receipt in (earlier, later)
    )
    if old_head.size == new_head.size and old_head.root != new_head.root:
        raise BindingFailure(f"{what}: proven in another history than item {old.item}")
    if later.entry.received < earlier.entry.received:
        raise BindingFailure(f"{what}: received before item {old.item}")
