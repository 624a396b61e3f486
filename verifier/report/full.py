"""The full report as one document, in the order in which a court would read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..result import Result
from .document import Document, Line, Section
from .local_time import with_local_times
from .numbering import numbered
from .sections.completeness import completeness
from .sections.opening import four_statements, headline, origin, warning
from .sections.shown_records import records_annex
from .sections.technical import technical
from .sections.versions import versions
from .texts import Texts, texts_for
from .words import Words

if TYPE_CHECKING:
    from ..law.examination import Examination
    from ..law.material import Material


def full_report(
    result: Result, examination: Examination | None, lang: str, material: Material | None = None
) -> Document:
    """Return the whole report in ``zh`` or ``en``.

    Without an examination (a receipt, an audit) it is the technical
    verification alone. ``material`` adds what was declared, word for word.
    """
    texts = texts_for(lang)
    words = Words(lang)
    sections = [four_statements(result, texts), *completeness(result, texts)]
    if examination is None:
        note = Section("summary", words("summary"), (Line(words("not_examined")),))
        more = records_annex(result, words)
        sections += [note, *technical(result, texts), *more, versions(result, words)]
    else:
        sections += _examined(result, examination, material, texts)
    verdict = headline(result, texts, examination)
    return with_local_times(
        Document(
            texts.lang,
            texts.words.get(f"title.{result.scope}", texts.words["title"]),
            warning(result, texts),
            verdict,
            numbered(sections, texts.lang),
            verdict,
        )
    )


def _examined(
    result: Result, examination: Examination, material: Material | None, texts: Texts
) -> list[Section]:
    from .sections.annexes import Sources, annex_notes, annexes
    from .sections.articles import articles, others
    from .sections.consistency import consistency
    from .sections.intervals import intervals
    from .sections.opponent import opponent
    from .sections.record import platform, record
    from .sections.rows import Context
    from .sections.statutes import statutes
    from .sections.summary import gaps_section, glossary, overview

    words = Words(texts.lang)
    names = _names(result, material)
    context = Context(words, examination, names, material, annex_notes(words))
    return [
        *origin(examination, texts.lang),
        glossary(words),
        gaps_section(examination, words),
        overview(examination, words),
        intervals(examination, words),
        *articles(context),
        opponent(examination, words),
        others(context),
        consistency(examination, words),
        Section("technical", words("technical"), technical(result, texts, examined=True)),
        *records_annex(result, words),
        annexes(Sources(words, result, examination, material)),
        record(examination, material, words),
        *platform(material, words),
        statutes(words),
        versions(result, words),
    ]


def _names(result: Result, material: Material | None) -> dict[int, str]:
    """Return the names of the sealed files, those that were opened and bound."""
    if material is not None and material.files:
        return {each.position: each.name.decode("utf-8", "replace") for each in material.files}
    names = {}
    for name, value in result.facts.items():
        first, _, rest = name.partition(".")
        number, _, last = rest.partition(".")
        if first == "file" and last == "name" and number.isdigit():
            names[int(number)] = str(value)
    return names
