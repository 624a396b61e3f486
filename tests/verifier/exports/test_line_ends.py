"""Line ends are counted the same wherever a file is cut into pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.exports.inspection.line_ends import LineEnds, line_ends


@pytest.mark.parametrize(
    ("data", "expected", "kind"),
    [
        (b"", (0, 0, 0), "none"),
        (b"a", (0, 0, 0), "none"),
        (b"a\nb\n", (2, 0, 0), "LF"),
        (b"a\r\nb\r\n", (0, 2, 0), "CRLF"),
        (b"a\rb\r", (0, 0, 2), "CR"),
        (b"a\r\nb\n", (1, 1, 0), "mixed"),
        (b"\n\r\n\r", (1, 1, 1), "mixed"),
    ],
)
def test_counts(data: bytes, expected: tuple[int, int, int], kind: str):
    found = line_ends([data])
    assert (found, found.kind) == (LineEnds(*expected), kind)


@given(st.lists(st.text("a\r\n", max_size=4).map(str.encode), max_size=8))
def test_pieces_make_no_difference(pieces: list[bytes]):
    ends = re.findall(rb"\r\n|\r|\n", b"".join(pieces))
    assert line_ends(pieces) == (ends.count(b"\n"), ends.count(b"\r\n"), ends.count(b"\r"))
