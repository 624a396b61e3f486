"""The stamped note: what a time-stamp token of ours is over (SPEC §6.2).

    <checkpoint text>
    <empty line>
    — <origin> <the log's Ed25519 signature>

The log's line and no other: cosignatures that are added later leave it as it
is, and a token over it shows that the log's *signature* existed, not only the text.
"""

from __future__ import annotations

from ..errors import BindingFailure
from ..tlog.keys import ED25519, VKey, check_ed25519_signature
from ..tlog.note import Note, signature_line


def stamped_note(note: Note, log: VKey) -> bytes:
    """Return the bytes to stamp: the note's text with the one line by this log's key.

    Raises SignatureFailure if that line does not verify, BindingFailure if there is none or
    more than one: with two, which of them was stamped would be open.
    """
    lines = [line for line in note.signatures if (line.name, line.key_id) == (log.name, log.key_id)]
    if log.type != ED25519 or len(lines) != 1:
        raise BindingFailure("stamped note: not one line by the log's key")
    check_ed25519_signature(log.key, lines[0].signature, note.text)
    return note.text + b"\n" + signature_line(log.name, log.key_id, lines[0].signature)
