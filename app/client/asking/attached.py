"""Which files the answers named: kept beside the record, so that sealing weeks later finds them.

``prov.attach.txt``, one line ``ROLE=PATH`` each. It stays here; the record itself
holds digests and no paths.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..durable import read_small, replace, writing
from ..inputs import ATTACHED

_MAX_BYTES: Final = 1 << 20


class Attached:
    """The list of one record."""

    def __init__(self, record: Path) -> None:
        self._path = record.with_name(f"{record.stem}.attach.txt")
        self.pairs: list[tuple[str, Path]] = []
        if self._path.exists():
            for line in os.fsdecode(read_small(self._path, _MAX_BYTES)).split("\n"):
                role, _, path = line.partition("=")
                if role in ATTACHED and path:
                    self.pairs.append((role, Path(path)))

    def add(self, role: str, paths: Sequence[Path]) -> None:
        """Remember files, each once."""
        new = [(role, path) for path in paths if "\n" not in str(path)]
        self.pairs = list(dict.fromkeys([*self.pairs, *new]))
        if new:
            text = "".join(f"{each}={path}\n" for each, path in self.pairs)
            with writing(self._path):
                replace(self._path, os.fsencode(text))
