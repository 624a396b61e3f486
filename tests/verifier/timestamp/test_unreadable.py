"""Certificates that the library reads only in part: a finding or an error of ours, never a crash.

The library reads an extension, a key or a name when it is asked for it, and raises what the
look-up at hand raises: KeyError for a TLS feature that it does not know, TypeError for a name.
"""

from __future__ import annotations

import ast
import datetime as dt
import itertools
import random
import re
from collections.abc import Iterator

import pytest
from cryptography import x509

from tests.conftest import is_soak
from tests.project import ROOT
from tests.verifier.timestamp.chains import (
    AUTHORITY,
    EKU,
    Chain,
    certificate,
    key,
    make_chain,
    raw,
)
from tests.verifier.timestamp.making import NONCE, STAMPED, Token, good
from verifier.errors import CertificateFailure, NotCheckable, PolicyError, VerifierError
from verifier.policy import Policy, parse_policy
from verifier.timestamp import certificate as certificate_module
from verifier.timestamp import der, path
from verifier.timestamp.certificate import parse_certificate
from verifier.timestamp.sound import check_sound
from verifier.timestamp.verify import verify_token

pytestmark = pytest.mark.longer

OIDS = [
    *(f"2.5.29.{n}" for n in (9, 15, 16, 17, 18, 19, 30, 31, 32, 33, 35, 36, 46, 54)),
    *("1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.5.5.7.1.24", "1.3.6.1.5.5.7.48.1.5"),
    *("1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.3", "1.3.6.1.4.1.311.21.7"),
]
TLS_FEATURE = "1.3.6.1.5.5.7.1.24"


def seq(*parts: bytes) -> bytes:
    return der.encode(0x30, *parts)


def sequence_of(number: int) -> bytes:
    return seq(der.encode_integer(number))


VALUES = [
    *(b"", b"\x05\x00", b"\xff\xff", seq(), seq(seq()), sequence_of(1), sequence_of(2**70)),
    *(seq(der.encode(tag, b"")) for tag in (0xA0, 0xA3, 0xA5, 0x82, 0x87, 0x88)),
    *(seq(der.encode(0x82, b"\xff\xfe")), seq(der.encode(0x87, b"\1\2\3"))),
    *(der.encode(0x04, bytes(20)), der.encode(0x03, b"\0\0"), der.encode(0x03, b"\7\xff")),
    seq(der.encode_oid("1.3.6.1.5.5.7.3.8")),
    seq(seq(der.encode_oid("1.3.6.1.5.5.7.48.2"), der.encode(0xA3, b""))),
    seq(seq(der.encode(0xA0, der.encode(0xA0, der.encode(0xA3, b""))))),
    *(seq(der.encode(0x01, b"\1")), seq(der.encode(0x02, b"\1"), der.encode(0x01, b"\xff"))),
]


def odd(oid: str, value: bytes) -> tuple[x509.UnrecognizedExtension, bool]:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False


def with_extension(oid: str, value: bytes, where: str) -> Chain:
    """A chain of three with this extension in one of its certificates."""
    added = (odd(oid, value),)
    has = {each: added if each == where else () for each in ("signer", "between", "root")}
    if oid in ("2.5.29.15", "2.5.29.19"):  # not twice
        has = {each: () if each != where else added for each in has}
    authority = tuple(each for each in AUTHORITY if each[0].oid.dotted_string != oid)
    return make_chain(
        key("p256", 9),
        1,
        extensions=(EKU, *has["signer"]),
        between_extensions=(*(authority if has["between"] else AUTHORITY), *has["between"]),
        root_extensions=(*(authority if has["root"] else AUTHORITY), *has["root"]),
    )


def outcomes(token: Token) -> Iterator[str]:
    data, tsa = token.to_bytes(), token.chain.tsa()
    for ask in (
        lambda: verify_token(data, STAMPED, [tsa], nonce=NONCE).signer,
        lambda: check_sound(data, STAMPED),
    ):
        try:
            ask()
            yield "done"
        except VerifierError as error:
            yield type(error).__name__


@pytest.mark.parametrize("where", ["signer", "between", "root"])
def test_no_extension_is_a_crash(where: str) -> None:
    found: set[str] = set()
    for oid, value in itertools.product(OIDS, VALUES):
        found |= set(outcomes(Token(with_extension(oid, value, where))))
    # Not one answer for all: some are read, some are refused.
    assert {"done", "CertificateFailure"} <= found


@pytest.mark.parametrize("where", ["signer", "between", "root"])
def test_what_cannot_be_read_gives_no_time(where: str) -> None:
    token = Token(with_extension(TLS_FEATURE, sequence_of(1), where))
    with pytest.raises(CertificateFailure, match="extensions that cannot be read"):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()], nonce=NONCE)


def test_control_the_library_raises_what_it_likes(monkeypatch) -> None:
    monkeypatch.setattr(certificate_module, "asked", lambda part: part())
    token = Token(with_extension(TLS_FEATURE, sequence_of(1), "signer"))
    with pytest.raises(KeyError):
        verify_token(token.to_bytes(), STAMPED, [token.chain.tsa()], nonce=NONCE)


