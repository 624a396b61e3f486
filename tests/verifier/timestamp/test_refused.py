"""Every refusal with its reason, and its control: without the guard the same token passes."""

# long because: one table, a row for each guard

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import (
    AUTHORITY,
    EKU,
    STAMPING,
    Chain,
    certificate,
    chain,
    key,
    make_chain,
    raw,
    usage,
)
from tests.verifier.timestamp.making import (
    NONCE,
    SECONDS,
    STAMPED,
    Token,
    algorithm,
    ess_v2,
    good,
    octets,
    pss_algorithm,
    signing_certificate,
)
from verifier.errors import (
    BindingFailure,
    CertificateFailure,
    HashFailure,
    Malformed,
    NotCheckable,
    SignatureFailure,
    UnknownAuthority,
    VerifierError,
)
from verifier.timestamp import (
    attributes,
    der,
    names,
    path,
    signature,
    signed_data,
    tst_info,
    verify,
)
from verifier.timestamp.verify import verify_token

SM3 = "1.2.156.10197.1.401"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SHA3_256 = "2.16.840.1.101.3.4.2.8"
ML_DSA_44 = "2.16.840.1.101.3.4.3.17"
ID_DATA = "1.2.840.113549.1.7.1"


class Case(NamedTuple):
    """A token that must be refused, why, and what to take away so that it passes."""

    token: Callable[[], Token | bytes]
    error: type[VerifierError]
    words: str
    without: Callable[[pytest.MonkeyPatch], None]
    tsas: Callable[[Token], list] = lambda token: [token.chain.tsa()]
    options: dict[str, Any] = {}  # noqa: RUF012


def nothing(*_: Any, **__: Any) -> None:
    """Stand in for a guard that is gone."""


def away(module: Any, *functions: str) -> Callable[[pytest.MonkeyPatch], None]:
    return both(*(instead(module, name, nothing) for name in functions))


