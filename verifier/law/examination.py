"""What an examination finds, row by row, before any face is put on it.

One ``RowResult`` for each of the 153 examined factors, in the order of the
matrix. Nothing here is a sentence to print: a row names the wording to use
(``present``, ``missing``, ``fail``) and the values of its places, a gap names
who can supply what by a code, and the faces of the report put words to them
from the data files of this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .consistency.outcome import CheckOutcome, Finding
from .rules import Row
from .source_findings import FileFinding

CONSISTENT: Final = "consistent"
INCONSISTENT: Final = "inconsistent"
NOT_CHECKED: Final = "not_checked"
DECLARED: Final = "declared"
WITH_ARTIFACT: Final = "declared_with_artifact"
MISSING: Final = "missing"
NOT_APPLICABLE: Final = "not_applicable"
COURT: Final = "court"

PRESENT: Final = "present"
FAIL: Final = "fail"
NO_WORDING: Final = "none"

BEFORE: Final = "before_anchor"
AFTER: Final = "after_anchor"
NO_RECORD: Final = "none"
UNBOUND: Final = "unbound"
NOT_FOLLOWED: Final = "not_followed"
UNREADABLE: Final = "unreadable"
NOT_REACHED: Final = "not_reached"
WITHHELD: Final = "withheld"
WITHOUT_RECORD: Final = frozenset({NO_RECORD, NOT_REACHED, UNBOUND, UNREADABLE, WITHHELD})
"""Phases in which no record was used."""


class Text(NamedTuple):
    """A value for a place in a sentence, in both languages.

    ``own`` says that it is in the words of the declarant or of the platform: a
    face prints it escaped and in quotes. Where ``parts`` is not empty the value
    is a list of pieces of which only some are such words: a face prints the
    pieces one after another, each by its own ``own`` (``zh``, ``en`` are then
    all pieces joined, for machines).
    """

    zh: str
    en: str
    own: bool
    parts: tuple[Text, ...] = ()


@dataclass(frozen=True)
class RowResult:
    """What was found for one row.

    ``status`` is one of the eight words of ``rules.STATUSES``; ``wording`` is
    ``present``, ``missing``, ``fail`` or ``none`` (the matrix has no sentence
    that would say what was found; then ``why`` says it, or the findings do).
    ``why`` is our own reason where the status is ``not_applicable`` or
    ``not_checked``, or where ``wording`` is ``none``. ``findings`` are those of
    the consistency checks that name the row; ``given`` the fields of the row
    that are filled, ``lacking`` those that would fill it; ``reasons`` the pairs
    of field id and reason where the declarant wrote unknown or not applicable
    (their own words); ``files`` the positions of the attached material that a
    digest of the row's own fields names. ``is_open`` says of a row of class C
    that what it asks for is not there, whichever sentence says so; ``is_withheld`` that it may
    be there and is not shown in the disclosure in hand. ``source`` is
    what the source report of the files found and the row may have to do with; it
    decides nothing.
    """

    row: Row
    status: str
    wording: str
    values: dict[str, Text] = field(default_factory=dict)
    why: Text | None = None
    findings: tuple[Finding, ...] = ()
    given: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    files: tuple[int, ...] = ()
    is_open: bool = False
    is_withheld: bool = False
    source: tuple[FileFinding, ...] = ()


class Point(NamedTuple):
    """A point in time (Unix seconds), its grade T0 to T4, and where it is from.

    ``source`` is a field id (``gen.period``, ``acq.time``, ``anc.time``,
    ``ver.run``, ``ver.run.clock``), ``anc.proven`` (the *not after* of a time-stamp or of an
    independent witness) or ``file.N``: the records of the file at position N.
    ``written`` is the date where no more than a day was declared: a face prints
    it instead of an instant, which may lie in another day.
    """

    seconds: int
    grade: str
    source: str
    written: str = ""


@dataclass(frozen=True)
class Interval:
    """One of the three intervals. ``seconds`` is None where an end is not known.

    ``why`` is then a key of ``data/words.json`` (``words.text`` puts it into
    words); it is ``interval.reversed`` where the second end lies before the
    first and ``seconds`` is negative. ``oldest`` is where the creation of the
    data began, if that is known: ``first`` is where it ended. ``seconds`` is
    then the shortest that the interval can be, and ``longest`` the longest.

    The end at anchoring is the log's own word, T0. Where a time is proven, ``proven`` is
    that time: the interval up to anchoring has at most ``proven_seconds``, the one after
    it at least so many.
    """

    name: str  # creation_export | export_anchoring | anchoring_verification
    first: Point | None
    last: Point | None
    seconds: int | None
    why: str = ""
    oldest: Point | None = None
    longest: int | None = None
    proven: Point | None = None
    proven_seconds: int | None = None


@dataclass(frozen=True)
class Gap:
    """A row that is open: who can close it and how.

    ``who`` are keys of ``who`` in ``data/supply.json``, ``how`` a key of its
    ``ways``; ``after`` says whether it can still be closed once the material is
    anchored: ``yes``, ``partly`` or ``no`` (labels under ``after``). ``by`` says
    until when: ``adduction`` or ``application`` (sentences under ``by``).
    """

    row: RowResult
    severity: str
    who: tuple[str, ...]
    how: str
    after: str
    by: str = "adduction"


@dataclass(frozen=True)
class Objection:
    """Something the other side could raise under one article, from the rows as they stand.

    ``code`` is a key of ``data/opponent.json``, which holds the sentences: what
    could be raised, what the objecting side would have to bring, and what the
    submitting side would have to bring.
    """

    basis: str  # OLR-17 | OLR-18 | CPLI-106
    code: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Examination:
    """The whole of it.

    ``phase`` is that of the record relative to the entry whose manifest holds
    it: ``before_anchor``; ``after_anchor`` (the manifest supplements an earlier
    item, ``supplements`` is that item's leaf hash); ``not_followed`` (its entry
    was not followed into the log of the policy); ``none`` (no record),
    ``not_reached`` (the package was not followed as far as its files),
    ``withheld`` (the anchored manifest names one that a disclosure does not show),
    ``unreadable`` (a record in the anchored manifest that cannot be read) or
    ``unbound`` (a record that the anchored manifest does not name, or one of
    another role); the last three were not used. ``entry_index`` and
    ``entry_received`` (Unix seconds, as the log says) are of that entry.

    ``counts`` is class → status → number of rows. ``origin`` are whole
    sentences, with their full stops, for the top of a report: whether there is
    a record and whose, what it means that there is none, and which
    circumstances of the acquisition it declares.
    """

    rows: list[RowResult]
    checks: list[CheckOutcome]
    intervals: list[Interval]
    gaps: list[Gap]
    phase: str
    entry_index: int | None
    entry_received: int | None
    supplements: bytes | None
    declarant: str | None
    counts: dict[str, dict[str, int]]
    opponent: list[Objection]
    legality_full: bool
    origin: tuple[Text, ...] = ()
