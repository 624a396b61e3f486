"""How the lines of a file end, counted over all of it.

A file that a tool writes ends its lines in one way. Two ways in one file are a
sign that two programs wrote it, or that a message holds the other one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Ends = Literal["none", "LF", "CRLF", "CR", "mixed"]


class LineEnds(NamedTuple):
    """How many lines end in LF alone, in CR LF, and in CR alone."""

    lf: int
    crlf: int
    cr: int

    @property
    def kind(self) -> Ends:
        """Return the one way in which lines end, ``mixed`` where there are several."""
        names: tuple[Ends, ...] = ("LF", "CRLF", "CR")
        found = [name for name, count in zip(names, self, strict=True) if count]
        return found[0] if len(found) == 1 else "mixed" if found else "none"


def line_ends(chunks: Iterable[bytes]) -> LineEnds:
    """Count the line ends of ASCII-compatible bytes, wherever the chunks are cut."""
    line_feeds = returns = pairs = 0
    after_return = False
    for chunk in filter(None, chunks):
        line_feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        pairs += chunk.count(b"\r\n") + (after_return and chunk.startswith(b"\n"))
        after_return = chunk.endswith(b"\r")
    return LineEnds(line_feeds - pairs, pairs, returns - pairs)
