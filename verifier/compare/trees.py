"""What is known of a signed tree, and what that proves of its parts.

An inclusion path of entry i in a tree of n leaves is more than i's proof: it
shows every subtree on the way, each sibling, and, by the left siblings, the root
that the log had when it held i entries. A *complete* subtree
[k·2^h, (k+1)·2^h) is the same in every later tree of one log, so two trees
of different sizes can be held against each other without a consistency proof
from the log (RFC 6962 §2.1; the shape of proofs is that of ``tlog.merkle``).

This is the one place of the verifier that builds proofs. Whatever it builds is
checked by ``tlog.merkle`` before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import ConsistencyFailure
from ..misconduct.exhibits import Logged, Part
from ..tlog.checkpoint import Checkpoint
from ..tlog.merkle import check_subtree_consistency, is_subtree, node_hash

Range = tuple[int, int]


def split(count: int) -> int:
    """Return the largest power of two below ``count``, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def is_complete(start: int, end: int) -> bool:
    """Return whether these leaves are a subtree of every tree that holds them."""
    width = end - start
    return width > 0 and not width & (width - 1) and start % width == 0


class Tree:
    """A signed tree: ``note`` has the log's line only, and its signature was verified."""

    def __init__(self, head: Checkpoint, note: bytes) -> None:
        self.head = head
        self.note = note

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return self.head.size

    def known(self, start: int, end: int) -> bytes | None:
        """Return the root of a subtree of this tree, if it is known as a whole."""
        raise NotImplementedError

    def root(self, start: int, end: int) -> bytes | None:
        """Return the root over these leaves, put together from what is known.

        The left part of a subtree that is not complete is complete, so this
        takes as many steps as ``end`` has digits.
        """
        lefts: list[bytes] = []
        while (found := self.known(start, end)) is None:
            if is_complete(start, end):
                return None
            middle = start + split(end - start)
            left = self.known(start, middle)
            if left is None:
                return None
            lefts.append(left)
            start = middle
        for left in reversed(lefts):
            found = node_hash(left, found)
        return found

    def _ranges(self, start: int, end: int) -> list[Range]:
        """Return the subtrees whose roots prove that [start, end) is part of this tree."""
        wanted: list[Range] = []  # the last hash of the proof first
        low, high, whole = 0, self.size, True
        while (low, high) != (start, end):
            middle = low + split(high - low)
            if end <= middle:
                wanted.append((middle, high))
                high = middle
            else:
                wanted.append((low, middle))
                if start < middle:  # the part goes over the middle: its right end is a part too
                    start, whole = middle, False
                low = middle
        if not whole:
            wanted.append((start, end))
        return wanted[::-1]

    def part(self, start: int, end: int) -> Part | None:
        """Return these leaves' root with its proof, if it can be had. Raises ConsistencyFailure.

        The error means that what was taken for known does not lead to the signed root.
        """
        if not (start < end <= self.size and is_subtree(start, end)):
            return None
        root = self.root(start, end)
        if root is None:
            return None
        hashes: list[bytes] = []
        for each in self._ranges(start, end):
            found = self.root(*each)
            if found is None:
                return None
            hashes.append(found)
        check_subtree_consistency(start, end, self.size, root, self.head.root, hashes)
        return Part(self.note, start, end, root, tuple(hashes))


class KnownTree(Tree):
    """A tree of which a head and any number of verified inclusion paths are at hand."""

    def __init__(self, head: Checkpoint, note: bytes) -> None:
        super().__init__(head, note)
        self._nodes: dict[Range, bytes] = {(0, head.size): head.root}
        self._entries: dict[int, Logged] = {}

    def known(self, start: int, end: int) -> bytes | None:
        """Return the root of a subtree that some path showed."""
        return self._nodes.get((start, end))

    def nodes(self) -> Iterator[Range]:
        """Yield the whole tree, and every complete subtree that is known."""
        yield 0, self.size
        yield from (each for each in self._nodes if is_complete(*each) and each[1] <= self.size)

    def add_path(self, index: int, leaf: bytes, hashes: Sequence[bytes]) -> None:
        """Take in an inclusion path that was verified against this head."""
        steps: list[tuple[Range, Range]] = []  # from the root down: the sibling, and the whole
        low, high = 0, self.size
        while high - low > 1:
            middle = low + split(high - low)
            if index < middle:
                steps.append(((middle, high), (low, high)))
                high = middle
            else:
                steps.append(((low, middle), (low, high)))
                low = middle
        self._nodes[low, high] = found = leaf
        for (sibling, whole), value in zip(reversed(steps), hashes, strict=True):
            self._nodes[sibling] = value
            left = sibling[0] < index
            found = node_hash(value, found) if left else node_hash(found, value)
            self._nodes[whole] = found
        if found != self.head.root:
            raise ConsistencyFailure("inclusion: the path does not lead to the root")

    def add_entry(self, index: int, entry: bytes, leaf: bytes, hashes: Sequence[bytes]) -> None:
        """Take in an entry with its verified path."""
        self.add_path(index, leaf, hashes)
        self._entries[index] = Logged(self.note, index, entry, tuple(hashes))

    def entries(self) -> list[Logged]:
        """Return the entries that are known, by index."""
        return [self._entries[index] for index in sorted(self._entries)]

    def add_part(self, part: Part) -> None:
        """Take in a verified part: its root, and the siblings that its proof shows."""
        self._nodes[part.start, part.end] = part.root
        for each, value in zip(self._ranges(part.start, part.end), part.hashes, strict=True):
            self._nodes[each] = value

    def joined(self, other: KnownTree) -> KnownTree:
        """Return one tree with what both know; their heads are the same."""
        both = KnownTree(self.head, self.note)
        both._nodes = {**self._nodes, **other._nodes}
        both._entries = {**self._entries, **other._entries}
        return both
