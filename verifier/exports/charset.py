"""Say which character encoding a file seems to be in. Advisory: bytes are what is anchored.

Order of trial: byte order mark, strict UTF-8, GB18030, unknown. GB18030 and
never "gbk" or "gb2312", which are parts of it and fail on its four-byte
characters. UTF-16 only with a byte order mark.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Final

from .reader import Note
from .source import Source

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-bom", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
)


def encoding_of(source: Source) -> str:
    """Return ``ascii``, ``utf-8``, ``utf-8-bom``, ``gb18030``, a UTF-16/32 name or ``unknown``.

    The whole file is decoded, so "utf-8" means all of it. Most byte strings are
    not UTF-8 by accident; many are GB18030 by accident, hence ``encoding_notes``.
    """
    head = source.head(4)
    for mark, name, codec in _MARKS:
        if head.startswith(mark):
            return name if _decodes(source.chunks(), codec) else "unknown"
    if all(chunk.isascii() for chunk in source.chunks()):
        return "ascii"
    for name in ("utf-8", "gb18030"):
        if _decodes(source.chunks(), name):
            return name
    return "unknown"


def encoding_notes(encoding: str) -> tuple[Note, ...]:
    """Return the note that an encoding found by ``encoding_of`` calls for, if any."""
    if encoding in ("gb18030", "unknown"):
        return (Note("ENCODING_UNCERTAIN", detail=encoding),)
    return ()


def _decodes(chunks: Iterable[bytes], codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
