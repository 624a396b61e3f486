"""What a token of ours is over: the checkpoint with the log's own line, and nothing else."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verifier.timestamp.making import good
from verifier.errors import BindingFailure, SignatureFailure
from verifier.timestamp import stamped_note as module
from verifier.timestamp.stamped_note import stamped_note
from verifier.timestamp.verify import verify_token
from verifier.tlog.keys import ED25519, ED25519_COSIGNATURE, VKey, make_vkey
from verifier.tlog.note import Note, parse_note, signature_line

ORIGIN = "log.example.org/beilin"
TEXT = f"{ORIGIN}\n9\ni+x5IgIIq1KgLBMFJC0Edn05vZiZcoJcmgJQDrIaT+w=\n".encode()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def vkey(type_: int = ED25519) -> VKey:
    return make_vkey(ORIGIN, type_, KEY.public_key().public_bytes_raw())


def line(key_id: bytes | None = None, name: str = ORIGIN, text: bytes = TEXT) -> bytes:
    return signature_line(name, key_id or vkey().key_id, KEY.sign(text))


def note(*lines: bytes) -> Note:
    return parse_note(TEXT + b"\n" + b"".join(lines))


WITNESS = signature_line("w.example.org/w1", b"abcd", bytes(72))


def test_added_cosignatures_leave_it_as_it_is() -> None:
    plain = stamped_note(note(line()), vkey())
    assert plain == TEXT + b"\n" + line()
    assert stamped_note(note(WITNESS, line()), vkey()) == plain
    assert stamped_note(note(line(), WITNESS, WITNESS), vkey()) == plain
    assert stamped_note(parse_note(plain), vkey()) == plain


def test_only_a_token_over_these_bytes_counts() -> None:
    full = note(line(), WITNESS)
    right = stamped_note(full, vkey())
    for stamped in (right, full.to_bytes(), TEXT, TEXT + b"\n", line(), right[:-1]):
        token = good(stamped=stamped)
        tsas = [token.chain.tsa()]
        if stamped == right:
            assert verify_token(token.to_bytes(), right, tsas).algorithm == "sha-256"
            continue
        with pytest.raises(BindingFailure, match="imprint"):
            verify_token(token.to_bytes(), right, tsas)
        # The control: the token is sound, it is only over something else.
        assert verify_token(token.to_bytes(), stamped, tsas)
    # And not a digest of a digest, as a client may ask for by mistake.
    twice = good(stamped=hashlib.sha256(right).digest())
    with pytest.raises(BindingFailure):
        verify_token(twice.to_bytes(), right, [twice.chain.tsa()])


def test_a_wrong_signature_is_not_stamped(monkeypatch) -> None:
    bad = note(line(text=b"other\n"))
    with pytest.raises(SignatureFailure):
        stamped_note(bad, vkey())
    monkeypatch.setattr(module, "check_ed25519_signature", lambda *_: None)  # the control
    assert stamped_note(bad, vkey())


@pytest.mark.parametrize(
    "lines",
    [
        (WITNESS,),
        (line(name="log.example.org/other"),),
        (line(key_id=b"\1\2\3\4"),),
        (line(), line()),
    ],
)
def test_not_one_line_by_the_log(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(BindingFailure):
        stamped_note(note(*lines), vkey())


def test_a_key_for_cosignatures_is_not_a_log_s() -> None:
    other = vkey(ED25519_COSIGNATURE)
    with pytest.raises(BindingFailure):
        stamped_note(note(line(key_id=other.key_id)), other)
