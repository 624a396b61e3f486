"""What the two POST routes take, and how it becomes a submission.

The JSON is transport only: nothing of it is signed or stored. The values are
put into a ``beilin/submission/v1`` text, whose one spelling the verifier fixes,
and that text is what the submitter's signature is checked against.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ledger.accept import Submitted
from ledger.errors import Unacceptable
from verifier.encoding import lp, parse_base64
from verifier.errors import Malformed, VerifierError
from verifier.evidence.digests import Digest
from verifier.evidence.submission import (
    ID_BYTES,
    MAX_BATCH,
    Submission,
    check_signature,
    check_submission,
)

from .problems import Problem
from .strict_json import Reader

MAX_ENTRY_BYTES: Final = 4096
"""Body of one entry: three digests, key and signature, spelled out, have under 700 bytes."""


class DigestIn(Struct, forbid_unknown_fields=True, gc=False):
    """One digest over the customer's bytes."""

    alg: str
    value: str


class EntryIn(Struct, forbid_unknown_fields=True):
    """One thing to be anchored."""

    what: Literal["manifest", "file"]
    digests: list[DigestIn]
    dossier: str
    submitter: str | UnsetType = UNSET
    signature: str | UnsetType = UNSET
    again: bool | UnsetType = UNSET


class BatchIn(Struct, forbid_unknown_fields=True):
    """Up to 1,000 of them: all are anchored or none."""

    entries: list[EntryIn]


def _strings(entry: EntryIn) -> int:
    # what, digests, dossier with two values: 5; every digest has 4; the optional ones.
    return (
        5
        + 4 * len(entry.digests)
        + 2 * (entry.submitter is not UNSET)
        + 2 * (entry.signature is not UNSET)
        + (entry.again is not UNSET)
    )


ENTRY: Final = Reader(EntryIn, _strings)
BATCH: Final = Reader(BatchIn, lambda batch: 1 + sum(map(_strings, batch.entries)))


class Asked(NamedTuple):
    """A request as submissions, and the hash that a repeat of it must have.

    Spelling is checked here; everything else (digests, keys, signatures, a trial
    statement) by ``ledger.accept``, before anything is numbered.
    """

    batch: list[Submitted]
    fingerprint: bytes


def _submitted(
    entry: EntryIn, origin: str, account: bytes, nonce: bytes, position: int | None
) -> Submitted:
    if entry.again is False:
        entry.again = UNSET  # the same request as without it
    submitter = signature = None
    if entry.submitter is not UNSET:
        submitter = parse_base64(entry.submitter, "submitter", length=32)
    if entry.signature is not UNSET:
        signature = parse_base64(entry.signature, "signature", length=64)
    submission = Submission(
        origin,
        account,
        parse_base64(entry.dossier, "dossier", length=ID_BYTES),
        entry.what,
        tuple(Digest(digest.alg, parse_base64(digest.value, "digest")) for digest in entry.digests),
        nonce,
        position,
        submitter,
    )
    return Submitted(submission, signature, entry.again is True)


_CANONICAL: Final = msgspec.json.Encoder()


def _fingerprint(route: bytes, record: EntryIn | BatchIn) -> bytes:
    # Over the values, not over the bytes that came: other spacing is the same request.
    # Every value has one spelling, and the record is written in a fixed order.
    return hashlib.sha256(b"beilin/request/v1\x00" + lp(route) + _CANONICAL.encode(record)).digest()


def read_entry(body: bytes, origin: str, account: bytes, nonce: bytes) -> Asked:
    """Return the checked request of ``POST /v1/entries``.

    Raises JSONError, ShapeError, or Malformed for a value.
    """
    if len(body) > MAX_ENTRY_BYTES:
        raise Problem("body-too-large", f"one entry has at most {MAX_ENTRY_BYTES} bytes")
    entry = ENTRY.read(body)
    batch = [_submitted(entry, origin, account, nonce, None)]
    return Asked(batch, _fingerprint(b"entries", entry))


def read_batch(body: bytes, origin: str, account: bytes, nonce: bytes) -> Asked:
    """Return the checked request of ``POST /v1/batches``; the nonce is that of every entry."""
    record = BATCH.read(body)
    entries = record.entries
    if not 1 <= len(entries) <= MAX_BATCH:
        raise Malformed(f"entries: a batch has 1 to {MAX_BATCH} of them")
    batch: list[Submitted] = []
    seen: dict[Digest, int] = {}
    for position, entry in enumerate(entries):
        try:
            item = _submitted(entry, origin, account, nonce, position)
        except Malformed as error:
            # Say which one; our messages never repeat the input.
            raise Malformed(f"entries[{position}]: {error}") from None
        digests = item.submission.digests
        if digests and (first := seen.setdefault(digests[0], position)) != position:
            raise Problem(
                "digest-twice-in-batch", f"entries[{position}] has the digest of entries[{first}]"
            )
        batch.append(item)
    return Asked(batch, _fingerprint(b"batches", record))


def explain(batch: list[Submitted], refused: Unacceptable) -> Exception:
    """Return the error of the first entry that the ledger's checks refuse, naming its place."""
    for position, (submission, signature, _) in enumerate(batch):
        try:
            check_submission(submission)
            check_signature(submission, signature)
        except VerifierError as error:
            return type(error)(f"entries[{position}]: {error}" if len(batch) > 1 else str(error))
    return refused
