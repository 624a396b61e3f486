"""How one tool writes a chat as text: its headers, its own lines, what stands in its bodies.

A reader of such texts fills in a ``Format``; ``headed_chat`` cuts by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..reader import HEAD_BYTES
from ..source import Source
from ..view import View, plain

BOM: Final = rb"(?:\xef\xbb\xbf)?"
END_OF_LINE: Final = rb"(?=\r?\n|\r?$)"


class Head(NamedTuple):
    """One header as it is read.

    ``time`` is date and time as written; ``moments`` the first second it can
    mean under each reading that cannot be told apart, ``span`` how many more
    seconds it covers. Where ``partial`` names what is missing of the date, the
    moments give no time and only order the records of that kind. ``spelling``
    and ``filling`` (``0``, ``1``, or empty where no number shows it) are
    compared with the file's others. ``number`` is the tool's own count.
    ``account`` tells whether ``sender`` shows more than a name.
    """

    time: bytes
    moments: tuple[int, ...]
    span: int = 0
    sender: bytes = b""
    spelling: bytes = b""
    filling: str = ""
    partial: str = ""
    number: int | None = None
    flags: tuple[str, ...] = ()
    account: bool = False


class Row(NamedTuple):
    """A line of the tool itself: ``length`` bytes, and what of its own may follow."""

    length: int
    follows: re.Pattern[bytes]
    closes: bool = False
    """No record of this tool stands behind it."""
    resets: bool = False
    """Another conversation begins."""


class Said(NamedTuple):
    """What a body adds to its header."""

    sender: bytes
    flags: tuple[str, ...] = ()
    media: tuple[bytes, ...] = ()
    doubtful: bool = False
    """Header and body do not go together as the tool writes them."""


def _says_nothing(head: Head, body: bytes) -> Said:
    return Said(head.sender)


NOTHING: Final = re.compile(rb"")


@dataclass(frozen=True)
class Format:
    """How one tool writes.

    ``opening`` and ``lines`` are what ``headed_text.stretches`` takes;
    ``parse`` makes a header or row of a match, or None of what is none.
    ``lookalike`` finds in a body what could be taken for a header. ``preamble``
    fully matches what the tool itself writes before the first header. ``gaps``:
    an empty line stands before each header. ``codes`` are noted for every file,
    ``flag_codes`` where a record has that flag.
    """

    opening: re.Pattern[bytes]
    parse: Callable[[re.Match[bytes]], Head | Row | None]
    lookalike: re.Pattern[bytes]
    said: Callable[[Head, bytes], Said] = _says_nothing
    preamble: re.Pattern[bytes] = NOTHING
    lines: int = 1
    gaps: bool = False
    codes: tuple[str, ...] = ()
    flag_codes: tuple[tuple[str, str], ...] = ()


class Look(NamedTuple):
    """What the beginning of a file shows."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    first: Head | Row | None
    """What the first line that is not empty is."""
    lines: int
    """How many lines are not empty."""
    gaps: int
    """How many headers have an empty line, or nothing, before them."""


def look(source: Source, form: Format) -> Look:
    """Look at the first ``HEAD_BYTES`` of a file."""
    head = source.head(HEAD_BYTES)
    text = b"\n" + head
    at = len(text) - len(text[1:].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")) - 1
    found = [(form.parse(match), match.start()) for match in form.opening.finditer(text)]
    heads = tuple(one for one, _ in found if isinstance(one, Head))
    first = form.opening.match(b"\n" + text[at + 1 :])
    return Look(
        heads,
        tuple(one for one, _ in found if isinstance(one, Row)),
        form.parse(first) if first else None,
        sum(1 for line in head.split(b"\n") if line.strip(b" \r\t")),
        sum(
            isinstance(one, Head) and (start == 0 or _GAP.search(text[max(0, start - 9) : start]) is not None)
            for one, start in found
        ),
    )  # fmt: skip


_GAP = re.compile(rb"\n[ \t\r]*$|^$")


def body_of(data: bytes, form: Format) -> str:
    """Return what a record says behind its header, as text."""
    match = form.opening.match(b"\n" + data)
    return plain(data[match.end() - 1 :] if match else data).text.strip("\r\n")


def view_of(form: Format) -> Callable[[bytes], View]:
    """Return a view that leaves the header out."""
    return lambda data: View(body_of(data, form))
