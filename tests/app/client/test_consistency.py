"""Consistency from tiles, for all pairs of small sizes and some across tile borders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from app.client.consistency import check_extends
from tests import reference
from verifier.errors import ConsistencyFailure
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.tiles import parse_tile_path, tile_path, tiles_of_size

LEAVES = [hashlib.sha256(b"\x00%d" % n).digest() for n in range(700)]
ORIGIN = "log.example/one"


def node_at(level: int, position: int, leaves: list[bytes]) -> bytes:
    span = 256**level
    return tree_root(leaves[position * span : (position + 1) * span])


def tree_root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    left, right = tree_root(hashes[:half]), tree_root(hashes[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def tiles(size: int, leaves: list[bytes] = LEAVES) -> dict[str, bytes]:
    return {
        tile_path(level, index, width): b"".join(
            node_at(level, 256 * index + n, leaves[:size]) for n in range(width)
        )
        for level, index, width in tiles_of_size(size)
    }


def head(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree_root(leaves[:size]))


def fetch(files: dict[str, bytes]):
    return lambda path, maximum: files[path][:maximum] if path in files else None


def pairs() -> Iterable[tuple[int, int]]:
    yield from ((old, new) for new in range(20) for old in range(new + 1))
    sizes = (1, 255, 256, 257, 511, 512, 513, 700)
    yield from ((old, new) for new in sizes for old in sizes if old <= new)


def test_roots_are_those_of_the_reference():
    data = [b"%d" % n for n in range(20)]
    hashes = [hashlib.sha256(b"\x00" + each).digest() for each in data]
    assert tree_root(hashes) == reference.MTH(data)


def test_every_pair_in_either_order():
    for old, new in pairs():
        files = fetch(tiles(new))
        check_extends(head(old), head(new), files)
        check_extends(head(new), head(old), files)


def test_another_branch_is_found_out():
    for old, new in pairs():
        if old < 1:
            continue
        other = [*LEAVES]
        other[old - 1] = bytes(32)
        with pytest.raises(ConsistencyFailure):
            check_extends(head(old), head(new, other), fetch(tiles(new, other)))


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one():
    files = tiles(700)
    grown = {path: data for path, data in files.items() if parse_tile_path(path).width == 256}
    with pytest.raises(ConsistencyFailure, match="does not show"):
        check_extends(head(100), head(300), fetch({}))
    check_extends(head(100), head(300), fetch({**grown, **tiles(300)}))
    only_full = {p: d for p, d in tiles(512).items() if parse_tile_path(p).width == 256}
    upper = {p: d for p, d in tiles(300).items() if parse_tile_path(p).level == 1}
    check_extends(head(100), head(300), fetch({**only_full, **upper}))


def test_a_short_tile_and_another_log_are_refused():
    files = {path: data[:-1] for path, data in tiles(9).items()}
    with pytest.raises(ConsistencyFailure):
        check_extends(head(3), head(9), fetch(files))
    with pytest.raises(ConsistencyFailure):
        check_extends(head(3)._replace(origin="x"), head(3), fetch({}))
