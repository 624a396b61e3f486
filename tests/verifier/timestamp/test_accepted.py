"""Sound tokens and what is reported of them."""

from __future__ import annotations

import hashlib

import pytest

from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import EKU, Chain, certificate, chain, key, make_chain, raw
from tests.verifier.timestamp.making import (
    NONCE,
    SECONDS,
    STAMPED,
    ess_v1,
    ess_v2,
    good,
    octets,
    signing_certificate,
)
from verifier.encoding import to_time
from verifier.errors import Malformed
from verifier.timestamp import der
from verifier.timestamp.certificate import parse_certificate
from verifier.timestamp.tst_info import Accuracy, parse_gen_time
from verifier.timestamp.verify import verify_token

KINDS = ("p256", "p384", "p521", "rsa2048", "rsa3072", "ed25519")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key(kind: str) -> None:
    token = good(kind)
    found = verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()], nonce=NONCE)
    assert found.signer.key.startswith({"p": "EC sec", "r": "RSA ", "e": "Ed25519"}[kind[0]])
    assert found.seconds == SECONDS
    assert to_time(found.seconds) == "2027-06-01T12:00:00Z"


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_every_digest(kind: str, name: str) -> None:
    token = good(kind, hash=name, ess=(signing_certificate(ess_v2(chain(kind).signer, name)),))
    found = verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])
    assert found.signer.named_by == name
    asked = token.but(imprint_hash=name)
    assert verify_token(asked.to_bytes(), STAMPED, [token.chain.tsa()], algorithm=name)
    if kind == "rsa2048":
        assert verify_token(token.but(pss=True).to_bytes(), STAMPED, [token.chain.tsa()])


def test_what_is_reported() -> None:
    token = good()
    found = verify_token(token.to_bytes(), STAMPED, [token.chain.tsa(name="someone")], nonce=NONCE)
    read = parse_certificate(raw(token.chain.signer))
    assert found._replace(signer=found.signer._replace(sha256="", serial=0, key_sha256="")) == (
        "someone", SECONDS, "", Accuracy(1, 0, 0), 0x1F2E3D, "2.999.7", "sha-256", NONCE, False,
        ("CN=tsa", "CN=root", 0, 1577836800, 2208988800, "", "EC secp256r1", "sha-256", ""), None, (),
    )  # fmt: skip
    assert found.signer.serial == read.serial
    assert found.signer.sha256 == hashlib.sha256(read.data).hexdigest()


def test_names_of_a_certificate_are_one_line() -> None:
    root, own = key("p256", 100), key("p256", 9)
    signer = certificate("a\nb\x07", own, "root", root, (EKU,))
    found = verify_token(
        making.Token(Chain(chain().root, (), signer, own)).to_bytes(),
        STAMPED,
        [chain().tsa()],
    )
    assert found.signer.subject == "CN=a%0Ab%07"


@pytest.mark.parametrize("between", [0, 1, 2, 5])
@pytest.mark.parametrize("beside", [False, True])
def test_chains_inside_and_beside(between: int, beside: bool) -> None:
    made = chain("p256", between)
    token = making.Token(made, embedded=() if beside else None)
    certificates = [raw(made.signer), *map(raw, made.between)] if beside else []
    found = verify_token(token.to_bytes(), STAMPED, [made.tsa()], certificates=certificates)
    assert found.unread == ()
    shuffled = making.Token(made, embedded=tuple(map(raw, (*made.between, made.signer))))
    assert verify_token(shuffled.to_bytes(), STAMPED, [made.tsa()]).signer == found.signer


def test_a_root_inside_is_read_and_a_stranger_is_reported() -> None:
    made = chain()
    inside = making.Token(made, embedded=(raw(made.signer), raw(made.root)))
    assert verify_token(inside.to_bytes(), STAMPED, [made.tsa()]).unread == ()
    stranger = raw(chain("p384", 1).between[0])
    more = inside.but(embedded=(raw(made.signer), stranger, b"\x30\x03\x02\x01\x00"))
    found = verify_token(more.to_bytes(), STAMPED, [made.tsa()])
    assert found.unread == ("certificates outside the chain: 2",)


def test_what_nothing_signs_is_reported() -> None:
    token = good(
        crls=der.encode(der.context(1), b"\x30\x00"),
        unsigned=der.encode(der.context(1), making.attribute("1.2.3", octets(b""))),
    )
    found = verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])
    assert found.unread == ("revocation lists", "unsigned attributes")


