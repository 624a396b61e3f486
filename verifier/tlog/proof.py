"""The ``.tlog-proof`` file: where an entry stands in a log, and the checkpoint that says so.

c2sp.org/tlog-proof:

    c2sp.org/tlog-proof@v1
    extra <base64>                at most once; nothing vouches for it
    index <decimal>
    <base64 of 32 bytes>          0 to 63 lines, the leaf's sibling first
    <empty line>
    <signed checkpoint>

The entry is not in the file: who verifies computes its leaf hash from the bytes
in question. Parsing checks no signature and no path.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from verifier.encoding import decode_text, parse_base64, parse_decimal, to_base64
from verifier.errors import Malformed, NewerFormat

from .checkpoint import parse_checkpoint
from .merkle import HASH_BYTES
from .note import MAXIMUM_BYTES as MAXIMUM_NOTE_BYTES
from .note import parse_note

MAXIMUM_HASHES: Final = 63
"""The longest path in a tree of at most 2^63 - 1 leaves."""

MAXIMUM_EXTRA_BYTES: Final = 48_000
"""Other readers take lines of less than 64 KiB; this is what base64 can put in one."""

MAXIMUM_BYTES: Final = MAXIMUM_NOTE_BYTES + 68_000
"""A longest note after the longest ``extra`` line and 63 hashes."""

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_ANY_HEADER: Final = "c2sp.org/tlog-proof@"


# Proofs under one checkpoint share most of their hashes.
_SHARED: Final = 4096
_to_line = lru_cache(maxsize=_SHARED)(to_base64)


@lru_cache(maxsize=_SHARED)
def _hash_of(line: str) -> bytes:
    return parse_base64(line, "proof: hash", length=HASH_BYTES)


class TlogProof(NamedTuple):
    """A proof as ``parse_tlog_proof`` read it; nothing is verified yet.

    ``note`` is the signed checkpoint as it stood in the file. ``extra`` is None
    without an ``extra`` line.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    hashes: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    def to_text(self) -> bytes:
        """Return the file in its one spelling."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += map(_to_line, self.hashes)
        return "\n".join(lines).encode() + b"\n\n" + self.note


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Parse a proof, the checkpoint in it included; ``to_text()`` of the result is ``data``.

    Raises Malformed, and NewerFormat for another version than 1.
    """
    if len(data) > MAXIMUM_BYTES:
        raise Malformed(f"proof: {len(data)} bytes, more than the {MAXIMUM_BYTES} allowed")
    head, gap, note = data.partition(b"\n\n")
    if not gap:
        raise Malformed("proof: no empty line before the checkpoint")
    lines = decode_text(head, "proof", maximum_bytes=MAXIMUM_BYTES).split("\n")
    header = lines.pop(0)
    if header != _HEADER:
        if header.startswith(_ANY_HEADER):
            raise NewerFormat("proof: a version that this program does not know")
        raise Malformed("proof: the first line is not that of a proof")
    extra: bytes | None = None
    if lines and lines[0].startswith("extra "):
        extra = parse_base64(lines.pop(0)[len("extra ") :], "proof: extra")
        if len(extra) > MAXIMUM_EXTRA_BYTES:
            raise Malformed(f"proof: more than {MAXIMUM_EXTRA_BYTES} bytes of extra data")
    if not lines or not lines[0].startswith("index "):
        raise Malformed("proof: no index line where one is expected")
    index = parse_decimal(lines.pop(0)[len("index ") :], "proof: index")
    if len(lines) > MAXIMUM_HASHES:
        raise Malformed(f"proof: more than {MAXIMUM_HASHES} hashes")
    hashes = tuple(map(_hash_of, lines))
    parse_checkpoint(parse_note(note).text)
    return TlogProof(index, hashes, note, extra)
