"""Computed values that rest on the log, the verification and the sealed files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..proven_time import proven_time
from ..result import DONE, FAILED
from . import logged, saying, words
from .case import Case
from .circumstances import circumstances
from .examination import AFTER, BEFORE, CONSISTENT, INCONSISTENT, Text
from .material import SealedFile
from .phase import RECORD_ROLE
from .rules import ROWS, STATUSES, TIME_GRADES
from .stating import sentence

ANOMALIES: Final = {
    # The reasons of an audit that this program can tell apart, and the check that gives them.
    "LINK_TWICE": "links",
    "TIME_DECREASES": "entries",
    "ENTRY_AFTER_FREEZE": "entries",
}
_PARTS: Final = ("M16-03", "M16-04", "M16-05", "M16-06", "M16-07", "M16-08")
_LOW_PIXELS: Final = 480
"""A picture of which no side is longer than this is called one of low resolution."""


def name_of(file: SealedFile) -> Text:
    """Return a file's name, the words of who sealed it."""
    return saying.theirs(file.name.decode("utf-8", "backslashreplace"))


def _operators(case: Case, row: str) -> Text:
    return _fact(case, "operators")


def _nodes(case: Case, row: str) -> Text:
    """Return how many operators other than the log's own cosigned the checkpoint."""
    found = case.result.facts.get("operators") if case.result is not None else None
    return saying.same(found - 1) if isinstance(found, int) else saying.NOT_STATED


def _fact(case: Case, name: str) -> Text:
    found = case.result.facts.get(name) if case.result is not None else None
    return saying.NOT_STATED if found is None else saying.same(found)


def _anchors(case: Case, row: str) -> Text:
    return _fact(case, "anchors")


def _compared(case: Case, row: str) -> Text:
    """Return the files compared; where one differs, that one or the text that binds it."""
    for check in ("files", "file", "openings", "manifest", "statement"):
        found = case.check(check)
        if found is not None and found.status == FAILED:
            number = found.values.get("file")
            if isinstance(number, int):
                return _file_numbered(case, number)
            return words.text(f"compared.{check}")
    if case.status_of("file") == DONE:
        return words.text("compared.file")
    count = case.result.facts.get("files", 0) if case.result is not None else 0
    facts = case.result.facts if case.result is not None else {}
    record = [n for n in range(int(count)) if facts.get(f"file.{n}.role") == RECORD_ROLE]
    if facts.get("kind") == "disclosure":  # only of whole files a digest was computed
        shown = [n for n in range(int(count)) if f"file.{n}.sha256" in facts]
        return saying.listed([_file_numbered(case, n) for n in shown], saying.ENUMERATION)
    names = [_file_numbered(case, n) for n in range(int(count)) if n not in record]
    listed = saying.listed(names, saying.ENUMERATION, saying.NOT_STATED)
    return saying.run(listed, words.text("one_record")) if record and names else listed


def _file_numbered(case: Case, number: int) -> Text:
    name = case.result.facts.get(f"file.{number}.name") if case.result is not None else None
    return words.text("file_number", number=number) if name is None else saying.theirs(str(name))


def _checkpoints(case: Case, row: str) -> Text:
    two = case.result is not None and logged.has_two_heads(case.result)
    return saying.same(2 if two else 1)


def is_stamped(case: Case) -> bool:
    """Whether a time-stamp shows since when: only then may a sentence say "unchanged since".

    Not at L0, where nobody says where the policy is from that names the authority.
    """
    stamped = proven_time(case.result).not_after is not None
    return stamped and case.result is not None and case.result.trust_level != "L0"


def _proven_time(case: Case, row: str) -> Text:
    if case.result is None:
        return words.text("interval.not_anchored")
    latest = proven_time(case.result).latest
    if latest is not None:
        time = saying.same(latest.time)
        if not latest.accuracy:
            return time
        return saying.in_brackets(time, words.text("time.accuracy", accuracy=latest.accuracy))
    if case.material.receipt is None:
        return words.text("interval.no_receipt")
    received = saying.instant(case.material.receipt.entry.received)
    return saying.in_brackets(received, words.text("own_word", grade="T0"))


def _time_source(case: Case, row: str) -> Text:
    """Return on whose clock, and who runs it as the policy says."""
    found = proven_time(case.result)
    if found.latest is None:
        return words.text("time.own_word")
    kind = "stamped" if found.not_after is not None else "witnessed"
    source = saying.run(words.text(f"time.{kind}"), saying.theirs(found.latest.by))
    if not found.latest.operator:
        return saying.in_brackets(source, words.text("time.operator.unnamed"))
    run_by = saying.run(words.text("time.operator"), saying.theirs(found.latest.operator))
    return saying.in_brackets(source, run_by)


def _time_grade(case: Case, row: str) -> Text:
    grade = case.result.time_grade if case.result is not None else "T0"
    label = saying.ours(*TIME_GRADES[grade])
    if grade == "T3" and case.result is not None and not case.result.facts.get("anchors"):
        label = saying.run(label, words.text("time.grade.open"))
    return saying.in_brackets(saying.same(grade), label)


def _sealed(case: Case, row: str) -> Text:
    names = [name_of(file) for file in case.sealed()]
    return saying.listed(names, saying.ENUMERATION, saying.NOT_STATED)


def _row_named(row: str, status: str) -> Text:
    element = saying.ours(f"{row} {ROWS[row].element_zh}", f"{row} {ROWS[row].element_en}")
    return saying.in_brackets(element, saying.ours(*STATUSES[status]))


def _objection_points(case: Case, row: str) -> Text:
    """Return the parts of technical verification that did not come out consistent."""
    found = [case.rows[part] for part in _PARTS if part in case.rows]
    open_ = [_row_named(each.row.id, each.status) for each in found if each.status != CONSISTENT]
    open_ += circumstances(case)
    return sentence(open_) if open_ else saying.NONE


