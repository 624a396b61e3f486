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
from collections.abc import Sequence
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
    for name, value in (
        ("account", submission.account),
        ("dossier", submission.dossier),
        ("nonce", submission.nonce),
    ):
        if len(value) != ID_BYTES:
            raise Malformed(f"submission: {name} must have {ID_BYTES} bytes")
    check_digests(submission.digests, "submission")
    _check_others(submission)


def _check_others(submission: Submission) -> None:
    """Check what reading the spelling has not checked already."""
    check_origin(submission.origin)
    if submission.what not in ("manifest", "file"):
        raise Malformed("submission: what must be manifest or file")
    if submission.position is not None and not 0 <= submission.position < MAX_BATCH:
        raise Malformed(f"submission: position must be below {MAX_BATCH}")
    if submission.submitter is not None:
        check_ed25519_public_key(submission.submitter)


class Spelled(NamedTuple):
    """The values of the lines after the first, as they are spelled; a statement holds them too."""

    origin: str
    account: str
    dossier: str
    what: str
    digests: list[str]
    nonce: str
    position: str
    submitter: str


PATTERN: Final = (
    "beilin/submission/v1\norigin (.*)\naccount (.*)\ndossier (.*)\nwhat (.*)\n"
    "((?:digest .*\n){0,3})nonce (.*)\nposition (.*)\nsubmitter (.*)\n"
)
"""Cuts what ``take_spelled`` takes, all lines at once; its groups are for ``cut_spelled``."""


def cut_spelled(groups: Sequence[str]) -> Spelled:
    """Return the values that ``PATTERN`` cut."""
    origin, account, dossier, what, digests, nonce, position, submitter = groups
    values = [line[len("digest ") :] for line in digests.split("\n")[:-1]]
    return Spelled(origin, account, dossier, what, values, nonce, position, submitter)


def take_spelled(lines: Lines) -> Spelled:
    """Take the values line by line, which can say what line is wrong."""
    return Spelled(
        lines.take("origin"),
        lines.take("account"),
        lines.take("dossier"),
        lines.take("what"),
        lines.take_all("digest", maximum=3),
        lines.take("nonce"),
        lines.take("position"),
        lines.take("submitter"),
    )


def read_submission(spelled: Spelled, what: str) -> Submission:
    """Return the submission of these values; ``what`` is the text that they stand in."""
    origin, account, dossier, kind, digests, nonce, position, submitter = spelled
    submission = Submission(
        origin,
        parse_base64(account, f"{what}: account", length=ID_BYTES),
        parse_base64(dossier, f"{what}: dossier", length=ID_BYTES),
        kind,
        parse_digests(digests, what),
        parse_base64(nonce, f"{what}: nonce", length=ID_BYTES),
        None if position == "none" else parse_decimal(position, f"{what}: position"),
        None if submitter == "none" else parse_base64(submitter, f"{what}: submitter", length=32),
    )
    _check_others(submission)
    return submission


def parse_submission(data: bytes) -> Submission:
    """Return the submission; raises Malformed, NewerFormat, or SignatureFailure for a weak key."""
    lines = Lines.of(data, "submission", maximum_bytes=MAX_BYTES)
    spelled = take_spelled(lines)
    lines.done()
    return read_submission(spelled, lines.what)


def check_signature(submission: Submission, signature: bytes | None) -> None:
    """Check that the submitter named in the text signed it.

    Both or neither of key and signature must be there: a stripped signature
    fails. Raises BindingFailure or SignatureFailure.
    """
    if (submission.submitter is None) != (signature is None):
        raise BindingFailure("submission: submitter and signature must stand together")
    if submission.submitter is not None and signature is not None:
        check_ed25519_signature(submission.submitter, signature, submission.to_bytes())
