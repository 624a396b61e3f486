"""Files that are named in an answer: their digests, and under which role to attach them."""

from __future__ import annotations

import errno
import hashlib
import mimetypes
import os
from pathlib import Path
from typing import Final, NamedTuple

from app.commands.common import EXIT_BAD_INPUT, Refusal

from ..durable import reading
from ..words import shown

_CHUNK: Final = 1 << 20

ROLES: Final = {
    "acq.recording": "recording",
    "acct.own.profile_screens": "screenshot",
    "acct.peer.profile_screens": "screenshot",
    "src.carrier.sealing": "screenshot",
    "acq.log": "log",
    "pres.transcripts": "transcript",
    "item.conversions": "derived",
}
"""The role a file named in this field's answer is attached in; of all others ``attestation``."""

NOT_ATTACHED: Final = frozenset(
    {"item.files", "acq.output_digests", "acq.tool", "cust.events", "cust.backup", "cust.transfer",
     "acq.steps", "scope.full_available", "scope.redactions", "decl.supersedes"}
)  # fmt: skip
"""Files of these answers are the evidence itself, or stay with the person."""


class Hashed(NamedTuple):
    """One file that was read: where it lies and what it is."""

    path: Path
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        """Return the media type that the name suggests; it decides nothing."""
        return mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


def hash_file(text: str) -> Hashed:
    """Return the file's size and SHA-256; raises Refusal where it cannot be read."""
    path = Path(os.path.abspath(os.path.expanduser(text.strip().strip("'\""))))
    if not path.is_file():
        reason = os.strerror(errno.ENOENT if not path.exists() else errno.EINVAL)
        raise Refusal(
            EXIT_BAD_INPUT,
            f"无法读取 {shown(path)}：不是普通文件，或不存在（{reason}）。",
            f"Cannot read {shown(path)}: no regular file, or not there ({reason}).",
        )
    digest, size = hashlib.sha256(), 0
    with reading(path), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Hashed(path, size, digest.hexdigest())


def role_of(field: str) -> str | None:
    """Return the role a file of this field's answer is attached in, None if it is not attached."""
    return None if field in NOT_ATTACHED else ROLES.get(field, "attestation")
