"""The Merkle checks, judged by the recursion of the RFC on every small tree."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.verifier.tlog.support import flip
from verifier.errors import ConsistencyFailure, InclusionFailure, Malformed
from verifier.tlog import merkle

SIZES = range(1, 41)
ENTRIES = [b"entry %d" % n for n in range(SIZES.stop)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
ROOTS = [reference.MTH(ENTRIES[:n]) for n in range(SIZES.stop)]
OTHER = merkle.leaf_hash(b"something else")


def included(*arguments) -> bool:
    try:
        merkle.check_inclusion(*arguments)
    except InclusionFailure:
        return False
    return True


def consistent(*arguments) -> bool:
    try:
        merkle.check_consistency(*arguments)
    except ConsistencyFailure:
        return False
    return True


def part_of(*arguments) -> bool:
    try:
        merkle.check_subtree_consistency(*arguments)
    except ConsistencyFailure:
        return False
    return True


def wrong_proofs(proof: list[bytes]):
    """Yield the proof with a bit of each hash flipped, other lengths, and two hashes swapped."""
    for n, item in enumerate(proof):
        yield [*proof[:n], flip(item, (n * 37) % 256), *proof[n + 1 :]]
        yield [*proof[:n], item[:-1], *proof[n + 1 :]]
        yield [*proof[:n], item + b"\x00", *proof[n + 1 :]]
        yield [*proof[:n], *proof[n + 1 :]]
        yield [*proof[:n], item, *proof[n:]]
    yield [OTHER, *proof]
    yield [*proof, OTHER]
    yield [*proof, b""]
    for n, (left, right) in enumerate(pairwise(proof)):
        if left != right:
            yield [*proof[:n], right, left, *proof[n + 2 :]]


def test_roots_of_all_small_trees() -> None:
    assert merkle.EMPTY_ROOT == reference.MTH([])
    for size, root in enumerate(ROOTS):
        assert merkle.root_of(iter(LEAVES[:size])) == root


def test_root_of_refuses_what_is_not_a_hash() -> None:
    for bad in (b"", LEAVES[0] + b"\x00", LEAVES[0][1:]):
        with pytest.raises(Malformed):
            merkle.root_of([LEAVES[0], bad])


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_of_every_leaf(size: int) -> None:
    root = ROOTS[size]
    for index in range(size):
        proof = reference.PATH(index, ENTRIES[:size])
        assert merkle.root_from_inclusion(LEAVES[index], index, size, proof) == root
        assert included(LEAVES[index], index, size, proof, root)
        for wrong in wrong_proofs(proof):
            assert not included(LEAVES[index], index, size, wrong, root)
        for bit in range(0, 256, 51):
            assert not included(LEAVES[index], index, size, proof, flip(root, bit))
            assert not included(flip(LEAVES[index], bit), index, size, proof, root)
        for other in range(-2, size + 3):
            if other != index:
                assert not included(LEAVES[index], other, size, proof, root)


def test_a_proof_is_for_one_size() -> None:
    """The same path may fit another size in length; the root is then another one."""
    for size in SIZES:
        for index in range(size):
            proof = reference.PATH(index, ENTRIES[:size])
            for other in {*SIZES, 0, -1, 2**63, 2**200} - {size}:
                assert not included(LEAVES[index], index, other, proof, ROOTS[min(abs(other), 40)])


@pytest.mark.parametrize("new", SIZES)
def test_consistency_from_every_older_size(new: int) -> None:
    for old in range(1, new + 1):
        proof = reference.PROOF(old, ENTRIES[:new])
        assert consistent(old, ROOTS[old], new, ROOTS[new], proof)
        for wrong in wrong_proofs(proof):
            assert not consistent(old, ROOTS[old], new, ROOTS[new], wrong)
        for bit in range(0, 256, 85):
            assert not consistent(old, flip(ROOTS[old], bit), new, ROOTS[new], proof)
            assert not consistent(old, ROOTS[old], new, flip(ROOTS[new], bit), proof)
        for other in range(-1, new + 2):
            if other != old:
                assert not consistent(other, ROOTS[old], new, ROOTS[new], proof)
        if old != new:
            assert not consistent(new, ROOTS[new], old, ROOTS[old], proof)


def test_the_form_of_a_path_follows_from_index_and_size() -> None:
    """Refused for its form, before any root is compared: also where the hashes would fit."""
    for size in range(-1, 20):
        for index in range(-2, size + 3):
            possible = 0 <= index < size
            needed = len(reference.PATH(index, ENTRIES[:size])) if possible else -1
            for length in range(8):
                proof = LEAVES[:length]
                if length == needed:
                    merkle.root_from_inclusion(OTHER, index, size, proof)
                    continue
                with pytest.raises(InclusionFailure, match="are needed" if possible else "index"):
                    merkle.root_from_inclusion(OTHER, index, size, proof)
    assert not included(LEAVES[1], 0, 1, LEAVES[:1], ROOTS[2])


@pytest.mark.parametrize("wrong", [b"", OTHER[1:], OTHER + b"\x00"])
def test_every_hash_has_32_bytes(wrong: bytes) -> None:
    for leaf, proof in ((wrong, LEAVES[:2]), (OTHER, [LEAVES[0], wrong])):
        with pytest.raises(InclusionFailure, match="32 bytes"):
            merkle.root_from_inclusion(leaf, 1, 3, proof)
    for old, new, proof in (
        (wrong, ROOTS[3], [OTHER]),
        (ROOTS[2], wrong, [OTHER]),
        (ROOTS[2], ROOTS[3], [wrong]),
    ):
        with pytest.raises(ConsistencyFailure, match="32 bytes"):
            merkle.check_consistency(2, old, 3, new, proof)


def test_consistency_from_the_empty_tree() -> None:
    for new, root in enumerate(ROOTS):
        assert consistent(0, merkle.EMPTY_ROOT, new, root, [])
        assert not consistent(0, merkle.EMPTY_ROOT, new, root, [root])
        assert not consistent(0, OTHER, new, root, [])
        assert not consistent(0, merkle.EMPTY_ROOT, new, root[:-1], [])
    assert not consistent(0, merkle.EMPTY_ROOT, 0, OTHER, [])
    assert not consistent(0, merkle.EMPTY_ROOT, -1, OTHER, [])
    assert not consistent(-1, merkle.EMPTY_ROOT, 0, merkle.EMPTY_ROOT, [])


@pytest.mark.parametrize("size", range(1, 20))
def test_every_subtree(size: int) -> None:
    for start in range(size + 1):
        for end in range(start, size + 1):
            if not merkle.is_subtree(start, end):
                assert not part_of(start, end, size, OTHER, ROOTS[size], [])
                continue
            part = reference.MTH(ENTRIES[start:end])
            if start == end:
                assert part_of(start, end, size, merkle.EMPTY_ROOT, ROOTS[size], [])
                continue
            proof = reference.SUBTREE_PROOF(start, end, ENTRIES[:size])
            if start == 0:
                assert proof == reference.PROOF(end, ENTRIES[:size])
            assert part_of(start, end, size, part, ROOTS[size], proof)
            assert not part_of(start, end, size, flip(part, 77), ROOTS[size], proof)
            assert not part_of(start, end, size, part, flip(ROOTS[size], 77), proof)
            for wrong in wrong_proofs(proof):
                assert not part_of(start, end, size, part, ROOTS[size], wrong)
            for index in range(start, end):
                path = reference.PATH(index - start, ENTRIES[start:end])
                merkle.check_subtree_inclusion(LEAVES[index], index, start, end, path, part)
                with pytest.raises(InclusionFailure):
                    merkle.check_subtree_inclusion(LEAVES[index], index + 1, start, end, path, part)


def test_which_ranges_are_subtrees() -> None:
    """By the definition: start is a multiple of the next power of two of the length."""
    for start in range(40):
        for length in range(1, 40):
            power = 1
            while power < length:
                power *= 2
            assert merkle.is_subtree(start, start + length) == (start % power == 0)
    assert merkle.is_subtree(7, 7)
    assert not merkle.is_subtree(-1, 0)
    assert not merkle.is_subtree(2, 1)
    with pytest.raises(InclusionFailure):
        merkle.check_subtree_inclusion(LEAVES[1], 1, 1, 3, [LEAVES[2]], ROOTS[2])


ANY_SIZE = st.one_of(
    st.integers(-3, 70), st.integers(), st.integers(2**62, 2**64), st.sampled_from([0, 1, 2**63])
)
ANY_HASH = st.one_of(st.sampled_from([*LEAVES[:4], *ROOTS[:4]]), st.binary(max_size=40))
ANY_PROOF = st.lists(ANY_HASH, max_size=70)


@settings(deadline=None)
@given(ANY_HASH, ANY_SIZE, ANY_SIZE, ANY_SIZE, ANY_PROOF, ANY_HASH)
def test_every_input_has_an_answer(leaf, first, second, third, proof, root) -> None:
    """Total: None or the failure that the docstring names, never another exception."""
    included(leaf, first, second, proof, root)
    consistent(first, leaf, second, root, proof)
    part_of(first, second, third, leaf, root, proof)
    try:
        merkle.check_subtree_inclusion(leaf, first, second, third, proof, root)
    except InclusionFailure:
        pass


# -- controls: each breaks one thing and shows that it was this that held ------------------


def second_preimage() -> bool:
    """Try to pass off the inner nodes of a tree of four as the entries of a tree of two."""
    four = merkle.root_of(merkle.leaf_hash(entry) for entry in ENTRIES[:4])
    pairs = [
        b"\x01" + merkle.leaf_hash(left) + merkle.leaf_hash(right)
        for left, right in (ENTRIES[0:2], ENTRIES[2:4])
    ]
    return merkle.root_of(merkle.leaf_hash(entry) for entry in pairs) == four


def test_no_second_preimage() -> None:
    assert not second_preimage()


def test_control_without_the_leaf_prefix_there_is_one(monkeypatch) -> None:
    monkeypatch.setattr(merkle, "leaf_hash", lambda data: sha256(data).digest())
    assert second_preimage()


def inner_node_as_leaf() -> bool:
    """Try to prove the node above the first two of three leaves as entry 0."""
    node = merkle.node_hash(LEAVES[0], LEAVES[1])
    return included(node, 0, 3, [LEAVES[2]], ROOTS[3])


def test_no_inner_node_is_a_leaf() -> None:
    assert not inner_node_as_leaf()


def test_control_without_the_length_check_it_is(monkeypatch) -> None:
    true_length = merkle._path_length

    def any_length(index: int, size: int) -> tuple[int, int]:
        inner, _ = true_length(index, size)
        return inner, 1 - inner  # as many as the forged proof has

    monkeypatch.setattr(merkle, "_path_length", any_length)
    assert inner_node_as_leaf()
