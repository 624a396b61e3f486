"""Revocation, as far as revocation lists (RFC 5280 §5) are at hand.

The verifier has no network, so it looks only at the lists that it is given. What
a revoked certificate means for a stamp that it made before is RFC 3161 §4:

    superseded, affiliationChanged, cessationOfOperation   stamps from before the revocation stand
    any other reason, or none                              no stamp of that key stands
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from cryptography import x509

from ..errors import CertificateFailure, Malformed
from .certificate import Certificate, asked

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


class _List(NamedTuple):
    """What is asked of a list, read at once as in ``certificate``."""

    x509: x509.CertificateRevocationList
    issuer: x509.Name
    since: int
    partial: bool


def _complete_since(answers: Sequence[_List]) -> list[int]:
    # A critical extension limits a list to some certificates or to what changed: what is not in
    # it may be in another one.
    return [each.since for each in answers if not each.partial]


def _read(data: bytes) -> _List:
    if len(data) > MAX_BYTES:
        raise Malformed(f"revocation list: more than the {MAX_BYTES} bytes allowed")
    found = asked(lambda: _parts(x509.load_der_x509_crl(data)))
    if found is None:
        raise Malformed("revocation list: not one that can be read")
    return found


def _parts(found: x509.CertificateRevocationList) -> _List:
    partial = any(extension.critical for extension in found.extensions)
    return _List(found, found.issuer, int(found.last_update_utc.timestamp()), partial)


def _is_of(found: _List, issuer: Certificate) -> bool:
    key: Any = issuer.key  # a kind of key that signs no lists raises
    same = asked(lambda: found.issuer == issuer.x509.subject)
    return bool(same and asked(lambda: found.x509.is_signature_valid(key)))


def _check(certificate: Certificate, found: _List, seconds: int) -> None:
    by_serial = found.x509.get_revoked_certificate_by_serial_number
    looked_up = asked(lambda: (by_serial(certificate.serial),))
    if looked_up is None:  # an entry that cannot be read may be this one
        raise Malformed("revocation list: not one that can be read")
    entry = looked_up[0]
    if entry is None:
        return
    reason = asked(lambda: entry.extensions.get_extension_for_class(x509.CRLReason).value.reason)
    since = asked(lambda: int(entry.revocation_date_utc.timestamp()))
    if reason is x509.ReasonFlags.remove_from_crl:
        return
    # A reason that is missing or cannot be read is none of the mild ones.
    if reason not in _ENDS or since is None or seconds >= since:
        raise CertificateFailure("token: a certificate of its chain was revoked")
