"""G3, Article 18: what was before anchoring. Nothing here is helped by a perfect digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...evidence.provenance.problems import describe
from .. import derived_counts, derived_source, derived_time, saying, stating, words
from ..backing import is_attached
from ..case import Case
from ..examination import (
    AFTER,
    BEFORE,
    CONSISTENT,
    DECLARED,
    MISSING,
    NO_WORDING,
    NOT_CHECKED,
    PRESENT,
    UNREADABLE,
    WITHHELD,
    Text,
)
from ..needs import NOTICE, Found, Needs, of, plainly
from ..rules import Row

_MAX_PROBLEMS: Final = 20
"""So many problems of a record are listed; the rest are counted."""


def _environment(case: Case, row: Row, needs: Needs) -> Found:
    """M18-07: the sentence says "checked before, its report registered": each of it must be there."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    check = case.known.get("acq.env_check")
    if not isinstance(check, dict) or check.get("performed") is not True:
        return Found(MISSING, NO_WORDING, words.text("why.env_not_performed"))
    if not check.get("items") or check.get("when") is None or not check.get("report_digest"):
        return Found(MISSING, NO_WORDING, words.text("why.env_check_partial"))
    if not is_attached(case, bytes.fromhex(check["report_digest"])):
        shown = "sealed" if case.material.withheld is None else "shown"
        return Found(DECLARED, NO_WORDING, words.text(f"why.env_report_not_{shown}"))
    return found


def _step_count(count: int) -> Text:
    return words.text("step") if count == 1 else words.text("steps", count=count)


def _tool(case: Case, row: Row, needs: Needs) -> Found:
    """M18-08: its sentence has no room for a tool without version or digest, or for no recording."""
    found = plainly(case, row, needs)
    known = case.known
    whole = all(known.member("acq.tool", name) for name in ("version", "sha256"))
    if found.wording != PRESENT or (whole and known.filled("acq.recording")):
        return found
    parts = [
        saying.named(stating.label(field), case.said(field)) for field in ("acq.method", "acq.tool")
    ]
    parts += [
        saying.named(stating.label("acq.steps"), _step_count(len(known.items("acq.steps")))),
        saying.named(stating.label("acq.recording"), derived_source.recorded(case)),
    ]
    absent = [name for name in ("version", "sha256") if not known.member("acq.tool", name)]
    parts += [words.text(f"why.tool.{name}") for name in absent]
    return Found(found.status, NO_WORDING, stating.sentence(parts))


def _times(case: Case, row: Row, needs: Needs) -> Found:
    """M18-09: both ends of the first interval, declared or out of the file; the rest needs anchoring."""
    found = plainly(case, row, needs)
    if found.wording == MISSING and case.intervals["creation_export"].seconds is not None:
        return Found(DECLARED, PRESENT)
    return found


def _phase(case: Case, row: Row, needs: Needs) -> Found:
    """M18-10: only the digest in the anchored manifest decides."""
    if case.result is None:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.not_anchored"))
    phase = case.phase
    if phase.word in {BEFORE, AFTER} and not phase.logged:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.entry_not_followed"))
    if phase.word == BEFORE:
        length = derived_time.interval(case.intervals["export_anchoring"])
        since = saying.named(words.text("why.export_to_anchoring"), length)
        beside = saying.run(since, saying.SEMICOLON, words.text("why.party_statement"))
        return Found(CONSISTENT, PRESENT, beside)
    if phase.word == AFTER:
        return Found(NOT_CHECKED, MISSING)
    if phase.word == UNREADABLE:
        return Found(NOT_CHECKED, NO_WORDING, _problems(case))
    why = words.text(f"why.record_{phase.word}")
    return Found(NOT_CHECKED, NO_WORDING, why, is_withheld=phase.word == WITHHELD)


def _problems(case: Case) -> Text:
    """Return that there is a record which cannot be read, and each thing that is wrong with it."""
    problems = case.material.record_problems
    if not problems:
        return saying.named(words.text("why.problems"), words.text("why.newer_record"))
    found = [
        saying.ours(*(describe(each, lang).rstrip("。.") for lang in ("zh", "en")))
        for each in problems[:_MAX_PROBLEMS]
    ]
    said = stating.sentence(found)
    if len(problems) > len(found):
        said = saying.run(said, words.text("more", count=len(problems)))
    return saying.named(words.text("why.problems"), said)


def _corroboration(case: Case, row: Row, needs: Needs) -> Found:
    """M18-06: a list of nothing, or a copy that is not available, is no list."""
    found = plainly(case, row, needs)
    count = derived_counts.corroborating(case)
    return Found(MISSING, MISSING) if found.wording == PRESENT and not count else found


ROWS: Final[Mapping[str, Needs]] = {
    "M18-00": NOTICE,
    "M18-01": of("src.device.model", "app.name", "acct.own.id", "acct.peer.id"),
    "M18-02": of("gen.mechanism", "gen.subject", "gen.period", "gen.deletions"),
    "M18-03": Needs(of=("acq.output_digests", "cust.events"), fails_by=("P-09",)),
    "M18-04": of("cor.notarial"),
    "M18-05": of("cor.witness"),
    "M18-06": Needs(
        of=(("cor.records", "cor.peer_copy", "cor.platform", "cor.admission"),),
        judge=_corroboration,
    ),
    "M18-07": Needs(of=("acq.env_check",), judge=_environment, contradicted=NO_WORDING),
    "M18-08": Needs(of=("acq.method", "acq.tool", "acq.steps"), judge=_tool),
    "M18-09": Needs(of=("gen.period", "acq.time"), judge=_times, fails_by=("P-02", "P-03")),
    "M18-10": Needs(judge=_phase),
    "M18-11": NOTICE,
}
