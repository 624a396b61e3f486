"""Cosignatures: a witness's word that it saw a checkpoint, and when (c2sp.org/tlog-cosignature).

In the note, what follows the key id is

    8 bytes   timestamp, Unix seconds, big-endian, at most 2^63 - 1
    64 bytes  Ed25519 signature (type 0x04), or
    2420      ML-DSA-44 signature (type 0x06, FIPS 204, empty context)

Meaning: as of that time, this was the largest consistent tree head of the origin
that the witness had seen. A timestamp of 0, which an ML-DSA-44 key may use, says
nothing about time.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from verifier.encoding import MAX_INT, u64
from verifier.errors import PolicyError, SignatureFailure

from .checkpoint import parse_checkpoint
from .keys import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, VKey, check_ed25519_signature
from .note import SignatureLine

_SIGNATURE_BYTES: Final = {ED25519_COSIGNATURE: 64, ML_DSA_44_COSIGNATURE: 2420}


def cosignature_message(checkpoint_text: bytes, timestamp: int) -> bytes:
    """Return what an Ed25519 cosignature (type 0x04) signs: two lines before the checkpoint."""
    return b"cosignature/v1\ntime %d\n" % timestamp + checkpoint_text


def mldsa_message(
    cosigner: str, timestamp: int, origin: str, start: int, end: int, root: bytes
) -> bytes:
    r"""Return what an ML-DSA-44 cosignature (type 0x06) signs: names, time and one subtree.

    ``"subtree/v1\n\0"``, one byte of length and the cosigner's name, the
    timestamp, one byte of length and the origin, first leaf, leaf after the
    last, root. Numbers have 8 big-endian bytes. For a checkpoint ``start`` is 0
    and ``end`` the size.
    """
    name, log = cosigner.encode(), origin.encode()
    return b"".join(
        (
            b"subtree/v1\n\0",
            bytes([len(name)]),
            name,
            u64(timestamp),
            bytes([len(log)]),
            log,
            u64(start),
            u64(end),
            root,
        )
    )


def check_cosignature(checkpoint_text: bytes, line: SignatureLine, vkey: VKey) -> int:
    """Check a cosignature line over a checkpoint and return its timestamp in Unix seconds.

    Raises SignatureFailure if the line is not this key's or does not verify,
    Malformed if the text is not a checkpoint, and PolicyError if this build of
    ``cryptography`` has no ML-DSA-44 and so the check could not be made.
    """
    if (line.name, line.key_id) != (vkey.name, vkey.key_id):
        raise SignatureFailure("cosignature: the line is of another key")
    if vkey.type not in _SIGNATURE_BYTES:
        raise SignatureFailure("cosignature: the key is not for cosignatures")
    if len(line.signature) != 8 + _SIGNATURE_BYTES[vkey.type]:
        raise SignatureFailure("cosignature: not as long as a time and a signature")
    timestamp = int.from_bytes(line.signature[:8], "big")
    if timestamp > MAX_INT:
        raise SignatureFailure("cosignature: the timestamp is larger than 2^63 - 1")
    checkpoint = parse_checkpoint(checkpoint_text)
    signature = line.signature[8:]
    if vkey.type == ED25519_COSIGNATURE:
        check_ed25519_signature(
            vkey.key, signature, cosignature_message(checkpoint_text, timestamp)
        )
    else:
        message = mldsa_message(
            vkey.name, timestamp, checkpoint.origin, 0, checkpoint.size, checkpoint.root
        )
        _check_mldsa(vkey.key, signature, message)
    return timestamp


def _check_mldsa(public_key: bytes, signature: bytes, message: bytes) -> None:
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except UnsupportedAlgorithm:
        raise PolicyError("ML-DSA-44 cannot be checked by this build of cryptography") from None
    except (InvalidSignature, ValueError):
        raise SignatureFailure("ML-DSA-44 signature: does not verify") from None
