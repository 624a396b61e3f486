"""The annexed table of what each chat file shows: the source report's findings, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...law.source_findings import file_findings
from ..document import Block, Line, Pair
from .annex_tables import NONE, table
from .rows import source_details

if TYPE_CHECKING:
    from .annexes import Sources


def source(sources: Sources) -> list[Block]:
    """Return the table, and what could not be searched for; nothing where no chat was read."""
    words, material = sources.words, sources.material
    if material is None or not material.reports:
        return []
    rows = [
        (
            words("row.file", n=each.position),
            each.finding.code,
            words.of(each.finding.text),
            words.semicolon.join(source_details(each, words)) or NONE,
        )
        for each in file_findings(material)
    ]
    head = (
        words("annex.boundaries.file"),
        *(words(f"annex.source.{name}") for name in ("code", "found", "details")),
    )
    caption = words("annex.source.caption")
    return [
        Line(words("annex.source.lead")),
        *table(caption, head, rows, words),
        *_limits(sources),
    ]


def _limits(sources: Sources) -> Iterator[Block]:
    words, material = sources.words, sources.material
    for position, report in material.reports.items() if material is not None else ():
        for key, codes in (
            ("not_searched", report.not_searched),
            ("partly", report.partly_searched),
        ):
            if codes:
                yield Pair(words(f"annex.source.{key}", n=position), " ".join(codes))
