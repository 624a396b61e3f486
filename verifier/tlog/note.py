"""Signed notes: a text with signature lines below it (c2sp.org/signed-note).

    <text, one or more lines, each ending in LF>
    <empty line>
    — <key name> <base64 of (4 bytes of key id ‖ signature)>
    — ...

Each signature line begins with an em dash (U+2014) and one space and ends in LF.
The text may hold empty lines; it ends before the last one of the note. What is
signed is the text with its last LF, without the empty line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from verifier.encoding import decode_text, parse_base64, to_base64
from verifier.errors import Malformed, PolicyError, SignatureFailure

from .keys import ED25519, VKey, check_ed25519_signature, check_name

MAXIMUM_BYTES: Final = 131_072
"""Longest note read unless the caller says otherwise: room for 30 ML-DSA-44 lines of 3.3 kB."""

MAXIMUM_SIGNATURES: Final = 100
"""As in golang.org/x/mod/sumdb/note; the specification asks for at least 16."""

_DASH: Final = "— "


class SignatureLine(NamedTuple):
    """One signature line; ``signature`` is what follows the 4 bytes of key id."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note as ``parse_note`` read it; nothing is verified yet.

    ``text`` ends in LF and is exactly what the lines sign.
    """

    text: bytes
    signatures: tuple[SignatureLine, ...]

    def to_bytes(self) -> bytes:
        """Return the note in its one spelling."""
        return (
            self.text
            + b"\n"
            + b"".join(
                signature_line(line.name, line.key_id, line.signature) for line in self.signatures
            )
        )


def signature_line(name: str, key_id: bytes, blob: bytes) -> bytes:
    """Return one signature line with its LF; ``blob`` is what follows the key id."""
    return f"{_DASH}{name} {to_base64(key_id + blob)}\n".encode()


@lru_cache(maxsize=8)  # the receipts of a batch hold the same note
def parse_note(data: bytes, maximum_bytes: int = MAXIMUM_BYTES) -> Note:
    """Split a note into its text and its signature lines. Raises Malformed.

    Refused beyond the specification: DEL, names over 255 bytes or with control
    characters, and more than 100 lines. ``to_bytes()`` of the result is ``data``.
    """
    text = decode_text(data, "note", maximum_bytes=maximum_bytes)
    body, gap, tail = text.rpartition("\n\n")
    if not gap:
        raise Malformed("note: no empty line before the signatures")
    if not tail.endswith("\n"):
        raise Malformed("note: does not end with a signature line and a line feed")
    lines = tail[:-1].split("\n")
    if len(lines) > MAXIMUM_SIGNATURES:
        raise Malformed(f"note: more than {MAXIMUM_SIGNATURES} signature lines")
    return Note((body + "\n").encode(), tuple(_parse_line(line) for line in lines))


def _parse_line(line: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise Malformed("note: a signature line does not begin with an em dash and a space")
    name, space, encoded = line[len(_DASH) :].partition(" ")
    if not space:
        raise Malformed("note: a signature line without a signature")
    check_name(name)
    blob = parse_base64(encoded, "note: signature")
    if len(blob) < 5:
        raise Malformed("note: a signature of less than 5 bytes")
    return SignatureLine(name, blob[:4], blob[4:])


def verify_note(note: Note, vkeys: Sequence[VKey]) -> list[VKey]:
    """Verify the note's plain Ed25519 signatures (type 0x01); return the keys that signed.

    In the order of their first lines, each once. A line whose name and key id
    do not both belong to one of ``vkeys`` is ignored. Every line of a known
    key must verify, repeated ones too. Keys of other types are left to
    ``cosignature``.

    Raises SignatureFailure if a known line is wrong or no line is known, and
    PolicyError if two of ``vkeys`` have the same name and key id.
    """
    known: dict[tuple[str, bytes], VKey] = {}
    for vkey in vkeys:
        if vkey.type != ED25519:
            continue
        if (vkey.name, vkey.key_id) in known:
            raise PolicyError("two keys have the same name and the same key id")
        known[vkey.name, vkey.key_id] = vkey
    verified: list[VKey] = []
    for line in note.signatures:
        signer = known.get((line.name, line.key_id))
        if signer is None:
            continue
        check_ed25519_signature(signer.key, line.signature, note.text)
        if signer not in verified:
            verified.append(signer)
    if not verified:
        raise SignatureFailure("note: no signature by a key that is trusted here")
    return verified
