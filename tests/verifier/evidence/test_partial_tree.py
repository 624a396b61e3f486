"""The root from some leaves and the hashes of the rest, against the recursion of RFC 6962."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import reference
from verifier.errors import BindingFailure, Malformed
from verifier.evidence.partial_tree import partial_root
from verifier.tlog.merkle import leaf_hash

ENTRIES = [bytes([n]) for n in range(40)]


def outside(size: int, shown: set[int]) -> list[bytes]:
    """Return the hashes that stand for what is not shown: this test's own descent."""

    def walk(start: int, end: int) -> Iterator[bytes]:
        if not shown & set(range(start, end)):
            yield reference.MTH(ENTRIES[start:end])
        elif end - start > 1:
            k = 1
            while k * 2 < end - start:
                k *= 2
            yield from walk(start, start + k)
            yield from walk(start + k, end)

    return list(walk(0, size)) if size else []


def root(size: int, shown: list[int], hashes: list[bytes]) -> bytes:
    leaves = ((n, leaf_hash(ENTRIES[n])) for n in shown)
    return partial_root(size, leaves, iter(hashes))


@pytest.mark.parametrize("size", range(1, 10))
def test_every_subset_of_small_trees(size: int):
    want = reference.MTH(ENTRIES[:size])
    for count in range(1, size + 1):
        for shown in itertools.combinations(range(size), count):
            hashes = outside(size, set(shown))
            assert root(size, list(shown), hashes) == want
            wrong = [n for n in (size - 1, size + 1) if n > shown[-1]]
            for other in wrong:
                try:
                    assert root(other, list(shown), hashes) != reference.MTH(ENTRIES[:other])
                except Malformed:
                    pass  # another number of hashes is needed
            if hashes:
                with pytest.raises(Malformed):
                    root(size, list(shown), hashes[:-1])
            with pytest.raises(Malformed):
                root(size, list(shown), [*hashes, bytes(32)])


@given(size=st.integers(1, 40), data=st.data())
def test_any_subset(size: int, data: st.DataObject):
    shown = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    hashes = outside(size, set(shown))
    assert root(size, shown, hashes) == reference.MTH(ENTRIES[:size])
    at = data.draw(st.integers(0, len(shown) - 1))
    left = shown[:at] + shown[at + 1 :]
    if left:
        try:
            assert root(size, left, hashes) != reference.MTH(ENTRIES[:size])
        except (Malformed, BindingFailure):
            pass


def test_order_and_bounds():
    with pytest.raises(Malformed, match="ascend"):
        root(4, [1, 1], outside(4, {1}))
    with pytest.raises(Malformed, match="ascend"):
        root(4, [2, 1], outside(4, {1, 2}))
    with pytest.raises(BindingFailure):
        root(4, [1, 4], outside(4, {1}))
