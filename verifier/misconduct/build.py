"""Making a proof of misconduct. What a third party would not accept is never written.

    part_of_head(note, log)              a whole signed tree
    logged(note, log, index, entry, …)   an entry in a signed tree
    prove_misconduct(one, other, policy) the file, verified as a third party would

The notes may bear any cosignatures; only the line of the key in question is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import BindingFailure
from ..evidence.receipt import parse_receipt, to_receipt
from ..options import Options
from ..policy import Policy
from ..result import FAILED
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.keys import VKey
from ..tlog.note import Note, parse_note
from .check import verify_misconduct
from .contradictions import contradiction
from .exhibits import Exhibit, Item, Logged, Part, Said, head_of, note_of
from .proof import MisconductProof


def only_line(note: bytes, vkey: VKey) -> bytes:
    """Return the note with the first line by this key and no other. Raises BindingFailure.

    Verifies nothing; ``prove_misconduct`` does.
    """
    read = parse_note(note)
    for line in read.signatures:
        if (line.name, line.key_id) == (vkey.name, vkey.key_id):
            return Note(read.text, (line,)).to_bytes()
    raise BindingFailure("note: no line by this key")


def part_of_head(note: bytes, log: VKey) -> Part:
    """Return the whole tree of a signed head."""
    kept = only_line(note, log)
    head = parse_checkpoint(parse_note(kept).text)
    return Part(kept, 0, head.size, head.root, ())


def part(
    note: bytes, log: VKey, start: int, end: int, root: bytes, hashes: Sequence[bytes]
) -> Part:
    """Return the leaves from ``start`` to before ``end`` of a signed tree."""
    return Part(only_line(note, log), start, end, root, tuple(hashes))


def logged(note: bytes, log: VKey, index: int, entry: bytes, hashes: Sequence[bytes]) -> Logged:
    """Return an entry at its index of a signed tree."""
    return Logged(only_line(note, log), index, entry, tuple(hashes))


def item(receipt: bytes, log: VKey) -> Item:
    """Return a receipt as an exhibit: without time blocks and cosignatures."""
    read = parse_receipt(receipt)
    proof = read.proof._replace(note=only_line(read.proof.note, log), extra=None)
    return Item(to_receipt(read.salt, read.statement_bytes, read.entry_bytes, proof.to_text()))


def said(note: bytes, service: VKey) -> Said:
    """Return a dossier statement of the service as an exhibit."""
    return Said(only_line(note, service))


def prove_misconduct(one: Exhibit, other: Exhibit, policy: Policy) -> bytes:
    """Return the file of a proof, in whichever order the exhibits are given.

    It has been verified under the policy. Raises BindingFailure where the two
    prove nothing, Malformed for a part that cannot be read.
    """
    found = contradiction(one, other)
    if found is None:
        raise BindingFailure("misconduct: these two do not contradict each other")
    first, second = sorted((one, other), key=lambda each: each.to_bytes())
    whose = first if not isinstance(first, Said) else second
    if isinstance(whose, Said):
        origin = note_of(whose).signatures[0].name.removesuffix("/service")
    else:
        origin = head_of(whose).origin
    data = MisconductProof(found.kind, origin, first, second).to_bytes()
    result = verify_misconduct(data, policy, Options())
    history = result.check("history")
    if history is None or history.status != FAILED:
        raise BindingFailure(f"misconduct: not proven under this policy: {result.sub_indication}")
    return data
