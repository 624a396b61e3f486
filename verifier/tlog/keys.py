"""Public keys of logs and witnesses: which Ed25519 keys we accept, and their one-line form.

A verifier key, ``vkey`` for short (c2sp.org/signed-note), is

    <name>+<key id, 8 lower-case hex digits>+<base64 of (type byte ‖ public key)>
    key id = the first 4 bytes of SHA-256(name ‖ 0x0A ‖ type byte ‖ public key)

Types known here: 0x01 Ed25519 (32 bytes), 0x04 Ed25519 cosignature (32 bytes),
0x06 ML-DSA-44 cosignature (1312 bytes).

Why the Ed25519 checks: libraries accept signatures under keys of small order,
for which one signature can be valid for many messages, and RFC 8032 and
FIPS 186-5 refuse other spellings of a point than the canonical one. Both are
comparisons of bytes; no curve arithmetic is done here.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.encoding import parse_base64, to_base64
from verifier.errors import Malformed, SignatureFailure

ED25519: Final = 0x01
ED25519_COSIGNATURE: Final = 0x04
ML_DSA_44_COSIGNATURE: Final = 0x06

KEY_BYTES: Final = {ED25519: 32, ED25519_COSIGNATURE: 32, ML_DSA_44_COSIGNATURE: 1312}
"""Length of the public key for each type known here."""

MAXIMUM_NAME_BYTES: Final = 255
"""The ML-DSA-44 message gives the length of a name in one byte (c2sp.org/tlog-cosignature)."""

_MAXIMUM_TEXT: Final = 4096  # an ML-DSA-44 key with the longest name takes 2017 characters

# Unicode White_Space, spelled out so that it does not change with the Unicode
# version of the Python in use; the control characters C0, DEL and C1; and "+".
_NOT_IN_NAME = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]")

_P: Final = 2**255 - 19
_L: Final = 2**252 + 27742317777372353535851937790883648493

_SMALL_ORDER_Y: Final = frozenset(
    [
        0,  # order 4
        1,  # order 1
        _P - 1,  # order 2
        # order 8, two values up to sign
        int.from_bytes(
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            "little",
        ),
        int.from_bytes(
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            "little",
        ),
    ]
)
"""The y of every point whose order divides 8; the sign bit of x does not matter."""


def _check_point(encoded: bytes, what: str) -> None:
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= _P:
        raise SignatureFailure(f"{what}: not in its one spelling")
    if y in _SMALL_ORDER_Y:
        raise SignatureFailure(f"{what}: a point of small order")


def check_ed25519_public_key(key: bytes) -> None:
    """Check that these 32 bytes are a canonical Ed25519 key that is not of small order.

    Whether they are a point of the curve at all shows when a signature is
    checked. Raises SignatureFailure.
    """
    if len(key) != 32:
        raise SignatureFailure("Ed25519 public key: not 32 bytes")
    _check_point(key, "Ed25519 public key")


def check_ed25519_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Check an Ed25519 signature (RFC 8032) so strictly that it has one spelling only.

    ``signature`` is R (32 bytes) and S (32 bytes, little-endian, below the
    group order). Raises SignatureFailure, also for a key that we refuse.
    """
    check_ed25519_public_key(public_key)
    if len(signature) != 64:
        raise SignatureFailure("Ed25519 signature: not 64 bytes")
    _check_point(signature[:32], "Ed25519 signature")
    if int.from_bytes(signature[32:], "little") >= _L:
        raise SignatureFailure("Ed25519 signature: not in its one spelling")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise SignatureFailure("Ed25519 signature: does not verify") from None


class VKey(NamedTuple):
    """A public key with its name, as ``parse_vkey`` or ``make_vkey`` checked it.

    ``key`` is the public key without the type byte; ``key_id`` has 4 bytes.
    """

    name: str
    key_id: bytes
    type: int
    key: bytes

    def to_text(self) -> str:
        """Return the one-line form."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.type]) + self.key)}"


def check_name(name: str) -> None:
    """Check the name of a key: 1 to 255 bytes of UTF-8 without space, control or ``+``.

    Raises Malformed.
    """
    try:
        size = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise Malformed("key name: not UTF-8") from None
    if not 0 < size <= MAXIMUM_NAME_BYTES:
        raise Malformed(f"key name: {size} bytes where 1 to {MAXIMUM_NAME_BYTES} are allowed")
    if _NOT_IN_NAME.search(name):
        raise Malformed("key name: holds a space, a control character or a plus sign")


def key_id(name: str, type: int, key: bytes) -> bytes:  # noqa: A002 - the word of the format
    """Return the 4 bytes by which a signature line points to its key (c2sp.org/signed-note)."""
    return sha256(name.encode("utf-8") + b"\n" + bytes([type]) + key).digest()[:4]


def make_vkey(name: str, type: int, key: bytes) -> VKey:  # noqa: A002 - the word of the format
    """Return a checked key with its key id. Raises Malformed, also for a key that we refuse."""
    check_name(name)
    if type not in KEY_BYTES:
        raise Malformed("vkey: a type of key that is not known here")
    if len(key) != KEY_BYTES[type]:
        raise Malformed(f"vkey: {len(key)} bytes of key where {KEY_BYTES[type]} are expected")
    if type != ML_DSA_44_COSIGNATURE:
        try:
            check_ed25519_public_key(key)
        except SignatureFailure as error:
            raise Malformed(f"vkey: {error}") from None
    return VKey(name, key_id(name, type, key), type, key)


def parse_vkey(text: str) -> VKey:
    """Parse the one-line form. Raises Malformed, also for a key or a type that we refuse."""
    if len(text) > _MAXIMUM_TEXT:
        raise Malformed("vkey: too long")
    parts = text.split("+", 2)  # base64 may hold "+" itself
    if len(parts) != 3:
        raise Malformed("vkey: not of the form name+id+key")
    name, spelled_id, encoded = parts
    check_name(name)
    typed = parse_base64(encoded, "vkey")
    if not typed:
        raise Malformed("vkey: no key")
    vkey = make_vkey(name, typed[0], typed[1:])
    if vkey.key_id.hex() != spelled_id:
        raise Malformed("vkey: the key id is not that of name and key, in lower-case hex")
    return vkey
