"""Computed values about the conversation: messages, gaps, sound and film, doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..evidence.provenance.fields import FIELDS
from ..exports.inspection.gaps.shown import Shown
from ..exports.inspection.summary import Summary
from . import saying, words
from .case import Case
from .circumstances import circumstances, unscanned
from .consistency import sentences
from .consistency.declared import Look
from .consistency.values import record_time
from .derived_log import name_of
from .examination import INCONSISTENT, Text
from .material import SealedFile
from .stating import sentence

_PEER_NAMES: Final = ("account_id", "nickname", "remark", "phone", "qq")


def chats(case: Case) -> list[tuple[SealedFile, Summary]]:
    """Return the exported chats with what was counted in them."""
    return Look(case.material).chats()


def gaps(case: Case) -> tuple[int, int]:
    """Return how many gaps in the numbering and how many long silences a scan found."""
    found = chats(case)
    numbers = sum(len(each.number_gaps) for _, each in found)
    return numbers, sum(len(each.time_gaps) for _, each in found)


def _gap_scan(case: Case, row: str) -> Text:
    found = chats(case)
    declared = case.known.filled("scope.gaps")
    said = saying.named(words.text("gaps.declared"), case.said("scope.gaps")) if declared else None
    if not found:
        scan = unscanned(case) or words.text("gaps.not_scanned")
    else:
        numbers, silences = gaps(case)
        numbered = any(each.numbered for _, each in found)
        first = (
            words.text("gaps.numbers", count=numbers) if numbered else words.text("gaps.unnumbered")
        )
        scan = saying.run(first, saying.COMMA, words.text("gaps.silences", count=silences))
        if case.material.withheld is not None:
            scan = saying.run(scan, saying.SEMICOLON, words.text("not_scanned.rest"))
    return scan if said is None else saying.run(scan, saying.SEMICOLON, said)


def _boundary(which: str) -> Callable[[Case, str], Text]:
    def value(case: Case, row: str) -> Text:
        texts = [
            case.member("scope.boundaries", f"{which}_{name}")
            for name in ("id", "at")
            if case.known.member("scope.boundaries", f"{which}_{name}") is not None
        ]
        if texts:
            return saying.listed(texts, saying.COMMA)
        for _, summary in chats(case):
            shown: Shown | None = getattr(summary, which)
            if shown is not None:
                return _record(shown, summary)
        missing = None if case.known.filled("scope.boundaries") else unscanned(case)
        return missing or case.said("scope.boundaries")

    return value


def _record(shown: Shown, summary: Summary) -> Text:
    time = saying.same(record_time(shown, summary.clock))
    if not shown.native_id:
        return saying.run(words.text("from_file.before"), time)
    number = saying.theirs(shown.native_id.decode("utf-8", "backslashreplace"))
    return saying.run(words.text("from_file.before"), number, saying.COMMA, time)


def recordings(case: Case) -> list[SealedFile]:
    """Return the sound and film that is evidence, not a record of how it was acquired."""
    return [
        file
        for file in case.sealed()
        if file.kind in {"audio", "video"} and file.role != "recording"
    ]


def without_transcript(case: Case) -> list[SealedFile]:
    """Return those of the recordings that no transcript names by digest."""
    named = {item.get("media_digest") for item in case.known.items("pres.transcripts")}
    return [file for file in recordings(case) if file.sha256.hex() not in named]


def _with_transcript(case: Case, row: str) -> Text:
    found, missing = recordings(case), without_transcript(case)
    if found:
        return saying.same(len(found) - len(missing))
    return saying.same(len(case.known.items("pres.transcripts")))


def _without_transcript(case: Case, row: str) -> Text:
    names = [name_of(file) for file in without_transcript(case)]
    return saying.listed(names, saying.ENUMERATION, saying.NOT_STATED)


def _attachments(case: Case, row: str) -> Text:
    declared = case.known.member("scope.counts", "media")
    if isinstance(declared, int):
        return saying.same(declared)
    counted = [each.media for _, each in chats(case) if "media" in each.counted]
    return saying.same(sum(counted)) if counted else saying.NOT_STATED


def _transfers(case: Case, row: str) -> Text:
    listed = [item for item in case.known.items("cor.records") if item.get("type") == "transfer"]
    if listed:
        return saying.same(len(listed))
    return case.member("scope.counts", "transfers")


def _peer_missing(case: Case, row: str) -> Text:
    kind = FIELDS["acct.peer.id"].type.item
    items = case.known.items("acct.peer.id")
    absent = [
        saying.ours(member.zh, member.en)
        for member in (kind.members if kind is not None else ())
        if member.name in _PEER_NAMES and not any(member.name in item for item in items)
    ]
    return saying.listed(absent, saying.ENUMERATION)


def _doubts(case: Case, row: str) -> Text:
    return sentence(doubts(case)) if doubts(case) else saying.NONE


def doubts(case: Case) -> list[Text]:
    """Return what did not fit or has to be explained: parts of the verification, checks, gaps, notes."""
    found = [
        saying.ours(f"{each.row.id} {each.row.element_zh}", f"{each.row.id} {each.row.element_en}")
        for each in case.rows.values()
        if each.row.cls == "A" and each.status == INCONSISTENT
    ]
    found += [
        sentences.name_of(id_)
        for id_, outcome in case.checks.items()
        if outcome.status == INCONSISTENT
    ]
    if any(gaps(case)):
        found.append(_gap_scan(case, ""))
    return found + circumstances(case)


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "gap_scan": _gap_scan,
    "doubts": _doubts,
    "audio_with_transcript": _with_transcript,
    "audio_without_transcript": _without_transcript,
    "first_message": _boundary("first"),
    "last_message": _boundary("last"),
    "peer_identifiers_missing": _peer_missing,
    "attachments": _attachments,
    "transfer_records": _transfers,
}
