"""What the tests of the audit share: running one, and looking at one check of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.verifier import logs
from verifier.audit import audit_log
from verifier.result import FAILED, Result

POLICY = logs.parsed_policy()
OLDER = (1, 5, 200, 256, 258, 300, 513, 520)


def audit(folder: Path, policy=POLICY, **options) -> Result:
    return audit_log(folder, policy, **options)


def fault(result: Result, check: str) -> dict[str, Any]:
    found = result.check(check)
    assert found is not None
    assert found.status == FAILED, (check, found)
    return found.values


def values(result: Result, check: str) -> dict[str, Any]:
    return next(c.values for c in result.checks if c.id == check)


def status(result: Result, check: str) -> tuple[str, str | None]:
    found = next(c for c in result.ordered() if c.id == check)
    return found.status, found.sub_indication


def build_with(folder: Path, changes: dict[int, bytes], size: int = 300) -> Result:
    """Audit a log of ``size`` entries, some of them exchanged before it was built."""
    D = logs.entries(size)
    for index, entry in changes.items():
        D[index] = entry
    logs.build(folder, D)
    return audit(folder)
