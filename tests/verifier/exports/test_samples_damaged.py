"""Public samples, cut, flipped and glued: the segments are the file, byte for byte, and nothing raises."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.conftest import shared_folder
from tests.verifier.exports.test_partition import check
from verifier.exports.registry import detect, reader_named
from verifier.exports.source import Source

FOLDER = shared_folder()
NAMES = sorted(json.loads((FOLDER / "samples/EXPECTED.json").read_text("utf-8"))) if FOLDER else []
MUTATIONS = 12
"""Each of five kinds; the fixture ``shared`` skips, or fails in CI, where there are no samples."""


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_that_recognises_it_cuts_it_whatever_happened_to_it(shared: Path, name: str):
    data = (shared / "samples" / name).read_bytes()
    readers = [reader_named(each.reader) for each in detect(Source(data, name=Path(name).name))]
    dice = random.Random(name)
    damaged = [data]
    for _ in range(MUTATIONS if len(data) < 20_000 else 3):
        at, to = sorted(dice.choices(range(len(data) + 1), k=2))
        flipped = bytearray(data)
        flipped[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        damaged += [
            data[:at],
            data[at:],
            data[:at] + data[to:],
            data[:to] + data[at:],
            bytes(flipped),
        ]
    for one in damaged:
        for reader in readers:
            check(reader, one)
