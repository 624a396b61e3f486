"""The body of ``POST /add-checkpoint`` (c2sp.org/tlog-witness).

old <size>              decimal, of the head that the witness has
<hash>                  base64, 0 to 63 lines: the consistency proof from old
<empty line>
<signed checkpoint>     a signed note
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from verifier.encoding import parse_base64, parse_decimal, to_base64
from verifier.errors import Malformed
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from verifier.tlog.note import MAXIMUM_BYTES, MAXIMUM_SIGNATURES, Note, parse_note

MAXIMUM_HASHES: Final = 63
_MAXIMUM_HEAD: Final = 24 + 45 * (MAXIMUM_HASHES + 1)  # before anything is split
MAXIMUM_BODY: Final = _MAXIMUM_HEAD + 2 + MAXIMUM_BYTES
"""The longest body read: all hashes, and the longest note that the verifier reads."""

# A line that is one of a signature whatever its base64 says.
_ALIKE: Final = re.compile("— [^ \n]++ ([A-Za-z0-9+/]++={0,2})")


class Request(NamedTuple):
    """A request that could be read; nothing is verified.

    ``note`` is None where only the base64 of signature lines is not in its one
    spelling: no signature can be verified there.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: Note | None


def parse_request(body: bytes) -> Request:
    """Parse a body. Raises Malformed, also for an old size that is larger than the new one.

    A checkpoint with extension lines is refused (``verifier.tlog.checkpoint``
    says why). One of size 0 with another root than that of the empty tree can
    be read here, because the protocol has an answer of its own for it.
    """
    head, gap, data = body.partition(b"\n\n")
    if not gap or len(head) > _MAXIMUM_HEAD:
        raise Malformed("request: no empty line behind old size and proof")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("request: old size and proof are not ASCII") from None
    if not first.startswith("old "):
        raise Malformed("request: does not begin with the old size")
    old = parse_decimal(first[4:], "old size")
    if len(lines) > MAXIMUM_HASHES:
        raise Malformed(f"request: more than {MAXIMUM_HASHES} hashes")
    proof = tuple(parse_base64(line, "proof", length=HASH_BYTES) for line in lines)
    text, note = _split(data)
    checkpoint = _parse_checkpoint(text)
    if old > checkpoint.size:
        raise Malformed("request: the old size is larger than that of the checkpoint")
    return Request(old, proof, checkpoint, note)


def _split(data: bytes) -> tuple[bytes, Note | None]:
    try:
        note = parse_note(data)
    except Malformed:
        text, _, tail = data.rpartition(b"\n\n")
        if len(data) > MAXIMUM_BYTES or not _is_misspelled(tail):
            raise
        return text + b"\n", None
    return note.text, note


def _is_misspelled(tail: bytes) -> bool:
    """Whether nothing is wrong with these signature lines but the spelling of base64."""
    *lines, rest = tail.decode("utf-8", "replace").split("\n")
    found = [_ALIKE.fullmatch(line) for line in lines]
    if rest or len(lines) > MAXIMUM_SIGNATURES or not all(found):
        return False
    for match in found:
        try:
            parse_base64(match[1] if match else "", "signature")
        except Malformed:
            return True
    return False


def _parse_checkpoint(text: bytes) -> Checkpoint:
    lines = text.split(b"\n", 4)
    if len(lines) != 4 or lines[1] != b"0":
        return parse_checkpoint(text)
    lines[2], root = to_base64(EMPTY_ROOT).encode(), lines[2]
    checkpoint = parse_checkpoint(b"\n".join(lines))
    spelled = root.decode("ascii", "replace")
    return checkpoint._replace(root=parse_base64(spelled, "checkpoint root", length=HASH_BYTES))
