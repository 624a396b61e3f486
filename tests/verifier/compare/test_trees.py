"""What an inclusion path tells of a tree, for every small size: nothing false, and all that it can."""

from __future__ import annotations

import pytest

from tests import reference
from verifier.compare.trees import KnownTree, is_complete, split
from verifier.errors import ConsistencyFailure
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.merkle import check_subtree_consistency, is_subtree, leaf_hash

LARGEST = 17


def entries(count: int, *, other_from: int = 1 << 62) -> list[bytes]:
    return [b"%d %s" % (n, b"b" if n >= other_from else b"a") for n in range(count)]


def tree_of(D: list[bytes], *indexes: int) -> KnownTree:
    tree = KnownTree(Checkpoint("log.example/x", len(D), reference.MTH(D)), b"a note")
    for index in indexes:
        tree.add_path(index, leaf_hash(D[index]), reference.PATH(index, D))
    return tree


def subtrees(size: int):
    for end in range(1, size + 1):
        yield from ((start, end) for start in range(end) if is_subtree(start, end))


def test_split_and_complete_are_those_of_the_rfc():
    for n in range(2, 70):
        assert split(n) == reference.split(n)
    complete = {(k << h, (k + 1) << h) for h in range(7) for k in range(70 >> h)}
    for start in range(70):
        for end in range(start, 71):
            assert is_complete(start, end) == ((start, end) in complete), (start, end)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_part_that_one_path_shows_is_right_and_proven(size: int):
    D = entries(size)
    shown = 0
    for index in range(size):
        tree = tree_of(D, index)
        for start, end in subtrees(size):
            part = tree.part(start, end)
            if part is None:
                continue
            shown += 1
            assert part.root == reference.MTH(D[start:end])
            assert list(part.hashes) == reference.SUBTREE_PROOF(start, end, D)
            check_subtree_consistency(start, end, size, part.root, reference.MTH(D), part.hashes)
    assert shown >= size


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_a_path_shows_the_log_as_it_was_before_and_after_its_entry(size: int):
    D = entries(size)
    for index in range(size):
        tree = tree_of(D, index)
        for end in {index, index + 1} - {0}:
            part = tree.part(0, end)
            assert part is not None, (index, end)
            assert part.root == reference.MTH(D[:end])


def test_all_paths_together_show_every_part():
    D = entries(LARGEST)
    tree = tree_of(D, *range(LARGEST))
    for start, end in subtrees(LARGEST):
        assert tree.part(start, end) is not None, (start, end)


def test_a_path_that_leads_elsewhere_is_refused():
    D = entries(9)
    tree = KnownTree(Checkpoint("log.example/x", 9, reference.MTH(D)), b"a note")
    with pytest.raises(ConsistencyFailure):
        tree.add_path(3, leaf_hash(b"another"), reference.PATH(3, D))


def test_what_a_part_showed_can_be_shown_again():
    D = entries(13)
    first = tree_of(D, 5).part(0, 6)
    assert first is not None
    tree = KnownTree(Checkpoint("log.example/x", 13, reference.MTH(D)), b"a note")
    tree.add_part(first)
    assert tree.part(0, 6) == first


def test_parts_beyond_the_tree_and_parts_that_are_none_are_not_shown():
    tree = tree_of(entries(9), *range(9))
    for start, end in [(0, 10), (3, 3), (4, 3), (1, 3), (-1, 1), (8, 10)]:
        assert tree.part(start, end) is None
