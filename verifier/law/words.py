"""Short words and sentences of this program for values and reasons, from ``data/words.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from .examination import Text


def load(name: str) -> Any:
    """Return what a data file of this package holds."""
    return json.loads((resources.files(__package__) / "data" / name).read_bytes())


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    key: (zh, en) for key, (zh, en) in load("words.json").items()
}
"""Key → (zh, en)."""


def text(key: str, **values: str | int) -> Text:
    """Return the words for a key, with derived values put in their places."""
    zh, en = WORDS[key]
    for name, value in values.items():
        zh, en = zh.replace(f"{{{name}}}", str(value)), en.replace(f"{{{name}}}", str(value))
    return Text(zh, en, own=False)
