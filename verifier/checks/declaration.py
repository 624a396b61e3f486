"""The platform's declaration that a statement names: the very bytes, and the service's signature.

SPEC §13.11. It is the operator's word on the platform and decides nothing about
the evidence; but bytes in a package that are not what the statement names, or
that the service did not sign, were put there by somebody else.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from ..encoding import MAX_INT, to_time
from ..errors import NewerFormat, VerifierError
from ..evidence.declaration import Declaration, parse_declaration
from ..evidence.receipt import Receipt
from ..evidence.statement import Statement
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.keys import VKey
from .key_status import standing
from .receipt import sub_of


class Judged(NamedTuple):
    """What came of it: a status with its sub-indication, and the declaration if it is done."""

    status: str
    sub_indication: str | None
    reason: str | None
    declaration: Declaration | None


def check_declaration(result: Result, note: bytes | None, receipt: Receipt, policy: Policy) -> None:
    """Add the check ``declaration`` for the bytes found, where the statement names one."""
    statement = receipt.statement
    if statement.declaration is None:
        return
    judged = judge_declaration(note, statement, policy, receipt.proof.index + 1)
    if judged.declaration is None:
        why: dict[str, str | int] = {} if judged.reason is None else {"reason": judged.reason}
        result.add("declaration", judged.status, judged.sub_indication, **why)
        return
    made, count = to_time(judged.declaration.made), len(judged.declaration.values)
    sha256 = judged.declaration.sha256.hex()
    result.add("declaration", DONE, made=made, count=count, sha256=sha256)
    if judged.declaration.made > receipt.entry.received:
        received = to_time(receipt.entry.received)
        result.note("DECLARATION_LATER", made=made, received=received)


def declaration_of(
    note: bytes | None, statement: Statement, policy: Policy, size: int = MAX_INT
) -> Declaration | None:
    """Return what the platform declares, or None unless digest and signature hold.

    ``note`` are the bytes of the member ``data/declaration.txt``; ``size`` is a
    size of the log at which the statement's entry was in it, which says what a
    retired key still stands behind.
    """
    return judge_declaration(note, statement, policy, size).declaration


def judge_declaration(
    note: bytes | None, statement: Statement, policy: Policy, size: int
) -> Judged:
    """Compare the bytes with the statement's digest, then verify the service's signature."""
    if note is None or statement.declaration is None:
        return Judged(NOT_DONE, "SIGNED_DATA_NOT_FOUND", None, None)
    # 1. The exact bytes that the statement names.
    if hashlib.sha256(note).digest() != statement.declaration:
        reason = "declaration: its SHA-256 is not the one in the statement"
        return Judged(FAILED, "HASH_FAILURE", reason, None)
    # 2. The service key of this log, from the policy alone, and what is known against it.
    key = _service_key(statement, policy)
    if key is None:
        return Judged(NOT_DONE, "UNKNOWN_SERVICE_KEY", None, None)
    # 3. Its signature, the origin, the text.
    try:
        declaration = parse_declaration(note, key)
    except NewerFormat as error:
        # Signed and named, so nobody but the service can have chosen a newer form.
        return Judged(NOT_DONE, "NEWER_FORMAT", str(error), None)
    except VerifierError as error:
        return Judged(FAILED, sub_of(error), str(error), None)
    status = standing(policy, key, size)
    if status is not None:
        sub = "KEY_COMPROMISED_NO_POE" if status == "compromised" else "KEY_RETIRED"
        return Judged(NOT_DONE, sub, None, None)
    return Judged(DONE, None, None, declaration)


def _service_key(statement: Statement, policy: Policy) -> VKey | None:
    name = f"{statement.submission.origin}/service"
    return next((vkey for vkey in policy.services if vkey.name == name), None)
