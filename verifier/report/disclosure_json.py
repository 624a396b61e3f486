"""What a disclosure shows, for programs: its files with what is said of each, and its records.

Others' words stand here as they are (JSON escapes apply); sentences hold them
escaped and in quotes, as in every face.
"""

from __future__ import annotations

from typing import Any, Final

from ..result import Result
from ..shown_segment import ShownSegment
from .completeness import sentences
from .marked import to_plain
from .shown_files import WHOLE, ShownFile, files_not_shown, is_disclosure, shown_files
from .words import Words

_NUMBERS: Final = (
    "segments", "records", "shown_records", "redacted_records", "withheld_segments",
    "outside_period", "leaves", "again", "undecided", "loose", "not_listed",
)  # fmt: skip
_TEXTS: Final = ("reader", "variant", "clock", "ranges", "period")


def disclosure_as_json(result: Result) -> dict[str, Any] | None:
    """Return the object ``disclosure``; None where there is nothing that may be said."""
    hidden = files_not_shown(result)
    if not is_disclosure(result) or hidden is None:
        return None
    files = shown_files(result)
    shown = {file.position for file in files}
    return {
        "files_not_shown": str(hidden),
        "files": [_file(result, file) for file in files],
        "records": [_record(each) for each in result.shown if each.file in shown],
    }


def _file(result: Result, file: ShownFile) -> dict[str, Any]:
    said = {
        lang: [to_plain(each) for each in sentences(result, file, Words(lang))]
        for lang in ("zh", "en")
    }
    part = None
    if file.completeness != WHOLE:
        part = {name: file.text(name) for name in _TEXTS}
        part |= {name: str(file.count(name)) for name in _NUMBERS}
        part["record_numbers"] = file.record_numbers
    return {
        "file": str(file.position),
        "name": file.text("name"),
        "role": file.text("role"),
        "size": str(file.count("size")),
        "completeness": file.completeness,
        "member": file.member,
        "part": part,
        "said": said,
    }


def _record(each: ShownSegment) -> dict[str, Any]:
    return {
        "file": str(each.file),
        "index": str(each.index),
        "kind": each.kind,
        "role": each.role,
        "withheld_before": str(each.before),
        "size": str(each.size),
        "time": each.time,
        "first_second": None if each.first is None else str(each.first),
        "last_second": None if each.last is None else str(each.last),
        "sender": each.sender,
        "native_id": each.native_id,
        "type": each.type,
        "media": [str(position) for position in each.media],
        "flags": list(each.flags),
        "text": each.text,
        "quoted": each.quoted,
        "cut": each.cut,
        "redacted": each.redacted,
        "hidden": list(each.hidden),
    }
