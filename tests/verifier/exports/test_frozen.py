"""A reader's name stands for one exact cut, for ever.

A verifier cuts sealed files anew with the reader the seal names (SPEC §13.9),
so a change of any segment, date or flag without a new version number would
make honest old packages fail. ``FROZEN.json`` pins the whole segment table of
every fixture; to change a reader's output, give it a new version and keep the
old one in the registry.

    python -m tests.verifier.exports.test_frozen        writes the pins of new fixtures
"""

from __future__ import annotations

import hashlib
import io
import json
import sys

import pytest

from tests.fixtures.exports.generate import HERE, paths
from tests.segment_tables import write_table
from verifier.exports.registry import read
from verifier.exports.source import Source

PINS = HERE / "FROZEN.json"
SAMPLES = [path.name for path in paths()]


def pin(name: str) -> list[str]:
    """Return reader, variant, clock and the SHA-256 of the segment table."""
    reading = read(Source((HERE / name).read_bytes(), name=name))
    out = io.BytesIO()
    write_table((segment._replace(media=()) for segment in reading.segments()), out)
    digest = hashlib.sha256(out.getvalue()).hexdigest()
    return [reading.reader, reading.variant, reading.clock, digest]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_cut_of_a_fixture_is_the_one_that_was_pinned(name: str) -> None:
    assert pin(name) == json.loads(PINS.read_text(encoding="utf-8"))[name]


def main() -> int:
    """Add pins for new fixtures; never change one."""
    pins = json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {}
    for name in SAMPLES:
        pins.setdefault(name, pin(name))
    PINS.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
