"""The examination for programs: every row once, each sentence in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..law.consistency import CheckOutcome, Finding, sentences
from ..law.examination import Examination, Gap, Interval, Objection, Point, RowResult, Text
from ..law.rules import DATE, VERSION, source_of
from ..law.source_findings import FileFinding
from .marked import to_plain
from .sections.intervals import interval_length
from .sections.opponent import objection_texts
from .sections.rows import how_text, sentence_of, source_sentence, when_text, who_texts
from .words import Words

_ZH, _EN = Words("zh"), Words("en")


def examination_as_json(examination: Examination) -> dict[str, Any]:
    """Return it as what ``json.dumps`` takes; every number is a string."""
    found = examination
    return {
        "rule_base": {"version": VERSION, "date": DATE},
        "phase": found.phase,
        "entry_index": _number(found.entry_index),
        "entry_received": _number(found.entry_received),
        "supplements": None if found.supplements is None else found.supplements.hex(),
        "declarant": found.declarant,
        "origin": [_origin(each) for each in found.origin],
        "legality_full": found.legality_full,
        "counts": {
            name: {status: str(number) for status, number in by_status.items()}
            for name, by_status in found.counts.items()
        },
        "rows": [_row(each) for each in found.rows],
        "checks": [_check(each) for each in found.checks],
        "intervals": [_interval(each) for each in found.intervals],
        "gaps": [_gap(each) for each in found.gaps],
        "opponent": [_objection(each) for each in found.opponent],
    }


def _both(said: Callable[[Words], str]) -> dict[str, str]:
    return {"zh": to_plain(said(_ZH)), "en": to_plain(said(_EN))}


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _row(found: RowResult) -> dict[str, Any]:
    row, why = found.row, found.why
    return {
        "id": row.id,
        "group": row.group,
        "class": row.cls,
        "severity": row.severity,
        "status": found.status,
        "wording": found.wording,
        "element": _both(lambda words: words.side(row, "element")),
        "sentence": _both(lambda words: sentence_of(found, words)),
        "why": None if why is None else _both(lambda words: words.text(why)),
        "values": {name: _text(value) for name, value in found.values.items()},
        "given": list(found.given),
        "lacking": list(found.lacking),
        "reasons": [{"field": name, "reason": reason} for name, reason in found.reasons],
        "files": [str(position) for position in found.files],
        "findings": [_finding(each) for each in found.findings],
        "source": [_source(each) for each in found.source],
        "burden": _both(lambda words: words.side(row, "burden")),
        "consequence": _both(lambda words: words.side(row, "consequence")),
        "basis": list(row.basis),
        "sources": {lang: [source_of(each, lang) for each in row.basis] for lang in ("zh", "en")},
        "xref": list(row.xref),
    }


def _origin(text: Text) -> dict[str, str]:
    return _both(lambda words: words.text(text))


def _text(value: Text) -> dict[str, Any]:
    return {"zh": value.zh, "en": value.en, "own": value.own}


def _source(found: FileFinding) -> dict[str, Any]:
    finding = found.finding
    return {
        "file": str(found.position),
        "code": finding.code,
        "count": str(finding.count),
        "places": [str(place) for place in finding.places],
        "detail": finding.detail,
        "sentence": _both(lambda words: source_sentence(found, words)),
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "check": found.check,
        "code": found.code,
        "raised": found.raised,
        "rows": list(found.rows),
        "fields": list(found.fields),
        "values": {name: str(value) for name, value in found.values.items()},
        "sentence": _both(lambda words: words.text(sentences.sentence_of(found))),
    }


def _check(found: CheckOutcome) -> dict[str, Any]:
    reason = sentences.reason_of(found)
    return {
        "id": found.check,
        "title": _both(lambda words: words.text(sentences.title_of(found.check))),
        "status": found.status,
        "shown": found.shown,
        "shown_words": _both(lambda words: words.text(sentences.shown_of(found))),
        "why": found.why or None,
        "sentence": _both(lambda words: "" if reason is None else words.text(reason)),
        "findings": [_finding(each) for each in found.findings],
    }


def _interval(found: Interval) -> dict[str, Any]:
    return {
        "name": found.name,
        "oldest": _point(found.oldest),
        "first": _point(found.first),
        "last": _point(found.last),
        "seconds": _number(found.seconds),
        "longest": _number(found.longest),
        "proven": _point(found.proven),
        "proven_seconds": _number(found.proven_seconds),
        "why": found.why or None,
        "sentence": _both(lambda words: interval_length(found, words)),
    }


def _point(point: Point | None) -> dict[str, str] | None:
    if point is None:
        return None
    return {"seconds": str(point.seconds), "grade": point.grade, "source": point.source}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "row": gap.row.row.id,
        "severity": gap.severity,
        "who": list(gap.who),
        "who_words": {"zh": who_texts(gap, _ZH), "en": who_texts(gap, _EN)},
        "how": _both(lambda words: how_text(gap, words)),
        "after": gap.after,
        "by": gap.by,
        "when": _both(lambda words: when_text(gap, words)),
    }


def _objection(found: Objection) -> dict[str, Any]:
    sides = (objection_texts(found, _ZH), objection_texts(found, _EN))
    texts = {name: {"zh": sides[0][name], "en": sides[1][name]} for name in sides[0]}
    return {"basis": found.basis, "code": found.code, "rows": list(found.rows), **texts}
