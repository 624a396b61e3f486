"""Revocation lists: what they say, what they do not say, and what they leave open."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import NameOID

from tests.verifier.timestamp.chains import Key, chain, key
from tests.verifier.timestamp.making import SECONDS, STAMPED, Token
from verifier.errors import CertificateFailure, Malformed
from verifier.timestamp import revocation, verify
from verifier.timestamp.verify import Timestamp, verify_token

MADE = dt.datetime(2027, 7, 1)
BEFORE, AFTER = dt.datetime(2027, 5, 1), dt.datetime(2027, 6, 15)


def revocation_list(
    issuer: str,
    by: Key,
    revoked: tuple[tuple[int, dt.datetime, ReasonFlags | None], ...] = (),
    *,
    partial: bool = False,
    made: dt.datetime = MADE,
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .last_update(made)
        .next_update(made + dt.timedelta(days=7))
    )
    if partial:
        builder = builder.add_extension(x509.DeltaCRLIndicator(4), critical=True)
    for serial, when, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def checked(*lists: bytes, between: int = 0) -> Timestamp:
    made = chain("p256", between)
    return verify_token(Token(made).to_bytes(), STAMPED, [made.tsa()], revocation_lists=lists)


SERIAL = chain().signer.serial_number
ROOT = key("p256", 100)
GOOD = revocation_list("root", ROOT)


def test_without_lists_it_is_not_checked_and_says_so() -> None:
    assert checked().not_revoked_as_of is None


def test_a_list_answers_from_its_date() -> None:
    found = checked(GOOD).not_revoked_as_of
    assert found == int(MADE.replace(tzinfo=dt.UTC).timestamp())


def test_lists_that_do_not_answer() -> None:
    others = [
        revocation_list("root", key("p256", 5)),  # another key
        revocation_list("other", ROOT),
        revocation_list("root", ROOT, partial=True),
    ]
    assert checked(*others).not_revoked_as_of is None
    assert checked(*others, GOOD).not_revoked_as_of is not None


def test_each_certificate_below_the_root_needs_an_answer() -> None:
    lower = revocation_list("between 0", key("p256", 101), made=dt.datetime(2027, 6, 20))
    assert checked(GOOD, between=1).not_revoked_as_of is None
    both = checked(GOOD, lower, between=1).not_revoked_as_of
    assert both == int(dt.datetime(2027, 6, 20, tzinfo=dt.UTC).timestamp())


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (BEFORE, ReasonFlags.superseded),
        (BEFORE, ReasonFlags.cessation_of_operation),
        (AFTER, ReasonFlags.key_compromise),  # RFC 3161 §4: no stamp of that key stands
        (AFTER, ReasonFlags.ca_compromise),
        (AFTER, None),
        (dt.datetime(2027, 6, 1, 12), ReasonFlags.superseded),
    ],
)
def test_revoked(when, reason, partial: bool, monkeypatch) -> None:
    assert dt.datetime(2027, 6, 1, 12, tzinfo=dt.UTC).timestamp() == SECONDS
    bad = revocation_list("root", ROOT, ((SERIAL, when, reason),), partial=partial)
    with pytest.raises(CertificateFailure, match="revoked"):
        checked(bad)
    with pytest.raises(CertificateFailure, match="revoked"):
        checked(GOOD, bad)
    monkeypatch.setattr(verify, "check_revocation", lambda *_: None)  # the control
    assert checked(bad)


@pytest.mark.parametrize(
    "reason",
    [
        ReasonFlags.superseded,
        ReasonFlags.affiliation_changed,
        ReasonFlags.cessation_of_operation,
    ],
)
def test_stamps_from_before_an_orderly_end_stand(reason: ReasonFlags) -> None:
    ended = revocation_list("root", ROOT, ((SERIAL, AFTER, reason),))
    assert checked(ended).not_revoked_as_of is not None
    another = revocation_list("root", ROOT, ((SERIAL + 1, BEFORE, None),))
    assert checked(another).not_revoked_as_of is not None


def test_lists_are_bounded_and_must_be_lists(monkeypatch) -> None:
    for lists in ([b"\x30\x00"], [GOOD + b"\0"], [b""], [GOOD] * 9):
        with pytest.raises(Malformed):
            checked(*lists)
    monkeypatch.setattr(revocation, "MAX_BYTES", len(GOOD) - 1)
    with pytest.raises(Malformed, match="more than"):
        checked(GOOD)
