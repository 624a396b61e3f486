"""Paths of tiles, which tiles a log has, and entry bundles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.tlog.support import damaged
from verifier.errors import Malformed
from verifier.tlog import tiles
from verifier.tlog.tiles import TilePath

INDEXES = st.one_of(st.integers(0, 2000), st.integers(0, 2**63 - 1))
WIDTHS = st.integers(1, 256)


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 1, "tile/0/999.p/1"),
        (1, 1000, 256, "tile/1/x001/000"),
        (63, 1234067, 12, "tile/63/x001/x234/067.p/12"),
    ],
)
def test_path(level: int, index: int, width: int, path: str) -> None:
    assert tiles.tile_path(level, index, width) == path
    assert tiles.parse_tile_path(path) == (level, index, width)


def test_bundle_path() -> None:
    assert tiles.bundle_path(1000) == "tile/entries/x001/000"
    assert tiles.parse_tile_path("tile/entries/x001/000.p/3") == TilePath(None, 1000, 3)


@given(st.one_of(st.none(), st.integers(0, 63)), INDEXES, WIDTHS)
def test_path_round_trip(level: int | None, index: int, width: int) -> None:
    if level is None:
        path = tiles.bundle_path(index, width)
    else:
        path = tiles.tile_path(level, index, width)
    assert tiles.parse_tile_path(path) == TilePath(level, index, width)


@given(
    st.one_of(
        damaged(b"tile/0/x001/234.p/12", b"tile/entries/x999/x000/001", b"tile/63/000").map(
            lambda data: data.decode("utf-8", "replace")
        ),
        st.from_regex(tiles._PATH, fullmatch=True),
    )
)
def test_path_is_malformed_or_in_its_one_spelling(text: str) -> None:
    try:
        level, index, width = tiles.parse_tile_path(text)
    except Malformed:
        return
    if level is None:
        assert tiles.bundle_path(index, width) == text
    else:
        assert tiles.tile_path(level, index, width) == text


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/64/000",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/٠٠٠",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
    ],
)
def test_path_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        tiles.parse_tile_path(path)


@pytest.mark.parametrize(
    "numbers", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257)]
)
def test_numbers_that_no_tile_has(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(Malformed):
        tiles.tile_path(*numbers)


@pytest.mark.parametrize("size", [*range(3), 255, 256, 257, 65535, 65536, 65537, 70000])
def test_tiles_of_size(size: int) -> None:
    """By the formulas of the specification, level by level."""
    expected = []
    for level in range(8):
        full, partial = size // 256 ** (level + 1), size // 256**level % 256
        expected += [(level, index, 256) for index in range(full)]
        expected += [(level, full, partial)] if partial else []
    assert list(tiles.tiles_of_size(size)) == expected


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundle_round_trip(entries: list[bytes]) -> None:
    assert tiles.parse_bundle(tiles.to_bundle(entries), len(entries)) == entries


@given(
    st.one_of(st.binary(max_size=50), damaged(tiles.to_bundle([b"", b"hello", b"x" * 300]))),
    st.integers(-1, 258),
)
def test_bundle_is_malformed_or_in_its_one_spelling(data: bytes, width: int) -> None:
    try:
        entries = tiles.parse_bundle(data, width)
    except Malformed:
        return
    assert len(entries) == width
    assert tiles.to_bundle(entries) == data


def test_bundle_limits() -> None:
    longest = [b"x" * 65535]
    assert tiles.parse_bundle(tiles.to_bundle(longest), 1) == longest
    for entries in ([], [b""] * 257, [b"x" * 65536]):
        with pytest.raises(Malformed):
            tiles.to_bundle(entries)
