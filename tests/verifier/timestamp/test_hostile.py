"""Damaged tokens, exhaustively, and tokens that are built to be expensive."""

from __future__ import annotations

import sys

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import is_soak
from tests.verifier.timestamp.chains import (
    AUTHORITY,
    EKU,
    Chain,
    certificate,
    chain,
    key,
    make_chain,
    raw,
)
from tests.verifier.timestamp.making import NONCE, STAMPED, Token, good
from verifier.errors import Malformed, VerifierError
from verifier.timestamp import certificate as certificate_module
from verifier.timestamp import der, path, signed_data, verify
from verifier.timestamp.messages import parse_request, parse_response
from verifier.timestamp.verify import Timestamp, verify_token

pytestmark = pytest.mark.longer
FLIPS = tuple(range(1, 256)) if is_soak() else (0x01, 0x20, 0x80, 0xFF)


def accepted(data: bytes, token: Token) -> Timestamp | None:
    try:
        return verify_token(data, STAMPED, [token.chain.tsa()], nonce=NONCE)
    except VerifierError:
        return None


def flipped(token: Token, masks: tuple[int, ...]) -> list[tuple[int, int, Timestamp]]:
    """Every place and mask with which the token is still accepted."""
    data = token.to_bytes()
    assert accepted(data, token) is not None
    found = []
    for at in range(len(data)):
        for mask in masks:
            changed = data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]
            result = accepted(changed, token)
            if result is not None:
                found.append((at, mask, result))
    return found


def even_chain() -> Chain:
    """A chain whose intermediate's signature ends in a zero bit: one that could count as unused."""
    while True:
        made = make_chain(key("p256", 9), 1)
        if made.between[0].signature[-1] % 2 == 0:
            return made


ALL = {
    "P-256": (good(), FLIPS),
    "P-256 with an intermediate": (Token(even_chain()), FLIPS),
    "RSA": (good("rsa2048"), (0x01, 0x80, 0xFF)),
    "Ed25519": (good("ed25519"), FLIPS),
}


@pytest.mark.parametrize("name", ALL)
def test_no_byte_of_a_token_can_be_changed(name: str) -> None:
    token, masks = ALL[name]
    assert flipped(token, masks) == []


def test_every_single_bit_of_one_token() -> None:
    assert flipped(good(), tuple(1 << bit for bit in range(8))) == []


COMMON_NAME = bytes.fromhex("0603550403")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(bytes.fromhex("0603550406"), id="a country of more than two letters"),
        pytest.param(COMMON_NAME + b"\x03", id="a name of bits"),
    ],
)
def test_a_name_that_the_library_minds_is_no_fault_of_ours(changed: bytes) -> None:
    data = good().to_bytes()
    assert data.count(COMMON_NAME + b"\x0c") >= 2  # subject and issuer of the signer's certificate
    at = data.index(COMMON_NAME + b"\x0c")
    # No warning (the suite makes one an error) and nothing but an error of ours.
    assert accepted(data[:at] + changed + data[at + len(changed) :], good()) is None


def test_control_the_count_of_unused_bits_is_seen(monkeypatch) -> None:
    careful = certificate_module.parse_certificate

    def careless(data: bytes) -> certificate_module.Certificate:
        at = data.find(middle_signature) - 1
        whole = careful(data if at < 0 else data[:at] + b"\0" + data[at + 1 :])
        return whole._replace(data=data, x509=x509.load_der_x509_certificate(data))

    token = Token(even_chain())
    data, middle = token.to_bytes(), raw(token.chain.between[0])
    middle_signature = token.chain.between[0].signature
    at = data.index(middle) + len(middle) - len(token.chain.between[0].signature) - 1
    changed = data[:at] + b"\1" + data[at + 1 :]
    assert data[at] == 0
    assert accepted(changed, token) is None
    monkeypatch.setattr(certificate_module, "parse_certificate", careless)
    assert accepted(changed, token) is not None


def test_control_the_flips_are_seen_by_what_guards_them(monkeypatch) -> None:
    monkeypatch.setattr(verify, "check_signature", lambda *_: None)
    places = {at for at, _, _ in flipped(good(), (0x01,))}
    assert len(places) > 60  # the signature itself
    monkeypatch.setattr(verify, "check_content", lambda *_: None)
    monkeypatch.setattr(verify, "check_imprint", lambda *_: None)
    assert len({at for at, _, _ in flipped(good(), (0x01,))}) > len(places) + 60


def test_what_may_be_changed_is_what_is_reported_as_unread() -> None:
    made = chain()
    root = raw(made.root)
    token = Token(made, embedded=(raw(made.signer), root))
    start = token.to_bytes().index(root)
    found = flipped(token, (0x01, 0xFF))
    assert found
    for at, _, result in found:
        assert start <= at < start + len(root)
        assert result.unread == ("certificates outside the chain: 1",)


def test_every_prefix_and_every_padding_is_malformed() -> None:
    data = good().to_bytes()
    for end in range(len(data)):
        with pytest.raises(Malformed):
            verify_token(data[:end], STAMPED, [chain().tsa()])
    for value in range(256):
        with pytest.raises(Malformed):
            verify_token(data + bytes([value]), STAMPED, [chain().tsa()])


