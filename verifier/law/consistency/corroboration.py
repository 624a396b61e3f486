"""P-08, P-17, P-22: transcripts, notarial certificates and corroborating records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..material import Material
from .declared import Look
from .named import named_twice
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import as_moment, as_span, bounded, digest_of, name_of, shown, when

_TRANSCRIPT_ROWS: Final = ("N2-04",)
_CORROBORATION_ROWS: Final = ("M18-06", "M88-01")
_NOTARY_ROWS: Final = {
    "content": ("M18-04", "M94-06"),
    "both": ("M18-04", "M94-06", "W06-01"),
    "process": ("M18-04", "W06-01"),
}
_ALL_NOTARY_ROWS: Final = ("M18-04", "M94-06", "W06-01")
_HEARD: Final = ("audio", "video")


def transcripts(material: Material) -> CheckOutcome:
    """P-08: each sound or video file has a sealed transcript that names its digest.

    Recordings of the extraction (role ``recording``) need none.
    """
    sheet, look = Sheet("P-08"), Look(material)
    fields = ("pres.transcripts",)
    heard = [file for file in look.files if file.kind in _HEARD and file.role != "recording"]
    given = look.get("pres.transcripts")
    if not heard and not given:
        return sheet.nothing("NO_SOUND") if look.files else look.lacks(sheet, *fields)
    of = {digest_of(item, "media_digest") for item in given or []}
    lacking = [file for file in heard if file.sha256 not in of]
    for file in lacking:
        sheet.raise_("TRANSCRIPT_MISSING", _TRANSCRIPT_ROWS, fields, name=name_of(file))
    if given is None:
        return look.lacks(sheet, *fields)
    if look.no_files:
        return sheet.outcome(look.no_files)
    texts = {digest_of(item, "text_digest") for item in given}
    spare = [file for file in material.with_role("transcript") if file.sha256 not in texts]
    for number, item in enumerate(given, 1):
        media, text = digest_of(item, "media_digest"), digest_of(item, "text_digest")
        if media is None or text is None:
            continue
        written = look.file_with(text)
        if look.file_with(media) is None:
            sheet.contradiction(
                "TRANSCRIPT_OF_UNSEALED", _TRANSCRIPT_ROWS, fields, number=number,
                declared=media.hex(), found=len(look.files),
            )  # fmt: skip
        if written is None and spare:
            sheet.contradiction(
                "TRANSCRIPT_CHANGED", _TRANSCRIPT_ROWS, fields, number=number,
                declared=text.hex(), found=spare[0].sha256.hex(), name=name_of(spare[0]),
            )  # fmt: skip
        elif written is None:
            sheet.contradiction(
                "TRANSCRIPT_NOT_SEALED", _TRANSCRIPT_ROWS, fields, number=number,
                declared=text.hex(), found=len(look.files),
            )  # fmt: skip
        elif written.kind in _HEARD or written.kind == "image":
            sheet.contradiction(
                "TRANSCRIPT_NOT_TEXT", _TRANSCRIPT_ROWS, fields, number=number,
                name=name_of(written), declared="text", found=written.kind,
            )  # fmt: skip
    return sheet.outcome("INCOMPLETE" if lacking else "")


def notarial(material: Material) -> CheckOutcome:
    """P-17: a certificate's date fits what it certifies, and its scope is said.

    A date counts as its whole day, so only what is certain is reported.
    """
    sheet, look = Sheet("P-17"), Look(material)
    given = look.get("cor.notarial")
    if given is None:
        return look.lacks(sheet, "cor.notarial")
    if not given:
        return sheet.nothing("NONE_DECLARED")
    incomplete = False
    fields = ("cor.notarial",)
    for number, item in enumerate(given, 1):
        scope = item.get("scope")
        rows = _NOTARY_ROWS.get(str(scope), _ALL_NOTARY_ROWS)
        if scope is None:
            incomplete = True
            sheet.raise_("NOTARIAL_NO_SCOPE", _ALL_NOTARY_ROWS, fields, number=number)
        digest = digest_of(item, "digest")
        sealed = look.file_with(digest) is not None
        if digest is None or not sealed:
            sheet.raise_("NOTARIAL_NOT_SEALED", rows, fields, number=number)
        span = as_span(item.get("date"))
        if span is None:
            continue
        date = span.first.written
        for code, field, against in _against(look, look.earliest(span.first),
                                             look.latest(span.last), scope, sealed):  # fmt: skip
            sheet.contradiction(
                code, rows, (*fields, field), number=number, declared=date, found=against
            )
    return sheet.outcome("INCOMPLETE" if incomplete else "")


def _against(
    look: Look, first: int, last: int, scope: Any, sealed: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield (code, field, the other time) for each point a certificate's day cannot precede."""
    period = as_span(look.get("gen.period"))
    if period is not None and last < look.earliest(period.last):
        yield "NOTARIAL_BEFORE_DATA", "gen.period", period.last.written
    started = as_moment(look.member("acq.time", "started_at"))
    if scope in ("process", "both") and started is not None and last < started.seconds:
        yield "NOTARIAL_BEFORE_ACQUISITION", "acq.time", shown(started)
    material = look.material
    if material.at and first > material.at:
        yield "NOTARIAL_AFTER_VERIFICATION", "ver.run", when(material.at)
    if material.receipt is not None and sealed:
        received = material.receipt.entry.received
        if first > received + look.tolerance:
            yield "NOTARIAL_AFTER_ANCHORING", "anc.time", when(received)


def corroboration(material: Material) -> CheckOutcome:
    """P-22: each corroborating record names what it matches, has a digest, and is another thing.

    What supports the evidence elsewhere in the record is looked at too: one
    file for several things, and the evidence itself, are raised.
    """
    sheet, look = Sheet("P-22"), Look(material)
    named_twice(sheet, look)
    given = look.get("cor.records")
    if given is None:
        return look.lacks(sheet, "cor.records")
    if not given:
        return sheet.nothing("NONE_DECLARED")
    fields = ("cor.records",)
    incomplete = False
    chats = {file.sha256 for file, _ in look.chats()}
    listed = {
        digest_of(item, "sha256")
        for item in look.items("item.files")
        if item.get("role") == "original_export"
    }
    for number, item in enumerate(given, 1):
        ref = bounded(item.get("ref", ""))
        if not item.get("matches"):
            incomplete = True
            sheet.raise_("CORROBORATION_NO_MATCH", _CORROBORATION_ROWS, fields, number=number,
                         ref=ref)  # fmt: skip
        digest = digest_of(item, "digest")
        if digest is None:
            incomplete = True
            sheet.raise_("CORROBORATION_NO_DIGEST", _CORROBORATION_ROWS, fields, number=number,
                         ref=ref)  # fmt: skip
        elif digest in chats or digest in listed:
            file = look.file_with(digest)
            sheet.contradiction(
                "CORROBORATION_BY_ITSELF", _CORROBORATION_ROWS, (*fields, "item.files"),
                number=number, ref=ref, declared=digest.hex(),
                found=name_of(file) if file is not None else "original_export",
            )  # fmt: skip
        elif (evidence := look.evidence_with(digest)) is not None:
            sheet.raise_("EVIDENCE_AS_SUPPORT", _CORROBORATION_ROWS, fields,
                         name=name_of(evidence), fields="cor.records")  # fmt: skip
        elif look.files and look.file_with(digest) is None:
            sheet.raise_("CORROBORATION_NOT_SEALED", _CORROBORATION_ROWS, fields, number=number,
                         ref=ref, declared=digest.hex())  # fmt: skip
    return sheet.outcome("INCOMPLETE" if incomplete else "")
