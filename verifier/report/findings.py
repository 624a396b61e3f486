"""What else was found, in a bounded number of lines: one for all files of which the same holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..encoding import to_time
from ..exports.codes import NOTES
from ..result import Finding
from .marked import value as show
from .texts import Texts, fill

MAXIMUM_LINES: Final = 100
Facts = Mapping[str, str | int]
EMPTY: Final[Facts] = {}
_NAMED: Final = 5
"""So many files are named by number where many share a finding."""


def marks_of(found: Sequence[Finding]) -> dict[int, list[str]]:
    """Return by file what its counts must not be printed without: ``apparent``, ``sealed``."""
    marks: dict[int, list[str]] = {}
    for finding in found:
        file = finding.values.get("file")
        if not isinstance(file, int):
            continue
        if finding.code == "READER_UNKNOWN":
            marks.setdefault(file, []).append("sealed")
        elif finding.code == "READER_NOTE" and _note(finding) == "COUNT_APPARENT":
            marks.setdefault(file, []).append("apparent")
    return marks


def findings(found: Sequence[Finding], texts: Texts, facts: Facts = EMPTY) -> list[str]:
    """Return the sentences, the same one about many files only once; at most 100 and a count.

    ``facts`` are those of the result: they say how many messages a file has.
    """
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in found:
        rest = [item for item in finding.values.items() if item[0] not in {"file", "count"}]
        alone = len(groups) if "file" not in finding.values else None
        groups.setdefault((finding.code, alone, *rest), []).append(finding)
    lines = [_sentence(many, texts, facts) for many in list(groups.values())[:MAXIMUM_LINES]]
    if len(groups) > MAXIMUM_LINES:
        more = len(groups) - MAXIMUM_LINES
        lines.append(fill(texts.words["findings.more"], {"count": more}))
    return lines


def _note(finding: Finding) -> str:
    return str(finding.values.get("note", finding.values.get("code", "")))


def _sentence(many: list[Finding], texts: Texts, facts: Facts) -> str:
    code, words = many[0].code, texts.words
    template = texts.findings.get(code)
    if template is None:
        return fill(words["unknown_finding"], {"code": code})
    values = dict(many[0].values)
    counts = [finding.values.get("count") for finding in many]
    if len(many) > 1:
        template = template.replace("file {file}", "files {file}", 1)  # zh has no plural
        template = template.replace("{file}", _numbers(many, texts))
        values["count"] = sum(count for count in counts if isinstance(count, int))
    if code == "READER_NOTE":
        note = NOTES.get(_note(many[0]))
        text = show(_note(many[0])) if note is None else note.zh if texts.lang == "zh" else note.en
        template = template.replace("{note}", text)
        # A sentence about the file as such needs no count where it holds of every message.
        records = sum(_records(finding, facts) for finding in many)
        of_file = note is not None and note.is_of_file and values.get("count") == records
        is_counted = values.get("count") and not of_file
        template += words["reader_note.count"] if is_counted else ""
    if code == "CLOCK_BEFORE_RECEIPT":
        values |= {name: to_time(at) for name, at in values.items() if isinstance(at, int)}
    return fill(template, values)


def _records(finding: Finding, facts: Facts) -> int:
    found = facts.get(f"file.{finding.values.get('file')}.records")
    return found if isinstance(found, int) else 0


def _numbers(many: list[Finding], texts: Texts) -> str:
    comma = "、" if texts.lang == "zh" else ", "
    text = comma.join(show(finding.values.get("file", "")) for finding in many[:_NAMED])
    if len(many) > _NAMED:
        text += texts.words["files.more"].replace("{count}", str(len(many) - _NAMED))
    return text
