"""One sentence in two languages."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A sentence in Chinese and in English that says the same."""

    zh: str
    en: str
