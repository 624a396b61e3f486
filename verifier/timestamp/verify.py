"""Verifying a time-stamp token, in the numbered steps of SPEC §16.

    token + the bytes that were stamped + the policy's TSA roots  →  Timestamp, or an error

Nothing is taken from the token but what a signature covers, and trust comes from
the policy alone. No clock: a chain is judged at genTime, and at a later moment
too if the caller knows one by which the token was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..encoding import escape_bytes
from ..errors import (
    BindingFailure,
    CertificateFailure,
    Malformed,
    NotDecided,
    UnknownAuthority,
    VerifierError,
)
from ..policy import Tsa
from .attributes import CertificateId, certificate_ids, check_content
from .certificate import Certificate, parse_usable
from .names import SHA_256, digest
from .path import Issuers, check_path, find_path
from .revocation import check_revocation
from .signature import check_signature
from .signed_data import SignedData, Signer, parse_signed_data
from .tst_info import Accuracy, TstInfo, parse_tst_info

MAX_CERTIFICATES_BESIDE: Final = 8


class SignerFacts(NamedTuple):
    """The certificate that signed. Times are Unix seconds; names are escaped, one line each.

    ``named_by`` is the digest by which the token names its certificate; ``sha-1`` is what
    RFC 2634 has. ``key_sha256`` is over the key's SubjectPublicKeyInfo, as the library writes it:
    two certificates of one key have one.
    """

    subject: str
    issuer: str
    serial: int
    not_before: int
    not_after: int
    sha256: str
    key: str
    named_by: str
    key_sha256: str = ""


class Timestamp(NamedTuple):
    """A token that was verified.

    ``tsa`` is the policy's name for the root. ``seconds`` is genTime in Unix seconds, its
    fraction cut off; ``fraction`` are the digits after the point, as written.
    ``accuracy`` is None where the authority states none. ``not_revoked_as_of`` is the date of
    the revocation lists that were at hand, None where revocation was *not checked*.
    ``unread`` names what is in the token and nothing vouches for.
    """

    tsa: str
    seconds: int
    fraction: str
    accuracy: Accuracy | None
    serial: int
    policy: str
    algorithm: str
    nonce: int | None
    ordering: bool
    signer: SignerFacts
    not_revoked_as_of: int | None
    unread: tuple[str, ...]


def verify_token(
    token: bytes,
    stamped: bytes,
    tsas: Sequence[Tsa],
    *,
    certificates: Sequence[bytes] = (),
    nonce: int | None = None,
    algorithm: str = SHA_256,
    also_valid_at: int | None = None,
    revocation_lists: Sequence[bytes] = (),
) -> Timestamp:
    """Verify a DER TimeStampToken over exactly these bytes.

    ``certificates`` are DER, what a receipt carries beside the token (at most 8).
    ``nonce`` is the one that was sent. ``also_valid_at`` is a later moment at which the chain
    must be valid too. Raises

    Malformed           what is not a token in strict DER
    BindingFailure      another imprint or algorithm, another nonce, another certificate
    HashFailure, SignatureFailure   the authority's signature is not over this time-stamp
    CertificateFailure  a chain that is not for time-stamping or not valid at the time
    UnknownAuthority    a chain to no root of the policy, or no signer's certificate at hand
    NotCheckable        SM2, SM3, or another algorithm that is not computed here
    """
    # 1. The wrapping. 2. What the authority says.
    data = parse_signed_data(token)
    info = parse_tst_info(data.content)
    # 3. It is over these bytes, with the digest that was asked for.
    check_imprint(info, stamped, algorithm)
    # 4. It answers this request.
    check_nonce(info, nonce)
    # 5. What is signed is this time-stamp.
    check_content(data.signer, data.content)
    # 6. The signer's certificate is the one that the signed attributes name.
    roots = _roots(tsas)
    if len(certificates) > MAX_CERTIFICATES_BESIDE:
        raise Malformed(f"token: more than {MAX_CERTIFICATES_BESIDE} certificates beside it")
    pool = parse_usable((*data.certificates, *certificates, *(root.data for _, root in roots)))
    ids = certificate_ids(data.signer)
    certificate = find_signer(data.signer, pool, ids)
    # 7. Its key signed.
    check_signature(data.signer, certificate)
    # 8. to 10. A root of the policy, the chain to it, and the policy's window.
    allowed = allowed_by(pool, ids)
    tsa, path = _trusted(certificate, allowed, roots, info.seconds, also_valid_at)
    # 11. Revocation, as far as lists are at hand.
    since = check_revocation(path, revocation_lists, info.seconds)
    return Timestamp(
        tsa.name, info.seconds, info.fraction, info.accuracy, info.serial, info.policy,
        info.algorithm, info.nonce, info.ordering, _facts(certificate, ids), since,
        _unread(data, path),
    )  # fmt: skip


def check_imprint(info: TstInfo, stamped: bytes, algorithm: str) -> None:
    """Check algorithm and value of the imprint. Raises BindingFailure."""
    if info.algorithm != algorithm:
        raise BindingFailure(f"token: an imprint of {info.algorithm} where {algorithm} is due")
    if info.imprint != digest(algorithm, stamped):
        raise BindingFailure("token: its imprint is not that of the bytes it should be over")


def check_nonce(info: TstInfo, nonce: int | None) -> None:
    """Check that the token answers the request with this nonce. Raises BindingFailure."""
    if nonce is not None and info.nonce != nonce:
        raise BindingFailure("token: not the nonce that was asked for")


def find_signer(
    signer: Signer, pool: Iterable[Certificate], ids: Sequence[Sequence[CertificateId]]
) -> Certificate:
    """Return the certificate that every list names first and that the SignerInfo means too.

    Raises UnknownAuthority if it is not at hand, BindingFailure if the two disagree.
    """
    named = [each for each in pool if all(found[0].matches(each) for found in ids)]
    if not named:
        raise UnknownAuthority("token: the signer's certificate, as it names it, is not at hand")
    if not is_meant(signer, named[0]):
        raise BindingFailure("token: the signer and the certificate that it names are not one")
    return named[0]


def is_meant(signer: Signer, certificate: Certificate) -> bool:
    """Return whether the SignerInfo, which nothing signs, points to this certificate too."""
    if signer.key_identifier is not None:
        return signer.key_identifier == certificate.key_identifier()
    return (signer.issuer, signer.serial) == (certificate.issuer, certificate.serial)


def allowed_by(
    pool: Sequence[Certificate], ids: Sequence[Sequence[CertificateId]]
) -> list[Certificate]:
    """Return the certificates a chain may use: where a list names several, only those (RFC 5035 §4)."""
    lists = [found for found in ids if len(found) > 1]
    return [
        each for each in pool if all(any(one.matches(each) for one in found) for found in lists)
    ]


def _roots(tsas: Sequence[Tsa]) -> list[tuple[Tsa, Certificate]]:
    return [(tsa, root) for tsa in tsas for root in parse_usable([tsa.certificate])]


def _trusted(
    certificate: Certificate,
    pool: Sequence[Certificate],
    roots: Sequence[tuple[Tsa, Certificate]],
    seconds: int,
    also_valid_at: int | None,
) -> tuple[Tsa, list[Certificate]]:
    failure: VerifierError = UnknownAuthority(
        "token: its certificates lead to none of the policy's TSA roots"
    )
    issuers = Issuers()
    for tsa, root in roots:
        try:
            path = find_path(certificate, pool, root, seconds, issuers)
            check_path(path, seconds)
            if also_valid_at is not None:
                check_path(path, also_valid_at)
            check_window(tsa, seconds)
        except UnknownAuthority:
            continue
        except CertificateFailure as error:
            failure = CertificateFailure(f"{error} (tsa {tsa.shown()})")
        except NotDecided as error:
            failure = error if isinstance(failure, NotDecided) else failure
        else:
            return tsa, path
    raise failure


def check_window(tsa: Tsa, seconds: int) -> None:
    """Check that the policy relies on this root at this time. Raises CertificateFailure."""
    if not tsa.not_before <= seconds <= tsa.not_after:
        raise CertificateFailure("token: genTime is outside the time the policy relies on its root")


def _unread(data: SignedData, path: Sequence[Certificate]) -> tuple[str, ...]:
    used = {each.data for each in path}
    count = sum(each not in used for each in data.certificates)
    return (*data.unread, *([f"certificates outside the chain: {count}"] if count else []))


def _facts(certificate: Certificate, ids: Sequence[Sequence[CertificateId]]) -> SignerFacts:
    subject, issuer = certificate.names()
    return SignerFacts(
        _escaped(subject),
        _escaped(issuer),
        certificate.serial,
        certificate.first,
        certificate.last,
        hashlib.sha256(certificate.data).hexdigest(),
        _key(certificate),
        ids[-1][0].algorithm,
        _key_digest(certificate),
    )


def _key_digest(certificate: Certificate) -> str:
    key = certificate.key
    assert key is not None  # its signature was verified
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def _escaped(text: str) -> str:
    return escape_bytes(text.encode("utf-8", "surrogatepass"))[:1000]


def _key(certificate: Certificate) -> str:
    key = certificate.key
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return "Ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "unknown"
