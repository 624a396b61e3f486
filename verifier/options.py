"""What the person who verifies says beside the policy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """``at`` is the time of judgement in Unix seconds: this package reads no clock.

    ``policy_source`` says in the person's words where the policy came from;
    without it the trust level is L0. ``log`` is a later copy of the static log.
    ``at_is_clock`` says that nobody gave ``at``: it is what the clock of the
    machine showed that ran the program.
    """

    at: int = 0
    policy_source: str | None = None
    log: Path | None = None
    at_is_clock: bool = False
