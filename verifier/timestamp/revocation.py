"""Revocation, as far as revocation lists (RFC 5280 §5) are at hand.

The verifier has no network, so it looks only at the lists that it is given. What
a revoked certificate means for a stamp that it made before is RFC 3161 §4:

    superseded, affiliationChanged, cessationOfOperation   stamps from before the revocation stand
    any other reason, or none                              no stamp of that key stands
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from ..errors import CertificateFailure, Malformed
from .certificate import Certificate, quiet

MAX_BYTES: Final = 1 << 20
MAX_LISTS: Final = 8
_ENDS: Final = frozenset(
    {
        x509.ReasonFlags.superseded,
        x509.ReasonFlags.affiliation_changed,
        x509.ReasonFlags.cessation_of_operation,
    }
)


def check_revocation(
    path: Sequence[Certificate], lists: Sequence[bytes], seconds: int
) -> int | None:
    """Look up every certificate below the root; return since when the answer holds.

    That is the earliest ``thisUpdate`` (Unix seconds) of the lists that answered, None unless
    every certificate of the path was looked up: *not checked*, which is not *good*.
    Raises CertificateFailure for a certificate that was revoked, Malformed for a bad list.
    """
    if len(lists) > MAX_LISTS:
        raise Malformed(f"revocation list: more than {MAX_LISTS}")
    read = [_read(data) for data in lists]
    since: list[int | None] = []
    for certificate, issuer in pairwise(path):
        answers = [each for each in read if _is_of(each, issuer)]
        for each in answers:
            _check(certificate, each, seconds)
        since.append(max(_complete_since(answers), default=None))
    known = [each for each in since if each is not None]
    return min(known, default=None) if len(known) == len(since) else None


def _complete_since(answers: Sequence[x509.CertificateRevocationList]) -> list[int]:
    # A critical extension limits a list to some certificates or to what changed: what is not in
    # it may be in another one.
    return [
        int(each.last_update_utc.timestamp())
        for each in answers
        if not any(extension.critical for extension in each.extensions)
    ]


def _read(data: bytes) -> x509.CertificateRevocationList:
    if len(data) > MAX_BYTES:
        raise Malformed(f"revocation list: more than the {MAX_BYTES} bytes allowed")
    try:
        return x509.load_der_x509_crl(data)
    except (ValueError, UnsupportedAlgorithm):
        raise Malformed("revocation list: not one that can be read") from None


def _is_of(found: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    try:
        with quiet():
            same = found.issuer == issuer.x509.subject
        return same and found.is_signature_valid(
            issuer.x509.public_key()  # type: ignore[arg-type]  # a kind of key that signs none raises
        )
    except (InvalidSignature, TypeError, ValueError, UnsupportedAlgorithm):
        return False


def _check(certificate: Certificate, found: x509.CertificateRevocationList, seconds: int) -> None:
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial)
    if entry is None:
        return
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, ValueError):
        reason = x509.ReasonFlags.unspecified
    if reason is x509.ReasonFlags.remove_from_crl:
        return
    if reason not in _ENDS or seconds >= int(entry.revocation_date_utc.timestamp()):
        raise CertificateFailure("token: a certificate of its chain was revoked")
