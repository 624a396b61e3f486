"""The checks of a receipt, in the numbered steps of SPEC §13.6.

Hashes of exact bytes are compared before texts are read: a flipped bit in a
statement is a broken binding, whatever it did to the spelling.
"""

from __future__ import annotations

from typing import NamedTuple

from ..encoding import to_base64, to_time
from ..errors import (
    BindingFailure,
    Malformed,
    NewerFormat,
    Verification,
    VerifierError,
)
from ..evidence.entry import Entry, parse_entry
from ..evidence.receipt import Parts, Receipt, parse_blocks, parse_receipt, split_receipt
from ..evidence.statement import Statement, commitment, parse_statement
from ..evidence.submission import check_signature
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.keys import VKey
from ..tlog.merkle import check_inclusion, leaf_hash
from ..tlog.note import Note, parse_note
from ..tlog.proof import TlogProof, parse_tlog_proof
from .log_key import find_log_key, judge_log_key
from .time_blocks import Blocks, Place, verify_blocks
from .time_grade import Times, check_time, counting, times_of
from .witnesses import count_cosignatures


def sub_of(error: VerifierError) -> str:
    """Return the sub-indication an error stands for."""
    return error.sub_indication if isinstance(error, Verification) else "FORMAT_FAILURE"


class Head(NamedTuple):
    """The proof part of a receipt, read: what the log's signature covers."""

    proof: TlogProof
    note: Note
    checkpoint: Checkpoint


class Bound(NamedTuple):
    """A receipt whose statement is bound to an included entry, and what it shows about time."""

    receipt: Receipt
    times: Times


def check_receipt(
    result: Result,
    data: bytes,
    policy: Policy,
    options: Options,
    *,
    inside_v1: bool = False,
    with_time: bool = True,
) -> Receipt | None:
    """Add the checks of one receipt to ``result``; return it if its statement may be relied on.

    ``inside_v1`` is set inside a package of version 1, whose parts are all of
    version 1: a newer one there is malformed, not newer. Without ``with_time`` the
    time blocks are only read and there is no check ``time``.
    """
    bound = bind_receipt(result, data, policy, options, inside_v1=inside_v1, with_time=with_time)
    return None if bound is None else bound.receipt


