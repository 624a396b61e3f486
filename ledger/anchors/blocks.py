"""The time blocks of a receipt (SPEC §6.2, §6.3), and the check of each before it leaves.

token blocks          the tokens over the receipt's own head: *not after*
anchor-proof blocks   of each authority its newest token whose ``anchor`` entry stands before the
                      receipt's entry, proven in the receipt's own head: *not before*
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.evidence.entry import parse_anchor, parse_entry
from verifier.evidence.receipt import MAX_BLOCKS, AnchorProof, Receipt, Token
from verifier.timestamp.sound import check_sound
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import check_inclusion, leaf_hash
from verifier.tlog.note import parse_note

from ..errors import Corruption
from . import rows
from .authority import RFC3161

_LOOKED_AT: Final = 128
"""So many tokens back from the entry: each round of eight authorities adds eight."""


def token_blocks(connection: Connection, size: int) -> list[Token]:
    """Return the tokens over the head of a size, first one of each authority, at most eight."""
    found = rows.tokens_of(connection, size)
    return [token.to_block() for token in _one_of_each(found)][:MAX_BLOCKS]


def anchor_proofs(
    connection: Connection,
    index: int,
    prove: Callable[[int], Sequence[bytes]],
    stamped_of: Callable[[int], bytes],
) -> list[AnchorProof]:
    """Return the proofs of earlier times for an entry, the latest time first, at most eight.

    ``prove`` gives the path of an entry in the receipt's head, ``stamped_of`` a size's stamped note.
    """
    before = rows.anchored_before(connection, index, _LOOKED_AT)
    newest = {(found.token.tsa, found.token.kind): found for found in reversed(before)}
    proofs: list[tuple[int, AnchorProof]] = []
    for found in newest.values():
        note = stamped_of(found.token.size)
        path = tuple(prove(found.index))
        block = AnchorProof(found.index, path, found.entry, note, found.token.to_block())
        proofs.append((found.token.seconds, block))
    proofs.sort(key=lambda pair: -pair[0])
    return [block for _, block in proofs[:MAX_BLOCKS]]


def _one_of_each(tokens: Sequence[rows.StoredToken]) -> list[rows.StoredToken]:
    """Return all tokens, those that are the first of their authority before the others."""
    tokens = sorted(tokens, key=lambda token: token.kind != RFC3161)
    seen: set[str] = set()
    first: list[rows.StoredToken] = []
    rest: list[rows.StoredToken] = []
    for token in tokens:
        (rest if token.tsa in seen else first).append(token)
        seen.add(token.tsa)
    return first + rest


def check_blocks(receipt: Receipt, checkpoint: Checkpoint, vkey: VKey) -> None:
    """Check all time blocks of a receipt, as far as that goes without a policy.

    Raises VerifierError or Corruption. Kinds that are not read here pass: a verifier says of them
    that it cannot check them.
    """
    own = stamped_note(parse_note(receipt.proof.note), vkey)
    for token in receipt.tokens:
        _check_token(token, own, receipt.entry.received, after=True)
    for proof in receipt.anchor_proofs:
        leaf = leaf_hash(proof.entry)
        check_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
        entry = parse_entry(proof.entry)
        if entry.kind != "anchor" or entry.body is None or proof.index >= receipt.proof.index:
            raise Corruption(f"anchor-proof: entry {proof.index} is no anchor before the entry")
        anchor = parse_anchor(entry.body)
        note = parse_note(proof.note)
        head = parse_checkpoint(note.text)
        if stamped_note(note, vkey) != proof.note or head.origin != checkpoint.origin:
            raise Corruption("anchor-proof: the note is not a stamped note of this log")
        if head.size != anchor.size or head.size > proof.index:
            raise Corruption("anchor-proof: the note is not the head that the entry names")
        digest = rows.digest_of(proof.token.token)
        if digest not in anchor.tokens:
            raise Corruption(f"anchor-proof: token {to_base64(digest)} is not in its entry")
        _check_token(proof.token, proof.note, receipt.entry.received, after=False)


def _check_token(token: Token, stamped: bytes, received: int, *, after: bool) -> None:
    if token.type != RFC3161:
        return
    try:
        seconds = check_sound(token.token, stamped, token.certificates).seconds
    except VerifierError as error:
        raise Corruption(f"tokens: one is not what was stored: {error}") from error
    if (seconds < received) if after else (seconds > received):
        raise Corruption("tokens: a time contradicts that of the entry")
