"""rfc3161-client (Rust, by others) on our tokens, and the four checks that it leaves to its caller.

What it accepts and we refuse is written down here, so that whoever compares the
two knows why they differ.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from tests.verifier.timestamp.chains import Chain, chain, key, make_chain, raw
from tests.verifier.timestamp.making import NONCE, STAMPED, Token, algorithm, good
from tests.verifier.timestamp.test_revocation import revocation_list
from verifier.errors import BindingFailure, CertificateFailure, NotCheckable
from verifier.timestamp import der
from verifier.timestamp.verify import verify_token

rfc3161_client = pytest.importorskip(
    "rfc3161_client", reason="rfc3161-client is not installed: no second opinion"
)


def second_opinion(made: Chain, token: bytes, digest: bytes | None = None) -> bool:
    """Whether rfc3161-client accepts the token over STAMPED."""
    granted = der.encode(0x30, der.encode_integer(0))
    try:
        response = rfc3161_client.decode_timestamp_response(der.encode(0x30, granted, token))
        builder = rfc3161_client.VerifierBuilder().add_root_certificate(made.root)
        for each in made.between:
            builder = builder.add_intermediate_certificate(each)
        verifier = builder.tsa_certificate(made.signer).nonce(NONCE).build()
        return bool(verifier.verify(response, digest or hashlib.sha256(STAMPED).digest()))
    except (ValueError, rfc3161_client.VerificationError):
        return False


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa2048", "rsa3072"])
@pytest.mark.parametrize("embedded", [True, False])
def test_it_verifies_our_tokens(kind: str, embedded: bool) -> None:
    token = good(kind) if embedded else good(kind, embedded=())
    assert second_opinion(token.chain, token.to_bytes())


def test_it_refuses_what_is_damaged() -> None:
    for bad in (good(stamped=b"other"), good(message_digest=bytes(32)), good(nonce=1),
                good(signature=bytes(70))):  # fmt: skip
        assert not second_opinion(bad.chain, bad.to_bytes())


def test_it_leaves_out_the_algorithm_of_the_imprint() -> None:
    token = good(imprint_algorithm=algorithm("2.16.840.1.101.3.4.2.8"))
    assert second_opinion(token.chain, token.to_bytes())
    with pytest.raises(NotCheckable):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


def test_it_leaves_out_the_name_of_the_certificate() -> None:
    token = good(ess=())
    assert second_opinion(token.chain, token.to_bytes())
    with pytest.raises(BindingFailure, match="ESSCertID"):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


def test_it_leaves_out_every_moment_but_gen_time() -> None:
    made = make_chain(key("p256", 9), last=dt.datetime(2027, 6, 30))
    token = Token(made).to_bytes()
    later = int(dt.datetime(2028, 1, 1, tzinfo=dt.UTC).timestamp())
    assert second_opinion(made, token)
    assert verify_token(token, STAMPED, [made.tsa()])
    with pytest.raises(CertificateFailure, match="not valid"):
        verify_token(token, STAMPED, [made.tsa()], also_valid_at=later)
    with pytest.raises(CertificateFailure, match="policy relies"):
        verify_token(token, STAMPED, [made.tsa(last=0)])


def test_it_leaves_out_revocation() -> None:
    token = good()
    serial = token.chain.signer.serial_number
    revoked = revocation_list("root", key("p256", 100), ((serial, dt.datetime(2027, 1, 1), None),))
    assert second_opinion(token.chain, token.to_bytes())
    with pytest.raises(CertificateFailure, match="revoked"):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()], revocation_lists=[revoked])


def test_we_take_certificates_in_any_order_which_it_does_not() -> None:
    made = chain("p256", 1)
    both = sorted((raw(made.signer), raw(made.between[0])))
    assert second_opinion(made, Token(made, embedded=tuple(both)).to_bytes())
    unsorted = Token(made, embedded=tuple(reversed(both))).to_bytes()
    assert not second_opinion(made, unsorted)
    assert verify_token(unsorted, STAMPED, [made.tsa()]).unread == ()
