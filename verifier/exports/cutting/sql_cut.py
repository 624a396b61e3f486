"""Cut a file of SQL statements on bytes. Nothing is ever executed.

A statement ends with the first ``;`` outside of quotes and comments, so a text
in quotes cannot look like the next statement: unlike a chat as plain text, the
cut is not a guess. Quotes are PostgreSQL's with ``standard_conforming_strings``:
``'`` is written twice and a backslash is an ordinary character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ..reader import MAX_RECORD_BYTES

_STATEMENT: Final = re.compile(
    rb"(?:[^';-]++|'[^']*+'|--[^\n]*+\n|-(?!-))*+;(?:[ \t\r]*+\n)?"
)  # fmt: skip


_ENDS: Final = re.compile(rb"[ \t\r]*+\Z")


def statements(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield (length, statement) in file order; the lengths sum to all the bytes.

    A statement has the blanks before it and the end of its line with it. It is
    None where it is longer than a record may be, and for the rest of the file
    from where on nothing ends a statement, or nothing within that length.
    """
    buffer = b""
    source = iter(chunks)
    for chunk in source:
        buffer += chunk
        at = 0
        # What touches the end of the buffer may go on in the next chunk.
        while (match := _STATEMENT.match(buffer, at)) and not _ENDS.match(buffer, match.end()):
            yield _sized(match[0])
            at = match.end()
        buffer = buffer[at:]
        if len(buffer) > MAX_RECORD_BYTES:
            yield len(buffer) + sum(len(each) for each in source), None
            return
    at = 0
    while match := _STATEMENT.match(buffer, at):
        yield _sized(match[0])
        at = match.end()
    if at < len(buffer):
        rest = buffer[at:]
        yield len(rest), None if rest.strip() else rest


def _sized(statement: bytes) -> tuple[int, bytes | None]:
    length = len(statement)
    return length, statement if length <= MAX_RECORD_BYTES else None
