"""The right edge of the tree: the roots of its perfect subtrees, largest first.

Appending a leaf merges equal neighbours, as adding 1 carries in a binary number;
so an append costs two hashes on average and the state is at most 63 hashes. This
is one of the two ways in which every root is computed before it is signed (the
other is ``levels``).
"""

from __future__ import annotations

from collections.abc import Iterable

from verifier.tlog.merkle import EMPTY_ROOT, node_hash

from .prove import ReadTile, Tree


class RightEdge:
    """The compact form of a tree of ``size`` leaves; owned by the sequencer's thread."""

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        self.size = size
        self._subtrees = list(subtrees)
        if len(self._subtrees) != size.bit_count():
            raise ValueError("one subtree for each binary digit of the size that is 1")

    @classmethod
    def read(cls, read_tile: ReadTile, size: int) -> RightEdge:
        """Return the edge of a stored tree."""
        tree = Tree(read_tile, size)
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        return cls(size, [tree.node(height, (size >> height) - 1) for height in heights])

    def copy(self) -> RightEdge:
        """Return another edge of the same tree."""
        return RightEdge(self.size, self._subtrees)

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaves."""
        subtrees, size = self._subtrees, self.size
        for leaf in leaf_hashes:
            merged, carry = leaf, size
            while carry & 1:
                merged = node_hash(subtrees.pop(), merged)
                carry >>= 1
            subtrees.append(merged)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """Return the root."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for left in reversed(self._subtrees[:-1]):
            root = node_hash(left, root)
        return root
