"""How many entries an account made since a time: what a quota is counted from.

The numbers of an account rise with the log's time, so the first of a day is found by halving:
some twenty short reads for a million entries, instead of a count over all of them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from ..queries import fetch

DAY_SECONDS: Final = 86_400

_AT_OR_AFTER: Final = (
    "SELECT s.number, e.received FROM submissions s "
    "JOIN entries e ON e.entry_index = s.entry_index "
    "WHERE s.account = ? AND s.number >= ? ORDER BY s.number LIMIT 1"
)
_LAST: Final = "SELECT coalesce(max(number), 0) FROM submissions WHERE account = ?"


def entries_since(connection: Connection, account: bytes, since: int) -> int:
    """Return how many numbers the account got in entries received at ``since`` or later."""
    last = int(fetch(connection, _LAST, account)[0][0])
    low, high = 1, last + 1  # the first number that counts lies in low … high
    while low < high:
        middle = (low + high) // 2
        rows = fetch(connection, _AT_OR_AFTER, account, middle)
        if not rows or rows[0][1] >= since:
            high = middle
        else:
            low = rows[0][0] + 1
    return last + 1 - low
