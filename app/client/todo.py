"""The to-do list of a record that is not anchored yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from verifier.law.examination import Examination

from .durable import reading
from .record import load_record

_SEVERE: Final = frozenset({"critical", "high"})


class Todo(NamedTuple):
    """What is still open before anchoring."""

    examination: Examination

    @property
    def open_count(self) -> int:
        """Return how many factors the declarant can still do something about."""
        from verifier.report.todo import open_gaps

        return len(open_gaps(self.examination))

    @property
    def severe(self) -> int:
        """Return how many of them are critical or high."""
        from verifier.report.todo import open_gaps

        return sum(gap.severity in _SEVERE for gap in open_gaps(self.examination))

    @property
    def contradictions(self) -> int:
        """Return how many checks found a contradiction."""
        from verifier.report.todo import contradictions

        return len(contradictions(self.examination))

    def to_text(self, lang: str) -> str:
        """Return the list as text."""
        from verifier.report.text_face import to_text
        from verifier.report.todo import todo_document

        return to_text(todo_document(self.examination, lang))


def todo_of(record: Path, files: Sequence[Path], roles: Mapping[Path, str] | None = None) -> Todo:
    """Examine a record and the files that will be sealed with it; raises Refusal."""
    from verifier.law.examine import examine
    from verifier.law.gather import before_anchoring

    load_record(record)
    for path in files:
        with reading(path), path.open("rb"):
            pass
    return Todo(examine(before_anchoring(record, files, roles or {})))
