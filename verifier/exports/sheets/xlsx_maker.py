"""Which program wrote a spreadsheet file, as the file itself says, and did another save it again.

Programs that people use write their name into ``docProps/app.xml``. Libraries
that other programs write files with call themselves "Microsoft Excel" too, so
for Excel a second sign is needed: a person who changed it last, or a time of
change that is not the time of making.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .xlsx_members import Workbook

_MAX_BYTES: Final = 1 << 16
_APPLICATION = re.compile(rb"<(?:\w{1,20}:)?Application>([^<>]{1,60})</")
_VERSION = re.compile(rb"<(?:\w{1,20}:)?AppVersion>([0-9A-Za-z._-]{1,30})</")
_CHANGED_BY = re.compile(rb"<cp:lastModifiedBy>[^<>]{1,200}</")
_MADE = re.compile(rb"<dcterms:created[^<>]{0,200}>([^<>]{1,40})</")
_CHANGED = re.compile(rb"<dcterms:modified[^<>]{0,200}>([^<>]{1,40})</")
_PROGRAMS: Final = (
    (b"LibreOffice", "libreoffice"),
    (b"WPS", "wps"),
    (b"Numbers", "numbers"),
)


class Maker(NamedTuple):
    """``generator`` as in ``Reading``; ``saved_by`` a word of DETAILS, empty if nobody saved it again."""

    generator: str
    saved_by: str


def maker_of(book: Workbook) -> Maker:
    """Return what the file's properties say; raises NotReadError as ``book`` does."""
    app = book.read(b"docProps/app.xml", _MAX_BYTES)
    core = book.read(b"docProps/core.xml", _MAX_BYTES)
    application, version = _APPLICATION.search(app), _VERSION.search(app)
    if application is None:
        return Maker("", "")
    words = b" ".join(each[1].strip() for each in (application, version) if each)
    name = words.decode("ascii", "replace")
    generator = name if words.isascii() and name.isprintable() else ""
    for sign, word in _PROGRAMS:
        if sign in application[1]:
            return Maker(generator, word)
    made, changed = _MADE.search(core), _CHANGED.search(core)
    again = _CHANGED_BY.search(core) or (made and changed and made[1] != changed[1])
    return Maker(generator, "excel" if application[1].startswith(b"Microsoft ") and again else "")
