"""Every pair, among all that is held, that cannot both be of one history (SPEC §17.5).

The plainest first: two whole heads, then a head and a prefix, then a part of two
trees, then entries, then words. Pairs are only found here; whether they prove
anything is decided by ``misconduct``, as a third party would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from ..errors import Malformed
from ..evidence.entry import Entry, parse_entry
from ..misconduct.exhibits import Exhibit, Logged, Part
from .material import HeldItem, HeldStatement
from .trees import KnownTree, Range, Tree

Pair = tuple[Exhibit, Exhibit]


def differing(
    trees: Sequence[KnownTree], items: Sequence[HeldItem], statements: Sequence[HeldStatement]
) -> Iterator[Pair]:
    """Yield pairs that may contradict each other; one that does is among them if there is any.

    Raises ConsistencyFailure where what a copy holds does not lead to its root.
    """
    yield from prefixes(trees, trees)
    yield from _parts(trees)
    yield from _entries(trees)
    yield from _items(items)
    yield from _words(trees, items, statements)


# ------------------------------------------------------------------- trees


def prefixes(olds: Iterable[Tree], news: Sequence[Tree]) -> Iterator[Pair]:
    """Yield heads that a tree as large or larger does not begin with."""
    for old in olds:
        for new in news:
            if old is new or old.size > new.size or not old.size:
                continue
            if new.root(0, old.size) in (None, old.head.root):
                continue
            yield from _both(old, new, (0, old.size))


def _parts(trees: Sequence[KnownTree]) -> Iterator[Pair]:
    """Yield complete subtrees that differ, those of the fewest leaves first."""
    seen: dict[Range, tuple[bytes, KnownTree]] = {}
    differ: list[tuple[Range, KnownTree, KnownTree]] = []
    for tree in trees:
        for each in tree.nodes():
            root = tree.known(*each)
            assert root is not None
            other = seen.setdefault(each, (root, tree))
            if other[0] != root:
                differ.append((each, other[1], tree))
    differ.sort(key=lambda one: (one[0][1] - one[0][0], one[0]))
    for each, one, other_tree in differ:
        yield from _both(one, other_tree, each)


def _both(one: Tree, other: Tree, leaves: Range) -> Iterator[Pair]:
    first, second = one.part(*leaves), other.part(*leaves)
    if first is not None and second is not None:
        yield first, second


def whole(tree: Tree) -> Part:
    """Return a signed tree as an exhibit."""
    return Part(tree.note, 0, tree.size, tree.head.root, ())


# ------------------------------------------------------------------- entries


def _entries(trees: Sequence[KnownTree]) -> Iterator[Pair]:
    held: list[tuple[Logged, Entry]] = []
    for tree in trees:
        for logged in tree.entries():
            try:
                held.append((logged, parse_entry(logged.entry)))
            except Malformed:
                continue  # what cannot be read is for the audit to name
    held.sort(key=lambda one: (one[0].index, one[0].to_bytes()))
    links: dict[bytes, Logged] = {}
    for logged, entry in held:
        first = links.setdefault(entry.link, logged)
        if first.index != logged.index:
            yield first, logged
        if entry.kind == "freeze":
            largest = max(trees, key=lambda tree: tree.size)
            yield logged, whole(largest)
    for (early, old), (late, new) in pairwise(held):
        if old.received > new.received:
            yield early, late


# ------------------------------------------------------------------- items and words


def _items(items: Sequence[HeldItem]) -> Iterator[Pair]:
    submitted: dict[tuple[bytes, int], HeldItem] = {}
    for held in items:
        statement = held.receipt.statement
        first = submitted.setdefault((statement.submission.identity_hash(), statement.epoch), held)
        if first.receipt.proof.index != held.receipt.proof.index:
            yield first.exhibit, held.exhibit
    for _, group in groupby(sorted(items, key=_order), key=lambda one: _order(one)[:3]):
        for one, other in pairwise(group):
            yield one.exhibit, other.exhibit


def _order(held: HeldItem) -> tuple[bytes, bytes, int, int, int]:
    statement = held.receipt.statement
    submission = statement.submission
    place = statement.item, held.receipt.proof.index
    return submission.account, submission.dossier, statement.epoch, *place


def _words(
    trees: Sequence[KnownTree], items: Sequence[HeldItem], statements: Sequence[HeldStatement]
) -> Iterator[Pair]:
    for number, held in enumerate(statements):
        said = held.dossier
        for other in statements[number + 1 :]:
            yield held.exhibit, other.exhibit
        for one in items:
            yield one.exhibit, held.exhibit
        for tree in trees:
            leaves = [(0, said.size)] + [(p.index, p.index + 1) for p in said.items.values()]
            for each in leaves:
                part = tree.part(*each)
                if part is not None:
                    yield part, held.exhibit
