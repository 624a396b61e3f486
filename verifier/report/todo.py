"""What can still be done before anchoring: the examination's gaps as a list for the litigant.

By field of the record, since that is what a person fills in, and in three
blocks: what cannot be made good after anchoring, what counts for more before
it, and what can wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..evidence.provenance.fields import FIELDS
from ..law.consistency import CheckOutcome
from ..law.examination import Examination, Gap
from ..law.rules import SEVERITIES
from ..law.source_findings import in_order
from .document import Bullets, Document, Line, Section
from .field_label import label_of
from .local_time import with_local_times
from .sections.rows import finding_sentence, how_text, source_sentence
from .sections.summary import compact
from .words import Words

WHEN: Final = ("no", "partly", "yes")
"""Whether a gap can be closed after anchoring: the pressing ones first."""
MOST_SHOWN: Final = 12
"""So many findings of the files have their sentence; the rest are named."""
LATER: Final = frozenset({"court"})
"""Steps of the work that cannot be done yet: they belong to the hearing."""


def open_gaps(examination: Examination) -> list[Gap]:
    """Return the gaps that the declarant can close now, the gravest first."""
    return [gap for gap in examination.gaps if _is_mine(gap)]


def contradictions(examination: Examination) -> list[CheckOutcome]:
    """Return the consistency checks that found the record contradicting itself or the files."""
    return [each for each in examination.checks if each.status == "inconsistent"]


def todo_document(examination: Examination, lang: str) -> Document:
    """Return the list in ``zh`` or ``en``."""
    words = Words(lang)
    return with_local_times(
        Document(
            lang,
            words("todo.title"),
            "",
            (Line(words("todo.about")),),
            tuple(_sections(examination, words)),
            (Line(words("todo.end")),),
        )
    )


def _sections(examination: Examination, words: Words) -> Iterator[Section]:
    wrong = contradictions(examination)
    if wrong:
        said = tuple(
            finding_sentence(each, words)
            for check in wrong
            for each in check.findings
            if not each.raised
        )
        yield Section("contradictions", words("todo.contradictions"), (Bullets(said),))
    raised = tuple(
        finding_sentence(each, words)
        for check in examination.checks
        for each in check.findings
        if each.raised
    )
    if raised:
        yield Section("raised", words("todo.raised"), (Bullets(raised),))
    shown = in_order(each for row in examination.rows for each in row.source)
    if shown:
        said = tuple(source_sentence(each, words) for each in shown[:MOST_SHOWN])
        rest = " ".join(dict.fromkeys(each.finding.code for each in shown[MOST_SHOWN:]))
        more = (Line(words("todo.source.more", codes=rest)),) if rest else ()
        yield Section("source", words("todo.source"), (Bullets(said), *more))
    mine = open_gaps(examination)
    fields = _fields(mine)
    title = words("todo.mine", fields=len(fields), count=len(mine))
    if not mine:
        yield Section("mine", title, (Line(words("todo.none")),))
        return
    inner = tuple(_block(after, mine, fields, words) for after in WHEN)
    yield Section("mine", title, tuple(each for each in inner if each.blocks))


def _fields(gaps: Sequence[Gap]) -> dict[str, list[Gap]]:
    """Return each field that the declarant can still fill in, with the gaps that want it."""
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        for name in _own_fields(gap):
            found.setdefault(name, []).append(gap)
    return found


def _own_fields(gap: Gap) -> list[str]:
    return [
        name
        for name in gap.row.lacking
        if name in FIELDS and FIELDS[name].source == "declarant" and FIELDS[name].step not in LATER
    ]


def _block(
    after: str, gaps: Sequence[Gap], fields: Mapping[str, list[Gap]], words: Words
) -> Section:
    """Return what belongs at one point of time: fields first, then what no single field mends."""
    blocks: list[Bullets] = []
    lines = tuple(
        _field(name, wanted, words)
        for name, wanted in fields.items()
        if min((each.after for each in wanted), key=WHEN.index) == after
    )
    if lines:
        blocks.append(Bullets(lines))
    others = tuple(
        compact(gap, words) for gap in gaps if gap.after == after and not _own_fields(gap)
    )
    if others:
        blocks.append(Bullets(others, words("todo.files")))
    return Section(f"todo-{after}", words(f"todo.{after}"), tuple(blocks))


def _field(name: str, wanted: Sequence[Gap], words: Words) -> str:
    """Return what to write into a field, and which factors it is for, the gravest first."""
    rows = words.comma.join(gap.row.row.id for gap in wanted)
    gravest = words("row.severity", word=words.of(SEVERITIES[wanted[0].severity]))
    note = words.side(FIELDS[name], "note") or how_text(wanted[0], words)
    between = "" if words.lang == "zh" else " "
    factors = f"{words('todo.rows')}{words.colon}{rows}{words.semicolon}{gravest}{words.stop}"
    return f"{label_of(name, words)}{words.colon}{note}{between}{factors}"


def _is_mine(gap: Gap) -> bool:
    if "litigant" not in gap.who:
        return False
    if gap.row.findings:
        return True
    return bool(_own_fields(gap))
