"""Computed values that rest on the record: source, acquisition, custody, time, originals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..evidence.provenance.fields import FIELDS
from . import saying, words
from .backing import CONTESTED
from .case import Case
from .consistency import sentences
from .examination import CONSISTENT, INCONSISTENT, Text

_STAGES: Final = ("acq.method", "acq.steps", "acq.output_digests", "cust.events", "cust.transfer")
_BENCHMARK: Final = (
    "src.carrier.status", "acq.output_digests", "acq.reproducible", "gen.deletions", "cust.backup",
)  # fmt: skip
_ACQUISITION: Final = (
    "acq.time", "acq.place", "acq.method", "acq.steps", "item.files", "decl.signature",
    "acq.recording",
)  # fmt: skip
_OTHER_FACTORS: Final = (
    "gen.recovery_used", "gen.deletions", "item.conversions", "law.method", "src.device.rooted",
    "app.integrity", "acq.method",
)  # fmt: skip


def label_of(field: str) -> Text:
    """Return a field's name."""
    return saying.ours(FIELDS[field].zh, FIELDS[field].en)


def given(case: Case, fields: tuple[str, ...]) -> list[Text]:
    """Return those of the fields that are filled, each with its name."""
    return [
        saying.named(label_of(field), case.said(field))
        for field in fields
        if case.known.filled(field)
    ]


def _both(case: Case, *fields: str) -> Text:
    """Return what is given in several fields, one after another, without their names."""
    texts = [case.said(field) for field in fields if case.known.filled(field)]
    return saying.listed(texts, empty=case.said(fields[0]))


def _count(field: str) -> Callable[[Case, str], Text]:
    return lambda case, _: saying.same(len(case.known.items(field)))


def lacking(case: Case, fields: tuple[str, ...]) -> list[str]:
    """Return those of the fields that are asked for this material and not filled."""
    known = case.known
    return [field for field in fields if known.applies(field) and not known.filled(field)]


# -- custody


def _steps_with_digests(case: Case, row: str) -> Text:
    events = case.known.items("cust.events")
    both = sum("digest_before" in event and "digest_after" in event for event in events)
    return saying.same(both)


def _linked(case: Case, row: str) -> Text:
    outcome = case.checks.get("P-09")
    status = outcome.status if outcome is not None else ""
    if row == "M93-04":  # "the chain of digests …", not a question
        key = {CONSISTENT: "yes", INCONSISTENT: "no"}.get(status, "open")
        return words.text(f"linked.{key}")
    if status == CONSISTENT:
        return saying.YES
    return saying.NO if status == INCONSISTENT else words.text("not_compared")


def _sentences(case: Case, *checks: str) -> Text:
    found = [finding for check in checks for finding in case.found(check)]
    return saying.listed([sentences.clause_of(finding) for finding in found])


def _unrecorded(case: Case, row: str) -> Text:
    return saying.listed([label_of(field) for field in lacking(case, _STAGES)], saying.ENUMERATION)


# -- acquisition


def _env_items(case: Case, row: str) -> Text:
    items = case.known.member("acq.env_check", "items")
    return saying.same(len(items) if isinstance(items, list) else 0)


def recorded(case: Case) -> Text:
    """Return whether there is a recording of the process, and whether it is attached."""
    value = case.known.get("acq.recording")
    if not isinstance(value, dict):
        return case.said("acq.recording")
    if value.get("made") is False:
        return words.text("recording.none")
    digest = value.get("digest")
    if not isinstance(digest, str):
        note = words.text("recording.unnamed")
    else:
        roles = {file.role for file in case.sealed() if file.sha256.hex() == digest}
        key = "contested" if roles & CONTESTED else "attached" if roles else "elsewhere"
        if not roles and case.material.withheld is not None:
            key = "not_shown"
        note = words.text(f"recording.{key}", digest=digest)
    if value.get("continuous") is False:
        note = saying.joined([words.text("recording.broken"), note])
    return saying.in_brackets(words.text("recording.there"), note)


def _recording(case: Case, row: str) -> Text:
    said = recorded(case)
    # "录屏" stands right before the place in M18-08.
    return saying.run(words.text("colon_in_zh"), said) if row == "M18-08" else said


def _digests_at_extraction(case: Case, row: str) -> Text:
    filled = case.known.filled("acq.output_digests")
    return saying.YES if filled else case.said("acq.output_digests")


def _appraisal(case: Case, row: str) -> Text:
    found = given(case, ("src.carrier.status", "src.carrier.available_for_court", "acq.tool"))
    if case.known.items("cor.appraisal"):
        found.append(saying.named(label_of("cor.appraisal"), case.said("cor.appraisal")))
    sealed = case.sealed()
    if sealed:
        key = "files_sealed" if case.material.withheld is None else "files_shown_whole"
        found.append(words.text(key, count=len(sealed)))
    return saying.listed(found)


def _leads(case: Case, row: str) -> Text:
    fields = ("acct.peer.realname_query", "acct.peer.id", "gen.period", "cor.platform")
    return saying.listed(given(case, (*fields, "gen.server_copy")))


