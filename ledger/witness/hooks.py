"""What goes between the panel and the log: lines, what a witness has seen, and whom to call."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from verifier.tlog.keys import VKey

from ..errors import Conflict
from .protocol import Reply


class Cosigned(NamedTuple):
    """A verified line with the key that made it."""

    vkey: VKey
    line: bytes
    time: int


class Seen(NamedTuple):
    """What a witness answered when it was asked at the start.

    ``note`` is the checkpoint that it shows, None where it shows none; ``reply`` its
    answer to our newest head.
    """

    name: str
    note: bytes | None
    reply: Reply


class Hooks(NamedTuple):
    """What the panel needs from the log; what reads or writes is called outside the loop."""

    prove: Callable[[int, int], list[bytes]]
    """(old, new) → consistency proof, from the database."""
    judge: Callable[[str, bytes], Conflict | None]
    """(witness, checkpoint it shows) → whether it is one of ours that we cannot reproduce."""
    late: Callable[[int, Cosigned], None]
    """Takes a line that came after its size was published."""
    conflict: Callable[[Conflict], None]
    """Is told of a contradiction, in the loop; nothing may be written from then on."""
    clock: Callable[[], float]