def test_the_authority_s_own_certificate_may_be_the_root() -> None:
    made = chain()
    tsa = made.tsa()._replace(certificate=raw(made.signer))
    token = making.Token(made, embedded=())
    assert verify_token(token.to_bytes(), STAMPED, [tsa]).signer.subject == "CN=tsa"


def test_the_right_one_of_many_roots() -> None:
    tsas = [
        chain("p384").tsa(name="other")._replace(certificate=b"\x30\x00"),
        make_chain(key("p384"), root_kind="p384").tsa(name="unrelated"),
        chain().tsa(0, SECONDS - 1, name="too early"),
        chain().tsa(SECONDS, SECONDS, name="right"),
    ]
    assert verify_token(good().to_bytes(), STAMPED, tsas).tsa == "right"


@pytest.mark.parametrize(
    "ess",
    [
        lambda c: (signing_certificate(ess_v1(c.signer), version=1),),
        lambda c: (signing_certificate(ess_v1(c.signer), version=1),
                   signing_certificate(ess_v2(c.signer))),
        lambda c: (signing_certificate(ess_v2(c.signer, serial=True)),),
        lambda c: (signing_certificate(*map(ess_v2, (c.signer, *c.between, c.root))),),
    ],
    ids=["version 1", "both", "issuer and serial", "whole chain"],
)  # fmt: skip
def test_forms_of_the_certificate_s_name(ess) -> None:
    made = chain("p256", 1)
    token = making.Token(made, ess=ess(made))
    found = verify_token(token.to_bytes(), STAMPED, [made.tsa()])
    assert found.signer.named_by in ("sha-1", "sha-256")


def test_a_signer_named_by_its_key() -> None:
    made = chain()
    identifier = parse_certificate(raw(made.signer)).key_identifier()
    assert identifier is not None
    sid = der.encode(der.context(0, constructed=False), identifier)
    token = making.Token(made, sid=sid, signer_version=3)
    assert verify_token(token.to_bytes(), STAMPED, [made.tsa()])


def test_further_signed_attributes_and_extensions_do_no_harm() -> None:
    extension = der.encode(0x30, der.encode_oid("1.2.3"), octets(b"x"))
    token = good(
        extra=(making.attribute("1.2.840.113549.1.9.5", der.encode(0x17, b"270601120000Z")),),
        after_nonce=der.encode(der.context(0), der.encode(der.context(4), b"\x30\x00"))
        + der.encode(der.context(1), extension),
        ordering=b"\x01\x01\xff",
    )
    assert verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()]).ordering is True


@pytest.mark.parametrize(
    ("der_bytes", "expected"),
    [
        (b"", None),
        (der.encode(0x30), None),
        (der.encode(0x30, der.encode_integer(0)), Accuracy(0, 0, 0)),
        (der.encode(0x30, b"\x80\x02\x01\xf4"), Accuracy(0, 500, 0)),
        (der.encode(0x30, b"\x02\x01\x02\x80\x01\x03\x81\x01\x04"), Accuracy(2, 3, 4)),
    ],
)
def test_accuracy(der_bytes: bytes, expected: Accuracy | None) -> None:
    token = good(accuracy=der_bytes)
    assert verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()]).accuracy == expected


@pytest.mark.parametrize(
    "der_bytes", [b"\x02\x01\xff", b"\x80\x02\x03\xe8", b"\x80\x01\xff", b"\x81\x01\x01\x80\x01\x01",
                  b"\x02\x05\x00\x80\x00\x00\x00"]
)  # fmt: skip
def test_accuracy_out_of_its_range(der_bytes: bytes) -> None:
    token = good(accuracy=der.encode(0x30, der_bytes))
    with pytest.raises(Malformed, match="accuracy"):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


def test_fractions_are_kept_as_text_and_cut_off_in_seconds() -> None:
    token = good(gen_time=b"20270601120000.999001Z")
    found = verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])
    assert (found.seconds, found.fraction) == (SECONDS, "999001")


@pytest.mark.parametrize(
    "text",
    [
        "20270601120000", "202706011200Z", "2027060112Z", "20270601120000.Z", "20270601120000.10Z",
        "20270601120000.0Z", "20270601120000,5Z", "20270601120000+0000", "20270601120060Z",
        "20270601240000Z", "20270229120000Z", "19691231235959Z", "20270601120000z",
        "２０270601120000Z", "20270601120000.1234567890123456789Z", "20270601120000Z\n",
    ],
)  # fmt: skip
def test_times_in_another_spelling(text: str) -> None:
    with pytest.raises(Malformed, match="genTime"):
        parse_gen_time(text.encode())
    assert parse_gen_time(making.GEN_TIME) == (SECONDS, "")
