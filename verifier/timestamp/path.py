"""From the signer's certificate to a root of the policy, valid at the time of the stamp.

One path is chosen here, by names and signatures, each pair of certificates
looked at once and no more than ``MAX_CHECKS`` of them: letting a library search would
let a token with many alike certificates cost hours. `cryptography` then validates that path (RFC 5280:
validity at genTime, basic constraints, path length, name constraints, critical
extensions, algorithms), with what a time-stamping authority's certificate must
have beside it.

Revocation is looked up in revocation lists only if some are at hand, see
``revocation``; a key stolen later can otherwise give out times before the theft.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..errors import CertificateFailure, NotCheckable, UnknownAuthority
from .certificate import Certificate, asked
from .signature import RSA_BITS

MAX_DEPTH: Final = 6
"""Certificates between the signer's and the root; public authorities have one or two."""

MAX_CHECKS: Final = 512
"""Signatures on certificates that are computed for one token; an honest chain needs some ten."""


MAX_EXPONENT_BITS: Final = 32
"""Of an RSA key; authorities use 65537 (17 bits)."""


class Issuers:
    """Who issued whom, for one token: each pair is computed once, and the computing is bounded."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes], bool] = {}

    def issued(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Return whether the issuer's name and signature are on the certificate.

        Raises NotCheckable where more than ``MAX_CHECKS`` pairs have the names for it.
        """
        if certificate.issuer != issuer.subject or is_costly(issuer):
            return False
        pair = certificate.data, issuer.data
        if pair not in self._known:
            if len(self._known) >= MAX_CHECKS:
                raise NotCheckable("token: too many certificates of one name to look for its chain")
            self._known[pair] = is_issued_by(certificate, issuer)
        return self._known[pair]


def is_costly(issuer: Certificate) -> bool:
    """Return whether a signature by this key takes far longer to verify than any that is used."""
    key = issuer.key
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    return key.key_size > RSA_BITS[-1] or key.public_numbers().e.bit_length() > MAX_EXPONENT_BITS


def find_path(
    signer: Certificate,
    pool: Sequence[Certificate],
    root: Certificate,
    seconds: int,
    issuers: Issuers,
) -> list[Certificate]:
    """Return the shortest path from the signer to the root, both included.

    Certificates that are valid at ``seconds`` are preferred, so that an old and a
    renewed one of the same key do not hide each other. Raises UnknownAuthority, NotCheckable.
    """
    if signer.data == root.data:
        return [signer]
    # One that signed itself, such as the policy's other roots, stands between no two others.
    others = [
        each
        for each in pool
        if each.data not in (signer.data, root.data) and not issuers.issued(each, each)
    ]
    current = [each for each in others if is_valid_at(each, seconds)]
    for candidates in (current, others):
        path = _shortest(signer, candidates, root, issuers)
        if path is not None:
            return path
    raise UnknownAuthority("token: its certificates lead to none of the policy's TSA roots")


def _shortest(
    signer: Certificate, others: Sequence[Certificate], root: Certificate, issuers: Issuers
) -> list[Certificate] | None:
    # From the root downwards, level by level: each certificate gets one issuer and is done with.
    waiting, level = [signer, *others], [[root]]
    for _ in range(MAX_DEPTH + 1):
        below: list[list[Certificate]] = []
        for path in level:
            for each in list(waiting):
                if issuers.issued(each, path[0]):
                    waiting.remove(each)
                    below.append([each, *path])
                    if each is signer:
                        return [each, *path]
        level = below
    return None


def is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Return whether the issuer's name and signature are on the certificate."""

    def check() -> bool:
        certificate.x509.verify_directly_issued_by(issuer.x509)
        return True

    return asked(check) is not None


def is_valid_at(certificate: Certificate, seconds: int) -> bool:
    """Return whether this moment lies in the certificate's own validity, both ends included."""
    return certificate.first <= seconds <= certificate.last


def check_path(path: Sequence[Certificate], seconds: int) -> None:
    """Check that the path is one for time-stamping, valid at ``seconds``.

    Raises CertificateFailure, and NotCheckable for keys that no library here validates.
    """
    signer, *above = path
    check_usage(signer)
    if not all(is_valid_at(each, seconds) for each in path):
        raise CertificateFailure("token: a certificate of its chain is not valid at genTime")
    if not above:
        return  # the policy names the authority's own certificate
    for issuer in above:
        check_authority(issuer)
    validate(signer, above, seconds)


def validate(signer: Certificate, above: Sequence[Certificate], seconds: int) -> None:
    """Let ``cryptography`` validate one path, whose last certificate is trusted (RFC 5280 §6).

    Raises CertificateFailure.
    """
    anything = verification.ExtensionPolicy.permit_all()
    authority = anything.require_present(
        x509.BasicConstraints, verification.Criticality.AGNOSTIC, None
    )
    validator = (
        verification.PolicyBuilder()
        .store(verification.Store([above[-1].x509]))
        .time(datetime.fromtimestamp(seconds, UTC))
        .max_chain_depth(MAX_DEPTH)
        .extension_policies(ca_policy=authority, ee_policy=anything)
        .build_client_verifier()
    )
    if asked(lambda: validator.verify(signer.x509, [each.x509 for each in above[:-1]])) is None:
        raise CertificateFailure("token: its chain of certificates does not validate")


def check_usage(signer: Certificate) -> None:
    """Check that the certificate is for time-stamping and nothing else (RFC 3161 §2.3)."""
    extensions = signer.known_extensions()
    try:
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise CertificateFailure(
            "token: the signer's certificate is not for time-stamping"
        ) from None
    if list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise CertificateFailure(
            "token: the signer's certificate is not for time-stamping, or not for that alone"
        )
    if not usage.critical:
        raise CertificateFailure(
            "token: the signer's certificate is for time-stamping, but does not say so critically"
        )
    key_usage = _key_usage(extensions)
    if key_usage is not None and not (key_usage.digital_signature or key_usage.content_commitment):
        raise CertificateFailure("token: the signer's key is not for signatures")


def check_authority(issuer: Certificate) -> None:
    """Check what is left open by the library: that the key may sign certificates, and which kind."""
    key = issuer.key
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in RSA_BITS:
            raise CertificateFailure(f"token: a certificate with an RSA key of {key.key_size} bits")
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        raise NotCheckable("token: a chain with a kind of key that is not validated here")
    extensions = issuer.known_extensions()
    key_usage = _key_usage(extensions)
    if key_usage is not None and not key_usage.key_cert_sign:
        raise CertificateFailure("token: a certificate was issued by one that may not issue any")
    try:
        usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    # An authority that is limited to uses may only issue for those (as root programs ask).
    if not {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(
        usage
    ):
        raise CertificateFailure("token: a certificate was issued by one that is not for its use")


def _key_usage(extensions: x509.Extensions) -> x509.KeyUsage | None:
    try:
        return extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
