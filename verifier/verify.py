"""Verifying a receipt or an evidence package, offline.

SPEC §13. No network, no clock but the one given, no trust but the policy's.
The result is a list of checks; the verdict follows from it (``result``).
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from .checks.members import Progress
from .checks.package import check_package
from .checks.receipt import check_receipt
from .checks.siblings import check_siblings
from .checks.witnesses import check_requirements
from .evidence import digests
from .evidence.receipt import Receipt
from .options import Options
from .policy import Policy
from .result import DONE, FAILED, NOT_DONE, Result

__all__ = ["Options", "verify_package", "verify_receipt"]

_CHUNK = 1 << 20


def _result(scope: str, policy: Policy, options: Options) -> Result:
    return Result(
        scope,
        policy_sha256=policy.sha256,
        policy_source=options.policy_source,
        at=options.at,
        at_is_clock=options.at_is_clock,
    )


def verify_receipt(
    data: bytes, policy: Policy, options: Options, file: BinaryIO | None = None
) -> Result:
    """Verify a receipt, and ``file`` as the bytes whose digest was submitted.

    Raises PolicyError for an unusable policy and OSError where ``file`` cannot
    be read; everything else is in the result.
    """
    result = _result("receipt", policy, options)
    receipt = check_receipt(result, data, policy, options)
    if receipt is not None:
        _file(result, receipt, file)
        check_siblings(result, receipt, policy, options.log)
    check_requirements(result, policy)
    return result


def verify_package(
    path: Path, policy: Policy, options: Options, progress: Progress | None = None
) -> Result:
    """Verify an evidence package; raises OSError where it cannot be read."""
    result = _result("package", policy, options)
    receipt = check_package(result, path, policy, options, progress)
    if receipt is not None:
        check_siblings(result, receipt, policy, options.log, progress)
    check_requirements(result, policy)
    return result


def _file(result: Result, receipt: Receipt, file: BinaryIO | None) -> None:
    wanted = receipt.statement.submission.digests
    if file is None:
        result.add("file", NOT_DONE, "SIGNED_DATA_NOT_FOUND")
        return
    found, size = digests.compute(iter(lambda: file.read(_CHUNK), b""), [d.alg for d in wanted])
    differ, missing = digests.compare(found, wanted)
    if differ:
        reason = f"file: its {differ[0]} digest is not the one that was submitted"
        result.add("file", FAILED, "HASH_FAILURE", reason=reason)
        return
    if missing:
        result.add("file", NOT_DONE, "ALGORITHM_NOT_COMPUTED", algorithms=" ".join(missing))
        return
    algorithms = " ".join(d.alg for d in wanted)
    result.add("file", DONE, sha256=wanted[0].value.hex(), size=size, algorithms=algorithms)
