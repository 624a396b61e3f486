"""Which line ends a mail has: those of its transmission, CRLF (RFC 5322 §2.1), or others.

A program that saves a mail with other line ends gives it another digest, and
a signature then verifies only where a program restores them.
"""

from __future__ import annotations

from ..reader import Note
from ..source import Source


def line_ends(source: Source) -> str:
    """Return ``crlf``, ``lf``, ``mixed`` or ``none``; one pass over the file."""
    feeds = pairs = 0
    last = b""
    for chunk in source.chunks():
        feeds += chunk.count(b"\n")
        pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        last = chunk[-1:]
    if not feeds:
        return "none"
    if feeds == pairs:
        return "crlf"
    return "mixed" if pairs else "lf"


def line_end_notes(ends: str) -> tuple[Note, ...]:
    """Return the note that such line ends call for, if any."""
    if ends == "lf":
        return (Note("LINE_ENDS_CHANGED", detail="lf-only"),)
    if ends == "mixed":
        return (Note("LINE_ENDS_CHANGED", detail="mixed-line-ends"),)
    return ()
