"""The authority's signature over the signed attributes: RSA, ECDSA on NIST curves, Ed25519.

    RSA PKCS #1 v1.5   rsaEncryption or shaNNNWithRSAEncryption (which say the same), 2048 to 8192 bits
    RSA PSS            one digest for the message and for MGF1, the default trailer (RFC 4055)
    ECDSA              P-256, P-384, P-521 (RFC 5753)
    Ed25519            digest SHA-512 beside it (RFC 8419), the strict form of SPEC §1.3

The digest of the signature is that of the SignerInfo; anything else is refused
or, if it is an algorithm that is not in this list, not checkable here.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from ..errors import CertificateFailure, Malformed, NotCheckable, SignatureFailure
from ..tlog.keys import check_ed25519_signature
from . import der
from .certificate import Certificate
from .names import (
    ECDSA_WITH,
    ED25519,
    MGF1,
    RSA,
    RSA_PSS,
    RSA_WITH,
    check_no_parameters,
    hash_of,
    read_algorithm,
    read_hash,
)
from .signed_data import Signer

RSA_BITS: Final = range(2048, 8192 + 1)
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


def check_signature(signer: Signer, certificate: Certificate) -> None:
    """Check the signature over the signed attributes with the certificate's key.

    Raises SignatureFailure, CertificateFailure for a key that is refused, Malformed,
    NotCheckable.
    """
    oid, parameters, hashed = signer.algorithm, signer.parameters, hash_of(signer.digest)
    known = {RSA: signer.digest, RSA_PSS: signer.digest, ED25519: "sha-512"}
    asked = (known | RSA_WITH | ECDSA_WITH).get(oid)
    if asked is None:
        raise NotCheckable(f"signer: the signature algorithm {oid} is not computed here")
    if asked != signer.digest:
        raise Malformed("signer: the signature's digest is not the signer's")
    key = certificate.key
    if key is None:
        raise NotCheckable("signer: the kind of key is not computed here")
    try:
        if oid == RSA_PSS:
            scheme = _pss(signer)
            _rsa(key).verify(signer.signature, signer.signed, scheme, hashed)
        elif oid == RSA or oid in RSA_WITH:
            check_no_parameters(parameters, "signer")
            _rsa(key).verify(signer.signature, signer.signed, padding.PKCS1v15(), hashed)
        elif parameters is not None:
            raise Malformed("signer: a signature algorithm with parameters that it does not have")
        elif oid == ED25519:
            check_ed25519_signature(_ed25519(key), signer.signature, signer.signed)
        else:
            _ecdsa(key).verify(signer.signature, signer.signed, ec.ECDSA(hashed))
    except UnsupportedAlgorithm:
        raise NotCheckable("signer: the signature algorithm is not computed here") from None
    except (InvalidSignature, ValueError):
        raise SignatureFailure("signer: the signature does not verify") from None


def _rsa(key: object) -> rsa.RSAPublicKey:
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignatureFailure("signer: the signature is not of the certificate's kind of key")
    if key.key_size not in RSA_BITS:
        raise CertificateFailure(f"signer: an RSA key of {key.key_size} bits")
    return key


def _ecdsa(key: object) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureFailure("signer: the signature is not of the certificate's kind of key")
    if not isinstance(key.curve, _CURVES):
        raise NotCheckable("signer: a curve that is not used here")
    return key


def _ed25519(key: object) -> bytes:
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise SignatureFailure("signer: the signature is not of the certificate's kind of key")
    return key.public_bytes_raw()


def _pss(signer: Signer) -> padding.PSS:
    """Return the padding that RSASSA-PSS-params ask for (RFC 4055 §3.1)."""
    if signer.parameters is None or signer.parameters.tag != der.SEQUENCE:
        raise Malformed("signer: RSA-PSS without its parameters")
    inside = der.Reader(signer.parameters.content, "RSA-PSS")
    if inside.peek() != der.context(0):
        raise NotCheckable("RSA-PSS: its default digest SHA-1 is not computed here")
    hashed = inside.open(der.context(0))
    name = read_hash(hashed)
    hashed.done()
    mask = inside.open(der.context(1))
    oid, parameters = read_algorithm(mask)
    mask.done()
    if oid != MGF1 or parameters is None:
        raise NotCheckable("RSA-PSS: a mask generation that is not computed here")
    inner = der.Reader(parameters.raw, "RSA-PSS")
    mask_name = read_hash(inner)
    inner.done()
    size = 20
    if inside.peek() == der.context(2):
        length = inside.open(der.context(2))
        size = length.integer()
        length.done()
    inside.done()
    if name != signer.digest or mask_name != name or not 0 <= size <= 64:
        raise Malformed("RSA-PSS: digests that differ, or a salt of another length")
    return padding.PSS(mgf=padding.MGF1(hash_of(name)), salt_length=size)
