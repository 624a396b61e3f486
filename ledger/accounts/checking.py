"""Which key a text is: looked up at most once a second, so that most requests read nothing.

A key that was found good is believed for one second, and never beyond its own end. So a
revocation by another process takes effect within that time, one by this process at once.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Engine

from ..engine import reading
from ..queries import fetch
from .account import COLUMNS, Account, to_account
from .key import split_key

BELIEVED_SECONDS: Final = 1.0
REMEMBERED_MOST: Final = 10_000
_OF_KEY: Final = (
    f"SELECT {COLUMNS}, k.secret_hash, k.scopes, k.expires, k.revoked "  # noqa: S608
    "FROM api_keys k JOIN accounts a ON a.account = k.account WHERE k.key_id = ?"
)


class Caller(NamedTuple):
    """Who asks: an account, by which of its keys, and what that key may do."""

    account: Account
    key_id: str
    scopes: frozenset[str]


class KeyRefused(Exception):
    """A text is no good key. ``reason`` (``unknown``, ``revoked``, ``expired``) is for the operator.

    ``key_id`` is given only where the secret was right, so it is never a stranger's own text.
    """

    def __init__(self, reason: str, key_id: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.key_id = key_id


class Checking:
    """The keys that were looked up. Used by one thread at a time in the service."""

    def __init__(
        self, engine: Engine, clock: Callable[[], float], note_use: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._note_use = note_use
        self._good: dict[bytes, tuple[float, Caller]] = {}  # by SHA-256 of the key's text

    def check(self, text: str) -> Caller:
        """Return who comes with this text. Raises KeyRefused, or Unavailable."""
        hashed = _hash(text)
        good = self._good.get(hashed)
        if good is not None and good[0] > time.monotonic():
            return good[1]
        try:
            until, caller = self._look_up(text)
        except KeyRefused:
            self._good.pop(hashed, None)
            raise
        if len(self._good) >= REMEMBERED_MOST:
            self._good.clear()
        self._good[hashed] = until, caller
        self._note_use(caller.key_id)
        return caller

    def was_good(self, text: str) -> bool:
        """Return whether this text was a good key when it was last looked up here."""
        return _hash(text) in self._good

    def forget(self) -> None:
        """Believe nothing any more, because this process changed a key or an account."""
        self._good = {hashed: (0.0, caller) for hashed, (_, caller) in list(self._good.items())}

    def _look_up(self, text: str) -> tuple[float, Caller]:
        parts = split_key(text)
        if parts is None:
            raise KeyRefused("unknown")
        key_id, secret_hash = parts
        asked = time.monotonic()
        with reading(self._engine) as connection:
            rows = fetch(connection, _OF_KEY, key_id)
        if not rows:
            raise KeyRefused("unknown")
        stored, scopes, expires, revoked = rows[0][5:]
        if not hmac.compare_digest(secret_hash, bytes(stored)):
            raise KeyRefused("unknown")
        if revoked is not None:
            raise KeyRefused("revoked", key_id)
        left = BELIEVED_SECONDS if expires is None else expires - self._clock()
        if left <= 0:
            raise KeyRefused("expired", key_id)
        until = asked + min(BELIEVED_SECONDS, left)
        return until, Caller(to_account(rows[0]), key_id, frozenset(scopes.split(" ")))


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
