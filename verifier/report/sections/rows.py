"""One examined factor: its status word, its sentence, what is lacking, whose it is, its basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ...exports.inspection.finding import detail_text
from ...law.consistency import Finding, sentences
from ...law.examination import WITHHELD, WITHOUT_RECORD, Examination, Gap, RowResult
from ...law.material import Material
from ...law.rules import ROWS, SEVERITIES, Row, source_of
from ...law.source_findings import FileFinding
from ..document import Block, Bullets, Entry, Line, Pair
from ..field_label import label_of
from ..law_data import side
from ..legend import legend
from ..marked import filled, own
from ..words import Words

_NO_TEXT = frozenset({"", "—"})
_FILES = 5
"""So many files are named in one row; the rest are counted."""
_FINDINGS = 4
"""So many findings of the source report have their sentence in one row; the rest have their codes."""
_PLACES = 10
_BETWEEN: Final = frozenset({"ID_GAP", "TIME_GAP"})
"""What lies between two records; its place is the later one."""
_DECLARED = frozenset({"declared", "declared_with_artifact", "inconsistent"})
"""Where something was declared, and a declarant can be named."""


_COMPUTED: Final = frozenset({"M12-02", "M15-03"})
"""Rows of class B whose sentence is what the program itself found in the files."""


@dataclass(frozen=True)
class Context:
    """What the words of a row depend on beside the row itself."""

    words: Words
    examination: Examination
    names: dict[int, str] = field(default_factory=dict)
    """Position → name of a sealed file, where it is known."""
    material: Material | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    """Row → what the report itself adds behind its sentence."""

    def gap_of(self, row: str) -> Gap | None:
        """Return the gap that a row is, if it is one."""
        return next((gap for gap in self.examination.gaps if gap.row.row.id == row), None)


def row_entry(found: RowResult, context: Context) -> Entry:
    """Return everything that is said of one row."""
    row, words = found.row, context.words
    return Entry(
        row.id,
        words.side(row, "element"),
        found.status,
        words.status(found.status),
        tuple(_tags(found, context)),
        tuple(_blocks(found, context)),
    )


def sentence_of(found: RowResult, words: Words) -> str:
    """Return the row's own sentence with its values, or nothing where it has none."""
    template = found.row.wording(found.wording, words.lang) if found.wording != "none" else ""
    return filled(template, {name: words.text(value) for name, value in found.values.items()})


def finding_sentence(finding: Finding, words: Words) -> str:
    """Return what a consistency check found, with its id before it."""
    return f"{finding.check}{words.colon}{words.text(sentences.sentence_of(finding))}"


def who_texts(gap: Gap, words: Words) -> list[str]:
    """Return who can supply what a row lacks."""
    return [side("supply", words.lang, "who", name) for name in gap.who]


def how_text(gap: Gap, words: Words) -> str:
    """Return how they can."""
    return side("supply", words.lang, "ways", gap.how)


def when_text(gap: Gap, words: Words) -> str:
    """Return whether that still helps after anchoring, and until when it can be done."""
    said = (
        side("supply", words.lang, "after", gap.after),
        side("supply", words.lang, "by", gap.by),
    )
    return words.semicolon.join(each.rstrip("。.") for each in said if each)


def gap_blocks(gap: Gap, words: Words) -> tuple[Block, ...]:
    """Return who can supply what a row lacks, how, and when."""
    return (
        Pair(words("row.who"), words.semicolon.join(who_texts(gap, words))),
        Pair(words("row.how"), how_text(gap, words)),
        Pair(words("row.after"), when_text(gap, words)),
    )


def legend_block(row: Row, words: Words, *parts: str) -> Iterator[Block]:
    """Yield what the short names in a row's sentences stand for, if there are any."""
    names = legend(row, words, *parts)
    if names:
        yield Pair(words("row.legend"), words.semicolon.join(names), minor=True)


def declarant_of(row: Row, examination: Examination, words: Words) -> str:
    """Return the mark of a class B row: declared, not verified, and by whom."""
    if row.id in _COMPUTED:
        return words("row.computed")
    platform = [name.startswith("plat.") for name in row.inputs]
    if all(platform) and platform:
        return words("row.declared.platform")
    if examination.phase in WITHOUT_RECORD:
        withheld = examination.phase == WITHHELD
        return words("row.declared.withheld" if withheld else "row.declared.none")
    if examination.declarant is None:
        return words("row.declared.unnamed")
    key = "row.declared.both" if any(platform) else "row.declared"
    return words(key, name=own(examination.declarant))


