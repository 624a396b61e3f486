"""The time blocks of a receipt, each verified by itself (SPEC §13.13 steps 1 and 2).

    token           a token over the stamped note of the receipt's own checkpoint:
                    the entry was in the log not after its genTime
    anchor-proof    a token whose digest an earlier entry of the same tree holds:
                    the entry came into the log not before its genTime

A block is *proven*, or it is *not counted* because nobody here can say what it is
worth, or it is *wrong*, which fails the receipt. What a proven one counts for is
``time_grade``'s affair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, NamedTuple

from ..errors import (
    BindingFailure,
    CertificateFailure,
    NotDecided,
    UnknownAuthority,
    VerifierError,
)
from ..evidence.entry import parse_anchor, parse_entry
from ..evidence.receipt import AnchorProof, Token
from ..policy import Policy
from ..timestamp.stamped_note import stamped_note
from ..timestamp.verify import Timestamp, verify_token
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.keys import VKey
from ..tlog.merkle import check_inclusion, leaf_hash
from ..tlog.note import Note, parse_note

RFC3161: Final = "rfc3161"
MAX_ACCURACY_SECONDS: Final = 3600
"""An authority whose clock may be off by more is not one whose time is counted."""


class Stamp(NamedTuple):
    """A verified token: ``earliest`` and ``latest`` are whole seconds that genTime can mean.

    ``anchored`` is None for a token over the receipt's own checkpoint, else the
    ``received`` of the anchor entry that holds the token's digest.
    """

    timestamp: Timestamp
    earliest: int
    latest: int
    anchored: int | None


class Uncounted(NamedTuple):
    """Why a block is not counted: the code of a finding, a sub-indication, the block's type."""

    code: str
    sub_indication: str
    type: str


class Wrong(NamedTuple):
    """The first block that is wrong, numbered from 1 through all time blocks, and in what way."""

    block: int
    error: VerifierError


class Blocks(NamedTuple):
    """What became of the time blocks; where one is wrong nothing of the others counts."""

    total: int
    stamps: tuple[Stamp, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    wrong: Wrong | None = None


class Place(NamedTuple):
    """What the blocks of a receipt are held against: its note, its entry's place, the log's key."""

    note: Note
    checkpoint: Checkpoint
    entry: int
    log: VKey


def verify_blocks(
    tokens: Sequence[Token], anchors: Sequence[AnchorProof], place: Place, policy: Policy
) -> Blocks:
    """Verify the time blocks of a receipt whose checkpoint ``place.log`` signed."""
    count = len(tokens) + len(anchors)
    stamps: list[Stamp] = []
    uncounted: list[Uncounted] = []
    blocks: list[tuple[Token, AnchorProof | None]] = [(token, None) for token in tokens]
    blocks += [(block.token, block) for block in anchors]
    for number, (token, block) in enumerate(blocks, 1):
        try:
            if block is None:
                stamped, anchored = stamped_note(place.note, place.log), None
            else:
                stamped, anchored = block.note, _recorded(block, place)
            found = _stamp(token, stamped, anchored, policy)
        except VerifierError as error:
            return Blocks(count, wrong=Wrong(number, error))
        if isinstance(found, Stamp):
            stamps.append(found)
        else:
            uncounted.append(found)
    return Blocks(count, tuple(stamps), tuple(uncounted))


def _stamp(token: Token, stamped: bytes, anchored: int | None, policy: Policy) -> Stamp | Uncounted:
    """Verify a token of a known type. Raises what makes a block wrong."""
    if token.type != RFC3161:
        return Uncounted("TOKEN_NOT_CHECKABLE", "NOT_CHECKABLE_HERE", token.type)
    try:
        found = verify_token(token.token, stamped, policy.tsas, certificates=token.certificates)
    except UnknownAuthority as error:
        return Uncounted("TOKEN_OF_UNKNOWN_TSA", error.sub_indication, token.type)
    except NotDecided as error:
        return Uncounted("TOKEN_NOT_CHECKABLE", error.sub_indication, token.type)
    except CertificateFailure as error:
        return Uncounted("TOKEN_CHAIN_NOT_VALID", error.sub_indication, token.type)
    accuracy = accuracy_seconds(found)
    if accuracy > MAX_ACCURACY_SECONDS:
        return Uncounted("TOKEN_NOT_ACCURATE", "NO_POE", token.type)
    whole = found.seconds + (1 if found.fraction else 0)
    return Stamp(found, found.seconds - accuracy, whole + accuracy, anchored)


def accuracy_seconds(found: Timestamp) -> int:
    """Return the accuracy that the authority states, in whole seconds, rounded up; 0 for none."""
    if found.accuracy is None:
        return 0
    seconds, millis, micros = found.accuracy
    return seconds + (1 if millis or micros else 0)


def _recorded(block: AnchorProof, place: Place) -> int:
    """Check that an earlier entry of this tree holds the token's digest; return its ``received``.

    Raises Malformed, BindingFailure, InclusionFailure, SignatureFailure.
    """
    entry = parse_entry(block.entry)
    if entry.kind != "anchor" or entry.body is None:
        raise BindingFailure("anchor-proof: its entry is not of kind anchor")
    anchor = parse_anchor(entry.body)
    if block.index >= place.entry:
        raise BindingFailure("anchor-proof: its entry does not stand before the receipt's")
    size, root = place.checkpoint.size, place.checkpoint.root
    check_inclusion(leaf_hash(block.entry), block.index, size, block.hashes, root)
    if hashlib.sha256(block.token.token).digest() not in anchor.tokens:
        raise BindingFailure("anchor-proof: its entry does not hold the digest of this token")
    note = parse_note(block.note)
    stamped = parse_checkpoint(note.text)
    if stamped.origin != place.checkpoint.origin:
        raise BindingFailure("anchor-proof: its note is of another log")
    if stamped_note(note, place.log) != block.note:
        raise BindingFailure("anchor-proof: its note is not a stamped note")
    if stamped.size != anchor.size or stamped.size > block.index:
        raise BindingFailure("anchor-proof: its note is not of the size that its entry names")
    return entry.received
