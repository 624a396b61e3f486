"""The 153 rows under their articles; each stands in exactly one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...encoding import to_time
from ...law.examination import WITHOUT_RECORD, Examination
from ...law.material import Material
from ...law.rules import GROUPS, ROWS, source_of
from ..document import Block, Bullets, Entry, Line, Section
from ..words import Words
from .rows import Context, finding_sentence, row_entry

FACTORS: Final = {
    # Article 17: the trigger, and the rows of each of its four factors.
    "factor.0": ("M17-00",),
    "factor.1": ("M17-01",),
    "factor.2": ("M17-02", "M17-03"),
    "factor.3": ("M17-04", "M17-05", "M17-06", "M17-07"),
    "factor.4": ("M17-08", "M17-09", "M17-10", "M17-11", "M17-12"),
}
CORROBORATION: Final = ("M18-06", "M18-11")
"""The second limb of Article 18, and the consequence that needs both."""

_OWN_SECTION: Final = ("G1", "G2", "G3", "G4", "G8", "G12")
_LEGALITY_CHECK: Final = "P-16"


def articles(context: Context) -> tuple[Section, ...]:
    """Return Article 16, 17, 18, corroboration, 19 and legality."""
    words = context.words
    provenance = [name for name in _rows_of("G3") if name not in CORROBORATION]
    return (
        _section("article16", words, _entries(_rows_of("G1"), context)),
        Section("article17", words("article17"), _article17(context)),
        Section(
            "article18",
            words("article18"),
            (*_phase(context.examination, words), *_entries(provenance, context)),
        ),
        _section("corroboration", words, _entries(CORROBORATION, context)),
        Section("article19", words("article19"), _entries(_rows_of("G4"), context)),
        Section("legality", words("legality"), _legality(context)),
    )


def others(context: Context) -> Section:
    """Return every group that has no section of its own."""
    words = context.words
    groups = [
        Section(key, words.title(label), _entries(_rows_of(key), context), annex=True)
        for key, label in GROUPS.items()
        if key not in _OWN_SECTION
    ]
    return Section("others", words("others"), tuple(groups))


def phase_lines(examination: Examination, words: Words) -> list[str]:
    """Return when the record was made relative to its entry, and which entry that is."""
    supplements = "" if examination.supplements is None else examination.supplements.hex()
    lines = [words(f"record.phase.{examination.phase}", supplements=supplements)]
    if examination.entry_index is not None and examination.entry_received is not None:
        received = to_time(examination.entry_received)
        lines.append(words("record.entry.text", index=examination.entry_index, received=received))
    return lines


def _rows_of(group: str) -> list[str]:
    return [row.id for row in ROWS.values() if row.group == group]


def _entries(names: Sequence[str], context: Context) -> tuple[Entry, ...]:
    found = {each.row.id: each for each in context.examination.rows}
    return tuple(row_entry(found[name], context) for name in names)


def _section(key: str, words: Words, entries: tuple[Entry, ...]) -> Section:
    return Section(key, words(key), (Line(words(f"{key}.lead")), *entries))


def _article17(context: Context) -> tuple[Block, ...]:
    words = context.words
    factors = [
        Section(key.replace(".", "-"), words(key), _entries(rows, context))
        for key, rows in FACTORS.items()
    ]
    return (*_platform(context.material, words), *factors)


def _platform(material: Material | None, words: Words) -> tuple[Line, ...]:
    """Return whose word the factors rest on, and when it was given."""
    if material is None or material.declaration is None:
        return (Line(words("article17.none")),)
    lead = Line(words("article17.lead"))
    made, digest = to_time(material.declaration.made), material.declaration.sha256.hex()
    return (lead, Line(words("article17.declaration", made=made, sha256=digest)))


def _phase(examination: Examination, words: Words) -> tuple[Block, ...]:
    if examination.phase in WITHOUT_RECORD:
        return (Line(words(f"record.phase.{examination.phase}") + words.stop),)
    return (Bullets(tuple(phase_lines(examination, words)), words("record.phase")),)


def _legality(context: Context) -> tuple[Block, ...]:
    """Return the rows of CPLI 106, the circumstances that P-16 raised, and privacy."""
    words, examination = context.words, context.examination
    blocks: list[Block] = [Line(words("legality.lead"))]
    if examination.legality_full:
        raised = [
            finding_sentence(finding, words)
            for check in examination.checks
            if check.check == _LEGALITY_CHECK
            for finding in check.findings
        ]
        if raised:
            blocks.append(Bullets(tuple(raised), words("legality.full")))
        source = source_of("BIC-CASE", words.lang)
        blocks.append(Line(words("legality.questions", source=source)))
    for group in ("G8", "G12"):
        entries = _entries(_rows_of(group), context)
        blocks.append(Section(group, words.title(GROUPS[group]), entries))
    return tuple(blocks)
