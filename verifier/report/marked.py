"""Sentences in which the words of others stay marked, whichever face prints them.

Between a template and a face a sentence is a string in which ``OPEN`` and
``CLOSE``, two characters for private use, stand around every piece that is in
someone else's words. ``escape`` lets no such character through, so no input can
open or close a piece. The text face prints quotes “…” there, the HTML face an
isolated element; both print the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .escape import MAXIMUM, escape, in_quotes, is_token, reveal

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
_PLACE: Final = re.compile(r"\{(\w+)\}", re.ASCII)


def own(text: str, maximum: int = MAXIMUM) -> str:
    """Return someone else's words, escaped, bounded and marked."""
    return f"{OPEN}{escape(text, maximum)}{CLOSE}"


def value(found: str | int) -> str:
    """Return a number or a plain token as it is, and any other text as someone's words."""
    if isinstance(found, int) or is_token(found):
        return str(found)
    return own(found)


def ours(text: str) -> str:
    """Return words of this program; nothing in them can pass for one of the two marks."""
    return reveal(text)


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template of ours with its places filled, in one pass.

    A value is never looked at for places of its own: one that reads ``{name}``
    would put other people's words within other people's words, and the words
    between them would come out as ours. A place without a value stays.
    """
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), template)


def pieces(marked: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it is someone else's words)."""
    for number, part in enumerate(marked.split(OPEN)):
        inside, closed, after = part.partition(CLOSE)
        if bool(number) != bool(closed) or CLOSE in after:
            # Marks within marks: no face may guess whose words these are.
            raise AssertionError("a sentence with marks that do not pair")
        if closed:
            yield inside, True
            inside = after
        if inside:
            yield inside, False


def to_plain(marked: str) -> str:
    """Return the sentence with quotes “…” around other people's words, each kept apart."""
    return "".join(in_quotes(text) if others else text for text, others in pieces(marked))