def test_a_policy_does_not_name_a_root_that_cannot_be_read() -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        read_policy(raw(with_extension(TLS_FEATURE, sequence_of(1), "root").root))
    read_policy(raw(with_extension(TLS_FEATURE, sequence_of(5), "root").root))


def read_policy(root: bytes) -> Policy:
    from tests.verifier.stamped import policy
    from verifier.encoding import to_base64

    window = "2020-01-01T00:00:00Z 2039-01-01T00:00:00Z"
    return parse_policy(policy("", [f"tsa odd {window} {to_base64(root)}\n"]))


def changed(data: bytes, rng: random.Random) -> bytes:
    """DER with one element replaced, doubled, taken away or given other content; lengths fit."""

    def walk(inside: bytes, depth: int) -> list[bytes]:
        parts, reader = [], der.Reader(inside, "test")
        try:
            while reader.peek() is not None:
                parts.append(reader.any().raw)
        except VerifierError:
            return [inside]
        return parts

    def edit(element: bytes, depth: int) -> bytes:
        whole = der.Reader(element, "test").any()
        if whole.tag & 0x20 and depth and whole.content:
            parts = walk(whole.content, depth)
            at = rng.randrange(len(parts))
            if len(parts) > 1 or parts[0] != whole.content:
                return der.encode(
                    whole.tag, *parts[:at], edit(parts[at], depth - 1), *parts[at + 1 :]
                )
        return rng.choice([
            b"",
            element + element,
            der.encode(rng.randrange(256), whole.content),
            der.encode(whole.tag, rng.randbytes(rng.randrange(12))),
            der.encode(whole.tag, whole.content[:-1]),
            der.encode(whole.tag, b"\xff" * len(whole.content)),
            der.encode(whole.tag, whole.content, b"\0"),
        ])  # fmt: skip

    return edit(data, rng.randrange(1, 9))


def test_no_change_of_a_certificate_is_a_crash() -> None:
    made = make_chain(key("p256", 9), 1)
    rng = random.Random(20261201)
    read = 0
    for _ in range(200_000 if is_soak() else 4_000):
        try:
            data = changed(raw(made.signer), rng)
        except VerifierError:  # a tag that our own encoder does not write
            continue
        try:
            parse_certificate(data).names()
        except VerifierError:
            continue
        read += 1
        try:
            check_sound(Token(made, embedded=(data, raw(made.signer))).to_bytes(), STAMPED)
            verify_token(
                Token(made, embedded=(data, raw(made.between[0]))).to_bytes(), STAMPED, [made.tsa()]
            )
        except VerifierError:
            pass
    assert read > 20


def test_dates_at_the_ends_of_the_calendar() -> None:
    for first, last in (
        (dt.datetime(1950, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59)),
        (dt.datetime(1950, 1, 1), dt.datetime(1951, 1, 1)),
    ):
        made = make_chain(key("p256", 9), first=first, last=last)
        assert set(outcomes(Token(made))) <= {"done", "CertificateFailure"}


def test_the_search_for_a_chain_is_bounded(monkeypatch) -> None:
    """64 roots of one subject and a token full of certificates of that name."""
    counted = 0
    checked = path.is_issued_by

    def counting(below, above):
        nonlocal counted
        counted += 1
        return checked(below, above)

    monkeypatch.setattr(path, "is_issued_by", counting)
    same, other = key("p256", 60), key("p256", 61)
    third = key("p256", 62)
    alike = [certificate("alike", same, "alike", third, AUTHORITY, serial=n + 1) for n in range(12)]
    own = certificate("tsa", key("p256", 9), "alike", same, (EKU,))
    token = Token(Chain(alike[0], tuple(alike), own, key("p256", 9)))
    roots = [
        good().chain.tsa(name=f"tsa{n}")._replace(
            certificate=raw(certificate("alike", other, "alike", other, AUTHORITY, serial=100 + n))
        )
        for n in range(64)
    ]  # fmt: skip
    with pytest.raises(NotCheckable, match="too many certificates of one name"):
        verify_token(token.to_bytes(), STAMPED, roots)
    assert counted == path.MAX_CHECKS
    # And an honest one among roots of one subject is found.
    honest = make_chain(key("p256", 9), 2)
    again = [
        honest.tsa()._replace(
            certificate=raw(certificate("root", other, "root", other, AUTHORITY, serial=9 + n))
        )
        for n in range(63)
    ]
    data = Token(honest).to_bytes()
    assert verify_token(data, STAMPED, [*again, honest.tsa(name="last")]).tsa == "last"


LAZY = {
    "public_key", "extensions", "subject", "issuer", "not_valid_before_utc", "not_valid_after_utc",
    "signature_hash_algorithm", "signature_algorithm_parameters", "rfc4514_string",
}  # fmt: skip


def lazy_reads(text: str) -> list[int]:
    """Lines that ask the library's own object (an attribute named ``x509``) for a part of it."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in LAZY
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "x509"
    ]


def test_only_one_file_asks_the_library() -> None:
    assert lazy_reads("a = found.x509.public_key()\nb = found.key") == [1]  # control
    for file in sorted((ROOT / "verifier").rglob("*.py")):
        if file.name in ("certificate.py", "revocation.py"):
            continue  # where each is inside ``asked``
        text = file.read_text("utf-8")
        assert lazy_reads(text) == [], file
        assert not re.search("load_(der|pem)_x509", text), file
