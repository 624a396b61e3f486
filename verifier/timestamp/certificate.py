"""A certificate as it is compared: raw issuer and serial, and what `cryptography` reads.

The issuer is compared byte for byte, so it is cut out of the DER and not
written again from a parsed name.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from ..errors import Malformed
from . import der
from .signed_data import MAX_BYTES


class Certificate(NamedTuple):
    """A certificate: its DER, its raw issuer, its serial number, and what was read."""

    data: bytes
    issuer: bytes
    serial: int
    x509: x509.Certificate

    def key_identifier(self) -> bytes | None:
        """Return the subject key identifier, None if there is none to be read."""
        try:
            return self.x509.extensions.get_extension_for_class(
                x509.SubjectKeyIdentifier
            ).value.digest
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
            return None

    def names(self) -> tuple[str, str]:
        """Return subject and issuer as one line of text each (RFC 4514), not escaped."""
        with quiet():
            return self.x509.subject.rfc4514_string(), self.x509.issuer.rfc4514_string()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the library from writing to standard error what it thinks of a stranger's name.

    A country of three letters or an organisation of 65 decides nothing here: names are
    compared byte for byte.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@lru_cache(maxsize=64)  # the roots of a policy, for every receipt of a package
def parse_certificate(data: bytes) -> Certificate:
    """Return a certificate of at most 16 KiB. Raises Malformed."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"certificate: {len(data)} bytes, more than the {MAX_BYTES} allowed")
    outer = der.read_one(data, der.SEQUENCE, "certificate")
    inside = outer.open(der.SEQUENCE)
    inside.optional(der.context(0))
    serial = inside.integer()
    inside.take(der.SEQUENCE)
    issuer = inside.take(der.SEQUENCE).raw
    outer.take(der.SEQUENCE)
    # The byte before the signature counts unused bits; libraries skip it, and nothing signs it.
    if outer.take(der.BIT_STRING).content[:1] != b"\0":
        raise Malformed("certificate: a signature that is not of whole bytes")
    outer.done()
    if serial < 1:  # RFC 5280 §4.1.2.2
        raise Malformed("certificate: a serial number that is not positive")
    try:
        with quiet():
            read = x509.load_der_x509_certificate(data)
            # These are read when they are asked for; what cannot be read shows here and not later.
            _ = (read.subject, read.issuer, read.not_valid_before_utc, read.not_valid_after_utc)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise Malformed("certificate: not one that can be read") from None
    return Certificate(data, issuer, serial, read)


def validity_of(certificate: Certificate) -> tuple[int, int]:
    """Return the first and the last second of the certificate's validity, in Unix seconds."""
    return (
        int(certificate.x509.not_valid_before_utc.timestamp()),
        int(certificate.x509.not_valid_after_utc.timestamp()),
    )


def parse_usable(data: Iterable[bytes]) -> list[Certificate]:
    """Return those that can be read, each once: one that cannot serves nobody."""
    found: list[Certificate] = []
    for each in dict.fromkeys(data):
        with contextlib.suppress(Malformed):
            found.append(parse_certificate(each))
    return found