def instead(module: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(module, name, value)


def both(*parts: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    def patch_all(patch: pytest.MonkeyPatch) -> None:
        for part in parts:
            part(patch)

    return patch_all


def known(oid: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Believe that this digest is SHA-256, as a verifier does that does not look."""
    return lambda patch: patch.setitem(names.HASHES, oid, ("sha-256", hashes.SHA256()))


class AnyCertificate(NamedTuple):
    """An identifier that lets every certificate be the signer's."""

    algorithm: str = "none"

    def matches(self, _: Any) -> bool:
        return True


any_signer = instead(verify, "certificate_ids", lambda _: [[AnyCertificate()]])
any_issuer = both(
    instead(path.Issuers, "issued", lambda _, below, above: below is not above),
    away(path, "validate"),
)
any_time = both(instead(path, "is_valid_at", lambda *_: True), away(path, "validate"))
on = Token


def expired(**changes: Any) -> Token:
    return on(make_chain(key("p256", 9), last=dt.datetime(2027, 5, 31)), **changes)


def not_yet() -> Token:
    return on(make_chain(key("p256", 9), first=dt.datetime(2027, 6, 2)))


def renewed() -> Token:
    """Signed by one certificate, with another of the same key in its place."""
    made = chain()
    other = certificate("tsa", made.key, "root", key("p256", 100), (EKU,))
    return on(made, embedded=(raw(other),))


def with_extensions(*extensions: Any) -> Callable[[], Token]:
    return lambda: on(make_chain(key("p256", 9), extensions=extensions))


def below(*extensions: Any, between: int = 1) -> Callable[[], Token]:
    return lambda: on(make_chain(key("p256", 9), between, between_extensions=extensions))


def weak_root() -> Token:
    return on(make_chain(key("p256", 9), root_kind="rsa1024"))


def expired_between() -> Token:
    root, middle, own = key("p256", 100), key("p256", 101), key("p256", 9)
    old = certificate("between", middle, "root", root, AUTHORITY, last=dt.datetime(2027, 1, 1))
    signer = certificate("tsa", own, "between", middle, (EKU,))
    return on(Chain(chain().root, (old,), signer, own))


def issued_by_a_signer() -> Token:
    """Somebody's certificate for time-stamping issues another one."""
    made, own = chain(), key("p256", 8)
    below_it = certificate("evil", own, "tsa", made.key, (EKU,))
    return on(Chain(made.root, (made.signer,), below_it, own))


def forged_between() -> Token:
    """An intermediate with the right names that the root did not sign."""
    middle, own = key("p256", 77), key("p256", 9)
    forged = certificate("between 0", middle, "root", key("p256", 78), AUTHORITY)
    signer = certificate("tsa", own, "between 0", middle, (EKU,))
    return on(Chain(chain().root, (forged,), signer, own))


def listed_without_the_chain() -> Token:
    made, other = chain("p256", 1), chain("p384")
    return on(made, ess=(signing_certificate(ess_v2(made.signer), ess_v2(other.signer)),))


def unsorted() -> Token:
    token = good()
    parts = [
        making.attribute(names.MESSAGE_DIGEST, octets(names.digest("sha-256", token.info()))),
        making.attribute(names.CONTENT_TYPE, der.encode_oid(names.TST_INFO)),
        signing_certificate(ess_v2(token.chain.signer)),
    ]
    return token.but(attributes=b"".join(sorted(parts, reverse=True)))


def other_kind() -> Token:
    return good(content_type=ID_DATA)


def big() -> Token:
    return good(
        unsigned=der.encode(der.context(1), making.attribute("1.2.3", octets(bytes(20000))))
    )


def critical_extension() -> Token:
    extension = der.encode(0x30, der.encode_oid("1.2.3"), b"\x01\x01\xff", octets(b""))
    return good(after_nonce=der.encode(der.context(1), extension))


def signed_by_another() -> Token:
    made = chain()
    return on(Chain(made.root, (), made.signer, key("p256", 8)))


UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
MORE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])
CA = (x509.BasicConstraints(ca=True, path_length=None), True)
LAST_CA = (x509.BasicConstraints(ca=True, path_length=0), True)
NO_CA = (x509.BasicConstraints(ca=False, path_length=None), True)

CASES = {
    # 1. the wrapping
    "padded": Case(lambda: good().to_bytes() + b"\0", Malformed, "follow",
                   away(der.Reader, "done")),
    "larger than a token may be": Case(big, Malformed, "more than the 16384",
                                       instead(signed_data, "MAX_BYTES", 1 << 20)),
    "too many certificates": Case(
        lambda: good(embedded=(raw(chain().signer),) * 17), Malformed, "more than 16 certificates",
        instead(signed_data, "MAX_CERTIFICATES", 99)),
    "too many certificates beside it": Case(
        good, Malformed, "beside", instead(verify, "MAX_CERTIFICATES_BESIDE", 9),
        options={"certificates": [b""] * 9}),
    "attributes out of order": Case(unsorted, Malformed, "order of DER",
                                    instead(signed_data, "pairwise", lambda _: ())),
    "not a time-stamp": Case(
        other_kind, Malformed, "not a time-stamp",
        both(instead(signed_data, "TST_INFO", ID_DATA), instead(attributes, "TST_INFO", ID_DATA))),
    "signed with SM3": Case(lambda: good(digest_algorithm=algorithm(SM3)), NotCheckable, SM3,
                            known(SM3)),
    "GM/T 0010": Case(lambda: good(wrapping=names.GM_SIGNED_DATA), NotCheckable, "GM/T 0010",
                      both(instead(signed_data, "GM_SIGNED_DATA", ""),
                           instead(signed_data, "SIGNED_DATA", names.GM_SIGNED_DATA))),
    # 2. what the authority says
    "critical extension": Case(critical_extension, NotCheckable, "critical extension",
                               away(tst_info, "_check_extensions")),
    # 3. the imprint
    "over other bytes": Case(lambda: good(stamped=b"other"), BindingFailure, "imprint",
                             away(verify, "check_imprint")),
    "imprint of another algorithm": Case(
        lambda: good(imprint_hash="sha-512"), BindingFailure, "sha-512 where sha-256",
        away(verify, "check_imprint")),
    "SHA-256 bytes that are called SHA3-256": Case(
        lambda: good(imprint_algorithm=algorithm(SHA3_256)), NotCheckable, SHA3_256,
        known(SHA3_256)),
    "SHA-256 bytes that are called SM3": Case(
        lambda: good(imprint_algorithm=algorithm(SM3)), NotCheckable, SM3, known(SM3)),
    "SHA-256 bytes that are called SHA-512": Case(
        lambda: good(imprint_algorithm=algorithm("sha-512")), BindingFailure, "sha-512",
        away(verify, "check_imprint")),
    # 4. the nonce
    "another nonce": Case(lambda: good(nonce=NONCE + 1), BindingFailure, "nonce",
                          away(verify, "check_nonce"), options={"nonce": NONCE}),
    "no nonce": Case(lambda: good(nonce=None), BindingFailure, "nonce",
                     away(verify, "check_nonce"), options={"nonce": NONCE}),
    # 5. what is signed
    "another digest": Case(lambda: good(message_digest=bytes(32)), HashFailure, "messageDigest",
                           away(verify, "check_content")),
    # 6. whose certificate
    "no ESSCertID": Case(lambda: good(ess=()), BindingFailure, "ESSCertID", any_signer),
    "another certificate of the same key": Case(
        renewed, UnknownAuthority, "not at hand",
        both(any_signer, instead(verify, "is_meant", lambda *_: True))),
    "ESSCertID by SM3": Case(
        lambda: good(ess=(signing_certificate(
            der.encode(0x30, algorithm(SM3), octets(names.digest("sha-256", raw(chain().signer))))
        ),)), NotCheckable, SM3, known(SM3)),
    "another signer beside it": Case(
        lambda: good(sid=der.encode(0x30, b"\x30\x00", der.encode_integer(5))),
        BindingFailure, "not one", instead(verify, "is_meant", lambda *_: True)),
    "a key identifier of another": Case(
        lambda: good(sid=der.encode(der.context(0, constructed=False), b"x"), signer_version=3),
        BindingFailure, "not one", instead(verify, "is_meant", lambda *_: True)),
    # 7. the signature
    "signed by another key": Case(signed_by_another, SignatureFailure, "does not verify",
                                  away(verify, "check_signature")),
    "RSA of 1024 bits": Case(lambda: good("rsa1024"), CertificateFailure, "1024 bits",
                             instead(signature, "RSA_BITS", range(8193))),
    "another curve": Case(lambda: good("k256"), NotCheckable, "curve",
                          instead(signature, "_CURVES", (ec.SECP256K1,))),
    "signature algorithm of SM2": Case(
        lambda: good(signature_algorithm=algorithm(SM2_WITH_SM3)), NotCheckable, SM2_WITH_SM3,
        lambda patch: patch.setitem(names.ECDSA_WITH, SM2_WITH_SM3, "sha-256")),
    "signature algorithm of ML-DSA": Case(
        lambda: good(signature_algorithm=algorithm(ML_DSA_44)), NotCheckable, ML_DSA_44,
        lambda patch: patch.setitem(names.ECDSA_WITH, ML_DSA_44, "sha-256")),
    # 8. a root of the policy
    "a root that the policy does not name": Case(
        good, UnknownAuthority, "none of the policy", any_issuer,
        tsas=lambda _: [make_chain(key("p384"), root_kind="p384").tsa()]),
    "an intermediate that nobody signed": Case(
        forged_between, UnknownAuthority, "none of the policy",
        any_issuer),
    "a chain that the token does not list": Case(
        listed_without_the_chain, UnknownAuthority, "none of the policy",
        instead(verify, "allowed_by", lambda pool, _: pool)),
    # 9. the chain
    "not for time-stamping": Case(with_extensions(), CertificateFailure, "not for time-stamping",
                                  away(path, "check_usage")),
    "not critical": Case(with_extensions((STAMPING, False)), CertificateFailure, "critically",
                         away(path, "check_usage")),
    "for more than time-stamping": Case(with_extensions((MORE, True)), CertificateFailure,
                                        "not for that alone", away(path, "check_usage")),
    "for something else": Case(with_extensions((SERVER, True)), CertificateFailure,
                               "not for time-stamping", away(path, "check_usage")),
    "a key that agrees and does not sign": Case(
        with_extensions(EKU, (usage(agree=True), True)), CertificateFailure, "not for signatures",
        away(path, "check_usage")),
    "expired at genTime": Case(expired, CertificateFailure, "not valid at genTime", any_time),
    "not valid yet": Case(not_yet, CertificateFailure, "not valid at genTime", any_time),
    "an issuer that had expired": Case(expired_between, CertificateFailure, "not valid at genTime",
                                       any_time),
    "expired at a later moment that counts": Case(
        good, CertificateFailure, "not valid", any_time, options={"also_valid_at": 2**32}),
    "unknown critical extension": Case(with_extensions(EKU, UNKNOWN), CertificateFailure,
                                       "does not validate", away(path, "validate")),
    "issued by a certificate for time-stamping": Case(
        issued_by_a_signer, CertificateFailure, "does not validate", away(path, "validate")),
    "issued by one that is no authority": Case(below(NO_CA), CertificateFailure,
                                               "does not validate", away(path, "validate")),
    "a longer path than is allowed": Case(below(LAST_CA, between=2), CertificateFailure,
                                          "does not validate", away(path, "validate")),
    "issued by one that may not": Case(below(CA, (usage(sign=True), True)), CertificateFailure,
                                       "may not issue", away(path, "check_authority")),
    "issued by one that is for servers": Case(below(CA, (SERVER, False)), CertificateFailure,
                                              "not for its use", away(path, "check_authority")),
    "a root of RSA 1024": Case(weak_root, CertificateFailure, "1024 bits",
                               both(instead(path, "RSA_BITS", range(8193)), away(path, "validate"))),
    "a root of Ed25519": Case(
        lambda: on(make_chain(key("p256", 9), root_kind="ed25519")), NotCheckable, "kind of key",
        away(path, "check_authority", "validate")),
    # 10. the policy's window
    "before the policy's time": Case(good, CertificateFailure, "policy relies",
                                     away(verify, "check_window"),
                                     tsas=lambda token: [token.chain.tsa(SECONDS + 1)]),
    "after the policy's time": Case(good, CertificateFailure, "policy relies",
                                    away(verify, "check_window"),
                                    tsas=lambda token: [token.chain.tsa(0, SECONDS - 1)]),
}  # fmt: skip


def check(case: Case) -> None:
    token = case.token()
    made = good() if isinstance(token, bytes) else token
    data = token if isinstance(token, bytes) else token.to_bytes()
    verify_token(data, STAMPED, case.tsas(made), **case.options)


@pytest.mark.parametrize("name", CASES)
def test_refused_with_its_reason(name: str) -> None:
    case = CASES[name]
    with pytest.raises(VerifierError, match=case.words) as caught:
        check(case)
    assert type(caught.value) is case.error


@pytest.mark.parametrize("name", CASES)
def test_control_without_the_guard_it_passes(name: str, monkeypatch) -> None:
    case = CASES[name]
    case.without(monkeypatch)
    check(case)


def test_the_same_tokens_without_their_one_difference_pass() -> None:
    for token in (good(), on(chain("p256", 1)), good("rsa2048"), good("ed25519")):
        assert verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()], nonce=NONCE)


