"""The message tree: a salted Merkle tree over the segments of one file.

SPEC §8 (CMT-1). Each leaf commits separately to a segment's place, its bytes
and thirteen fields, so that later one record, one range or one period can be
shown and the rest withheld. The root binds the number of segments, the file's
size and its salted digest: the tree alone would not commit to how many leaves
it has.

    salts(i) = SHAKE256("CMT1/salts" ‖ 0 ‖ seed ‖ lp(profile) ‖ u64 i), 15 × 32 bytes
    C(tag,s,m) = SHA-256("CMT1/" ‖ tag ‖ 0 ‖ s ‖ lp(m))
    body(i)  = "CMT1" ‖ u64 i ‖ u8 kind ‖ C(pos) ‖ C(raw) ‖ u16 13 ‖ 13 × C(fld)
    leaf(i)  = SHA-256(0x00 ‖ body)    inner nodes and shape: RFC 6962
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from ..encoding import lp, parse_base64, parse_decimal, to_base64, u64
from ..errors import BindingFailure, Malformed
from ..tlog.merkle import root_of
from .lines import Lines
from .segment import RECORD, Segment
from .time_bounds import Bounds, TimeBounds

PROFILE: Final = b"beilin/messages/v1"
FIELDS: Final = (
    "time", "te_lo", "te_hi", "pmin", "pmax", "smin", "smax",
    "dated_by", "sender", "native_id", "type", "media", "flags",
)  # fmt: skip
"""Field names in the order of their commitments; an absent value is empty bytes."""
SEED_BYTES: Final = 32
FILE_SALT: Final = 2**64 - 1
"""The index whose first salt covers the file's digest."""
CLOCKS: Final = ("wall", "instant", "none")
_WORDS: Final = re.compile(r"[!-~]+(?: [!-~]+)*", re.ASCII)
_CHUNK: Final = 1 << 20

_SALTS = b"CMT1/salts\x00"
_FIELD_HEADS: Final = tuple(lp(name.encode()) for name in FIELDS)


class MessagesRoot(NamedTuple):
    """The values of a ``beilin/messages/v1`` text, whose hash stands in the manifest.

    ``reader`` and ``variant`` name the program that cut the file and the
    reading it chose; ``clock`` says what its times are; ``tree`` is the RFC 6962
    root over ``segments`` leaves, ``records`` of them records, ``file`` the salted
    digest of ``size`` bytes.
    """

    reader: str
    variant: str
    clock: str
    segments: int
    records: int
    size: int
    tree: bytes
    file: bytes

    def to_bytes(self) -> bytes:
        """Return the text."""
        return (
            f"beilin/messages/v1\nreader {self.reader}\nvariant {self.variant}\n"
            f"clock {self.clock}\nsegments {self.segments}\nrecords {self.records}\n"
            f"size {self.size}\n"
            f"tree {to_base64(self.tree)}\nfile {to_base64(self.file)}\n"
        ).encode()

    def root(self) -> bytes:
        """Return SHA-256("beilin/messages/v1" ‖ 0x00 ‖ text): the value in the manifest."""
        return hashlib.sha256(b"beilin/messages/v1\x00" + self.to_bytes()).digest()


def parse_messages_root(data: bytes) -> MessagesRoot:
    """Return the root text's values; raises Malformed or NewerFormat."""
    lines = Lines.of(data, "messages", maximum_bytes=2048)
    root = MessagesRoot(
        lines.take("reader"),
        lines.take("variant"),
        lines.take("clock"),
        parse_decimal(lines.take("segments"), "messages: segments"),
        parse_decimal(lines.take("records"), "messages: records"),
        parse_decimal(lines.take("size"), "messages: size"),
        parse_base64(lines.take("tree"), "messages: tree", length=32),
        parse_base64(lines.take("file"), "messages: file", length=32),
    )
    lines.done()
    for value in (root.reader, root.variant):
        if not _WORDS.fullmatch(value) or len(value) > 200:
            raise Malformed("messages: reader and variant are printable ASCII words")
    if root.clock not in CLOCKS:
        raise Malformed("messages: clock must be wall, instant or none")
    return root


def salts(seed: bytes, index: int) -> bytes:
    """Return the fifteen salts of a leaf, 32 bytes each: place, bytes, then the fields."""
    data = _SALTS + seed + lp(PROFILE) + u64(index)
    return hashlib.shake_256(data).digest(32 * (2 + len(FIELDS)))


def file_commitment(seed: bytes, file_digest: bytes) -> bytes:
    """Return C("file", salt, SHA-256 of the file); the salt is the first of index 2⁶⁴-1."""
    salt = salts(seed, FILE_SALT)[:32]
    return hashlib.sha256(b"CMT1/file\x00" + salt + lp(file_digest)).digest()


