"""What a row needs, and the one rule by which rows of class B and C are judged.

A row of class B is *declared* when every field it needs has an answer with
something in it, and *declared with artifact* when a digest in its inputs is
that of a sealed file. What is only partly there is *missing*: the face prints
what is given and what lacks. A row of class C is always the court's; the same
rule chooses its sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ..evidence.provenance.fields import FIELDS
from . import stating, words
from .backing import artifacts
from .case import Case
from .examination import (
    COURT,
    DECLARED,
    FAIL,
    INCONSISTENT,
    MISSING,
    NO_WORDING,
    NOT_APPLICABLE,
    PRESENT,
    WITH_ARTIFACT,
    RowResult,
    Text,
)
from .excused import is_excused, unexplained
from .known import UNKNOWN
from .rules import Row
from .withheld import COUNTED, FILE_ROWS, is_unseen, rests_on_record, status_of

Needed = str | tuple[str, ...]
"""A field, or fields of which one is enough."""


class Found(NamedTuple):
    """What a row comes to: its status, the sentence to use, and our own reason if it needs one.

    ``is_open``: what the row asks for is not there, though its sentence for that is not used.
    ``is_withheld``: it may be there, and is not shown in this disclosure.
    """

    status: str
    wording: str
    why: Text | None = None
    is_open: bool = False
    is_withheld: bool = False


@dataclass(frozen=True)
class Needs:
    """How a row is judged.

    ``of`` are the fields it needs. ``kinds`` are the kinds of material it is
    about (empty: every kind). ``judge`` replaces the rule, or refines it by
    calling ``plainly`` first. ``contradicted`` is the sentence where something
    is inconsistent and the row has no sentence for that: ``none`` where the
    sentence for what is present would say the contrary of what was found.
    ``fails_by`` are the checks whose findings the row's own sentence for
    failure speaks of. ``is_notice`` rows are printed always.
    ``missing_is_open`` is False where the sentence for what is missing says
    that nothing is wrong.
    """

    of: tuple[Needed, ...] = ()
    kinds: tuple[str, ...] = ()
    judge: Callable[[Case, Row, Needs], Found] | None = None
    contradicted: str = PRESENT
    fails_by: tuple[str, ...] = ()
    is_notice: bool = False
    missing_is_open: bool = True


NOTICE = Needs(is_notice=True)


def of(*fields: Needed, kinds: tuple[str, ...] = (), contradicted: str = PRESENT) -> Needs:
    """Return needs that only name fields."""
    return Needs(of=fields, kinds=kinds, contradicted=contradicted)


def fields_of(needed: Needed) -> tuple[str, ...]:
    """Return the fields of one need."""
    return (needed,) if isinstance(needed, str) else needed


def is_other_kind(case: Case, needs: Needs) -> bool:
    """Whether the material is of a kind that the row is not about."""
    kind = case.known.kind
    return kind is not None and bool(needs.kinds) and kind not in needs.kinds


def _relevant(case: Case, needs: Needs) -> list[tuple[str, ...]]:
    """Return the needs with only those fields that are asked for this kind of material."""
    known = case.known
    found = [tuple(f for f in fields_of(each) if known.applies(f)) for each in needs.of]
    return [fields for fields in found if fields]


def lacking(case: Case, needs: Needs) -> tuple[str, ...]:
    """Return the fields that would fill what is not filled, without those that do not apply."""
    known = case.known
    absent: list[str] = []
    for fields in _relevant(case, needs):
        filled = any(known.filled(field) for field in fields)
        excused = all(is_excused(known, field) for field in fields)
        if not filled and not excused:
            absent += fields
    return tuple(dict.fromkeys(absent))


def plainly(case: Case, row: Row, needs: Needs) -> Found:
    """Judge a row by its needs alone, whatever the consistency checks found."""
    if is_other_kind(case, needs):
        return _not_applicable(row, words.text("why.kind"))
    relevant = _relevant(case, needs)
    if needs.of and not relevant:
        return _not_applicable(row, words.text("why.kind"))
    if lacking(case, needs):
        return Found(COURT if row.cls == "C" else MISSING, MISSING)
    if relevant and not any(case.known.filled(f) for fields in relevant for f in fields):
        return _not_applicable(row, words.text("why.declared"))
    return Found(COURT if row.cls == "C" else DECLARED, PRESENT)


def _not_applicable(row: Row, why: Text) -> Found:
    return Found(COURT if row.cls == "C" else NOT_APPLICABLE, NO_WORDING, why)


def judge(case: Case, row: Row, needs: Needs) -> RowResult:
    """Return a row of any class, with everything that goes with it but the values of its places."""
    if needs.is_notice:
        found = Found(COURT, PRESENT)
    elif needs.judge is not None:
        found = needs.judge(case, row, needs)
    else:
        found = plainly(case, row, needs)
    if found.why is None and found.wording != PRESENT:
        asked_for = (field for fields in _relevant(case, needs) for field in fields)
        called = unexplained(case.known, asked_for)
        if called is not None:
            found = found._replace(wording=NO_WORDING, why=called, is_open=True)
    if found.wording == MISSING:
        found = _stated(found._replace(is_open=True), case, row, needs)
    files = artifacts(case, row.id)
    findings = case.findings(row.id)
    if row.cls == "B":
        found = _checked(found, case, row, needs, is_backed=bool(files))
    found = _as_far_as_shown(found, case, row, needs)
    if found.wording != NO_WORDING and not row.wording(found.wording, "zh"):
        found = found._replace(wording=NO_WORDING)
    known = case.known
    asked = dict.fromkeys((*row.inputs, *(f for each in needs.of for f in fields_of(each))))
    return RowResult(
        row=row,
        status=found.status,
        wording=found.wording,
        why=found.why,
        findings=findings,
        given=tuple(field for field in asked if known.filled(field)),
        lacking=_lacking_of(found, case, row, needs),
        reasons=tuple(
            (field, reason) for field in asked if (reason := known.reason(field)) is not None
        ),
        files=tuple(files),
        is_open=found.is_open,
        is_withheld=found.is_withheld,
    )


def _as_far_as_shown(found: Found, case: Case, row: Row, needs: Needs) -> Found:
    """Return what may be said of a row of class B or C where a disclosure withholds something."""
    withheld = case.material.withheld
    if withheld is None or row.cls == "A" or needs.is_notice or found.status == INCONSISTENT:
        return found
    asked = (*row.inputs, *(f for each in needs.of for f in fields_of(each)))
    is_short = found.wording != PRESENT or found.is_open
    if found.is_withheld:
        why = found.why
    elif is_short and rests_on_record(row.id) and is_unseen(withheld, asked):
        why = words.text("withheld.record")
    elif is_short and row.id in FILE_ROWS:
        why = stating.sentence([withheld.sentence, words.text("withheld.unjudged")])
    elif row.id in COUNTED and found.why is None:
        return found._replace(why=words.text("withheld.shown_only"))
    else:
        return found
    return Found(status_of(row.cls), NO_WORDING, why, is_open=True, is_withheld=True)


def _stated(found: Found, case: Case, row: Row, needs: Needs) -> Found:
    """Return an open row with its sentence only where that is true of what was declared."""
    if found.why is not None or row.id in stating.LISTS:
        return found
    known = case.known
    absent = list(lacking(case, needs))
    given = stating.given(case, (*(f for fs in _relevant(case, needs) for f in fs), *row.inputs))
    platform = row.id.startswith("M17-") or all(f.startswith("plat.") for f in absent or row.inputs)
    why = None
    if absent and not platform and (given or any(known.state(f) == UNKNOWN for f in absent)):
        why = stating.partly(case, given, absent)
    elif absent or not needs.of:
        why = stating.silent(case, row.id, platform=platform)
    return found if why is None else found._replace(wording=NO_WORDING, why=why)


def _checked(found: Found, case: Case, row: Row, needs: Needs, *, is_backed: bool) -> Found:
    """Return what a row of class B comes to once the consistency checks are heard."""
    against = [finding for finding in case.findings(row.id) if not finding.raised]
    if not against:
        return (
            found._replace(status=WITH_ARTIFACT)
            if (found.status == DECLARED and is_backed)
            else found
        )
    fails = not needs.fails_by or any(each.check in needs.fails_by for each in against)
    if row.wording(FAIL, "zh") and fails:
        return Found(INCONSISTENT, FAIL, found.why)
    wording = found.wording if found.wording != PRESENT else needs.contradicted
    return Found(INCONSISTENT, wording, found.why)


def _lacking_of(found: Found, case: Case, row: Row, needs: Needs) -> tuple[str, ...]:
    if found.is_withheld or found.status in {DECLARED, WITH_ARTIFACT, NOT_APPLICABLE}:
        return ()
    absent = lacking(case, needs)
    if absent or not found.is_open or row.cls == "A":
        return absent
    if needs.of:
        return ()  # all of it is there, and says that the point is not made
    fields = (f for f in row.inputs if FIELDS[f].source in {"declarant", "operator"})
    return tuple(f for f in fields if case.known.applies(f) and not case.known.filled(f))
