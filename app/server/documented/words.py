"""A description in English and in Chinese, as one text: whoever reads the document reads one of them."""

from __future__ import annotations


def both(en: str, zh: str) -> str:
    """Return a CommonMark text of two paragraphs."""
    return f"{en}\n\n{zh}"
