"""What one file is, what it holds, and what may be missing in it: the source report.

Everything that ``beilin inspect`` prints of a file, and what an examination
draws on; ``source_pass.report_on`` makes it. The bytes are not judged: a
finding says what was seen, and that a code is absent means that it was not
detected. What a file of this kind cannot be searched for is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ..reader import Clock, Ids, Reason
from ..text import Text
from .finding import SourceFinding
from .gaps.silences import Order
from .line_ends import LineEnds
from .summary import Summary

UNCOUNTED: Final = frozenset({"NO_RECORDS", "KNOWN_NOT_READ"})
"""Notes of a file that is not cut into messages: it has no number of records."""
AMBIGUOUS: Final = (
    "COUNT_APPARENT", "HEADER_AMBIGUOUS", "MBOX_AMBIGUOUS", "READER_AMBIGUOUS",
    "RECORDS_PRINTED_TWICE", "TRANSCRIPT_NOT_CUT",
)  # fmt: skip
"""Notes that leave the number of records open."""

Media = Literal["named", "linked", "missing"]


@dataclass(frozen=True)
class SourceReport:
    """All that was seen in one file.

    ``title`` and ``reasons`` say what it was taken for and by which signs,
    ``others`` which readers took it for theirs too. ``records`` is None where
    the file is not cut into messages; ``ambiguous`` are the codes for which the
    number of records is only apparent. ``declared_records`` and ``generator``
    are the file's own word. ``offset`` is how far the writing computer's clock
    is from UTC, as ``+08:00``, where the file shows it; ``clock`` says whether
    its times are instants or wall time. ``media`` counts the names of files in
    the records; of ``linked`` and ``missing`` it tells only where somebody could
    look beside the file (then ``looked`` is true). ``escaped`` says that the
    file's words are JSON strings as written. ``secrets`` counts by kind.
    ``not_searched`` are codes that a file of this kind cannot be searched for,
    ``partly_searched`` those for which a bound was reached.
    """

    title: Text
    reasons: tuple[tuple[Reason, Text], ...]
    others: tuple[str, ...]
    size: int
    generator: str
    encoding: str
    line_ends: LineEnds | None
    clock: Clock
    offset: str
    order: Order
    ids: Ids
    escaped: bool
    records: int | None
    ambiguous: tuple[str, ...]
    declared_records: int | None
    media: dict[Media, int]
    looked: bool
    secrets: dict[str, int]
    findings: tuple[SourceFinding, ...]
    not_searched: tuple[str, ...]
    partly_searched: tuple[str, ...]
    summary: Summary
    media_names: frozenset[bytes]

    @property
    def reader(self) -> str:
        """Return the name of the reader, such as ``whatsapp-text/1``."""
        return self.summary.reader

    def finding(self, code: str) -> SourceFinding | None:
        """Return the first finding of that code."""
        return next((each for each in self.findings if each.code == code), None)