def respelled(data: bytes, at: int) -> list[bytes]:
    """The value that begins at ``at`` in encodings that BER has and DER has not."""
    element = der.Reader(data[at:], "test").any()
    size = len(element.content)
    head, tail = data[:at], data[at + len(element.raw) :]
    longer = [
        bytes([element.tag, 0x80 | width]) + size.to_bytes(width, "big") + element.content
        for width in range((size.bit_length() + 7) // 8 + (size >= 0x80) or 1, 6)
    ]
    if element.tag & 0x20:
        longer.append(bytes([element.tag, 0x80]) + element.content + b"\0\0")
    return [head + each + tail for each in longer]


def test_encodings_that_only_ber_has() -> None:
    token = good()
    for data in respelled(token.to_bytes(), 0):
        assert accepted(data, token) is None
    # Inside: the certificate's SET, which nothing signs, in an indefinite length.
    wrapped = der.encode_oid(token.wrapping) + b"\xa0\x80" + token.signed_data() + b"\0\0"
    assert accepted(der.encode(0x30, wrapped), token) is None
    for content in respelled(token.info(), 0):
        again = token.but(tst_info=content)  # signed as it is, so only its form is wrong
        assert accepted(again.to_bytes(), again) is None
    assert accepted(token.but(tst_info=token.info()).to_bytes(), token)


@pytest.mark.parametrize("head", [b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"\x30\x83\xff\xff\xff",
                                  b"\x30\x89" + b"\xff" * 9])  # fmt: skip
def test_huge_lengths(head: bytes) -> None:
    with pytest.raises(Malformed):
        verify_token(head + good().to_bytes(), STAMPED, [chain().tsa()])


def test_deep_nesting_needs_no_stack(monkeypatch) -> None:
    nest = b""
    while len(nest) < 15_000:
        nest = der.encode(0x30, nest)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        with pytest.raises(Malformed):
            verify_token(nest, STAMPED, [])
        token = good(unsigned=der.encode(der.context(1), nest))
        assert accepted(token.to_bytes(), token) is not None
        inside = good(after_nonce=der.encode(der.context(0), nest))  # the hint at a name, unread
        assert accepted(inside.to_bytes(), inside) is not None
        extension = good(after_nonce=der.encode(der.context(1), nest))
        assert accepted(extension.to_bytes(), extension) is None
    finally:
        sys.setrecursionlimit(limit)


def bomb(count: int) -> Token:
    """Many certificates of one name and one key, each of which could have issued each other."""
    made = chain()
    same = key("p256", 55)
    alike = [
        certificate("alike", same, "alike", same, AUTHORITY, serial=1000 + n) for n in range(count)
    ]
    own = certificate("tsa", made.key, "alike", same, (EKU,))
    return Token(Chain(made.root, tuple(alike), own, made.key))


def test_alike_certificates_are_looked_at_once_a_pair(monkeypatch) -> None:
    counted, checked = [], path.is_issued_by

    def counting(below, above):
        counted.append((below.data, above.data))
        return checked(below, above)

    monkeypatch.setattr(path, "is_issued_by", counting)
    token = bomb(15)
    made = chain()
    # The bomb's own certificate as the policy's root: every pair is genuine.
    tsa = made.tsa()._replace(certificate=raw(token.chain.between[0]))
    found = verify_token(token.to_bytes(), STAMPED, [tsa])
    assert found.unread == ("certificates outside the chain: 14",)
    assert len(counted) == len(set(counted)) <= 16 * 16
    counted.clear()
    assert accepted(token.to_bytes(), token) is None
    assert len(counted) <= 2 * 16  # twice, because none is preferred


def test_a_chain_that_is_too_long_ends() -> None:
    long = make_chain(key("p256", 9), 8)
    assert accepted(Token(long).to_bytes(), Token(long)) is None
    assert path.MAX_DEPTH < 8
    fits = make_chain(key("p256", 9), path.MAX_DEPTH)
    assert accepted(Token(fits).to_bytes(), Token(fits)) is not None


def test_an_enormous_key_or_certificate_is_not_computed_with() -> None:
    made = chain()
    junk = der.encode(0x30, bytes(signed_data.MAX_BYTES))
    with pytest.raises(VerifierError):
        verify_token(
            good(embedded=()).to_bytes(), STAMPED, [made.tsa()], certificates=[junk, b"", b"\x30"]
        )
    with pytest.raises(VerifierError):
        verify_token(good().to_bytes(), STAMPED, [made.tsa()._replace(certificate=junk)])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_family(data: bytes) -> None:
    for read in (
        lambda: verify_token(data, STAMPED, [chain().tsa()]),
        lambda: parse_request(data),
        lambda: parse_response(data),
        lambda: verify_token(good(embedded=(der.encode(0x30, data),)).to_bytes(), STAMPED, []),
        lambda: verify_token(good(tst_info=data).to_bytes(), STAMPED, []),
        lambda: verify_token(good(attributes=data).to_bytes(), STAMPED, []),
    ):
        with pytest.raises(VerifierError):
            read()


SIGNED_ONCE = good().to_bytes()  # a signature of ECDSA differs each time


@given(st.data())
def test_values_put_in_anywhere_are_refused_in_one_family(data: st.DataObject) -> None:
    token = SIGNED_ONCE
    at = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(at, min(at + 40, len(token))))
    new = data.draw(st.binary(max_size=40))
    changed = token[:at] + new + token[end:]
    if changed != token:
        assert accepted(changed, good()) is None