def bind_receipt(
    result: Result,
    data: bytes,
    policy: Policy,
    options: Options,
    *,
    inside_v1: bool = False,
    with_time: bool = True,
) -> Bound | None:
    """Do as ``check_receipt`` says and return what the receipt shows about time beside it."""
    # 1. Cut the receipt at its empty lines.
    try:
        parts = split_receipt(data)
    except NewerFormat as error:
        status, sub = (FAILED, "FORMAT_FAILURE") if inside_v1 else (NOT_DONE, "NEWER_FORMAT")
        result.add("receipt", status, sub, reason=str(error))
        return None
    except Malformed as error:
        result.add("receipt", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    # 2. The entry: the bytes that are logged, of kind evidence.
    entry = _entry(result, parts)
    # 3. The statement: the salted commitment in the entry opens to it.
    statement = _statement(result, parts, entry)
    # 4. The proof and its checkpoint; the path leads from the entry to the root.
    head = _proof(result, parts)
    times = Times(Blocks(len(parts.blocks)))
    if head is not None:
        _inclusion(result, parts, head)
        # 5. Statement and checkpoint speak of one log.
        _checkpoint(result, head, statement)
        # 6. The log's key, from the policy alone; the time blocks, over what it signed.
        names = {head.checkpoint.origin}
        if statement is not None:
            names.add(statement.submission.origin)
        vkey = find_log_key(result, head.note, names, policy)
        if vkey is not None:
            times = _times(result, parts if with_time else None, head, vkey, policy)
            # 7. The quorum.
            count_cosignatures(result, head.note, policy, vkey)
    # 8. The submitter's own signature.
    if statement is not None:
        _submitter(result, statement)
    try:
        if entry is None or statement is None or head is None:
            receipt = parse_receipt(data)  # to say what is wrong with its text
        else:
            tokens, anchors = parse_blocks(parts.blocks)
            receipt = Receipt(
                parts.salt,
                parts.statement,
                statement,
                parts.entry,
                entry,
                tokens,
                anchors,
                head.proof,
            )
    except VerifierError as error:
        result.add("receipt", FAILED, sub_of(error), reason=str(error))
        return None
    result.add("receipt", DONE)
    # What the log does not hold is not evidence of anything: nothing is read
    # from a statement that is not bound to an included entry.
    if any(
        check is None or check.status != DONE
        for check in map(result.check, ("entry", "statement", "inclusion"))
    ):
        return None
    # 9. Between which moments, and on whose clock.
    if with_time:
        check_time(result, receipt.entry.received, [times], policy, options)
    assert head is not None  # else there is no check ``inclusion``
    _facts(result, receipt, head.checkpoint)
    return Bound(receipt, times)


def _times(result: Result, parts: Parts | None, head: Head, log: VKey, policy: Policy) -> Times:
    """Add the check ``log_key``; return what the blocks and the cosignatures show."""
    blocks = Blocks(0)
    if parts is not None:
        try:
            found = parse_blocks(parts.blocks)
        except VerifierError:  # the check ``receipt`` says so
            found = (), ()
        place = Place(head.note, head.checkpoint, head.proof.index, log)
        blocks = verify_blocks(*found, place, policy)
    # A token over the stamped note shows that the log's signature existed (SPEC §11.4).
    shown = [each.latest for each in counting(blocks, policy, log) if each.anchored is None]
    judge_log_key(result, head.note, log, head.checkpoint.size, policy, shown)
    check = result.check("log_key")
    stands = check is not None and check.status == DONE
    return times_of(blocks, head.note, log, policy, stands=stands)


def _entry(result: Result, parts: Parts) -> Entry | None:
    try:
        entry = parse_entry(parts.entry)
        if entry.kind != "evidence":
            raise BindingFailure("receipt: the entry is not of kind evidence")
    except VerifierError as error:
        result.add("entry", FAILED, sub_of(error), reason=str(error))
        return None
    result.add("entry", DONE)
    return entry


def _statement(result: Result, parts: Parts, entry: Entry | None) -> Statement | None:
    if entry is not None and commitment(parts.salt, parts.statement) != entry.commitment:
        reason = "statement: the commitment in the entry does not open to it"
        result.add("statement", FAILED, "BINDING_FAILURE", reason=reason)
        return None
    try:
        statement = parse_statement(parts.statement)
    except VerifierError as error:
        result.add("statement", FAILED, sub_of(error), reason=str(error))
        return None
    if entry is not None:
        result.add("statement", DONE)
    return statement


def _proof(result: Result, parts: Parts) -> Head | None:
    try:
        proof = parse_tlog_proof(parts.proof)
        note = parse_note(proof.note)
        checkpoint = parse_checkpoint(note.text)
        if proof.extra is not None:
            raise Malformed("receipt: the proof has an extra line, which nothing vouches for")
        lines = [(line.name, line.key_id) for line in note.signatures]
        if len(set(lines)) != len(lines):
            raise Malformed("receipt: two signature lines of one key")
    except VerifierError as error:
        result.add("checkpoint", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    return Head(proof, note, checkpoint)


def _inclusion(result: Result, parts: Parts, head: Head) -> None:
    size, root = head.checkpoint.size, head.checkpoint.root
    try:
        check_inclusion(leaf_hash(parts.entry), head.proof.index, size, head.proof.hashes, root)
    except VerifierError as error:
        result.add("inclusion", FAILED, sub_of(error), reason=str(error))
        return
    result.add("inclusion", DONE, index=head.proof.index, size=size, root=to_base64(root))


def _checkpoint(result: Result, head: Head, statement: Statement | None) -> None:
    origin, size = head.checkpoint.origin, head.checkpoint.size
    if statement is None:
        return
    if statement.submission.origin != origin:
        reason = "receipt: the statement names another log than the checkpoint"
        result.add("checkpoint", FAILED, "BINDING_FAILURE", reason=reason)
        return
    result.add("checkpoint", DONE, origin=origin, size=size)


def _submitter(result: Result, statement: Statement) -> None:
    submission = statement.submission
    try:
        check_signature(submission, statement.signature)
    except VerifierError as error:
        result.add("submitter", FAILED, sub_of(error), reason=str(error))
        return
    if submission.submitter is None:
        result.add("submitter", NOT_DONE, "UNSIGNED_SUBMISSION")
    else:
        result.add("submitter", DONE, key=to_base64(submission.submitter))


def _facts(result: Result, receipt: Receipt, checkpoint: Checkpoint) -> None:
    statement = receipt.statement
    submission = statement.submission
    result.facts.update(
        origin=submission.origin,
        index=receipt.proof.index,
        size=checkpoint.size,
        root=to_base64(checkpoint.root),
        received=to_time(receipt.entry.received),
        what=submission.what,
        item=statement.item,
        number=statement.number,
        epoch=statement.epoch,
        account=to_base64(submission.account),
        dossier=to_base64(submission.dossier),
        identity=statement.identity,
        service=statement.service,
        submitter="" if submission.submitter is None else to_base64(submission.submitter),
        declaration="" if statement.declaration is None else to_base64(statement.declaration),
    )
    if statement.epoch:
        result.note("EPOCH_RAISED", epoch=statement.epoch)
    if statement.number > 1:
        result.note("ITEM_NOT_FIRST", item=statement.item, number=statement.number)
