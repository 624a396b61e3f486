"""A certificate as it is compared: raw names and serial, and what `cryptography` reads.

The names are compared byte for byte, so they are cut out of the DER and not
written again from a parsed name.

The library reads much of a certificate only when it is asked for, and what it then
raises over a stranger's bytes is not one family: an unknown number in a TLS feature is a
KeyError, a name of bits a TypeError. So all of it is asked for here, once, and what the
rest works with are plain values: nothing outside this file asks the library's object for
a part of a certificate (a test holds that).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509 import Extensions

from ..errors import CertificateFailure, Malformed
from . import der
from .signed_data import MAX_BYTES

T = TypeVar("T")


class Certificate(NamedTuple):
    """A certificate: its DER, its raw names and serial number, and what was read.

    ``first`` and ``last`` are the ends of its validity in Unix seconds. ``key`` and
    ``extensions`` are None where they cannot be read. ``x509`` is what the library's own
    checks of signatures and paths take.
    """

    data: bytes
    issuer: bytes
    subject: bytes
    serial: int
    first: int
    last: int
    key: CertificatePublicKeyTypes | None
    extensions: Extensions | None
    x509: x509.Certificate

    def known_extensions(self) -> Extensions:
        """Return the extensions. Raises CertificateFailure where they cannot be read."""
        if self.extensions is None:
            raise CertificateFailure("token: a certificate with extensions that cannot be read")
        return self.extensions

    def key_identifier(self) -> bytes | None:
        """Return the subject key identifier, None if there is none to be read."""
        if self.extensions is None:
            return None
        try:
            return self.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except x509.ExtensionNotFound:
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


def asked(part: Callable[[], T]) -> T | None:
    """Return what the library reads of a stranger's bytes, None for whatever it raises over them."""
    try:
        with quiet():
            return part()
    except Exception:  # noqa: BLE001 - no list of its errors is complete, see above
        return None


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
    inside.take(der.SEQUENCE)
    subject = inside.take(der.SEQUENCE).raw
    outer.take(der.SEQUENCE)
    # The byte before the signature counts unused bits; libraries skip it, and nothing signs it.
    if outer.take(der.BIT_STRING).content[:1] != b"\0":
        raise Malformed("certificate: a signature that is not of whole bytes")
    outer.done()
    if serial < 1:  # RFC 5280 §4.1.2.2
        raise Malformed("certificate: a serial number that is not positive")
    found = asked(lambda: x509.load_der_x509_certificate(data))
    dates = None if found is None else asked(lambda: _dates(found))
    if found is None or dates is None:
        raise Malformed("certificate: not one that can be read")
    key, extensions = asked(found.public_key), asked(lambda: found.extensions)
    return Certificate(data, issuer, subject, serial, *dates, key, extensions, found)


def _dates(read: x509.Certificate) -> tuple[int, int]:
    # The names too: what cannot be read shows here and not when they are printed.
    _ = (read.subject.rfc4514_string(), read.issuer.rfc4514_string())
    return (
        int(read.not_valid_before_utc.timestamp()),
        int(read.not_valid_after_utc.timestamp()),
    )


def parse_usable(data: Iterable[bytes]) -> list[Certificate]:
    """Return those that can be read, each once: one that cannot serves nobody."""
    found: list[Certificate] = []
    for each in dict.fromkeys(data):
        with contextlib.suppress(Malformed):
            found.append(parse_certificate(each))
    return found
