"""What was chosen at the start of an interview: the kind of material, and how much is asked.

``prov.choices.txt`` beside ``prov.toml``, two lines ``material chat`` and
``questions core``. It is written with the first answer, so that going on another
day asks neither again; it stays here and is no part of the record.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from verifier.evidence.provenance.fields import MATERIALS

from ..durable import read_small, replace, writing

QUESTIONS: Final = ("core", "all")
_MAX_BYTES: Final = 1000


class Choices:
    """The choices of one record; None is what was not chosen yet."""

    def __init__(self, record: Path) -> None:
        self._path = record.with_name(f"{record.stem}.choices.txt")
        self.material: str | None = None
        self.questions: str | None = None
        self._kept = b""
        if record.exists() and self._path.exists():
            self._read(read_small(self._path, _MAX_BYTES))

    def _read(self, data: bytes) -> None:
        """Take what is one of our words; a file that somebody changed asks again."""
        self._kept = data
        for line in data.decode("utf-8", "replace").split("\n"):
            name, _, value = line.partition(" ")
            if name == "material" and value in MATERIALS:
                self.material = value
            elif name == "questions" and value in QUESTIONS:
                self.questions = value

    def keep(self) -> None:
        """Write the choices beside the record, if they are not there already."""
        data = f"material {self.material}\nquestions {self.questions}\n".encode()
        if data != self._kept and self.material is not None and self.questions is not None:
            with writing(self._path):
                replace(self._path, data)
            self._kept = data
