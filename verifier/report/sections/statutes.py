"""The texts that the rows rest on: each once, word for word, with its source."""

from __future__ import annotations

from ...law.rules import (
    ABOUT,
    INSTRUMENTS,
    PRACTICE,
    PROVISIONS,
    ROWS,
    Practice,
    Provision,
    source_of,
    title_of,
)
from ..document import Block, Line, Quotation, Section
from ..words import Words


def statutes(words: Words) -> Section:
    """Return every provision and practice source that a row is based on or refers to."""
    named = {basis for row in ROWS.values() for basis in (*row.basis, *row.xref)}
    blocks: list[Block] = [Line(words("statutes.lead")), Line(words.of(ABOUT))]
    for key, instrument in INSTRUMENTS.items():
        cited = [
            each for each in PROVISIONS.values() if each.instrument == key and each.id in named
        ]
        if not cited:
            continue
        note = words.side(instrument, "note")
        head = [Line(note, "note")] if note else []
        quotes = [_provision(each, words) for each in cited]
        title = title_of(key, words.lang)
        blocks.append(Section(f"law-{key}", title, (*head, *quotes), annex=True))
    practice = [_practice(each, words) for each in PRACTICE.values() if each.id in named]
    blocks.append(Section("practice", words("statutes.practice"), tuple(practice), annex=True))
    return Section("statutes", words("statutes"), tuple(blocks))


def _provision(found: Provision, words: Words) -> Quotation:
    label = "statutes.translation.abridged" if found.abridged else "statutes.translation"
    english = words.lang == "en"
    note = words.side(found, "note")
    article = words("statutes.article", article=found.article)
    return Quotation(
        found.id,
        source_of(found.id, words.lang),
        found.zh,
        article,
        words(label) if english else "",
        f"「{found.en}」 (Article {found.article_no})" if english else "",
        (note,) if note else (),
    )


def _practice(found: Practice, words: Words) -> Quotation:
    """Quote a source whose own text is kept; of the others there is a summary of ours."""
    text = found.zh if words.lang == "zh" or found.original else found.en
    translated = words.lang == "en" and found.original
    notes = [words.side(found, "status"), words.side(found, "note")]
    return Quotation(
        found.id,
        source_of(found.id, words.lang),
        text,
        "",
        words("statutes.translation") if translated else "",
        found.en if translated else "",
        tuple(note for note in notes if note),
        is_verbatim=found.original,
    )
