"""P-13, P-14: how the extraction was made, with what, and the recording of it."""

from __future__ import annotations

from typing import Any, Final

from ...evidence.provenance.record import Moment
from ...exports.tools import weflow_json
from ..material import Material, SealedFile
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import as_moment, bounded, digest_of, name_of, shown, when

_RECORDING_ROWS: Final = ("M18-08", "W03-02")
_TOOL_ROWS: Final = ("M18-08", "MI-04")
_NO_BYTES: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing: what a hashing tool says of a file that it could not read."""


def recording(material: Material) -> CheckOutcome:
    """P-13: the recording of the process is sealed, one file, and as long as the process.

    How long it is, is what its container says. Where both declared times are
    given to the minute, a minute less is allowed. A recording that is the
    evidence itself shows nothing of how the evidence was taken, and is not
    compared.
    """
    sheet, look = Sheet("P-13"), Look(material)
    said = look.get("acq.recording")
    if said is None:
        return look.lacks(sheet, "acq.recording")
    fields = ("acq.recording",)
    if said.get("made") is False:
        sheet.raise_("RECORDING_NOT_MADE", _RECORDING_ROWS, fields)
        return sheet.nothing("NO_RECORDING")
    if not said.get("continuous"):
        sheet.raise_("RECORDING_NOT_CONTINUOUS", _RECORDING_ROWS, fields)
    digest = digest_of(said, "digest")
    if digest is None:
        return sheet.outcome("NO_RECORDING_DIGEST")
    if look.no_files:
        return sheet.outcome(look.no_files)
    file = look.file_with(digest)
    if file is None:
        sheet.contradiction(
            "RECORDING_NOT_SEALED",
            _RECORDING_ROWS,
            fields,
            declared=digest.hex(),
            found=len(look.files),
        )
        return sheet.outcome()
    itself = look.evidence_with(digest)
    if itself is not None:
        sheet.raise_(
            "RECORDING_IS_THE_EVIDENCE",
            _RECORDING_ROWS,
            ("acq.recording", "item.files"),
            name=name_of(itself),
        )
        return sheet.outcome("NO_OTHER_RECORDING")
    if file.kind not in ("video", "audio"):
        sheet.contradiction(
            "RECORDING_KIND",
            _RECORDING_ROWS,
            fields,
            name=name_of(file),
            declared="video",
            found=file.kind,
        )
        return sheet.outcome()
    others = [each for each in material.with_role("recording") if each.sha256 != digest]
    if others and said.get("continuous"):
        sheet.raise_("RECORDING_SEVERAL", _RECORDING_ROWS, fields, found=len(others) + 1)
    started = as_moment(look.member("acq.time", "started_at"))
    ended = as_moment(look.member("acq.time", "ended_at"))
    if file.duration_seconds is None:
        return sheet.outcome("DURATION_UNREADABLE", file=file.position)
    if started is None or ended is None:
        return look.lacks(sheet, "acq.time")
    _compare_duration(sheet, file, said, started, ended)
    return sheet.outcome()


def _compare_duration(
    sheet: Sheet, file: SealedFile, said: Any, started: Moment, ended: Moment
) -> None:
    assert file.duration_seconds is not None
    duration = round(file.duration_seconds)
    to_the_minute = started.seconds % 60 == 0 and ended.seconds % 60 == 0
    allowed = 60 if to_the_minute else 1
    declared = ended.seconds - started.seconds
    fields = ("acq.recording", "acq.time")
    if duration + allowed < declared:
        sheet.contradiction(
            "RECORDING_SHORTER",
            _RECORDING_ROWS,
            fields,
            file=file.position,
            declared=declared,
            found=duration,
        )
    begins = as_moment(said.get("starts_at"))
    if begins is None:
        sheet.raise_("RECORDING_NO_START", _RECORDING_ROWS, fields)
        return
    if begins.seconds > started.seconds + allowed:
        sheet.contradiction(
            "RECORDING_STARTS_LATE",
            _RECORDING_ROWS,
            fields,
            declared=shown(begins),
            found=shown(started),
        )
    elif begins.seconds + duration + allowed < ended.seconds:
        sheet.contradiction(
            "RECORDING_ENDS_EARLY",
            _RECORDING_ROWS,
            fields,
            declared=shown(ended),
            found=when(begins.seconds + duration),
        )


def tool(material: Material) -> CheckOutcome:
    """P-14: the tool has a digest that can be a tool's, and fits what the export says of itself.

    No vendor's published digest is shipped with this program, so none is
    compared, and a finding says so.
    """
    sheet, look = Sheet("P-14"), Look(material)
    said = look.get("acq.tool")
    method = look.get("acq.method")
    steps = look.items("acq.steps")
    if len(steps) == 1:
        sheet.raise_("STEPS_FEW", _TOOL_ROWS, ("acq.steps",), found=len(steps))
    for file, summary in look.chats():
        if summary.reader == weflow_json.NAME:
            _compare_tool(sheet, said, method, file, summary.variant)
    if said is None:
        return look.lacks(sheet, "acq.tool")
    fields = ("acq.tool",)
    digest = digest_of(said, "sha256")
    if digest is None:
        sheet.raise_("TOOL_NO_DIGEST", _TOOL_ROWS, fields)
        return sheet.outcome("INCOMPLETE")
    file_ = look.file_with(digest)
    if digest.hex() == _NO_BYTES:
        sheet.contradiction("TOOL_DIGEST_EMPTY", _TOOL_ROWS, fields, declared=digest.hex(), found=0)
    elif file_ is not None and file_.role in ("original", "media", "recording", "screenshot"):
        sheet.contradiction(
            "TOOL_DIGEST_OF_EVIDENCE",
            _TOOL_ROWS,
            fields,
            declared=digest.hex(),
            found=file_.position,
            name=name_of(file_),
        )
    else:
        if file_ is not None:
            sheet.raise_(
                "TOOL_DIGEST_OF_OTHER_FILE", _TOOL_ROWS, fields, tool=bounded(said.get("name", "")),
                declared=digest.hex(), name=name_of(file_), role=file_.role,
            )  # fmt: skip
        sheet.raise_("TOOL_NOT_COMPARED", _TOOL_ROWS, fields, declared=digest.hex())
    return sheet.outcome()


def _compare_tool(
    sheet: Sheet, said: Any, method: str | None, file: SealedFile, variant: str
) -> None:
    """Compare with what a tool's own header says: its name is the reader's, its version in it."""
    version = variant.removeprefix("json ")
    if method == "native_export":
        sheet.contradiction(
            "TOOL_NOT_NATIVE",
            _TOOL_ROWS,
            ("acq.method",),
            file=file.position,
            declared="native_export",
            found=f"WeFlow/{version}",
        )
    declared = said.get("version") if isinstance(said, dict) else None
    named = isinstance(said, dict) and "weflow" in str(said.get("name", "")).casefold()
    if named and declared and version != "unversioned":
        if declared.strip().removeprefix("v") != version.removeprefix("v"):
            sheet.contradiction(
                "TOOL_VERSION",
                _TOOL_ROWS,
                ("acq.tool",),
                file=file.position,
                declared=bounded(declared),
                found=version,
            )
