"""Identifiers that stay out of the record: a commitment there, the value in the sealed annex.

SPEC §14: the record is anchored and one day shown; the annex stays with the
person and is opened to a court, value by value.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from verifier.evidence.provenance.annex import Kept, commit, parse_annex, to_annex

from ..durable import read_small, replace, writing

MAX_BYTES: Final = 1 << 20


def annex_path(record: Path) -> Path:
    """Return where the annex of a record lies: ``prov.annex.toml`` beside ``prov.toml``."""
    return record.with_name(f"{record.stem}.annex.toml")


class Secrets:
    """The annex of one record, on disk after every value."""

    def __init__(self, record: Path, draw: Callable[[int], bytes] = os.urandom) -> None:
        self._path = annex_path(record)
        self._draw = draw
        self._kept: list[Kept] = []
        if self._path.exists():
            self._kept = list(parse_annex(read_small(self._path, MAX_BYTES)).openings)

    def commit(self, field: str, member: str, value: str) -> str:
        """Return the commitment that stands for a value, and keep value and salt."""
        salt = self._draw(32)
        text = commit(salt, value)
        self._kept.append(Kept(field, member, text, salt, value))
        with writing(self._path):
            replace(self._path, to_annex(self._kept))
        return text
