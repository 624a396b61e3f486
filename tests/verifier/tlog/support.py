"""What several tests of this folder need: where the vectors are, and ways to damage bytes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[3]
WORKED = ROOT / "tests" / "vectors" / "worked"


def worked(name: str) -> Any:
    """Return one of our own vectors, which are in the repository."""
    return read_json(WORKED / name)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def unbase64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def flip(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@st.composite
def damaged(draw: st.DrawFn, *examples: bytes) -> bytes:
    """Draw bytes near one of the examples: a few pieces replaced, removed, doubled or inserted.

    Random bytes alone never pass the first line of a strict parser.
    """
    data = draw(st.sampled_from(examples))
    small = st.sampled_from(
        [b"\n", b"\n\n", b" ", b"+", b"=", b"A", b"0", b"-", b"\t", b"\r", b"\x00", b"\x7f"]
        + [b"\xff", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\x94 ", b"\xd9\xa7", b"\xef\xbb\xbf"]
    )
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 60)))
        piece = draw(st.one_of(small, st.binary(max_size=4), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[draw(st.sampled_from([start, end])) :]
    return data
