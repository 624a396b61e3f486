"""One record as far as its place, its time and its id go."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """One record as a reader shows it; ``segment`` counts the file's segments from 0.

    ``number`` counts its records from 1, as people do: framing is not counted.
    """

    native_id: bytes
    time: bytes
    te_lo: int | None
    te_hi: int | None
    segment: int
    number: int = 0
