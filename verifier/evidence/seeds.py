"""The seeds of a private package: whoever holds them can open every leaf.

    beilin/seeds/v1
    seed 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

SPEC §9.4. One random seed for each file with a message tree, never used for
another file: leaves of two files would otherwise share salts, and opening one
would open the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..encoding import parse_base64, parse_decimal, to_base64
from ..errors import Malformed
from .lines import Lines
from .manifest import MAX_FILES

MAX_BYTES: Final = 1 << 20


def to_bytes(seeds: Mapping[int, bytes]) -> bytes:
    """Return the text for seeds by manifest position."""
    lines = "".join(f"seed {n} {to_base64(seeds[n])}\n" for n in sorted(seeds))
    return f"beilin/seeds/v1\n{lines}".encode()


def parse_seeds(data: bytes) -> dict[int, bytes]:
    """Return the seeds by manifest position, ascending; raises Malformed or NewerFormat."""
    lines = Lines.of(data, "seeds", maximum_bytes=MAX_BYTES)
    seeds: dict[int, bytes] = {}
    last = -1
    for value in lines.take_all("seed", maximum=MAX_FILES):
        position, space, text = value.partition(" ")
        number = parse_decimal(position, "seeds: position", maximum=MAX_FILES)
        if not space or number <= last:
            raise Malformed("seeds: positions must ascend")
        seeds[number] = parse_base64(text, "seeds: seed", length=32)
        last = number
    lines.done()
    return seeds
