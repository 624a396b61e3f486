"""One row, provision, instrument or practice source as text, with where it is from.

``show("M18-01", "zh")`` prints an examined factor, ``show("OLR-18", "zh")`` an
article, ``show("BIC-CASE", "zh")`` a practice source, ``show("OLR", "zh")`` an
instrument with its articles, and ``show(None, "zh")`` the list of all ids. Ids
of groups (G5), consistency checks (P-16) and fields (``acq.time``) are accepted
too, and all in any case. Nothing here looks at a package.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

from ..errors import VerifierError
from ..evidence.provenance.fields import FIELDS
from .rules import (
    ABOUT,
    CLASSES,
    DATE,
    DERIVED,
    GROUPS,
    INSTRUMENTS,
    NOTHING,
    PLACEHOLDERS,
    PRACTICE,
    PROVISIONS,
    ROWS,
    SEVERITIES,
    VERSION,
    Instrument,
    Practice,
    Provision,
    Row,
    source_of,
    title_of,
)
from .show_more import CHECKS, check, everything, field, group, remedy
from .show_words import WORDS

KNOWN: Final[tuple[str, ...]] = (
    *ROWS,
    *PROVISIONS,
    *PRACTICE,
    *INSTRUMENTS,
    *GROUPS,
    *CHECKS,
    *FIELDS,
)
"""Every id that there is something to print for."""
LONGEST_ID: Final = 100
"""What is longer is no id; it is cut before it is compared."""


class UnknownId(VerifierError):
    """Nothing in the rule base has the id; ``nearest`` holds up to five that look like it."""

    def __init__(self, nearest: tuple[str, ...]) -> None:
        self.nearest = nearest
        hint = f"; nearest: {' '.join(nearest)}" if nearest else ""
        super().__init__(f"nothing in the rule base has this id{hint}")


def show(wanted: str | None, lang: str) -> str:
    """Return the text for an id in ``zh`` or ``en``; every line ends in LF.

    Without an id it is the list of all. Raises UnknownId.
    """
    lines = everything(lang) if wanted is None else _one(_find(wanted), lang)
    return "\n".join([*lines, "", *_edition(lang), ""])


def _find(wanted: str) -> str:
    known = {key.casefold(): key for key in KNOWN}
    asked = wanted[:LONGEST_ID].strip().casefold()
    if asked in known:
        return known[asked]
    raise UnknownId(
        tuple(known[near] for near in difflib.get_close_matches(asked, known, n=5, cutoff=0.5))
    )


def _one(found: str, lang: str) -> Iterator[str]:
    if found in ROWS:
        return _row(ROWS[found], lang)
    for table, printed in ((GROUPS, group), (CHECKS, check), (FIELDS, field)):
        if found in table:
            return printed(found, lang)
    if found in PROVISIONS:
        return _provision(PROVISIONS[found], lang)
    if found in PRACTICE:
        return _practice(PRACTICE[found], lang)
    return _instrument(INSTRUMENTS[found], lang)


# --------------------------------------------------------------------------- a row


def _row(row: Row, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    severity = SEVERITIES[row.severity]
    zh = lang == "zh"
    yield f"{row.id}  {_in(row, 'element', lang)}"
    yield words["row"].format(id=row.id)
    yield ""
    yield words["group"] + f"{row.group} {_label(GROUPS[row.group], lang)}"
    yield words["class"] + f"{row.cls}{words['colon']}{_label(CLASSES[row.cls], lang)}"
    meaning = severity.meaning_zh if zh else severity.meaning_en
    yield words["severity"] + f"{_label(severity, lang)}{words['colon']}{meaning}"
    yield f"  {words['severity.what']}"
    yield words["burden"] + _in(row, "burden", lang)
    yield words["evidence"] + _in(row, "evidence", lang)
    yield words["consequence"] + _in(row, "consequence", lang)
    yield ""
    yield words["basis"]
    yield from (f"  {basis}  {source_of(basis, lang)}" for basis in row.basis)
    yield ""
    yield words["wordings"]
    for case in ("present", "missing", "fail"):
        yield f"  {words[case]}{row.wording(case, lang) or words['no.wording']}"
    yield from _places(row, lang)
    yield from remedy(row, lang)
    yield ""
    yield words["inputs"]
    for name in row.inputs:
        field = FIELDS[name]
        label = field.zh if zh else field.en
        yield f"  {name}  {label}" + words["brackets"].format(words["source." + field.source])
    if row.xref:
        yield ""
        yield words["xref"] + words["comma"].join(row.xref)
    yield from _note(row.note_zh if zh else row.note_en, lang)
    yield from _abbreviations(row, lang)


def _places(row: Row, lang: str) -> Iterator[str]:
    places = PLACEHOLDERS.get(row.id, {})
    if not places:
        return
    yield f"  {WORDS[lang]['places']}"
    yield from (f"    {{{name}}}  {place_of(source, lang)}" for name, source in places.items())


def place_of(source: str, lang: str) -> str:
    """Return what a source of ``PLACEHOLDERS`` is, in words, with the id of its field."""
    words = WORDS[lang]
    if source.startswith("derived."):
        computed = words["brackets"].format(words["source.computed"])
        return _label(DERIVED[source.removeprefix("derived.")], lang) + computed
    name, _, member = source.partition("#")
    label = _label(FIELDS[name], lang) + words["brackets"].format(name)
    return f"{label}{words['member']}{member}" if member else label


def _abbreviations(row: Row, lang: str) -> Iterator[str]:
    """Explain the short names that the texts of a row use for instruments."""
    parts = ("element", "evidence", "consequence", "present", "missing", "fail")
    text = " ".join(_in(row, part, lang) for part in parts)
    used = [key for key, instrument in INSTRUMENTS.items() if _mentions(text, instrument, lang)]
    if used:
        yield ""
        yield WORDS[lang]["abbreviations"]
    for key in used:
        short = f"《{INSTRUMENTS[key].short_zh}》" if lang == "zh" else key
        yield f"  {short}  {title_of(key, lang)}"


def _mentions(text: str, instrument: Instrument, lang: str) -> bool:
    if lang == "en":
        return re.search(rf"\b{instrument.key} (?:Art\. )?\d", text) is not None
    names = [instrument.short_zh, *(["规则"] if instrument.key == "OLR" else [])]
    return any(f"《{name}》" in text for name in names)


# --------------------------------------------------------------------------- sources


def _provision(provision: Provision, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    instrument = INSTRUMENTS[provision.instrument]
    yield f"{provision.id}  {source_of(provision.id, lang)}"
    yield ""
    yield from _about(instrument, lang)
    yield ""
    yield words["text"]
    yield from _quotation(provision.zh, provision.article)
    yield ""
    yield words["translation.abridged" if provision.abridged else "translation"]
    yield from (f"  {line}" for line in provision.en.split("\n"))
    yield from _note(provision.note_zh if lang == "zh" else provision.note_en, lang)
    yield from _rows_resting_on(provision.id, lang)


def _quotation(text: str, article: str) -> Iterator[str]:
    """Put the statute's own words in corner brackets with their article, line by line."""
    first, *others = f"「{text}」（{article}）".split("\n")
    yield f"  {first}"
    yield from (f"    {line}" for line in others)


