"""P-01, P-10, P-11, P-23: the files that are declared and the files that are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..material import Material, SealedFile
from .declared import Look
from .named import not_sealed
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import bounded, digest_of, name_of

_FILE_ROWS: Final = ("M16-03", "M18-03")
_CONVERSION_ROWS: Final = ("M16-09", "M15-02", "M13-05")
_REDACTION_ROWS: Final = ("MP-02", "M27-01")
_RELAY_ROWS: Final = ("M18-03", "M15-02")
_MEDIA_KINDS: Final = ("image", "audio", "video")


def listed_files(material: Material) -> CheckOutcome:
    """P-01: every listed digest is that of a sealed file, and every sealed file is listed.

    The record cannot list itself, and the sealed annex is opened apart; both
    are left out. A file is found by its digest; only where none has it is the
    name asked, to tell a changed file from an absent one. Files that other
    fields name, and that are not there, are raised.
    """
    sheet, look = Sheet("P-01"), Look(material)
    not_sealed(sheet, look)
    listed = look.items("item.files")
    if not listed:
        return look.lacks(sheet, "item.files")
    files = look.files
    if not files:
        return sheet.outcome(look.no_files)
    by_digest = {file.sha256: file for file in files}
    claimed = {digest_of(item, "sha256") for item in listed}
    # Only a file that no line of the list claims can be the changed one of another line.
    others = [file for file in files if file.sha256 not in claimed]
    seen: set[bytes] = set()
    fields = ("item.files",)
    for item in listed:
        digest = digest_of(item, "sha256")
        file = by_digest.get(digest) if digest is not None else None
        name = bounded(item.get("name", ""))
        if file is None:
            other = _named(str(item.get("name", "")), others)
            declared = item.get("sha256", "-")
            if other is None:
                sheet.contradiction(
                    "LISTED_ABSENT",
                    _FILE_ROWS,
                    fields,
                    name=name,
                    declared=declared,
                    found=len(files),
                )
            else:
                seen.add(other.sha256)
                found = other.sha256.hex()
                sheet.contradiction(
                    "FILE_DIGEST", _FILE_ROWS, fields, name=name, declared=declared, found=found
                )
            continue
        seen.add(file.sha256)
        if item.get("bytes") != file.size:
            declared = item.get("bytes", "-")
            sheet.contradiction(
                "FILE_SIZE", _FILE_ROWS, fields, name=name, declared=declared, found=file.size
            )
    for file in files:
        if file.sha256 not in seen:
            sheet.contradiction(
                "FILE_UNLISTED",
                _FILE_ROWS,
                fields,
                name=name_of(file),
                found=file.sha256.hex(),
                declared=len(listed),
            )
    return sheet.outcome()


def _named(name: str, files: Sequence[SealedFile]) -> SealedFile | None:
    """Return the file of that name; its last part is enough where only one file bears it."""
    whole = name.encode("utf-8", "replace")
    same = [file for file in files if file.name == whole]
    last = whole.rpartition(b"/")[2]
    alike = [file for file in files if file.name.rpartition(b"/")[2] == last]
    found = same or (alike if len(alike) == 1 else [])
    return found[0] if found else None


def conversions(material: Material) -> CheckOutcome:
    """P-10: every derived file comes from a sealed source by a conversion that is listed."""
    sheet, look = Sheet("P-10"), Look(material)
    derived = material.with_role("derived")
    fields = ("item.conversions",)
    given = look.get("item.conversions")
    if not derived and not given and look.files:
        return sheet.nothing("NO_DERIVED_FILES")
    if given is None:
        for file in derived:
            sheet.raise_("DERIVED_UNEXPLAINED", _CONVERSION_ROWS, fields, name=name_of(file))
        return look.lacks(sheet, "item.conversions")
    if look.no_files:
        return sheet.outcome(look.no_files)
    by_result = {digest_of(item, "digest_after"): item for item in given}
    for file in derived:
        item = by_result.get(file.sha256)
        if item is None:
            sheet.contradiction(
                "DERIVED_NOT_LISTED",
                _CONVERSION_ROWS,
                fields,
                name=name_of(file),
                found=file.sha256.hex(),
                declared=len(given),
            )
        elif _comes_from_itself(by_result, file.sha256):
            sheet.raise_("CONVERSION_OF_ITSELF", _CONVERSION_ROWS, fields, name=name_of(file))
    incomplete = False
    for number, item in enumerate(given, 1):
        before, after = digest_of(item, "digest_before"), digest_of(item, "digest_after")
        if before is None or after is None:
            incomplete = True
            sheet.raise_("CONVERSION_INCOMPLETE", _CONVERSION_ROWS, fields, number=number)
        elif look.file_with(before) is None:
            sheet.contradiction(
                "CONVERSION_SOURCE",
                _CONVERSION_ROWS,
                fields,
                number=number,
                declared=before.hex(),
                found=len(look.files),
            )
        elif look.file_with(after) is None:
            sheet.raise_(
                "CONVERSION_RESULT",
                _CONVERSION_ROWS,
                fields,
                number=number,
                declared=after.hex(),
            )
    return sheet.outcome("INCOMPLETE" if incomplete else "")


def _comes_from_itself(by_result: dict[bytes | None, Any], digest: bytes) -> bool:
    """Do the conversions lead back to what they began with, and never to another source?"""
    seen: set[bytes | None] = set()
    at: bytes | None = digest
    while at in by_result and at is not None:
        if at in seen:
            return True
        seen.add(at)
        at = digest_of(by_result[at], "digest_before")
    return False


def redactions(material: Material) -> CheckOutcome:
    """P-11: each redaction has the digest of the file as it was before."""
    sheet, look = Sheet("P-11"), Look(material)
    fields = ("scope.redactions",)
    given = look.get("scope.redactions")
    if given is None:
        return look.lacks(sheet, "scope.redactions")
    if not given:
        return sheet.nothing("NO_REDACTIONS")
    incomplete = False
    redacted = {file.sha256 for file in material.with_role("derived")}
    for number, item in enumerate(given, 1):
        digest = digest_of(item, "original_digest")
        if digest is None:
            incomplete = True
            sheet.raise_("REDACTION_NO_DIGEST", _REDACTION_ROWS, fields, number=number)
        elif digest in redacted:
            sheet.contradiction(
                "REDACTION_OF_DERIVED",
                _REDACTION_ROWS,
                fields,
                number=number,
                declared=digest.hex(),
                found="derived",
            )
        elif look.file_with(digest) is None:
            sheet.raise_(
                "REDACTION_NOT_SEALED",
                _REDACTION_ROWS,
                fields,
                number=number,
                declared=digest.hex(),
            )
    return sheet.outcome("INCOMPLETE" if incomplete else "")


def relayed_media(material: Material) -> CheckOutcome:
    """P-23: where media came through a chat application, it is said which copy was sealed.

    Such applications make pictures and sound smaller on the way. What is
    compared is the record with itself and with the sealed digests; whether a
    picture was compressed cannot be seen.
    """
    sheet, look = Sheet("P-23"), Look(material)
    media = [
        file
        for file in material.files
        if file.kind in _MEDIA_KINDS and file.role in ("original", "media")
    ]
    if not media:
        return sheet.nothing("NO_MEDIA")
    given = look.get("cust.transfer")
    if given is None:
        return look.lacks(sheet, "cust.transfer")
    if not any(item.get("channel") == "chat_app" for item in given):
        return sheet.nothing("NOT_RELAYED")
    fields = ("cust.transfer",)
    incomplete = False
    for number, item in enumerate(given, 1):
        if item.get("channel") != "chat_app":
            continue
        said = item.get("anchored")
        digest = digest_of(item, "digest")
        sealed = look.file_with(digest) is not None
        if said is None:
            incomplete = True
            sheet.raise_("RELAY_UNSAID", _RELAY_ROWS, fields, number=number, files=len(media))
        elif said == "relayed_copy" and digest is not None and not sealed:
            sheet.contradiction(
                "RELAYED_NOT_SEALED",
                _RELAY_ROWS,
                fields,
                number=number,
                declared=digest.hex(),
                found=len(look.files),
            )
        elif said == "device_original" and sealed and item.get("recompressed") is True:
            sheet.contradiction(
                "RELAYED_IS_SEALED",
                _RELAY_ROWS,
                fields,
                number=number,
                found=item.get("digest", "-"),
            )
        else:
            sheet.raise_("RELAY_SAID", _RELAY_ROWS, fields, number=number, declared=str(said))
    return sheet.outcome("INCOMPLETE" if incomplete else "")
