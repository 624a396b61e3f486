"""The root of a message tree of which only some leaves are shown.

SPEC §9.6. Which hashes stand for the rest follows from the number of leaves and
the indexes shown: one for each largest subtree (RFC 6962 §2.1 shape) that holds
none of them, in the order of the leaves. So leaves can be neither left out
between two shown ones nor inserted, nor can their number be another.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import BindingFailure, Malformed
from ..tlog.merkle import EMPTY_ROOT, node_hash


def partial_root(size: int, leaves: Iterator[tuple[int, bytes]], hashes: Iterator[bytes]) -> bytes:
    """Return the root over ``size`` leaves from (index, leaf hash) pairs, ascending, and the rest.

    Raises Malformed where the hashes are too few or too many, BindingFailure
    where an index does not fit. Whether the root is the right one is for the
    caller to compare.
    """
    walk = _Walk(leaves, hashes)
    root = walk.subtree(0, size) if size else EMPTY_ROOT
    if walk.next is not None:
        raise BindingFailure(
            f"disclosed: segment {walk.next[0]} is not below the number of segments"
        )
    if next(hashes, None) is not None:
        raise Malformed("disclosed: more hashes than the shown segments leave open")
    return root


class _Walk:
    """One descent over the tree, taking leaves and hashes as they come."""

    def __init__(self, leaves: Iterator[tuple[int, bytes]], hashes: Iterator[bytes]) -> None:
        self._leaves = leaves
        self._hashes = hashes
        self._last = -1
        self.next: tuple[int, bytes] | None = None
        self._advance()

    def _advance(self) -> None:
        self.next = next(self._leaves, None)
        if self.next is not None:
            if self.next[0] <= self._last:
                raise Malformed("disclosed: segments must ascend")
            self._last = self.next[0]

    def subtree(self, start: int, end: int) -> bytes:
        """Return the root over leaves ``start`` to ``end``; at most 64 calls deep."""
        if self.next is None or self.next[0] >= end:
            found = next(self._hashes, None)
            if found is None:
                raise Malformed("disclosed: a hash is missing for segments that are not shown")
            return found
        if end - start == 1:
            leaf = self.next[1]
            self._advance()
            return leaf
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        left = self.subtree(start, middle)
        return node_hash(left, self.subtree(middle, end))
