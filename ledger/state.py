"""How a log does, in a few numbers: for health checks and metrics."""

from __future__ import annotations

from typing import NamedTuple


class State(NamedTuple):
    """How the log does, for health checks and metrics.

    ``size`` is that of the published checkpoint, ``pending`` counts waiting
    entries, ``head_age_seconds`` is the time since this process published last.
    """

    healthy: bool
    size: int
    pending: int
    head_age_seconds: float
    last_error: str | None
    frozen: bool