def field_values(index: int, segment: Segment, bounds: Bounds) -> tuple[bytes, ...]:
    """Return the thirteen field values of a leaf, in the order of FIELDS (SPEC §8.2)."""
    te_lo, te_hi, pmin, pmax, smin, smax, source = bounds
    if source is None:
        times: tuple[bytes, ...] = (b"",) * 7
    else:
        dated_by = index if segment.dated_by is None else segment.dated_by
        by = dated_by if source == index else source
        times = tuple(str(value).encode() for value in (te_lo, te_hi, pmin, pmax, smin, smax, by))
    return (
        segment.time,
        *times,
        segment.sender,
        segment.native_id,
        segment.type,
        b",".join(segment.media),
        ",".join(segment.flags).encode(),
    )


def leaf_body(
    index: int, kind: int, offset: int, length: int, raw: bytes, values: Iterable[bytes],
    leaf_salts: bytes,
) -> bytes:  # fmt: skip
    """Return the body of one leaf; ``raw`` is C("raw"), already computed."""
    sha256 = hashlib.sha256
    place = sha256(
        b"CMT1/pos\x00" + leaf_salts[:32] + b"\x00\x00\x00\x00\x00\x00\x00\x10"
        + offset.to_bytes(8, "big") + length.to_bytes(8, "big")
    ).digest()  # fmt: skip
    parts = [b"CMT1", index.to_bytes(8, "big"), bytes((kind,)), place, raw, b"\x00\x0d"]
    at = 64
    for head, value in zip(_FIELD_HEADS, values, strict=True):
        size = (len(head) + len(value)).to_bytes(8, "big")
        parts.append(
            sha256(b"CMT1/fld\x00" + leaf_salts[at : at + 32] + size + head + value).digest()
        )
        at += 32
    return b"".join(parts)


class Tree(NamedTuple):
    """What ``build_tree`` computed: leaves, records among them, bytes, RFC 6962 root, SHA-256."""

    segments: int
    records: int
    size: int
    tree: bytes
    file_digest: bytes


def raw_commitments(
    rows: Iterable[Segment], file: BinaryIO, digest: hashlib._Hash, seed: bytes
) -> Iterator[tuple[int, Segment, int, bytes, bytes]]:
    """Yield (index, segment, offset, salts, C("raw")) while hashing the file once."""
    offset = 0
    for index, segment in enumerate(rows):
        length = segment.length
        if length < 1:
            raise BindingFailure(f"messages: segment {index} is empty")
        leaf_salts = salts(seed, index)
        head = b"CMT1/raw\x00" + leaf_salts[32:64] + length.to_bytes(8, "big")
        if length <= _CHUNK:
            raw = file.read(length)
            left = length - len(raw)
            digest.update(raw)
            commitment = hashlib.sha256(head + raw)
        else:
            commitment = hashlib.sha256(head)
            left = length
            while left and (raw := file.read(min(left, _CHUNK))):
                digest.update(raw)
                commitment.update(raw)
                left -= len(raw)
        if left:
            raise BindingFailure(f"messages: segment {index} reaches past the end of the file")
        yield index, segment, offset, leaf_salts, commitment.digest()
        offset += length


def build_tree(rows: Callable[[], Iterable[Segment]], file: BinaryIO, seed: bytes) -> Tree:
    """Build the tree over ``file`` as ``rows`` cuts it; memory does not grow with the file.

    ``rows`` is called twice and must yield the same segments each time, their
    ``media`` being manifest positions as decimal text. Raises BindingFailure
    where the segments do not partition the file.
    """
    if len(seed) != SEED_BYTES:
        raise Malformed(f"messages: seed: {len(seed)} bytes where {SEED_BYTES} are expected")
    bounds = TimeBounds()
    try:
        for segment in rows():
            bounds.add(segment.te_lo, segment.te_hi)
        digest = hashlib.sha256()
        totals = [0, 0, 0]

        def leaves() -> Iterator[bytes]:
            sha256 = hashlib.sha256
            stream = raw_commitments(rows(), file, digest, seed)
            for (index, segment, offset, leaf_salts, raw), bound in zip(
                stream, bounds, strict=True
            ):
                body = leaf_body(
                    index, segment.kind, offset, segment.length, raw,
                    field_values(index, segment, bound), leaf_salts,
                )  # fmt: skip
                totals[0] += 1
                totals[1] += segment.length
                totals[2] += segment.kind == RECORD
                yield sha256(b"\x00" + body).digest()

        tree = root_of(leaves())
    finally:
        bounds.close()
    if file.read(1):
        raise BindingFailure(f"messages: the segments end at byte {totals[1]}, the file does not")
    return Tree(totals[0], totals[2], totals[1], tree, digest.digest())
