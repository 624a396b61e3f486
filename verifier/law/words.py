"""Short words and sentences of this program for values and reasons, from ``data/words.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from .examination import Text

_PLACE: Final = re.compile(r"\{(\w+)\}", re.ASCII)


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
    said = {name: str(value) for name, value in values.items()}

    def value(match: re.Match[str]) -> str:
        return said.get(match[1], match[0])

    # In one pass: a value that reads like a place is no place.
    return Text(_PLACE.sub(value, zh), _PLACE.sub(value, en), own=False)
