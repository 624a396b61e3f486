"""The words of the examination's report: ``words.json``, both languages side by side.

The sentences of the examined factors themselves are not here but in the rule
base (``law/data``); these are the headings, labels and sentences around them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from ..law.examination import Text
from ..law.rules import STATUSES
from .marked import filled, ours, own


@cache
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(
        (resources.files("verifier.report") / "words.json").read_text(encoding="utf-8")
    )
    return table


class Words:
    """The words in one language, and how lists and labels are written in it."""

    def __init__(self, lang: str) -> None:
        self.lang = "zh" if lang == "zh" else "en"
        self.comma, self.semicolon, self.colon, self.stop = (
            ("、", "；", "：", "。") if self.lang == "zh" else (", ", "; ", ": ", ".")
        )

    def __call__(self, key: str, **values: str | int) -> str:
        """Return the words with values filled in; a value that is marked stays marked."""
        text = _table()[key][self.lang]
        return filled(text, {name: str(value) for name, value in values.items()})

    def of(self, pair: object) -> str:
        """Return this language's side of anything that has a ``zh`` and an ``en``."""
        return ours(str(getattr(pair, self.lang)))

    def title(self, pair: object) -> str:
        """Return this language's side of a label, as it stands in a heading."""
        found = self.of(pair)
        return found[:1].upper() + found[1:]

    def sentence(self, said: str) -> str:
        """Return a sentence with the capital letter that it begins with in English."""
        return said if self.lang == "zh" else said[:1].upper() + said[1:]

    def status(self, code: str) -> str:
        """Return the word for one of the eight statuses."""
        key = f"status.{code}"
        return self(key) if key in _table() else self.of(STATUSES[code])

    def side(self, thing: object, name: str) -> str:
        """Return ``thing.name_zh`` or ``thing.name_en``."""
        return ours(str(getattr(thing, f"{name}_{self.lang}")))

    def text(self, text: Text) -> str:
        """Return a value of the examination; the words of others in it are marked."""
        if text.parts:
            return "".join(self.text(piece) for piece in text.parts)
        said = getattr(text, self.lang)
        return own(said) if text.own else ours(said)
