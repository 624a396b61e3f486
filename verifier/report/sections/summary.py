"""The examination in short: counts by status, the most serious gaps, and all gaps by who can act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...law.examination import CONSISTENT, NO_RECORD, Examination, Gap
from ...law.rules import CLASSES, SEVERITIES, STATUSES
from ..document import Block, Bullets, Entry, Line, Pair, Section, Table
from ..field_label import label_of
from ..words import Words
from .rows import (
    finding_sentence,
    gap_blocks,
    how_text,
    legend_block,
    sentence_of,
    when_text,
)

IN_SHORT: Final = 5
IN_FULL: Final = 10
ACTORS: Final = ("litigant", "platform", "court", "verifier")
"""Who acts on a gap, in the order of printing."""
_BY_REQUEST: Final = frozenset({"court", "tencent"})
"""Who gives something only on a request of the court or an order."""
_TERMS: Final = ("digest", "log", "dossier", "statement", "file", "level", "grade")


def short_summary(examination: Examination, lang: str) -> Section:
    """Return the section of the short report: counts, five gaps, how to get the rest."""
    words = Words(lang)
    total = len(examination.rows)
    return Section(
        "summary",
        words("summary"),
        (
            counts(examination, words),
            *_gaps(examination, words, IN_SHORT, "gaps.five"),
            Line(words("numbering")),
            Line(words("full", total=total)),
        ),
    )


def gaps_section(examination: Examination, words: Words) -> Section:
    """Return the gaps of the full report: the most serious, then all by who can act."""
    blocks = list(_gaps(examination, words, IN_FULL, "gaps.shown"))
    groups = []
    for actor in ACTORS:
        lists: dict[str, list[str]] = {}
        for gap in examination.gaps:
            if actor_of(gap) == actor:
                lists.setdefault(when_text(gap, words), []).append(compact(gap, words))
        label = words("row.after") + words.colon
        found = tuple(Bullets(tuple(lines), label + when) for when, lines in lists.items())
        if found:
            groups.append(Section(f"gaps-{actor}", words(f"gaps.by.{actor}"), found))
    if groups:
        title = words("gaps.grouped", all=len(examination.gaps))
        blocks.append(Section("gaps-grouped", title, tuple(groups)))
    return Section("gaps", words("gaps"), tuple(blocks))


def actor_of(gap: Gap) -> str:
    """Return which of ``ACTORS`` has to act first."""
    if gap.by == "application" or _BY_REQUEST & set(gap.who) or gap.who[0] == "third_party":
        return "court"
    return {"platform": "platform", "verifier_person": "verifier"}.get(gap.who[0], "litigant")


def compact(gap: Gap, words: Words) -> str:
    """Return a gap in one entry: what, and how; when stands above all of which it is said."""
    found = gap.row
    if found.lacking:
        lacking = words.comma.join(label_of(name, words) for name in found.lacking)
        what = f"{words('row.missing')}{words.colon}{lacking}{words.stop}"
    else:
        what = sentence_of(found, words)
        if not what and found.why is not None:
            what = words.sentence(f"{words.text(found.why)}{words.stop}")
    between = "" if words.lang == "zh" else " "
    how = f"{words('row.how')}{words.colon}{how_text(gap, words)}"
    head = f"{found.row.id} {words.side(found.row, 'element')}{words.colon}"
    return head + between.join(each for each in (what, how) if each)


def glossary(words: Words) -> Section:
    """Return the words of this program that the first page uses."""
    lines = tuple(words(f"glossary.{term}") for term in _TERMS)
    return Section("glossary", words("glossary"), (Bullets(lines),))


def overview(examination: Examination, words: Words) -> Section:
    """Return the counts, and once for all what classes, severities and numbers mean."""
    classes = tuple(f"{name}{words.colon}{words.of(label)}" for name, label in CLASSES.items())
    grades = tuple(
        f"{words.of(grade)}{words.colon}{words.side(grade, 'meaning')}"
        for grade in SEVERITIES.values()
    )
    return Section(
        "summary",
        words("summary"),
        (
            counts(examination, words),
            Line(words("numbering")),
            Bullets(classes, words("classes")),
            Bullets(grades, words("severities")),
        ),
    )


def counts(examination: Examination, words: Words) -> Table:
    """Return the number of rows by status and class."""
    found = examination.counts
    rows = []
    for status in STATUSES:
        numbers = [found.get(name, {}).get(status, 0) for name in CLASSES]
        if any(numbers):
            rows.append((words.status(status), *map(str, numbers), str(sum(numbers))))
    return Table(
        words("counts", total=len(examination.rows)),
        (words("counts.status"), *CLASSES, words("counts.all")),
        tuple(rows),
    )


def _gaps(examination: Examination, words: Words, most: int, lead: str) -> Iterator[Block]:
    gaps = examination.gaps
    # What was supplied comes first where it does not verify; a record does not mend that.
    intact = any(row.row.id == "M16-03" and row.status == CONSISTENT for row in examination.rows)
    if examination.phase == NO_RECORD and intact:
        yield Line(words("gaps.first"))
    if not gaps:
        yield Line(words("gaps.none"))
        return
    key = "gaps.all" if len(gaps) <= most and lead == "gaps.shown" else lead
    yield Line(words(key, shown=min(most, len(gaps)), all=len(gaps)))
    for gap in gaps[:most]:
        yield gap_entry(gap, words)


def gap_entry(gap: Gap, words: Words) -> Entry:
    """Return a gap: what is missing, what follows, who can supply it and how."""
    found = gap.row
    row = found.row
    blocks: list[Block] = []
    said = sentence_of(found, words)
    if said:
        blocks.append(Line(said))
    if found.why is not None:
        blocks.append(Line(f"{words.text(found.why)}{words.stop}"))
    if found.findings:
        items = tuple(finding_sentence(each, words) for each in found.findings)
        blocks.append(Bullets(items, words("row.findings")))
    if found.lacking:
        names = words.comma.join(label_of(name, words) for name in found.lacking)
        blocks.append(Pair(words("row.missing"), names))
    consequence = words.side(row, "consequence")
    if consequence != "—":
        blocks.append(Pair(words("row.consequence"), consequence))
        blocks += legend_block(row, words, "consequence")
    return Entry(
        row.id,
        words.side(row, "element"),
        found.status,
        words.status(found.status),
        (words("row.severity", word=words.of(SEVERITIES[row.severity])),),
        (*blocks, *gap_blocks(gap, words)),
        brief=True,
    )
