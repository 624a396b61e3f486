"""The policy file that this log hands out, for a verifier who decides to trust it.

    beilin/policy/v1
    date 2026-11-21T00:00:00Z
    service <vkey of the service key>
    tlog-policy
    log <vkey of the log>
    quorum none

``--plain`` is the last two lines: a bare c2sp.org/tlog-policy.
"""

from __future__ import annotations

from verifier.encoding import to_time

from .config import LogConfig


def to_policy(config: LogConfig, now: int, *, plain: bool) -> bytes:
    """Return the policy."""
    log = f"log {config.log.to_text()}\nquorum none\n"
    if plain:
        return log.encode()
    head = f"beilin/policy/v1\ndate {to_time(now)}\nservice {config.service.to_text()}\n"
    return f"{head}tlog-policy\n{log}".encode()
