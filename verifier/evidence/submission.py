"""A submission: the exact bytes a submitter signs to have something anchored.

    beilin/submission/v1
    origin log.example.org/beilin
    account AAAAAAAAAAAAAAAAAAAAAA==
    dossier AAAAAAAAAAAAAAAAAAAAAQ==
    what manifest
    digest sha-256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
    nonce AAAAAAAAAAAAAAAAAAAAAg==
    position none
    submitter none

SPEC §3. The text names log, account and dossier, so a signature over it cannot
be moved to another; the nonce makes it one of its kind.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, to_base64
from ..errors import BindingFailure, Malformed
from ..tlog.checkpoint import check_origin
from ..tlog.keys import check_ed25519_public_key, check_ed25519_signature
from .digests import Digest, check_digests, parse_digests, to_lines
from .lines import Lines

MAX_BYTES: Final = 1024
"""A submission with the longest origin and three digests has under 800 bytes."""
MAX_BATCH: Final = 1000
"""Entries in one batch request; positions run from 0 to 999."""
ID_BYTES: Final = 16
"""Bytes of an account, a dossier and a nonce, all random."""


class Submission(NamedTuple):
    """The values of a ``beilin/submission/v1`` text.

    ``position`` is the place in a batch request, None for a single one.
    ``submitter`` is an Ed25519 public key of 32 bytes, None where nobody signs.
    """

    origin: str
    account: bytes
    dossier: bytes
    what: str
    digests: tuple[Digest, ...]
    nonce: bytes
    position: int | None
    submitter: bytes | None

    def to_bytes(self) -> bytes:
        """Return the text; exactly these bytes are signed."""
        position = "none" if self.position is None else str(self.position)
        submitter = "none" if self.submitter is None else to_base64(self.submitter)
        return (
            f"beilin/submission/v1\norigin {self.origin}\naccount {to_base64(self.account)}\n"
            f"dossier {to_base64(self.dossier)}\nwhat {self.what}\n{to_lines(self.digests)}"
            f"nonce {to_base64(self.nonce)}\nposition {position}\nsubmitter {submitter}\n"
        ).encode()

    def identity_hash(self) -> bytes:
        """Return SHA-256 of the text: two entries with one value are a replay."""
        return hashlib.sha256(self.to_bytes()).digest()


def check_submission(submission: Submission) -> None:
    """Raise Malformed unless every value is one that ``parse_submission`` would return."""
    what = "submission"
    check_origin(submission.origin)
    for name in ("account", "dossier", "nonce"):
        if len(getattr(submission, name)) != ID_BYTES:
            raise Malformed(f"{what}: {name} must have {ID_BYTES} bytes")
    if submission.what not in ("manifest", "file"):
        raise Malformed(f"{what}: what must be manifest or file")
    check_digests(submission.digests, what)
    if submission.position is not None and not 0 <= submission.position < MAX_BATCH:
        raise Malformed(f"{what}: position must be below {MAX_BATCH}")
    if submission.submitter is not None:
        check_ed25519_public_key(submission.submitter)


def read_submission(lines: Lines) -> Submission:
    """Read the lines after the first from a cursor; a statement holds the same lines."""
    what = lines.what
    origin = lines.take("origin")
    account = parse_base64(lines.take("account"), f"{what}: account", length=ID_BYTES)
    dossier = parse_base64(lines.take("dossier"), f"{what}: dossier", length=ID_BYTES)
    kind = lines.take("what")
    digests = parse_digests(lines.take_all("digest", maximum=3), what)
    nonce = parse_base64(lines.take("nonce"), f"{what}: nonce", length=ID_BYTES)
    position = lines.take("position")
    submitter = lines.take("submitter")
    submission = Submission(
        origin,
        account,
        dossier,
        kind,
        digests,
        nonce,
        None if position == "none" else parse_decimal(position, f"{what}: position"),
        None if submitter == "none" else parse_base64(submitter, f"{what}: submitter", length=32),
    )
    check_submission(submission)
    return submission


def parse_submission(data: bytes) -> Submission:
    """Return the submission; raises Malformed, NewerFormat, or SignatureFailure for a weak key."""
    lines = Lines.of(data, "submission", maximum_bytes=MAX_BYTES)
    submission = read_submission(lines)
    lines.done()
    return submission


def check_signature(submission: Submission, signature: bytes | None) -> None:
    """Check that the submitter named in the text signed it.

    Both or neither of key and signature must be there: a stripped signature
    fails. Raises BindingFailure or SignatureFailure.
    """
    if (submission.submitter is None) != (signature is None):
        raise BindingFailure("submission: submitter and signature must stand together")
    if submission.submitter is not None and signature is not None:
        check_ed25519_signature(submission.submitter, signature, submission.to_bytes())
