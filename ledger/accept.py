"""What is checked before anything is numbered: all that needs no index.

The checks are the verifier's own, on the exact bytes that will stand in the
statement, so that nothing gets into the log whose receipt would not verify.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

from verifier import __version__
from verifier.errors import VerifierError
from verifier.evidence.digests import SIZES, Digest
from verifier.evidence.statement import Statement, parse_statement
from verifier.evidence.submission import (
    ID_BYTES,
    MAX_BATCH,
    Submission,
    check_signature,
    check_submission,
)

from .accounts import Account
from .errors import Unacceptable

SERVICE: Final = f"beilin {__version__}"
"""What a statement says under ``service``."""

_ANY_KEY: Final = bytes([2]) + bytes(31)
"""A public key in its one spelling that is not of small order."""


class Submitted(NamedTuple):
    """One entry of a request; ``again`` wants a new item for a digest that is known."""

    submission: Submission
    signature: bytes | None
    again: bool = False


class Request(NamedTuple):
    """Who asks, under which Idempotency-Key, and a hash over everything that was asked."""

    account: bytes
    key: bytes
    fingerprint: bytes


class Outcome(NamedTuple):
    """The entries of a request; ``fresh`` is False if an earlier request made them."""

    indices: tuple[int, ...]
    fresh: bool


class Item(NamedTuple):
    """An accepted entry: its submission with everything that is computed from it once."""

    submission: Submission
    text: bytes
    signature: bytes | None
    again: bool
    digest: bytes
    identity_hash: bytes


def accept(
    batch: Sequence[Submitted], request: Request, account: Account, origin: str
) -> list[Item]:
    """Return the items of a request. Raises Unacceptable."""
    if not 1 <= len(batch) <= MAX_BATCH:
        raise Unacceptable(f"a request holds 1 to {MAX_BATCH} entries, this one {len(batch)}")
    positions = [submitted.submission.position for submitted in batch]
    if positions not in ([None], list(range(len(batch)))):
        raise Unacceptable("positions must be those in the batch, or none for a single entry")
    try:
        items = [_accept_one(submitted, request, account, origin) for submitted in batch]
        _try_statement(items[0].submission, account.identity)
    except VerifierError as error:
        raise Unacceptable(str(error)) from error
    return items


def _accept_one(submitted: Submitted, request: Request, account: Account, origin: str) -> Item:
    submission, signature, again = submitted
    check_submission(submission)
    if submission.origin != origin:
        raise Unacceptable("the submission is for another log")
    if submission.account != request.account:
        raise Unacceptable("the submission is for another account")
    if submission.nonce != request.key:
        raise Unacceptable("the nonce of a submission is the Idempotency-Key")
    if account.submitter is not None and submission.submitter != account.submitter:
        raise Unacceptable("this account registered a key and accepts only what it signed")
    check_signature(submission, signature)
    text = submission.to_bytes()
    digest, identity_hash = submission.digests[0].value, sha256(text).digest()
    return Item(submission, text, signature, again, digest, identity_hash)


def _try_statement(submission: Submission, identity: str) -> None:
    """Parse what the statement would be, with the largest numbers that it can hold.

    Once for each shape: what differs between submissions of one shape has a fixed
    length and one spelling, which ``check_submission`` has seen to.
    """
    algorithms = tuple(digest.alg for digest in submission.digests)
    signed = submission.submitter is not None
    _try_shape(submission.origin, submission.what, algorithms, identity, signed)


@lru_cache(maxsize=1024)
def _try_shape(
    origin: str, what: str, algorithms: tuple[str, ...], identity: str, signed: bool
) -> None:
    most = 2**63 - 1
    statement = Statement(
        Submission(
            origin,
            bytes(ID_BYTES),
            bytes(ID_BYTES),
            what,
            tuple(Digest(alg, bytes(SIZES[alg])) for alg in algorithms),
            bytes(ID_BYTES),
            MAX_BATCH - 1,
            _ANY_KEY if signed else None,
        ),
        bytes(64) if signed else None,
        most,
        bytes(32),
        bytes(32),
        most,
        identity,
        SERVICE,
        bytes(32),
        most,
    )
    if parse_statement(statement.to_bytes()) != statement:
        raise Unacceptable("the statement would not be in its one spelling")
