"""Which head is stamped next, and under which head the better receipt of an entry stands.

Where the log runs with a witness policy, ``met`` says whether a note holds its quorum. A head
with the quorum goes before one without; but witnesses that are away do not take the time away
too, so a head without it is stamped where nothing else is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from .. import queries
from ..queries import fetch
from . import rows
from .authority import RFC3161

Met = Callable[[bytes], bool]
_LOOKED_AT: Final = 64
"""Heads that are looked at for one with the quorum; each costs its signatures once."""


def better_head(connection: Connection, index: int, met: Met | None) -> tuple[int, bytes] | None:
    """Return size and note for the better receipt of a published entry (SPEC §6.5).

    The first stamped head above it with the quorum; else the newest with the quorum, else the
    first stamped, else the newest. None where nothing above it is published.
    """
    last = queries.last_published(connection)
    if last is None or last[0] <= index:
        return None
    stamped = rows.stamped_after(connection, index, _LOOKED_AT)
    if met is not None:
        for size in stamped:
            note = queries.cosigned_note(connection, size)
            if note is not None and met(note):
                return size, note
        for size, note in newest_met(connection, met):
            if size > index:
                return size, note
    size = stamped[0] if stamped else last[0]
    note = queries.cosigned_note(connection, size)
    return None if note is None else (size, note)


def newest_met(connection: Connection, met: Met) -> Iterator[tuple[int, bytes]]:
    """Yield the newest head with the quorum, if it is found among the newest cosigned ones."""
    for size, note in islice(queries.cosigned_newest_first(connection), _LOOKED_AT):
        if met(note):
            yield size, note
            return


def head_to_stamp(connection: Connection, met: Met | None) -> int:
    """Return the size of a published head with news that no stamped head holds, 0 if there is none."""
    if met is not None:
        done = _newest_stamped_met(connection, met)
        for size, _ in newest_met(connection, met):
            if rows.has_news(connection, done, size):
                return size
    last = queries.last_published(connection)
    if last is None or not rows.has_news(connection, rows.newest_stamped(connection), last[0]):
        return 0
    return last[0]


def _newest_stamped_met(connection: Connection, met: Met) -> int:
    sql = "SELECT DISTINCT size FROM tokens WHERE kind = ? ORDER BY size DESC LIMIT ?"
    for (size,) in fetch(connection, sql, RFC3161, _LOOKED_AT):
        note = queries.cosigned_note(connection, size)
        if note is not None and met(note):
            return int(size)
    return 0
