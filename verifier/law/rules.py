"""The rule base: provisions, instruments, practice sources and the 153 examined factors.

All of it is data in ``data/`` and is read once, when this module is imported.
The text of a provision (``Provision.zh``) and the wordings of a row are kept
byte for byte as they were adopted; nothing may normalise them. Chinese governs;
``Provision.en`` is a working translation, shortened where ``abridged``.

Ids: an instrument has a key (``OLR``), a provision is instrument and article
(``OLR-16``), practice sources (``BIC-CASE``, ``NS-3``) and rows (``M18-01``)
have names of their own, and no id is used twice. A row's ``basis`` holds ids
of provisions and practice sources; its ``xref`` may hold ids of rows too.

A wording has places in braces. ``PLACEHOLDERS`` says for each place of each
row where its value is from, in one of three forms:

* ``item.no``              the field of the provenance record (or of the package, or of
                           the platform's declaration) with this id;
* ``cor.notarial#date``    one member of a field; of a list, the member of each item in order;
* ``derived.phase``        a value that is computed, listed in ``DERIVED``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeVar

from ..errors import VerifierError

Class = Literal["A", "B", "C"]
Severity = Literal["critical", "high", "medium", "low", "info"]
T = TypeVar("T")


class UnknownBasis(VerifierError):
    """No provision and no practice source has the id."""


class Label(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str


class Grade(NamedTuple):
    """A severity: its word, and what it means; it orders a list and judges nothing."""

    zh: str
    en: str
    meaning_zh: str
    meaning_en: str


@dataclass(frozen=True)
class Instrument:
    """A law, judicial interpretation or regulation.

    ``document_number`` is empty where none was found; the three ``…_checked``
    say whether number and dates were compared with a published source. Dates
    are ``YYYY-MM-DD``; ``effective`` is when the instrument first took effect,
    unless the note says that it is the date of an amendment.
    """

    key: str
    zh: str
    en: str
    short_zh: str
    document_number: str
    document_number_en: str
    number_checked: bool
    issuer: str
    issuer_en: str
    kind_zh: str
    kind_en: str
    adopted: str
    amended: tuple[str, ...]
    adopted_checked: bool
    effective: str
    effective_checked: bool
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Provision:
    """One article; ``zh`` is its whole text as adopted, paragraphs parted by a newline."""

    id: str
    instrument: str
    article: str
    article_no: int
    topic: str
    zh: str
    en: str
    abridged: bool
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class Practice:
    """A source beside the instruments: guidance, a case, an extract, a standard, a secondary text.

    ``kind`` and ``status`` say which and of what weight; they are always printed
    with it. ``original`` says that ``zh`` is the source's own text (``en`` is
    then our rendering of it, which may be shorter); otherwise both are a
    summary of ours and nobody's words.
    """

    id: str
    title_zh: str
    title_en: str
    kind_zh: str
    kind_en: str
    status_zh: str
    status_en: str
    zh: str
    en: str
    note_zh: str
    note_en: str
    original: bool


@dataclass(frozen=True)
class Row:
    """One examined factor and the three sentences for it.

    A wording that is empty or ``—`` means that the row has no sentence for the
    case. ``inputs`` are field ids. ``xref`` holds ids of rows, provisions or
    practice sources.
    """

    id: str
    group: str
    basis: tuple[str, ...]
    element_zh: str
    element_en: str
    burden_zh: str
    burden_en: str
    evidence_zh: str
    evidence_en: str
    cls: Class
    severity: Severity
    inputs: tuple[str, ...]
    present_zh: str
    present_en: str
    missing_zh: str
    missing_en: str
    fail_zh: str
    fail_en: str
    consequence_zh: str
    consequence_en: str
    xref: tuple[str, ...]
    note_zh: str
    note_en: str

    def wording(self, case: str, lang: str) -> str:
        """Return the sentence for ``present``, ``missing`` or ``fail``; empty if there is none."""
        text: str = getattr(self, f"{case}_{lang}")
        return "" if text == NOTHING else text


class Derived(NamedTuple):
    """A computed value: what it is, its type, and what it is computed from.

    ``type`` is ``count``, ``list``, ``text``, ``word``, ``time``, ``date``,
    ``duration`` or ``yes_no``. ``inputs`` are field ids, ``result``,
    ``material``, ``declaration`` or ``check P-…``.
    """

    zh: str
    en: str
    type: str
    inputs: tuple[str, ...]


NOTHING: Final = "—"


def _load(name: str) -> Any:
    return json.loads((resources.files(__package__) / "data" / name).read_bytes())


def _made(kind: Callable[..., T], values: Mapping[str, Any]) -> T:
    """Make one frozen record; a key too many or too few is our own bug and stops the import."""
    named = {"cls" if key == "class" else key: value for key, value in values.items()}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in named.items()})


def _table(kind: Callable[..., T], entries: list[Mapping[str, Any]], key: str) -> Mapping[str, T]:
    table = {entry[key]: _made(kind, entry) for entry in entries}
    if len(table) != len(entries):
        raise AssertionError(f"two entries of {kind.__name__} have one {key}")
    return MappingProxyType(table)


def _labels(entries: Mapping[str, Mapping[str, str]]) -> Mapping[str, Label]:
    return MappingProxyType({key: Label(x["zh"], x["en"]) for key, x in entries.items()})


_META: Final = _load("meta.json")
_MATRIX: Final = _load("matrix.json")
_PLACES: Final = _load("placeholders.json")

VERSION: Final[str] = _META["version"]
DATE: Final[str] = _META["date"]
"""The day on which this version of the rule base was put together, ``YYYY-MM-DD``."""
ABOUT: Final = Label(_META["about"]["zh"], _META["about"]["en"])
"""How far the texts go and which language governs; printed with the version."""

STATUSES: Final[Mapping[str, Label]] = _labels(_META["statuses"])
"""The eight words for what was found; no other word is ever used."""
CLASSES: Final[Mapping[str, Label]] = _labels(_META["classes"])
SEVERITIES: Final[Mapping[str, Grade]] = MappingProxyType(
    {key: _made(Grade, values) for key, values in _META["severities"].items()}
)
"""In descending order."""
TRUST_LEVELS: Final[Mapping[str, Label]] = _labels(_META["trust_levels"])
TIME_GRADES: Final[Mapping[str, Label]] = _labels(_META["time_grades"])
ALWAYS_PRINTED: Final[tuple[str, ...]] = tuple(_META["always_printed"])
"""Rows that stand in every report, whatever the material."""

GROUPS: Final[Mapping[str, Label]] = _labels(_MATRIX["groups"])
ROWS: Final[Mapping[str, Row]] = _table(Row, _MATRIX["rows"], "id")
"""All 153, in the order of the matrix."""
INSTRUMENTS: Final = _table(Instrument, _load("instruments.json")["instruments"], "key")
PROVISIONS: Final = _table(Provision, _load("provisions.json")["provisions"], "id")
PRACTICE: Final = _table(Practice, _load("practice.json")["practice"], "id")

PLACEHOLDERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {row: MappingProxyType(places) for row, places in _PLACES["rows"].items()}
)
"""Row → place → its one source; a row without places is not in it."""
DERIVED: Final[Mapping[str, Derived]] = MappingProxyType(
    {
        name: Derived(x["zh"], x["en"], x["type"], tuple(x["from"]))
        for name, x in _PLACES["derived"].items()
    }
)
"""Name without ``derived.`` → what it is."""


def title_of(instrument: str, lang: str) -> str:
    """Return name and document number of an instrument by its key.

    A number that was not compared with a published source says so.
    """
    found = INSTRUMENTS[instrument]
    if lang == "zh":
        number = "，".join(
            filter(None, [found.document_number, "" if found.number_checked else "文号未核对"])
        )
        name = found.zh.translate({ord("《"): "〈", ord("》"): "〉"})  # a title within a title
        return f"《{name}》（{number}）"
    number = ", ".join(
        filter(
            None, [found.document_number_en, "" if found.number_checked else "number not checked"]
        )
    )
    return f"{found.en} ({number})"


def source_of(basis_id: str, lang: str) -> str:
    """Return the citation for a basis: instrument, document number, article; or title and kind.

    >>> source_of("OLR-16", "zh")
    '《人民法院在线诉讼规则》（法释〔2021〕12号）第十六条'
    """
    if basis_id in PROVISIONS:
        found = PROVISIONS[basis_id]
        name = title_of(found.instrument, lang)
        return f"{name}{found.article}" if lang == "zh" else f"{name}, Article {found.article_no}"
    if basis_id in PRACTICE:
        practice = PRACTICE[basis_id]
        if lang == "zh":
            return f"{practice.title_zh}（{practice.kind_zh}）"
        return f"{practice.title_en} ({practice.kind_en})"
    raise UnknownBasis("no provision and no practice source has this id")
