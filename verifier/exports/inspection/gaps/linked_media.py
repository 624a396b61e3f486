"""Which of the files that a chat names lie where it says, and which do not.

A name means a file at exactly that path from the chat's own folder, as when
it is sealed (SPEC §8.4). Nothing is opened or fetched: it is only asked
whether the file is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ...tally import Tally

MAX_NAMES: Final = 100_000
"""So many different names are remembered for telling which files no record names."""

Beside = Callable[[bytes], bool]
"""Tells whether a name, read from the chat's own folder, is among what was given."""


class LinkedMedia:
    """Counts the names in a file's records; ``beside`` is None where nobody can look."""

    def __init__(self, beside: Beside | None) -> None:
        self._beside = beside
        self.named = 0
        self.linked = 0
        self.missing = 0
        self.records_missing = Tally()
        self.names: set[bytes] = set()
        self.names_more = False

    @property
    def looked(self) -> bool:
        """Was it looked whether the files are there?"""
        return self._beside is not None

    def add(self, number: int, media: tuple[bytes, ...]) -> None:
        """Take the names in one record."""
        self.named += len(media)
        for name in media:
            if len(self.names) < MAX_NAMES:
                self.names.add(name)
            elif name not in self.names:
                self.names_more = True
        if self._beside is None:
            return
        there = sum(map(self._beside, media))
        self.linked += there
        self.missing += len(media) - there
        if there < len(media):
            self.records_missing.add(number)
