"""Signed notes: what is read, what is refused, which signatures must hold."""

from __future__ import annotations

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given

from tests.verifier.tlog.support import WORKED, damaged, flip
from verifier.errors import Malformed, PolicyError, SignatureFailure
from verifier.tlog import note as notes
from verifier.tlog.keys import VKey, make_vkey
from verifier.tlog.note import Note, SignatureLine, parse_note, signature_line, verify_note

TEXT = b"one line\n\nanother after an empty one\n"


def signer(name: str, seed: int, type_: int = 0x01) -> tuple[VKey, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return make_vkey(name, type_, private.public_key().public_bytes_raw()), private


LOG, LOG_PRIVATE = signer("log.example", 1)
OTHER, OTHER_PRIVATE = signer("other.example", 2)


def line(vkey: VKey, private: Ed25519PrivateKey, text: bytes = TEXT) -> bytes:
    return signature_line(vkey.name, vkey.key_id, private.sign(text))


LOG_LINE = line(LOG, LOG_PRIVATE)
OTHER_LINE = line(OTHER, OTHER_PRIVATE)
NOTE = TEXT + b"\n" + LOG_LINE + OTHER_LINE


def test_parts() -> None:
    note = parse_note(NOTE)
    assert note.text == TEXT
    assert [item.name for item in note.signatures] == ["log.example", "other.example"]
    assert note.signatures[0].key_id == LOG.key_id
    assert len(note.signatures[0].signature) == 64
    assert note.to_bytes() == NOTE


def test_who_signed() -> None:
    note = parse_note(NOTE)
    assert verify_note(note, [LOG]) == [LOG]
    assert verify_note(note, [OTHER, LOG]) == [LOG, OTHER]
    for unknown in ([], [signer("log.example", 3)[0]], [signer("third.example", 1)[0]]):
        with pytest.raises(SignatureFailure):
            verify_note(note, unknown)


def test_a_known_key_must_verify_even_beside_a_good_one() -> None:
    for bad in (
        LOG_LINE + line(OTHER, OTHER_PRIVATE, b"another text\n"),
        line(LOG, LOG_PRIVATE, b"another text\n") + OTHER_LINE,
        signature_line(LOG.name, LOG.key_id, b"short") + OTHER_LINE,
    ):
        with pytest.raises(SignatureFailure):
            verify_note(parse_note(TEXT + b"\n" + bad), [LOG, OTHER])


def test_repeated_lines_must_all_verify() -> None:
    assert verify_note(parse_note(TEXT + b"\n" + LOG_LINE * 2), [LOG]) == [LOG]
    forged = signature_line(LOG.name, LOG.key_id, flip(LOG_PRIVATE.sign(TEXT), 9))
    with pytest.raises(SignatureFailure):
        verify_note(parse_note(TEXT + b"\n" + LOG_LINE + forged), [LOG])


def test_lines_of_unknown_keys_are_ignored() -> None:
    for ignored in (
        signature_line("unknown.example", b"abcd", b"x"),
        signature_line(LOG.name, b"abcd", b"x"),
        signature_line("unknown.example", LOG.key_id, b"x"),
    ):
        assert verify_note(parse_note(TEXT + b"\n" + ignored + LOG_LINE), [LOG]) == [LOG]


def test_two_keys_that_a_line_cannot_tell_apart() -> None:
    with pytest.raises(PolicyError):
        verify_note(parse_note(NOTE), [LOG, OTHER, OTHER])
    colliding = LOG._replace(key=OTHER.key)
    with pytest.raises(PolicyError):
        verify_note(parse_note(NOTE), [LOG, colliding])


def test_a_key_for_cosignatures_does_not_sign_notes() -> None:
    witness, private = signer("log.example", 1, 0x04)
    note = parse_note(TEXT + b"\n" + line(witness, private))
    with pytest.raises(SignatureFailure):
        verify_note(note, [witness])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        TEXT,
        TEXT + b"\n",
        LOG_LINE,
        TEXT + LOG_LINE,
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"more\n",
        TEXT + b"\n" + LOG_LINE[3:],
        TEXT + b"\n" + LOG_LINE.replace("— ".encode(), b"- "),
        TEXT + b"\n" + LOG_LINE.replace("— ".encode(), "—  ".encode()),
        TEXT + b"\n" + LOG_LINE.replace(b"\n", b" \n"),
        TEXT + b"\n" + "— log.example\n".encode(),
        TEXT + b"\n" + "— log.example \n".encode(),
        TEXT + b"\n" + "— a+b AAAAAAA=\n".encode(),
        TEXT + b"\n" + "— a\u00a0b AAAAAAA=\n".encode(),
        TEXT + b"\n" + "— ab AAAAAA==\n".encode(),
        TEXT + b"\n" + "— ab AAAAAAB=\n".encode(),
        TEXT + b"\n" + "— ab AAAAAAA\n".encode(),
        NOTE.replace(b"\n", b"\r\n"),
        b"\t" + NOTE,
        b"\x7f" + NOTE,
        b"\xff" + NOTE,
        TEXT + b"\n" + LOG_LINE * 101,
    ],
)
def test_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(data)


def test_limits() -> None:
    assert len(parse_note(TEXT + b"\n" + LOG_LINE * 100).signatures) == 100
    assert parse_note(NOTE, maximum_bytes=len(NOTE)).text == TEXT
    with pytest.raises(Malformed):
        parse_note(NOTE, maximum_bytes=len(NOTE) - 1)
    with pytest.raises(Malformed):
        parse_note(b"x" * notes.MAXIMUM_BYTES + NOTE)


@given(damaged(NOTE, (WORKED / "cosigned.note").read_bytes()))
def test_malformed_or_in_its_one_spelling(data: bytes) -> None:
    try:
        note = parse_note(data)
    except Malformed:
        return
    assert note.to_bytes() == data


def test_messages_do_not_repeat_the_note() -> None:
    for data in (NOTE[:-1], NOTE.replace("— ".encode(), b"secret "), b"secret" * 100_000):
        with pytest.raises(Malformed) as caught:
            parse_note(data)
        assert "secret" not in str(caught.value)
        assert "example" not in str(caught.value)


def test_to_bytes_of_a_note_made_here() -> None:
    made = Note(TEXT, (SignatureLine(LOG.name, LOG.key_id, LOG_PRIVATE.sign(TEXT)),))
    assert parse_note(made.to_bytes()) == made


def test_control_with_lax_base64_a_signature_has_two_spellings(monkeypatch) -> None:
    """``AAAAAAB=`` decodes to the bytes of ``AAAAAAA=``; only the round trip tells them apart."""
    other_spelling = TEXT + b"\n" + "— ab AAAAAAB=\n".encode()
    monkeypatch.setattr(notes, "parse_base64", lambda text, _: b64decode(text, validate=True))
    assert parse_note(other_spelling).to_bytes() != other_spelling
