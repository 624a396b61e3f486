"""A receipt: everything needed to check one entry offline, in one text.

    beilin/receipt/v1
    salt …
    (empty line)
    beilin/statement/v1 …
    (empty line)
    beilin/entry/v1 …
    (empty line)
    beilin/token/v1 …            zero to eight blocks: time over this checkpoint
    (empty line)
    beilin/anchor-proof/v1 …     zero to eight blocks: an earlier time inside the log
    (empty line)
    c2sp.org/tlog-proof@v1 …     to the end

SPEC §6. Statement, entry and proof stand in it verbatim, so each can be cut out
with an editor and checked with tools that are not ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, to_base64
from ..errors import Malformed
from ..tlog.proof import TlogProof, parse_tlog_proof
from .entry import Entry, parse_entry
from .lines import Lines
from .statement import Statement, parse_statement

MAX_BYTES: Final = 1 << 20
"""Eight tokens of 16 KiB with chains, base64, and a proof fit three times over."""
MAX_BLOCKS: Final = 8
MAX_DER_BYTES: Final = 16384
_HEAD: Final = re.compile(rb"beilin/receipt/v1\nsalt ([A-Za-z0-9+/=]{44})\n")
_PROOF: Final = b"\n\nc2sp.org/tlog-proof@v1\n"
_TYPE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class Token(NamedTuple):
    """A proof of time over the stamped note of the receipt's own checkpoint.

    ``type`` is ``rfc3161`` (DER TimeStampToken) or a name this program may not
    know; ``certificates`` are DER, the signer's first.
    """

    type: str
    token: bytes
    certificates: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the ``beilin/token/v1`` block, without the empty line."""
        return f"beilin/token/v1\n{_token_lines(self)}".encode()


class AnchorProof(NamedTuple):
    """A token over an earlier checkpoint, and where the log recorded that token.

    ``index`` and ``hashes`` prove ``entry`` (the bytes of an ``anchor`` entry)
    in the receipt's own checkpoint; ``note`` is the stamped note the token is over.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    hashes: tuple[bytes, ...]
    entry: bytes
    note: bytes
    token: Token

    def to_bytes(self) -> bytes:
        """Return the ``beilin/anchor-proof/v1`` block, without the empty line."""
        hashes = "".join(f"hash {to_base64(value)}\n" for value in self.hashes)
        return (
            f"beilin/anchor-proof/v1\nindex {self.index}\n{hashes}entry {to_base64(self.entry)}\n"
            f"note {to_base64(self.note)}\n{_token_lines(self.token)}"
        ).encode()


class Receipt(NamedTuple):
    """A parsed receipt; the ``*_bytes`` are the exact bytes of its parts."""

    salt: bytes
    statement_bytes: bytes
    statement: Statement
    entry_bytes: bytes
    entry: Entry
    tokens: tuple[Token, ...]
    anchor_proofs: tuple[AnchorProof, ...]
    proof: TlogProof


def _token_lines(token: Token) -> str:
    certificates = "".join(f"certificate {to_base64(value)}\n" for value in token.certificates)
    return f"type {token.type}\ntoken {to_base64(token.token)}\n{certificates}"


def _read_token(lines: Lines) -> Token:
    kind = lines.take("type")
    if not _TYPE.fullmatch(kind) or len(kind) > 40:
        raise Malformed(f"{lines.what}: type is not a lower-case word")
    token = parse_base64(lines.take("token"), f"{lines.what}: token")
    values = lines.take_all("certificate", maximum=8)
    chain = tuple(parse_base64(value, f"{lines.what}: certificate") for value in values)
    if any(not 1 <= len(der) <= MAX_DER_BYTES for der in (token, *chain)):
        raise Malformed(f"{lines.what}: a token or certificate has 1 to {MAX_DER_BYTES} bytes")
    return Token(kind, token, chain)


def _read_anchor_proof(block: bytes) -> AnchorProof:
    lines = Lines.of(block, "anchor-proof", maximum_bytes=MAX_BYTES)
    index = parse_decimal(lines.take("index"), "anchor-proof: index")
    hashes = tuple(
        parse_base64(value, "anchor-proof: hash", length=32)
        for value in lines.take_all("hash", maximum=63)
    )
    entry = parse_base64(lines.take("entry"), "anchor-proof: entry")
    note = parse_base64(lines.take("note"), "anchor-proof: note")
    proof = AnchorProof(index, hashes, entry, note, _read_token(lines))
    lines.done()
    return proof


def to_receipt(
    salt: bytes,
    statement: bytes,
    entry: bytes,
    proof: bytes,
    blocks: Sequence[Token | AnchorProof] = (),
) -> bytes:
    """Return the receipt's bytes for parts that are already in their one spelling."""
    extra = b"".join(block.to_bytes() + b"\n" for block in blocks)
    head = f"beilin/receipt/v1\nsalt {to_base64(salt)}\n\n".encode()
    return b"%b%b\n%b\n%b%b" % (head, statement, entry, extra, proof)


