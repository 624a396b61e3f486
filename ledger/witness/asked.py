"""What the order of writes asks of the witnesses, whoever stands for them.

``witnessing`` does it over HTTP; a log without a witness policy has nobody to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..store import Cosignature


class Witnesses(Protocol):
    """Called by the writer's thread only."""

    def check(self) -> None:
        """Raise Conflict if one has shown a checkpoint of ours that we cannot reproduce."""

    def look(self) -> object:
        """The same at the start, after asking every one of them."""

    def ask(self, size: int, note: bytes) -> Sequence[Cosignature]:
        """Return the verified lines over a signed head that came in time."""

    def met(self, note: bytes) -> bool:
        """Return whether the lines of a note are a quorum."""

    def verified(self, note: bytes) -> int:
        """Return how many lines of a note are cosignatures of these witnesses that verify."""

    def settle(self, size: int) -> None:
        """Hear that W3 of this size is done."""