def _about(instrument: Instrument, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    zh = lang == "zh"
    yield words["issuer"] + (instrument.issuer if zh else instrument.issuer_en)
    yield words["kind"] + (instrument.kind_zh if zh else instrument.kind_en)
    adopted = words["list"].join(
        (instrument.adopted, *map(words["amended"].format, instrument.amended))
    )
    yield words["adopted"] + adopted + ("" if instrument.adopted_checked else words["unchecked"])
    yield (
        words["effective"]
        + instrument.effective
        + ("" if instrument.effective_checked else words["unchecked"])
    )
    note = instrument.note_zh if zh else instrument.note_en
    if note:
        yield words["instrument.note"] + note


def _instrument(instrument: Instrument, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    yield f"{instrument.key}  {title_of(instrument.key, lang)}"
    yield ""
    yield from _about(instrument, lang)
    yield ""
    yield words["articles"]
    for provision in PROVISIONS.values():
        if provision.instrument == instrument.key:
            name = (
                provision.article
                if lang == "zh"
                else f"Article {provision.article_no}, {provision.topic}"
            )
            yield f"  {provision.id}  {name}"


def _practice(practice: Practice, lang: str) -> Iterator[str]:
    words = WORDS[lang]
    zh = lang == "zh"
    yield f"{practice.id}  {practice.title_zh if zh else practice.title_en}"
    yield ""
    yield words["kind"] + (practice.kind_zh if zh else practice.kind_en)
    yield words["status"] + (practice.status_zh if zh else practice.status_en)
    yield ""
    yield words["content.original" if practice.original else "content"]
    yield from (f"  {line}" for line in (practice.zh if zh else practice.en).split("\n"))
    yield from _note(practice.note_zh if zh else practice.note_en, lang)
    yield from _rows_resting_on(practice.id, lang)


def _rows_resting_on(basis: str, lang: str) -> Iterator[str]:
    rows = [row.id for row in ROWS.values() if basis in row.basis]
    if rows:
        yield ""
        yield WORDS[lang]["rows"] + WORDS[lang]["comma"].join(rows)


# --------------------------------------------------------------------------- small parts


def _edition(lang: str) -> Iterator[str]:
    yield WORDS[lang]["edition"].format(version=VERSION, date=DATE)
    yield _label(ABOUT, lang)


def _in(row: Row, part: str, lang: str) -> str:
    text: str = getattr(row, f"{part}_{lang}")
    return text or NOTHING


def _label(label: object, lang: str) -> str:
    text: str = getattr(label, lang)
    return text


def _note(text: str, lang: str) -> Iterator[str]:
    if text:
        yield ""
        yield WORDS[lang]["note"] + text