class Parts(NamedTuple):
    """A receipt cut at its empty lines, before any part but the salt is read."""

    salt: bytes
    statement: bytes
    entry: bytes
    blocks: tuple[bytes, ...]
    proof: bytes


def split_receipt(data: bytes) -> Parts:
    """Cut a receipt into its parts (SPEC §6.1); raises Malformed or NewerFormat.

    Kept apart from reading the parts so that a checker can compare hashes of
    exact bytes first: a flipped bit in the statement is then a broken binding
    and not a spelling mistake.
    """
    if len(data) > MAX_BYTES:
        raise Malformed(f"receipt: {len(data)} bytes, more than the {MAX_BYTES} allowed")
    end = data.find(_PROOF)
    if end < 0:
        blocks = data.split(b"\n\n", 1)
        Lines.of(blocks[0] + b"\n", "receipt", maximum_bytes=MAX_BYTES)
        raise Malformed("receipt: no c2sp.org/tlog-proof@v1 part")
    head, *blocks = [block + b"\n" for block in data[:end].split(b"\n\n")]
    cut = _HEAD.fullmatch(head)
    if cut is not None:
        spelled = cut[1].decode("ascii")
    else:  # line by line, which can say what is wrong
        lines = Lines.of(head, "receipt", maximum_bytes=MAX_BYTES)
        spelled = lines.take("salt")
        lines.done()
    salt = parse_base64(spelled, "receipt: salt", length=32)
    if not 2 <= len(blocks) <= 2 + 2 * MAX_BLOCKS:
        raise Malformed("receipt: must hold a statement, an entry and at most 16 time blocks")
    return Parts(salt, blocks[0], blocks[1], tuple(blocks[2:]), data[end + 2 :])


def parse_blocks(
    blocks: Sequence[bytes],
) -> tuple[tuple[Token, ...], tuple[AnchorProof, ...]]:
    """Return the time blocks of a receipt; raises Malformed or NewerFormat."""
    tokens: list[Token] = []
    anchors: list[AnchorProof] = []
    for block in blocks:
        if block.startswith(b"beilin/anchor-proof/"):
            anchors.append(_read_anchor_proof(block))
            continue
        if anchors:
            raise Malformed("receipt: token blocks stand before anchor-proof blocks")
        lines = Lines.of(block, "token", maximum_bytes=MAX_BYTES)
        tokens.append(_read_token(lines))
        lines.done()
    if len(tokens) > MAX_BLOCKS or len(anchors) > MAX_BLOCKS:
        raise Malformed(f"receipt: more than {MAX_BLOCKS} time blocks of one kind")
    return tuple(tokens), tuple(anchors)


def parse_receipt(data: bytes) -> Receipt:
    """Return the receipt; raises Malformed or NewerFormat. Checks no hash or signature."""
    parts = split_receipt(data)
    tokens, anchors = parse_blocks(parts.blocks)
    return Receipt(
        parts.salt,
        parts.statement,
        parse_statement(parts.statement),
        parts.entry,
        parse_entry(parts.entry),
        tokens,
        anchors,
        parse_tlog_proof(parts.proof),
    )
