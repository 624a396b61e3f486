"""Cosignatures by Ed25519 and by ML-DSA-44."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.tlog.support import WORKED, flip, worked
from verifier.errors import Malformed, PolicyError, SignatureFailure
from verifier.tlog import cosignature
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import check_cosignature, cosignature_message, mldsa_message
from verifier.tlog.keys import VKey, make_vkey, parse_vkey
from verifier.tlog.note import SignatureLine, parse_note

VALUES = worked("worked.json")
TEXT = parse_note((WORKED / "cosigned.note").read_bytes()).text
HEAD = parse_checkpoint(TEXT)
TIME = 1767225600

ED = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VALUES["witness_seed_hex"]))
ED_KEY = parse_vkey(VALUES["witness_vkey"])
PQ = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(VALUES["pq_seed_hex"]))
PQ_KEY = make_vkey(VALUES["pq_name"], 0x06, PQ.public_key().public_bytes_raw())


def line(vkey: VKey, time: int, signature: bytes) -> SignatureLine:
    return SignatureLine(vkey.name, vkey.key_id, time.to_bytes(8, "big") + signature)


def ed_line(time: int = TIME, text: bytes = TEXT) -> SignatureLine:
    return line(ED_KEY, time, ED.sign(cosignature_message(text, time)))


def pq_line(time: int = TIME, start: int = 0, size: int = HEAD.size) -> SignatureLine:
    message = mldsa_message(PQ_KEY.name, time, HEAD.origin, start, size, HEAD.root)
    return line(PQ_KEY, time, PQ.sign(message))


def holds(text: bytes, signed: SignatureLine, vkey: VKey) -> bool:
    try:
        check_cosignature(text, signed, vkey)
    except SignatureFailure:
        return False
    return True


def test_both_kinds() -> None:
    assert check_cosignature(TEXT, ed_line(), ED_KEY) == TIME
    assert check_cosignature(TEXT, pq_line(), PQ_KEY) == TIME
    assert check_cosignature(TEXT, pq_line(0), PQ_KEY) == 0


@pytest.mark.parametrize(("signed", "vkey"), [(ed_line(), ED_KEY), (pq_line(), PQ_KEY)])
def test_what_is_signed_cannot_change(signed: SignatureLine, vkey: VKey) -> None:
    other = HEAD._replace(size=8).to_text()
    assert not holds(other, signed, vkey)
    assert not holds(HEAD._replace(origin="example.com/other").to_text(), signed, vkey)
    assert not holds(HEAD._replace(root=flip(HEAD.root, 3)).to_text(), signed, vkey)
    blob = signed.signature
    for bit in (*range(64), 64, 200, len(blob) * 8 - 9):
        assert not holds(TEXT, signed._replace(signature=flip(blob, bit)), vkey)
    for wrong in (b"", blob[:-1], blob + b"\x00", blob[8:]):
        with pytest.raises(SignatureFailure, match="not as long"):
            check_cosignature(TEXT, signed._replace(signature=wrong), vkey)


def test_line_and_key_must_belong_together() -> None:
    assert not holds(TEXT, ed_line()._replace(name="witness.example/w2"), ED_KEY)
    assert not holds(TEXT, ed_line()._replace(key_id=b"abcd"), ED_KEY)
    plain = parse_vkey(VALUES["witness_vkey_if_type1"])
    assert not holds(TEXT, line(plain, TIME, ED.sign(TEXT)), plain)


def test_a_subtree_is_not_a_checkpoint() -> None:
    assert not holds(TEXT, pq_line(0, start=4), PQ_KEY)


def test_timestamp_is_bounded() -> None:
    assert check_cosignature(TEXT, ed_line(2**63 - 1), ED_KEY) == 2**63 - 1
    assert not holds(TEXT, ed_line(2**63), ED_KEY)


def test_only_checkpoints_are_cosigned() -> None:
    for text in (b"not a checkpoint\n", TEXT + b"extension\n"):
        with pytest.raises(Malformed):
            check_cosignature(text, ed_line(text=text), ED_KEY)


@given(st.binary(max_size=100), st.booleans())
def test_every_blob_has_an_answer(blob: bytes, pq: bool) -> None:
    vkey = PQ_KEY if pq else ED_KEY
    assert not holds(TEXT, SignatureLine(vkey.name, vkey.key_id, blob), vkey)


def test_without_ml_dsa_the_check_is_not_made(monkeypatch) -> None:
    """Some builds of cryptography lack it: that is no failed signature."""

    class Lacking:
        @staticmethod
        def from_public_bytes(data: bytes) -> None:
            raise UnsupportedAlgorithm("no ML-DSA")

    monkeypatch.setattr(cosignature, "MLDSA44PublicKey", Lacking)
    with pytest.raises(PolicyError):
        check_cosignature(TEXT, pq_line(), PQ_KEY)
