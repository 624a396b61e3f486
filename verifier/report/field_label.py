"""What a field of the record is called, in one language."""

from __future__ import annotations

from ..law.consistency.sentences import field_label
from .marked import own
from .words import Words


def label_of(path: str, words: Words) -> str:
    """Return the name of ``field`` or ``field#member``, with its id in brackets."""
    known = field_label(path)
    return own(path) if known is None else words.of(known)
