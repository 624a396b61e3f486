"""The source report for machines: ``beilin/inspect/v1``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from app.client.words import shown
from verifier.exports.inspection.finding import SourceFinding, detail_text
from verifier.exports.inspection.gaps.shown import Shown
from verifier.exports.inspection.source_report import SourceReport
from verifier.exports.text import Text

from .look import Looked
from .spelling import moment, name_of

FORMAT: Final = "beilin/inspect/v1"


def document(looked: Sequence[Looked]) -> dict[str, Any]:
    """Return the object that is printed; files stand in the order they were given in."""
    return {"format": FORMAT, "files": [_file(each) for each in looked]}


def _file(looked: Looked) -> dict[str, Any]:
    place = {
        "path": shown(os.fsdecode(looked.found.path)),
        "member": None if looked.member is None else name_of(looked.member, escaped=False),
    }
    report = looked.report
    if report is None:
        problem = looked.problem._asdict() if looked.problem is not None else None
        return {**place, "kind": None, "records": None, "ambiguous": None, "problem": problem}
    return {**place, **_report(report)}


def _report(report: SourceReport) -> dict[str, Any]:
    summary, escaped = report.summary, report.escaped
    return {
        "kind": report.reader,
        "title": _text(report.title),
        "records": report.records,
        "ambiguous": bool(report.ambiguous),
        "ambiguous_because": list(report.ambiguous),
        "size": report.size,
        "variant": summary.variant,
        "generator": report.generator,
        "reasons": [
            {"code": each.code, "count": each.count, **_text(text)} for each, text in report.reasons
        ],
        "also_recognised_by": list(report.others),
        "encoding": report.encoding,
        "line_ends": _line_ends(report),
        "clock": report.clock,
        "offset": report.offset,
        "order": report.order,
        "ids": report.ids,
        "declared_records": report.declared_records,
        "first": _shown(summary.first, report, escaped=escaped),
        "last": _shown(summary.last, report, escaped=escaped),
        "earliest": moment(summary.earliest, report.clock),
        "latest": moment(summary.latest, report.clock),
        "undated": summary.undated,
        "senders": [name_of(each, escaped=escaped) for each in summary.senders],
        "senders_more": summary.senders_more,
        "media": dict(report.media),
        "stand_ins": summary.stand_ins,
        "personal": summary.personal,
        "secrets": report.secrets,
        "findings": [_finding(each) for each in report.findings],
        "not_searched": list(report.not_searched),
        "partly_searched": list(report.partly_searched),
    }  # fmt: skip


def _line_ends(report: SourceReport) -> dict[str, Any] | None:
    ends = report.line_ends
    return None if ends is None else {"kind": ends.kind, **ends._asdict()}


def _shown(found: Shown | None, report: SourceReport, *, escaped: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "record": found.number,
        "native_id": name_of(found.native_id, escaped=escaped),
        "written": name_of(found.time, escaped=escaped),
        "from": moment(found.te_lo, report.clock),
        "to": moment(found.te_hi, report.clock),
    }


def _finding(finding: SourceFinding) -> dict[str, Any]:
    return {
        "code": finding.code,
        **_text(finding.text),
        "count": finding.count,
        "places": list(finding.places),
        "after": list(finding.after),
        "detail": finding.detail,
        "detail_text": _text(detail_text(finding.detail)),
        "rows": list(finding.rows),
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
