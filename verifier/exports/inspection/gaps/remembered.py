"""A bounded memory of what was seen: digests, so that long records cost no more than short ones."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

MAX_REMEMBERED: Final = 1_000_000
"""So many different things are remembered, about 100 MB; what comes later is compared with these."""
_DIGEST_BYTES: Final = 12
"""96 bits: two different records with one digest cannot be made on purpose with today's means."""


def digest_of(data: bytes) -> bytes:
    """Return the short digest under which something is remembered."""
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()


class Remembered:
    """Tells whether the same bytes came before."""

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._seen: set[bytes] = set()
        self._most = most
        self.full = False
        """Was something not remembered? Then a repetition may have gone unseen."""

    def again(self, data: bytes) -> bool:
        """Return whether ``data`` came before, and remember it."""
        digest = digest_of(data)
        if digest in self._seen:
            return True
        if len(self._seen) < self._most:
            self._seen.add(digest)
        else:
            self.full = True
        return False
