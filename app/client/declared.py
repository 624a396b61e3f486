"""The platform's declaration that a receipt's statement names: fetched, checked, packed along.

It is the operator's word about the platform and no part of what was submitted,
so no seal fails and no receipt is lost for the want of it. What does not have
the digest that the statement names, is not in its one spelling, or bears no
good signature stays out of the package, where it would speak against the
person who sealed. Without it the package verifies all the same; the check
``declaration`` is then not done, and a warning says so here.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from app.commands.common import Refusal
from verifier.checks.declaration import judge_declaration
from verifier.errors import VerifierError
from verifier.evidence import package
from verifier.evidence.declaration import MAX_BYTES, check_spelling
from verifier.evidence.receipt import Receipt
from verifier.evidence.zip_container import Container
from verifier.policy import Policy
from verifier.result import FAILED

from .api import Api
from .words import tell


def declaration_for(api: Api, policy: Policy, receipt: Receipt, out: Path) -> bytes | None:
    """Return the signed note to pack, None if the statement names none or it is not to be had.

    ``out`` may be the package of a run that was interrupted after it was
    finished: then it decides, so that packing again gives the same bytes.
    """
    named = receipt.statement.declaration
    if named is None:
        return None
    found, note = _packed(out)
    if not found:
        note = _fetch(api, named)
    if note is not None and _is_sound(note, policy, receipt):
        return note
    if not found:
        tell(
            "警告：回执所指的平台声明未能取得，或其摘要、签名不符；证据包不含该声明。"
            "回执与证据包的其余部分不受影响。可向运营方索取该声明。",
            "Warning: the platform's declaration that the receipt names could not be had, or its "
            "digest or signature does not fit; the package is made without it. Receipt and package "
            "are otherwise whole. Ask the operator for the declaration.",
        )
    return None


def _fetch(api: Api, digest: bytes) -> bytes | None:
    spelled = base64.urlsafe_b64encode(digest).decode()
    try:
        return api.static(f"v1/declarations/{spelled}", MAX_BYTES)
    except Refusal:  # after the usual repeats; the seal goes on
        return None


def _packed(out: Path) -> tuple[bool, bytes | None]:
    """Return whether ``out`` is a package, and the declaration in it."""
    name = package.BASE + package.DECLARATION
    try:
        with Container(out) as box:
            return True, box.read(name, MAX_BYTES) if name in box.members else None
    except (OSError, VerifierError):
        return False, None


def _is_sound(note: bytes, policy: Policy, receipt: Receipt) -> bool:
    statement = receipt.statement
    if hashlib.sha256(note).digest() != statement.declaration:
        return False
    try:
        check_spelling(note)  # also where the policy has no service key to verify it with
    except VerifierError:
        return False
    return judge_declaration(note, statement, policy, receipt.proof.index + 1).status != FAILED
