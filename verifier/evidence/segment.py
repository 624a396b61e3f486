"""A segment: one stretch of a file's bytes, and what a reader saw in it.

A reader (``exports/``) cuts a file into segments that partition it: in file
order, each at least one byte, lengths summing to the file's size. The message
tree (``messages``) commits to them. This module is the seam between the two,
and lies here because ``evidence`` imports nothing from ``exports``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

RECORD: Final = 1
"""A message, a bill line, a mail: what a person would count."""
FRAMING: Final = 2
"""What stands between records: preamble, punctuation, date rows, trailer."""
UNPARSED: Final = 3
"""Bytes that the reader does not understand; anchored all the same."""

KINDS: Final = {RECORD: "record", FRAMING: "framing", UNPARSED: "unparsed"}


class Segment(NamedTuple):
    """One segment as a reader yields it.

    Times are whole seconds in the file's own clock: for wall time the seconds
    from 1970-01-01T00:00:00 as if the clock showed UTC, for instants Unix
    seconds. ``te_lo`` and ``te_hi`` are the first and last second the written
    time can mean over *all* readings that cannot be told apart (a minute
    without seconds spans 60; an undecidable day/month order spans both).
    Both are None when the bytes show no time. ``dated_by`` is the index of
    the segment whose bytes supply the date, None for this one itself.
    """

    kind: int
    length: int
    time: bytes = b""
    te_lo: int | None = None
    te_hi: int | None = None
    dated_by: int | None = None
    sender: bytes = b""
    native_id: bytes = b""
    type: bytes = b""
    media: tuple[bytes, ...] = ()
    flags: tuple[str, ...] = ()
