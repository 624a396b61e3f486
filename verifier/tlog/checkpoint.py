"""Checkpoints: the signed statement of a log about its size and root.

The text of a note (c2sp.org/tlog-checkpoint) of exactly three lines:

    <origin>            1 to 255 printable ASCII characters without space and "+"
    <size>              number of entries, decimal
    <root>              base64 of the 32-byte root hash

Extension lines, which the specification allows but advises against, are refused:
the ML-DSA-44 cosignature does not cover them, and what nobody can audit should
not be in evidence. The limit on the origin is that of the same cosignature.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from verifier.encoding import parse_base64, parse_decimal, split_lines, to_base64
from verifier.errors import Malformed, PolicyError, SignatureFailure

from .keys import ED25519, VKey
from .merkle import EMPTY_ROOT, HASH_BYTES
from .note import Note

_MAXIMUM_BYTES = 512  # 255 of origin, 19 of size, 44 of root, and line feeds, with room

_ORIGIN = re.compile("[!-*,-~]{1,255}", re.ASCII)


class Checkpoint(NamedTuple):
    """A tree head with the name of its log: ``root`` is over the first ``size`` entries."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> bytes:
        """Return the three lines, which are what is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n".encode()


@lru_cache(maxsize=64)  # remembers only what passed: an error is not kept
def check_origin(origin: str) -> None:
    """Check that this is a name that a log can have. Raises Malformed."""
    if not _ORIGIN.fullmatch(origin):
        raise Malformed("checkpoint: the origin is not 1 to 255 printable characters of ASCII")


@lru_cache(maxsize=8)
def parse_checkpoint(text: bytes) -> Checkpoint:
    """Parse the three lines; ``to_text()`` of the result is ``text``. Raises Malformed."""
    lines = split_lines(text, "checkpoint", maximum_bytes=_MAXIMUM_BYTES)
    if len(lines) != 3:
        raise Malformed(f"checkpoint: {len(lines)} lines where 3 are expected")
    origin, size_text, root_text = lines
    check_origin(origin)
    size = parse_decimal(size_text, "checkpoint size")
    root = parse_base64(root_text, "checkpoint root", length=HASH_BYTES)
    if size == 0 and root != EMPTY_ROOT:
        raise Malformed("checkpoint: size 0 with a root that is not that of the empty tree")
    return Checkpoint(origin, size, root)


def stamped_note(note: Note, log_vkey: VKey) -> bytes:
    """Return the part of a note that a time stamp is taken over.

    The checkpoint text, an empty line, and the signature line of the log's
    Ed25519 key only: so the stamp shows that the log's signature existed, and
    stays valid when cosignatures are added. Verifies nothing: call
    ``verify_note`` first.

    Raises PolicyError if the key is not Ed25519 (type 0x01), SignatureFailure if
    the log did not sign, and Malformed if it has more than one line, because
    then there is more than one note to stamp.
    """
    if log_vkey.type != ED25519:
        raise PolicyError("the key of the log is not of type Ed25519")
    lines = [
        line
        for line in note.signatures
        if (line.name, line.key_id) == (log_vkey.name, log_vkey.key_id)
    ]
    if not lines:
        raise SignatureFailure("note: no signature by the log")
    if len(lines) > 1:
        raise Malformed("note: more than one signature line by the log")
    return Note(note.text, tuple(lines)).to_bytes()