def _tags(found: RowResult, context: Context) -> Iterator[str]:
    words, row = context.words, found.row
    yield words("row.severity", word=words.of(SEVERITIES[row.severity]))
    yield words("row.class", **{"class": row.cls})
    if row.cls == "B" and found.status in _DECLARED:
        yield declarant_of(row, context.examination, words)


def _blocks(found: RowResult, context: Context) -> Iterator[Block]:
    row, words = found.row, context.words
    said = sentence_of(found, words)
    if said:
        yield Line(said, "said")
        if row.id in context.notes and found.wording == "present":
            yield Line(words.sentence(context.notes[row.id]))
    if found.why is not None:
        yield Line(words.sentence(f"{words.text(found.why)}{words.stop}"))
    if found.findings:
        items = tuple(finding_sentence(each, words) for each in found.findings)
        yield Bullets(items, words("row.findings"))
    if found.source:
        yield Bullets(tuple(_source(found, words)), words("row.source"))
    if found.lacking:
        names = words.comma.join(label_of(name, words) for name in found.lacking)
        yield Pair(words("row.missing"), names)
    if found.reasons:
        yield from _reasons(found.reasons, words)
    if not (said or found.why or found.findings or found.reasons):
        yield Line(words("row.nothing"))
    if found.files and found.status != "not_applicable":
        yield Pair(words("row.files"), _files(found.files, context))
    if found.status == "declared_with_artifact":
        yield Line(words.sentence(words("row.not_opened") + words.stop))
    consequence = words.side(row, "consequence")
    if consequence not in _NO_TEXT:
        yield Pair(words("row.consequence"), consequence)
    yield from legend_block(row, words)
    gap = context.gap_of(row.id)
    if gap is not None:
        yield from gap_blocks(gap, words)
    yield from _law(row, words)


def _source(found: RowResult, words: Words) -> Iterator[str]:
    for each in found.source[:_FINDINGS]:
        yield source_sentence(each, words)
    rest = [each.finding.code for each in found.source[_FINDINGS:]]
    if rest:
        yield words("row.source.more", codes=" ".join(dict.fromkeys(rest)))


def source_sentence(found: FileFinding, words: Words) -> str:
    """Return what the source report says of a file, with the file before it."""
    file, finding = words("row.file", n=found.position), found.finding
    parts = [words.of(finding.text).rstrip("。."), *source_details(found, words)]
    return f"{file}{words.colon}{words.semicolon.join(parts)}{words.stop}"


def source_details(found: FileFinding, words: Words) -> list[str]:
    """Return the details of a finding: what it adds, which records, how many.

    A sentence about the file as such needs no count where it holds of every record.
    """
    finding, parts = found.finding, []
    if finding.detail:
        parts.append(words.of(detail_text(finding.detail)))
    places = finding.places[:_PLACES]
    if found.is_of_all:
        if not finding.is_of_file:
            parts.append(words("row.source.all"))
        return parts
    if places:
        numbers = words.comma.join(map(str, places)) + (" …" if finding.count > len(places) else "")
        where = "before" if finding.code in _BETWEEN else "records"
        parts.append(words(f"row.source.{where}", numbers=numbers))
    if finding.count > len(places):
        parts.append(words("row.source.count", count=finding.count))
    return parts


def _reasons(reasons: tuple[tuple[str, str], ...], words: Words) -> Iterator[Block]:
    """Yield the reasons given, the declarant's and the platform's each under its own name."""
    for key, is_platform in (("row.reasons", False), ("row.reasons.platform", True)):
        items = tuple(
            f"{label_of(name, words)}{words.colon}{own(reason)}"
            for name, reason in reasons
            if name.startswith("plat.") is is_platform
        )
        if items:
            yield Bullets(items, words(key))


def _files(positions: tuple[int, ...], context: Context) -> str:
    words = context.words
    names = []
    for position in positions[:_FILES]:
        name = context.names.get(position)
        number = words("row.file", n=position)
        names.append(number if name is None else f"{number} {own(name)}")
    more = len(positions) - len(names)
    return words.comma.join(names) + (words("row.files.more", count=more) if more > 0 else "")


def _law(row: Row, words: Words) -> Iterator[Block]:
    """Yield who bears it, the sources, and the rows beside it."""
    burden = words.side(row, "burden")
    if burden not in _NO_TEXT:
        yield Pair(words("row.burden"), burden, minor=True)
    sources = words.semicolon.join(source_of(basis, words.lang) for basis in row.basis)
    yield Pair(words("row.basis"), sources, minor=True)
    if row.xref:
        named = [each if each in ROWS else source_of(each, words.lang) for each in row.xref]
        yield Pair(words("row.xref"), words.comma.join(named), minor=True)
    note = words.side(row, "note")
    if note:
        yield Pair(words("row.note"), note, minor=True)
