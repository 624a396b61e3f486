"""When each key was used last: noted in memory, written now and then.

Coarse on purpose. It tells an operator which keys nobody uses; writing it with every
request would put a second commit beside every entry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import Engine

from ..engine import saving, statement


class LastUse:
    """Keys that were used since the last writing; safe to use from several threads."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._used: dict[str, int] = {}

    def note(self, key_id: str) -> None:
        """Note that a key is used now; called when it is looked up, at most once a second."""
        with self._lock:
            self._used[key_id] = int(self._clock())

    def write(self) -> int:
        """Write what was noted; return for how many keys. Raises Unavailable, and keeps it then."""
        with self._lock:
            used = dict(self._used)
        if not used:
            return 0
        sql = "UPDATE api_keys SET used = ? WHERE key_id = ? AND (used IS NULL OR used < ?)"
        with saving(self._engine) as connection:
            for key_id, at in used.items():
                connection.exec_driver_sql(statement(connection, sql), (at, key_id, at))
        with self._lock:
            for key_id, at in used.items():
                if self._used.get(key_id) == at:
                    del self._used[key_id]
        return len(used)
