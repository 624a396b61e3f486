"""What one side holds, every piece of it verified under the policy's keys of one log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import BindingFailure
from ..evidence.dossier import Dossier
from ..evidence.receipt import Receipt
from ..misconduct.build import item, only_line
from ..misconduct.exhibits import Item, Said
from ..tlog.checkpoint import Checkpoint
from ..tlog.keys import VKey
from ..tlog.merkle import leaf_hash
from .trees import KnownTree


class HeldItem(NamedTuple):
    """A receipt, and how it stands as an exhibit."""

    receipt: Receipt
    exhibit: Item


class HeldStatement(NamedTuple):
    """A dossier statement of the service, and how it stands as an exhibit."""

    dossier: Dossier
    exhibit: Said


class Material:
    """Heads with what is known below them, items and statements of one log.

    ``log`` is the key that signed the heads, None where there is no head.
    """

    def __init__(self, kind: str, origin: str, log: VKey | None) -> None:
        self.kind = kind
        self.origin = origin
        self.log = log
        self.trees: dict[tuple[int, bytes], KnownTree] = {}
        self.items: list[HeldItem] = []
        self.statements: list[HeldStatement] = []
        self.left_out: list[str] = []

    def tree(self, head: Checkpoint, note: bytes) -> KnownTree:
        """Return the tree of a head whose signature was verified; one for each size and root."""
        assert self.log is not None
        if head.origin != self.origin:
            raise BindingFailure("compare: a head of another log")
        key = head.size, head.root
        if key not in self.trees:
            self.trees[key] = KnownTree(head, only_line(note, self.log))
        return self.trees[key]

    def add_receipt(self, data: bytes, receipt: Receipt, head: Checkpoint) -> None:
        """Take in a receipt that was verified."""
        assert self.log is not None
        tree = self.tree(head, receipt.proof.note)
        entry = receipt.entry_bytes
        tree.add_entry(receipt.proof.index, entry, leaf_hash(entry), receipt.proof.hashes)
        self.items.append(HeldItem(receipt, item(data, self.log)))

    def heads(self) -> Iterator[Checkpoint]:
        """Yield the heads, the smallest first."""
        yield from (self.trees[key].head for key in sorted(self.trees))