def _app(case: Case, row: str) -> Text:
    name, version = case.said("app.name"), case.said("app.version")
    if not case.known.filled("app.name"):
        return name
    if not case.known.filled("app.version"):
        return saying.run(name, _version(case, row))
    return saying.run(name, words.text("space_always"), version)


def _version(case: Case, row: str) -> Text:
    """Return the version as it is written, or in brackets why there is none."""
    if case.known.filled("app.version"):
        return case.said("app.version")
    unknown = case.known.state("app.version") == "unknown"
    return words.text("version.unknown" if unknown else "version.unsaid")


def _clock_offset(case: Case, row: str) -> Text:
    offset = case.known.member("src.device.clock_offset", "offset_ms")
    if not isinstance(offset, int):
        return case.said("src.device.clock_offset")
    return words.text("milliseconds", count=offset)


def _backup(case: Case, row: str) -> Text:
    """Return what is said of a backup, to follow the word for it."""
    value = case.known.get("cust.backup")
    note = value.get("note") if isinstance(value, dict) else None
    return saying.run(
        saying.OPEN, saying.theirs(note) if note else words.text("no_note"), saying.CLOSE
    )


def _preserved(case: Case, row: str) -> Text:
    return saying.listed(
        given(case, ("acq.write_protect", "src.carrier.sealing")),
        empty=case.said("acq.write_protect"),
    )


def _carrier(case: Case, row: str) -> Text:
    fields = ("src.device.kind", "src.device.model", "src.carrier.status")
    texts = [case.said(field) for field in fields if case.known.filled(field)]
    return saying.listed(texts, saying.COMMA, saying.NOT_STATED)


def _relation_of_copy(case: Case, row: str) -> Text:
    if case.known.items("item.conversions"):
        return saying.named(label_of("item.conversions"), case.said("item.conversions"))
    if case.known.items("pres.printouts"):
        return saying.named(label_of("pres.printouts"), case.said("pres.printouts"))
    if case.known.filled("item.conversions"):
        return words.text("no_conversion")
    return saying.NOT_STATED


def _filed_copy(case: Case, row: str) -> Text:
    kinds = [case.said("item.kind")] if case.known.filled("item.kind") else []
    if case.known.items("pres.printouts"):
        kinds.append(label_of("pres.printouts"))
    if not kinds:
        kinds = [
            words.text(f"kind.{kind}") for kind in dict.fromkeys(f.kind for f in case.sealed())
        ]
    return saying.listed(kinds, saying.ENUMERATION, saying.NOT_STATED)


def _conversion_records(case: Case, row: str) -> Text:
    """Return where in the record the copies are listed, and how many there are."""
    counts = [
        words.text(f"ref.{field}", count=len(case.known.items(field)))
        for field in ("item.conversions", "pres.printouts", "pres.carriers")
        if case.known.items(field)
    ]
    return saying.in_brackets(words.text("ref.record"), saying.joined(counts or [saying.NONE]))


def _digitisation(case: Case, row: str) -> Text:
    if case.known.items("item.conversions"):
        return case.said("item.conversions")
    known = case.known.filled("item.conversions")
    return words.text("no_conversion") if known else case.said("item.conversions")


# -- benchmarks


def _part(fields: tuple[str, ...], *, of_all: bool = False) -> Callable[[Case, str], Text]:
    """Return how many of the fields are filled, or how many there are."""
    return lambda case, _: saying.same(
        len(fields) if of_all else sum(case.known.filled(field) for field in fields)
    )


def _acquisition_missing(case: Case, row: str) -> Text:
    missing = [label_of(field) for field in _ACQUISITION if not case.known.filled(field)]
    return saying.listed(missing, saying.ENUMERATION)


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "custody_steps": _count("cust.events"),
    "custody_steps_with_digests": _steps_with_digests,
    "custody_linked": _linked,
    "custody_breaks": lambda case, _: _sentences(case, "P-09"),
    "env_check_items": _env_items,
    "acquisition_steps": _count("acq.steps"),
    "recording": _recording,
    "time_inversions": lambda case, _: _sentences(case, "P-02", "P-03"),
    "appraisal_materials": _appraisal,
    "retrieval_leads": _leads,
    "app": _app,
    "app_version": _version,
    "backup": _backup,
    "operating_state": lambda case, _: _both(case, "src.device.condition", "gen.system_state"),
    "clock_offset": _clock_offset,
    "digests_at_extraction": _digests_at_extraction,
    "unrecorded_stages": _unrecorded,
    "other_factors": lambda case, _: saying.listed(given(case, _OTHER_FACTORS)),
    "filed_copy": _filed_copy,
    "filed_copy_relation": _relation_of_copy,
    "preservation_measures": _preserved,
    "conversion_records": _conversion_records,
    "original_carrier": _carrier,
    "digitisation": _digitisation,
    "benchmark_items_met": _part(_BENCHMARK),
    "benchmark_items": _part(_BENCHMARK, of_all=True),
    "acquisition_items_met": _part(_ACQUISITION),
    "acquisition_items": _part(_ACQUISITION, of_all=True),
    "acquisition_items_missing": _acquisition_missing,
}
