"""What a file leaves open or does not carry: the sentence, and the rows it bears on.

``notes.json`` has them by code; ``file`` marks a sentence about the file as such. ``rows`` are ids of the examined factors (SPEC
§15) to which the note is of interest; a note decides none of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple


class NoteText(NamedTuple):
    """A note's sentence in Chinese and English, and the examined factors it bears on."""

    zh: str
    en: str
    rows: tuple[str, ...]
    is_of_file: bool = False
    """It speaks of the file as such: that it holds of so many records says nothing more."""


def _load() -> dict[str, NoteText]:
    data = json.loads(Path(__file__).with_name("notes.json").read_bytes())
    return {
        code: NoteText(one["zh"], one["en"], tuple(one["rows"]), one.get("file", False))
        for code, one in data.items()
    }


NOTES: Final = _load()