def _contrary(case: Case, row: str) -> Text:
    known = case.known
    found: list[Text] = []
    if known.items("plat.incidents"):
        found.append(saying.named(words.text("contrary.incidents"), case.said("plat.incidents")))
    if known.filled("cor.peer_copy"):
        found.append(saying.named(words.text("contrary.peer"), case.said("cor.peer_copy")))
    if known.items("cor.appraisal"):
        found.append(saying.named(words.text("contrary.appraisal"), case.said("cor.appraisal")))
    for part in _PARTS:
        if part in case.rows and case.rows[part].status == INCONSISTENT:
            found.append(_row_named(part, INCONSISTENT))  # noqa: PERF401  the list is shared
    found += circumstances(case)
    return sentence(found) if found else saying.NONE


def _anomaly_checks(case: Case, row: str) -> Text:
    return saying.listed([words.text(f"anomaly.{code}") for code in ANOMALIES], saying.ENUMERATION)


def anomalies(case: Case) -> list[Text]:
    """Return what a scan of the whole log found, with the entry's index."""
    found: list[Text] = []
    for name in ("links", "entries"):
        check = case.audit.check(name) if case.audit is not None else None
        if check is None or check.status != FAILED:
            continue
        reason = str(check.values.get("reason", ""))
        key = reason if reason in ANOMALIES else "OTHER"
        text = words.text(f"anomaly.{key}")
        index = check.values.get("index")
        place = words.text("at_index", index=index) if isinstance(index, int) else None
        found.append(text if place is None else saying.in_brackets(text, place))
    return found


def _anomalies(case: Case, row: str) -> Text:
    return saying.listed(anomalies(case))


def _receipt_algorithms(case: Case, row: str) -> Text:
    if case.material.receipt is None:
        return saying.NOT_STATED
    names = [saying.same(name) for name in logged.algorithms_of(case.material)]
    return saying.listed(names, saying.ENUMERATION)


def _transmission_log(case: Case, row: str) -> Text:
    return words.text("no_transmission_log")


def _registered(case: Case, row: str) -> Text:
    if case.phase.received is None:
        return saying.NOT_STATED
    time = saying.instant(case.phase.received)
    return saying.in_brackets(time, words.text("entry_index", index=case.phase.index or 0))


def _phase(case: Case, row: str) -> Text:
    if case.result is None:
        return words.text("phase.pending")
    return (
        words.text(f"phase.{case.phase.word}")
        if case.phase.word in {BEFORE, AFTER}
        else (saying.NOT_STATED)
    )


def _technical_means(case: Case, row: str) -> Text:
    means = [words.text("means.digest"), words.text("means.tree")]
    receipt = case.material.receipt
    counted = case.result.facts.get("tokens_counted") if case.result is not None else None
    if receipt is not None and isinstance(counted, int) and counted:
        means.append(words.text("means.token", count=counted))
    if case.known.filled("decl.signature"):
        means.append(words.text("means.signature"))
    return saying.listed(means, saying.ENUMERATION)


def _leaf_fields(case: Case, row: str) -> Text:
    found = dict.fromkeys(f"leaf.{finding.code}" for finding in case.found("P-20"))
    keys = [key if key in words.WORDS else "leaf.other" for key in found]
    return saying.listed([words.text(key) for key in keys], saying.ENUMERATION)


# -- files


def is_readable(file: SealedFile) -> bool:
    """Whether the file has bytes, and they show what kind of file it is."""
    return file.size > 0 and file.kind != "other"


def is_low(file: SealedFile) -> bool:
    """Whether a picture's longer side has fewer than 480 pixels."""
    return file.pixels is not None and max(file.pixels) < _LOW_PIXELS


def _files_listed(case: Case, row: str) -> Text:
    return saying.same(len(case.sealed()))


def _files_opened(case: Case, row: str) -> Text:
    return saying.same(sum(is_readable(file) for file in case.sealed()))


def _low_resolution(case: Case, row: str) -> Text:
    return saying.same(sum(is_low(file) for file in case.sealed()))


def _formats(case: Case, row: str) -> Text:
    kinds = dict.fromkeys(file.kind for file in case.sealed())
    return saying.listed([words.text(f"kind.{kind}") for kind in kinds], saying.ENUMERATION)


def _unreadable(case: Case, row: str) -> Text:
    found: list[Text] = []
    for file in case.sealed():
        if not is_readable(file):
            found.append(saying.in_brackets(name_of(file), words.text("file.unreadable")))
        elif is_low(file):
            found.append(saying.in_brackets(name_of(file), words.text("file.low")))
    return saying.listed(found, empty=saying.NOT_STATED)


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "operators": _operators,
    "nodes": _nodes,
    "external_anchors": _anchors,
    "compared_files": _compared,
    "entry_index": lambda case, _: _fact(case, "index"),
    "checkpoints": _checkpoints,
    "proven_time": _proven_time,
    "proven_time_source": _time_source,
    "proven_time_grade": _time_grade,
    "sealed_files": _sealed,
    "objection_points": _objection_points,
    "contrary_circumstances": _contrary,
    "anomaly_checks": _anomaly_checks,
    "anomalies": _anomalies,
    "receipt_algorithms": _receipt_algorithms,
    "transmission_log": _transmission_log,
    "record_registered": _registered,
    "phase": _phase,
    "technical_means": _technical_means,
    "identifying_leaf_fields": _leaf_fields,
    "files_listed": _files_listed,
    "files_opened": _files_opened,
    "low_resolution": _low_resolution,
    "formats": _formats,
    "unreadable_files": _unreadable,
}
