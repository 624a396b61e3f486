"""What anchoring is told when a log is opened, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from .asking import DEADLINE_SECONDS
from .authority import Authority

AUTHORITIES_MOST: Final = 8
"""As many token blocks as a receipt has (SPEC §6.1)."""


class Anchors(NamedTuple):
    """Who is asked, and how often; what ``Log.open`` takes."""

    authorities: Sequence[Authority] = ()
    interval_seconds: float = 600.0
    deadline_seconds: float = DEADLINE_SECONDS


class Round(NamedTuple):
    """What came of asking: the head's size (0: there was nothing to stamp), tokens, failures."""

    size: int
    tokens: int
    failures: int


class AnchorState(NamedTuple):
    """How it goes, for metrics. ``age_seconds`` is None before this process got a token."""

    tokens: int = 0
    failures: int = 0
    wrong_clock: int = 0
    resting: int = 0
    stamped_size: int = 0
    age_seconds: float | None = None
    alarm: bool = False
