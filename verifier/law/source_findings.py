"""What the files themselves show, by the examined factors that it bears on.

The source report of each exported chat has findings, each with its rows; here
they are handed to those rows as they are. They decide no row: a file that
shows little may be whole, and one that shows nothing may not be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..exports.inspection.finding import SourceFinding
from ..exports.inspection.importance import rank
from .consistency.declared import Look
from .material import Material


class FileFinding(NamedTuple):
    """A finding of the source report, the position of the file it is of, and its number of records."""

    position: int
    finding: SourceFinding
    records: int | None = None

    @property
    def is_of_all(self) -> bool:
        """Whether it holds of every record, so that a count of them says nothing more."""
        return self.finding.count > 1 and self.finding.count == self.records


def file_findings(material: Material) -> Iterator[FileFinding]:
    """Yield what the exported chats show, file by file, what matters most first."""
    for file, _ in Look(material).chats():
        report = material.reports.get(file.position)
        for finding in report.findings if report is not None else ():
            yield FileFinding(file.position, finding, report.records if report else None)


def by_row(material: Material) -> dict[str, tuple[FileFinding, ...]]:
    """Return for each row the findings that bear on it; rows without any are left out."""
    found: dict[str, list[FileFinding]] = {}
    for each in file_findings(material):
        for row in each.finding.rows:
            found.setdefault(row, []).append(each)
    return {row: tuple(in_order(each)) for row, each in found.items()}


def in_order(findings: Iterable[FileFinding]) -> list[FileFinding]:
    """Return the findings of all files, what matters most first, each once."""
    return sorted(dict.fromkeys(findings), key=lambda each: rank(each.finding.code))
