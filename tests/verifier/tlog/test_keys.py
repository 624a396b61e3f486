"""Which Ed25519 keys and signatures are accepted, and the one-line form of a key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.tlog.support import damaged, flip, worked
from verifier.errors import Malformed, SignatureFailure
from verifier.tlog import keys

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
MESSAGE = b"a message\n"
SIGNATURE = PRIVATE.sign(MESSAGE)
IDENTITY = b"\x01" + bytes(31)
WORKED = worked("worked.json")

VKEY_TEXTS = [
    WORKED["log_vkey"].encode(),
    WORKED["witness_vkey"].encode(),
    keys.make_vkey("碑林", 0x01, PUBLIC).to_text().encode(),
]


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        keys.check_ed25519_signature(key, signature, message)
    except SignatureFailure:
        return False
    return True


def test_signature() -> None:
    assert verifies(PUBLIC, SIGNATURE, MESSAGE)
    assert not verifies(PUBLIC, SIGNATURE, MESSAGE + b"\n")
    for bit in range(512):
        assert not verifies(PUBLIC, flip(SIGNATURE, bit), MESSAGE)
    for bit in range(0, 256, 5):
        assert not verifies(flip(PUBLIC, bit), SIGNATURE, MESSAGE)
    for wrong in (b"", SIGNATURE[:-1], SIGNATURE + b"\x00"):
        assert not verifies(PUBLIC, wrong, MESSAGE)


def test_signature_has_one_spelling() -> None:
    """Adding the group order to S gives the same point: the classic second spelling."""
    s = int.from_bytes(SIGNATURE[32:], "little")
    again = SIGNATURE[:32] + (s + keys._L).to_bytes(32, "little")
    with pytest.raises(SignatureFailure, match="one spelling"):
        keys.check_ed25519_signature(PUBLIC, again, MESSAGE)


def test_key_of_small_order_is_refused() -> None:
    assert not verifies(IDENTITY, IDENTITY + bytes(32), MESSAGE)
    assert not verifies(PUBLIC, IDENTITY + bytes(32), MESSAGE)
    for y in keys._SMALL_ORDER_Y:
        for sign in (0, 1 << 255):
            with pytest.raises(SignatureFailure):
                keys.check_ed25519_public_key((y | sign).to_bytes(32, "little"))


def test_control_without_the_check_one_signature_fits_every_message(monkeypatch) -> None:
    monkeypatch.setattr(keys, "_SMALL_ORDER_Y", frozenset())
    for message in (b"", b"one", b"another"):
        assert verifies(IDENTITY, IDENTITY + bytes(32), message)


@pytest.mark.parametrize("y", [2**255 - 19, 2**255 - 18, 2**255 - 1])
def test_key_that_is_not_canonical_is_refused(y: int) -> None:
    for sign in (0, 1 << 255):
        with pytest.raises(SignatureFailure):
            keys.check_ed25519_public_key((y | sign).to_bytes(32, "little"))


@given(st.binary(max_size=70), st.binary(max_size=70), st.binary(max_size=20))
def test_every_input_has_an_answer(key: bytes, signature: bytes, message: bytes) -> None:
    assert not verifies(key, signature, message)
    assert not verifies(PUBLIC, signature, message)


def test_vkey_round_trip() -> None:
    for text in VKEY_TEXTS:
        vkey = keys.parse_vkey(text.decode())
        assert vkey.to_text().encode() == text
        assert vkey == keys.make_vkey(vkey.name, vkey.type, vkey.key)
        assert vkey.key_id == keys.key_id(vkey.name, vkey.type, vkey.key)


def test_key_id_has_one_spelling() -> None:
    name, spelled, key = VKEY_TEXTS[0].decode().split("+", 2)
    for other in (spelled.upper(), spelled[:-1], "0" + spelled, "00000000", ""):
        with pytest.raises(Malformed, match="key id"):
            keys.parse_vkey(f"{name}+{other}+{key}")


def test_type_is_part_of_the_key_id() -> None:
    as_witness = keys.parse_vkey(WORKED["witness_vkey"])
    as_log = keys.parse_vkey(WORKED["witness_vkey_if_type1"])
    assert as_witness.key == as_log.key
    assert as_witness.key_id != as_log.key_id


@given(damaged(*VKEY_TEXTS))
def test_vkey_is_malformed_or_in_its_one_spelling(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        vkey = keys.parse_vkey(text)
    except Malformed as error:
        assert "example" not in str(error)
        return
    assert vkey.to_text() == text


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a+b", "a\tb", "a\x85", "a\u00a0b", "\u2028", "\u3000", "\x7f", "\udc80", "é" * 128]
    + [chr(code) for code in (*range(0x21), *range(0x80, 0xA0), 0x1680, *range(0x2000, 0x200B))],
)
def test_name_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        keys.make_vkey(name, 0x01, PUBLIC)


@pytest.mark.parametrize(
    ("type", "key"),
    [
        (0x02, PUBLIC),
        (0x05, PUBLIC),
        (0x00, PUBLIC),
        (0xFF, PUBLIC),
        (256, PUBLIC),
        (-1, PUBLIC),
        (0x01, PUBLIC + b"\x00"),
        (0x04, b""),
        (0x06, PUBLIC),
        (0x01, IDENTITY),
        (0x04, b"\xff" * 32),
    ],
)
def test_key_is_refused(type: int, key: bytes) -> None:  # noqa: A002 - the word of the format
    with pytest.raises(Malformed):
        keys.make_vkey("example.com", type, key)


def test_vkey_text_is_bounded() -> None:
    longest = keys.make_vkey("n" * 255, 0x06, b"\x00" * 1312).to_text()
    assert keys.parse_vkey(longest).to_text() == longest
    with pytest.raises(Malformed, match="too long"):
        keys.parse_vkey(longest + "A" * 4096)
