"""What one record shows a person: for comparing, searching and display, never for what is anchored.

A view is a reading of the bytes and may be wrong where the file is odd; nothing
of it is committed to. What counts as evidence are the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple


class View(NamedTuple):
    """One record's words, and what it quotes.

    ``text`` is what was said, without header, sender and time; ``reply_to`` the
    native id of the record that it quotes, as bytes written like ``native_id``;
    ``quoted`` the words that it says the other one had. Empty where not shown.
    """

    text: str
    reply_to: bytes = b""
    quoted: str = ""


def after_header(data: bytes, headers: Iterable[re.Pattern[bytes]]) -> View:
    """Return what follows the first of the headers that stands at the beginning, without line ends.

    Each pattern begins with the line feed before its line, as ``headed_text`` wants it.
    """
    line = b"\n" + data
    for header in headers:
        match = header.match(line)
        if match is not None:
            return View(plain(line[match.end() :]).text.strip("\r\n"))
    return plain(data)


def plain(data: bytes) -> View:
    """Return the whole record as text: UTF-8, else GB18030, else UTF-8 with marks for what is not."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return View(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    return View(data.decode("utf-8", "replace"))