# Forms that have no single guard: each differs from the good token of above in one part.
MALFORMED: dict[str, dict[str, Any]] = {
    "version of SignedData": {"version": 1},
    "version of SignerInfo": {"signer_version": 2},
    "negative length of PSS salt": {"signature_algorithm": pss_algorithm("sha-256", salt=-1)},
    "parameters of ECDSA": {"signature_algorithm": algorithm("1.2.840.10045.4.3.2", b"\x05\x00")},
    "parameters of a digest": {"digest_algorithm": algorithm("sha-256", b"\x04\x00")},
    "ordering that says false": {"ordering": b"\x01\x01\x00"},
    "a digest that is not the signer's": {"signature_algorithm": algorithm("1.2.840.10045.4.3.3")},
    "an attribute twice": {"extra": (making.attribute(names.MESSAGE_DIGEST, octets(b"")),)},
    "an attribute of two values": {
        "ess": (making.attribute(names.SIGNING_CERTIFICATE_V2, der.encode(0x30), der.encode(0x30)),)
    },
    "no certificate in ESSCertID": {"ess": (signing_certificate(),)},
    "what follows TSTInfo": {"tst_info": good().info() + b"\0"},
    "what follows the nonce": {"after_nonce": b"\x04\x00"},
    "accuracy after the nonce": {"accuracy": b"", "after_nonce": der.encode(0x30)},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name: str) -> None:
    token = good(**MALFORMED[name])
    with pytest.raises(Malformed):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


