"""How a log does, in a few numbers: for health checks and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .witness.member import WitnessState


class State(NamedTuple):
    """How the log does, for health checks and metrics.

    ``size`` is that of the published checkpoint, ``pending`` counts waiting
    entries, ``head_age_seconds`` is the time since this process published last.
    ``witnesses`` are those of the policy this process runs with, and ``quorum_size`` the
    size of the newest head that met its quorum, None without a policy.
    """

    healthy: bool
    size: int
    pending: int
    head_age_seconds: float
    last_error: str | None
    frozen: bool
    witnesses: Sequence[WitnessState] = ()
    quorum_size: int | None = None
