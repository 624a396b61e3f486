"""Our trees and paths against merkletools 1.0.3, a library that shares no code with us.

Its tree has the shape of RFC 6962 but hashes leaves and nodes alike, so it is
given our leaf hashes as leaves and SHA-256 over ``0x01 ‖ data`` as its function.
"""

from __future__ import annotations

import hashlib
import os
import warnings

import pytest

from tests import reference
from verifier.errors import InclusionFailure
from verifier.tlog import merkle

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses the pysha3 that it never needs here
        import merkletools
except ImportError:
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        raise
    pytest.skip(
        "no merkletools here (requirements/oracle.txt): not tested: trees by another library",
        allow_module_level=True,
    )

SIZES = range(1, 300)
ENTRIES = [b"oracle %d" % n for n in range(SIZES.stop)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


def foreign_tree(leaves: list[bytes]) -> merkletools.MerkleTools:
    tree = merkletools.MerkleTools()
    tree.hash_function = lambda data: hashlib.sha256(b"\x01" + data)
    tree.add_leaf([leaf.hex() for leaf in leaves])
    tree.make_tree()
    return tree


def foreign_path(tree: merkletools.MerkleTools, index: int) -> list[bytes]:
    return [bytes.fromhex(hexes) for step in tree.get_proof(index) for hexes in step.values()]


def test_roots() -> None:
    for size in SIZES:
        root = merkle.root_of(LEAVES[:size])
        assert foreign_tree(LEAVES[:size]).get_merkle_root() == root.hex()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31, 32, 33, 100, 255, 256, 257, 299])
def test_paths_both_ways(size: int) -> None:
    """Their path passes our check; a path by the RFC's recursion passes theirs."""
    tree = foreign_tree(LEAVES[:size])
    root = bytes.fromhex(tree.get_merkle_root())
    for index in {*range(min(size, 9)), size // 2, size - 1}:
        path = foreign_path(tree, index)
        merkle.check_inclusion(LEAVES[index], index, size, path, root)
        assert path == reference.PATH(index, ENTRIES[:size])
        assert tree.validate_proof(tree.get_proof(index), LEAVES[index].hex(), root.hex())


def test_control_their_check_takes_an_inner_node_for_a_leaf() -> None:
    """Why it judges and does not serve: its paths have no length that index and size give."""
    tree = foreign_tree(LEAVES[:4])
    root = tree.get_merkle_root()
    node = merkle.node_hash(LEAVES[0], LEAVES[1])
    short = tree.get_proof(0)[1:]
    assert tree.validate_proof(short, node.hex(), root)
    with pytest.raises(InclusionFailure):
        merkle.check_inclusion(node, 0, 4, foreign_path(tree, 0)[1:], bytes.fromhex(root))
