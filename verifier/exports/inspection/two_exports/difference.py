"""What came of holding two exports against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .sides import Place

What = Literal["words", "sender", "time"]
"""In what two records differ that are held to be the same message."""
Way = Literal["ids", "times", "order"]
"""By what records were paired: the platform's ids; time and words; the order of equal words."""


class Different(NamedTuple):
    """One message that the two exports have differently."""

    here: Place
    there: Place
    what: tuple[What, ...]


@dataclass
class Difference:
    """Every record of both sides is in exactly one of these.

    ``same`` counts pairs that do not differ. ``ways`` are those by which
    records were paired. ``senders_compared`` and ``times_compared`` say whether
    these could be compared at all; ``ids_foreign`` that both sides have ids of
    which none is common, so that they are of two kinds and were set aside.
    """

    same: int = 0
    only_here: list[Place] = field(default_factory=list)
    only_there: list[Place] = field(default_factory=list)
    different: list[Different] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    senders_compared: bool = False
    times_compared: bool = False
    ids_foreign: bool = False

    @property
    def is_empty(self) -> bool:
        """Is nothing only on one side and nothing different?"""
        return not (self.only_here or self.only_there or self.different)
