"""What somebody will have to speak to, beside what failed: raised findings, reader's notes, one operator.

Also where nothing was searched at all: no row may then say that nothing was found.
"""

from __future__ import annotations

from typing import Final

from ..exports.codes import NOTES
from ..exports.inspection.stand_ins import KINDS
from ..exports.inspection.summary import Summary
from ..result import DONE
from . import saying, words
from .case import Case
from .consistency import sentences
from .consistency.declared import Look
from .examination import Text
from .rules import ROWS
from .source_findings import file_findings
from .stating import sentence

_NOT_A_DOUBT: Final = frozenset({"DATE_ORDER_DECIDED", "TZ_INFERRED", "READER_AMBIGUOUS"})
"""Notes of a reader that say how a question was settled."""
_SAID_ELSEWHERE: Final = frozenset({"ID_GAP", "TIME_GAP", "SECRETS_PRESENT"})
"""Gaps are counted by themselves; a token is no doubt about a message."""
_SCREENS: Final = frozenset({"audio_video", "screenshot"})
_LOG_SCAN: Final = ("checkpoint", "log_key", "root", "entries", "links")


def summaries(case: Case) -> list[Summary]:
    """Return what was counted in the exported chats."""
    return [summary for _, summary in Look(case.material).chats()]


def unscanned(case: Case) -> Text | None:
    """Return that no chat was searched, and why; None if one was."""
    if any(each.records for each in summaries(case)):
        return None
    if case.material.withheld is not None:
        return words.text("not_scanned.withheld")
    shown = case.known.kind in _SCREENS or any(
        file.kind in {"image", "video"} and file.role == "original" for file in case.sealed()
    )
    return words.text("not_scanned.screens" if shown else "gaps.not_scanned")


def is_log_scanned(case: Case) -> bool:
    """Whether a whole copy of the log was gone through."""
    audit = case.audit
    checks = [audit.check(name) for name in _LOG_SCAN] if audit is not None else [None]
    return all(check is not None and check.status == DONE for check in checks)


def not_searched(case: Case) -> Text | None:
    """Return what was not searched, of the chat and of the log; None if both were."""
    chat = unscanned(case)
    if chat is None and case.material.withheld is not None:
        chat = words.text("not_scanned.rest")
    parts = [] if chat is None else [chat]
    if case.result is not None and not is_log_scanned(case):
        parts.append(words.text("log_not_scanned"))
    return sentence(parts) if parts else None


def stand_ins(case: Case) -> Text | None:
    """Return what stands in the chats for something else, and whether that was supplied; else None."""
    counts: dict[str, int] = {}
    for each in summaries(case):
        for kind, count in each.stand_ins.items():
            counts[kind] = counts.get(kind, 0) + count
    if not counts:
        return None
    listed = [
        words.text(f"stand_in.{kind}", count=counts[kind]) for kind in KINDS if kind in counts
    ]
    beside = any(file.role in {"media", "transcript"} for file in case.sealed())
    key = "stand_ins.not_compared" if beside else "stand_ins.not_supplied"
    return saying.named(words.text(key), saying.joined(listed))


def circumstances(case: Case) -> list[Text]:
    """Return what was raised, what the readers noted, and that there is one operator."""
    found = [_one_operator()] if _has_one_operator(case) else []
    raised = {
        id_: sum(finding.raised for finding in outcome.findings)
        for id_, outcome in case.checks.items()
    }
    found += [_raised(id_, count) for id_, count in raised.items() if count]
    noted = dict.fromkeys(note.code for each in summaries(case) for note in each.notes)
    scanned = (each.finding.code for each in file_findings(case.material))
    noted |= dict.fromkeys(code for code in scanned if code not in _SAID_ELSEWHERE)
    texts = [NOTES[code] for code in noted if code in NOTES and code not in _NOT_A_DOUBT]
    found += [saying.ours(text.zh.rstrip("。"), text.en.rstrip(".")) for text in texts]
    replaced = stand_ins(case)
    return found if replaced is None else [*found, replaced]


def _raised(check: str, count: int) -> Text:
    """Return how many circumstances a check lists, and only then what it compares.

    Its title says how things are where everything fits, so by itself it would read as a finding.
    """
    compared = saying.named(words.text("raised.compared"), sentences.title_of(check))
    listed = saying.run(saying.same(f"{check} "), words.text("raised", count=count))
    return saying.in_brackets(listed, compared)


def _has_one_operator(case: Case) -> bool:
    return case.result is not None and case.result.facts.get("operators") == 1


def _one_operator() -> Text:
    row = ROWS["M16-02"]
    name = saying.ours(f"{row.id} {row.element_zh}", f"{row.id} {row.element_en}")
    return saying.in_brackets(name, words.text("one_operator"))