@pytest.mark.parametrize("scheme", [
    pss_algorithm("sha-256", "sha-512"), pss_algorithm("sha-512"), pss_algorithm("sha-256", salt=65),
    algorithm(names.RSA_PSS), algorithm(names.RSA, b"\x04\x00"),
    algorithm("1.2.840.113549.1.1.12", b"\x05\x00"),
])  # fmt: skip
def test_malformed_schemes_of_rsa(scheme: bytes) -> None:
    token = good("rsa2048", signature_algorithm=scheme, pss=True)
    with pytest.raises(Malformed):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


@pytest.mark.parametrize(("kind", "scheme"), [
    ("p256", algorithm(names.RSA, b"\x05\x00")), ("rsa2048", algorithm("1.2.840.10045.4.3.2")),
    ("p256", pss_algorithm("sha-256")),
])  # fmt: skip
def test_a_signature_of_another_kind_than_the_key(kind: str, scheme: bytes) -> None:
    token = good(kind, signature_algorithm=scheme)
    with pytest.raises(SignatureFailure, match="kind of key"):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])


def test_the_two_spellings_of_rsa_are_one() -> None:
    token = good("rsa2048", signature_algorithm=algorithm("1.2.840.113549.1.1.11", b"\x05\x00"))
    assert verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()])
