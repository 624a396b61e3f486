"""The declarant's signature: computed over what stands before it, or told as unchecked."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.verifier.evidence.provenance.support import FORMAT, VECTORS
from verifier.encoding import to_base64
from verifier.evidence.provenance.record import parse_record
from verifier.evidence.provenance.signature import check

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = to_base64(KEY.public_key().public_bytes_raw())
BODY = FORMAT + 'item.no = "1"\n[src.device]\nmodel = "a"\n\n'


def signed(body: str = BODY, *, alg: str = "ed25519", cert: str = PUBLIC, end: str = "\n") -> bytes:
    value = to_base64(KEY.sign(body.encode()))
    text = f'[decl.signature]\nalg = "{alg}"\ncert = "{cert}"\nvalue = "{value}"\n'
    return (body + text.replace("\n", end)).encode()


def outcome(data: bytes) -> str:
    return check(parse_record(data))


def test_a_signature_over_what_stands_before_it_verifies() -> None:
    assert outcome(signed()) == "verified"
    assert outcome(signed(end="\r\n")) == "verified"
    assert outcome(signed() + b"# a remark behind it\n") == "verified"
    crlf = BODY.replace("\n", "\r\n")
    assert outcome(signed(crlf)) == "verified"
    assert parse_record(signed()).signed == BODY.encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"1"', b'"2"'), (b"\n\n", b"\n"), (b"[decl", b"# x\n[decl"), (PUBLIC[:4].encode(), b"AAAA")],
)
def test_a_changed_byte_fails(old: bytes, new: bytes) -> None:
    data = signed()
    assert old in data
    assert outcome(data.replace(old, new, 1)) == "failed"


def test_a_signature_that_is_none_fails() -> None:
    value = to_base64(KEY.sign(BODY.encode())).encode()
    assert outcome(signed().replace(value, b"AAAA")) == "failed"
    assert outcome(signed().replace(value, to_base64(bytes(64)).encode())) == "failed"


def test_what_this_program_cannot_compute_is_unchecked() -> None:
    assert outcome(signed(alg="sm2")) == "unchecked"
    assert outcome(signed(cert="-----BEGIN CERTIFICATE-----")) == "unchecked"
    assert outcome(signed() + b"[acq]\nplace = 'a'\n") == "unchecked"
    assert (
        outcome(
            (BODY.split("[src")[0] + 'decl.signature = { alg = "ed25519", value = "a" }\n').encode()
        )
        == "unchecked"
    )
    without = signed().replace(f'cert = "{PUBLIC}"\n'.encode(), b"")
    assert outcome(without) == "unchecked"


def test_no_signature_is_absent() -> None:
    assert outcome(BODY.encode()) == "absent"
    assert outcome((BODY + "[decl.signature]\nunknown = 'lost'\n").encode()) == "absent"


def test_the_golden_record_is_signed() -> None:
    data = (VECTORS / "full-wechat.toml").read_bytes()
    assert outcome(data) == "verified"
    assert outcome(data.replace("证1".encode(), "证2".encode())) == "failed"
