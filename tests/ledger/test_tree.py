"""Proving: every size and index against the RFC's recursion, both ways of computing a root."""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import levels, prove
from ledger.prove import Tree, prove_consistency, root_at
from ledger.right_edge import RightEdge
from tests import reference
from verifier.tlog.merkle import check_consistency, check_inclusion, leaf_hash, root_of
from verifier.tlog.tiles import tiles_of_size

MOST = 48


class Tiles:
    """Tiles in memory, grown as the ledger grows them."""

    def __init__(self) -> None:
        self.size = 0
        self.data: dict[tuple[int, int], bytes] = {}
        self.edge = RightEdge()

    def read(self, level: int, index: int, width: int) -> bytes:
        data = self.data[level, index][: 32 * width]
        assert len(data) == 32 * width
        return data

    def extend(self, leaves: list[bytes]) -> bytes:
        grown = levels.grow(self.read, self.size, leaves)
        self.edge.extend(leaves)
        self.size += len(leaves)
        self.data.update(grown.tiles)
        assert grown.size == self.size == self.edge.size
        assert grown.root == self.edge.root()
        return grown.root


@pytest.fixture(params=[1, 2, 3, 8], ids="tiles of 2^{}".format)
def height(request, monkeypatch):
    """Small tiles make small logs high: the same code, all of its levels."""
    monkeypatch.setattr(prove, "TILE_HEIGHT", request.param)
    monkeypatch.setattr(prove, "TILE_WIDTH", 2**request.param)
    monkeypatch.setattr(levels, "_WIDTH", 2**request.param)


def test_every_proof_of_every_small_size(height):
    entries = [seed.to_bytes(2, "big") for seed in range(MOST)]
    tiles = Tiles()
    for size in range(MOST):
        root = reference.MTH(entries[:size])
        assert tiles.edge.root() == root == root_at(tiles.read, size)
        assert RightEdge.read(tiles.read, size).root() == root
        together = Tree(tiles.read, size)
        for index in range(size):
            path = Tree(tiles.read, size).inclusion(index)
            assert path == together.inclusion(index) == reference.PATH(index, entries[:size])
            check_inclusion(leaf_hash(entries[index]), index, size, path, root)
        for old in range(size + 1):
            proof = prove_consistency(tiles.read, old, size)
            assert proof == (reference.PROOF(old, entries[:size]) if old else [])
            check_consistency(old, reference.MTH(entries[:old]), size, root, proof)
        tiles.extend([leaf_hash(entries[size])])


@given(st.lists(st.integers(0, 700), max_size=6), st.integers(0, 2**32))
def test_any_batches_lead_to_the_verifiers_root(batches, seed):
    chance = random.Random(seed)
    tiles, leaves = Tiles(), []
    for count in batches:
        fresh = [chance.randbytes(32) for _ in range(count)]
        leaves += fresh
        assert tiles.extend(fresh) == root_of(leaves)
    assert set(tiles.data) == {(level, index) for level, index, _ in tiles_of_size(len(leaves))}
    for level, index, width in tiles_of_size(len(leaves)):
        assert len(tiles.data[level, index]) == 32 * width


@pytest.mark.parametrize("size", [255, 256, 257, 65_535, 65_536, 65_537, 70_000])
def test_sizes_around_full_tiles(size):
    tiles = Tiles()
    leaves = [os.urandom(32) for _ in range(size)]
    root = tiles.extend(leaves)
    assert root == root_of(leaves) == root_at(tiles.read, size)
    for index in {0, 1, 254, 255, 256, size // 2, size - 2, size - 1} & set(range(size)):
        check_inclusion(leaves[index], index, size, Tree(tiles.read, size).inclusion(index), root)
    for old, new in pairwise([1, 255, 256, 257, 65_536, size]):
        if old < new <= size:
            roots = root_of(leaves[:old]), root_of(leaves[:new])
            check_consistency(old, roots[0], new, roots[1], prove_consistency(tiles.read, old, new))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (5, 3)])
def test_no_proof_for_an_index_outside(index, size):
    tiles = Tiles()
    tiles.extend([bytes(32)] * 3)
    with pytest.raises(ValueError, match="index"):
        Tree(tiles.read, size).inclusion(index)


def test_no_proof_from_a_larger_size():
    with pytest.raises(ValueError, match="older"):
        prove_consistency(lambda *_: b"", 2, 1)


def test_a_tile_of_another_width_is_refused():
    with pytest.raises(ValueError, match="width"):
        Tree(lambda _level, _index, _width: bytes(33), 2).root()


def test_an_edge_needs_one_subtree_for_each_one():
    with pytest.raises(ValueError, match="binary"):
        RightEdge(3, [bytes(32)])
