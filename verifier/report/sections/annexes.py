"""The tables that sentences of rows speak of: lists to look up, forms to fill in, how to repeat.

Each has its place whether or not there is something to put into it, so that a
reader who is sent there finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...law.examination import Examination
from ...law.material import Material
from ...result import Result
from ..document import Block, Line, Section
from ..words import Words
from . import annex_forms, annex_source, annex_tables

TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    # Table → the rows whose sentence sends a reader to it.
    "inputs": ("M16-12",),
    "boundaries": ("W08-01",),
    "source": (),
    "corroboration": ("M18-06", "M88-01"),
    "timeline": ("M106-05",),
    "steps": ("MI-04",),
    "conversions": ("M13-05",),
    "printouts": ("N2-02",),
    "plan": ("N5-01", "N6-01", "N6-02", "N6-04", "N6-05", "N6-06", "N6-07", "N6-08"),
    "attachments": ("N6-03",),
    "check_record": ("N6-09", "M13-04"),
    "evidence_list": ("M87-03",),
    "application": ("W05-01",),
    "expert": ("M19-01",),
}


@dataclass(frozen=True)
class Sources:
    """What the tables are made of."""

    words: Words
    result: Result
    examination: Examination
    material: Material | None

    @property
    def values(self) -> Mapping[str, Any]:
        """The record's values, none where there is no record or it was not reached."""
        material = self.material
        if material is None or material.record is None or not material.record_bound:
            return {}
        return material.record.values


_BUILDERS: Final[Mapping[str, Callable[[Sources], list[Block]]]] = {
    "inputs": annex_tables.inputs,
    "boundaries": annex_tables.boundaries,
    "source": annex_source.source,
    "corroboration": annex_tables.corroboration,
    "timeline": annex_tables.timeline,
    "steps": annex_tables.steps,
    "conversions": annex_tables.conversions,
    "printouts": annex_tables.printouts,
    "plan": annex_forms.plan,
    "attachments": annex_tables.attachments,
    "check_record": annex_forms.check_record,
    "evidence_list": annex_forms.evidence_list,
    "application": annex_forms.application,
    "expert": annex_forms.expert,
}


def annexes(sources: Sources) -> Section:
    """Return all tables; one without content says so."""
    words = sources.words
    tables = tuple(
        Section(
            f"annex-{name}", words(f"annex.{name}"), tuple(build(sources)) or _empty(name, sources)
        )
        for name, build in _BUILDERS.items()
    )
    return Section("annexes", words("annexes"), (Line(words("annexes.lead")), *tables), annex=True)


def _empty(name: str, sources: Sources) -> tuple[Block, ...]:
    """Return why a table is empty: messages are read by the program, all else is recorded by people."""
    material = sources.material
    key = "annex.none.messages" if name == "boundaries" else "annex.none"
    if material is not None and material.withheld is not None:
        if name == "boundaries":
            key = "annex.withheld.messages"
        elif material.withheld.record:
            key = "annex.withheld"
    return (Line(sources.words(key)),)


def annex_notes(words: Words) -> dict[str, str]:
    """Return, for each row that sends a reader to a table, the table's name."""
    return {
        row: words("row.annex", title=words(f"annex.{name}")) + words.stop
        for name, rows in TITLES.items()
        for row in rows
    }
