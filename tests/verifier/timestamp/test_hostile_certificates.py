"""Certificates that strangers made: an error of ours, a policy error or no finding, never a crash.

Every value of a certificate's DER is replaced, emptied, doubled and left out; every extension
that the library knows gets contents that it does not expect; keys are of every kind. The
library's own errors are of a dozen kinds, so the control takes the one guard away.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

from tests.conftest import is_soak
from tests.verifier import stamped
from tests.verifier.stamped import LOG_OPERATOR, ONE, WINDOW, Stamped
from tests.verifier.timestamp.chains import (
    AUTHORITY,
    EKU,
    Chain,
    certificate,
    chain,
    key,
    make_chain,
    raw,
)
from tests.verifier.timestamp.making import STAMPED, Token
from verifier.encoding import to_base64
from verifier.errors import CertificateFailure, Malformed, PolicyError, VerifierError
from verifier.policy import Tsa, parse_policy
from verifier.report.policy_data import policy_as_json
from verifier.timestamp import certificate as certificate_module
from verifier.timestamp import der
from verifier.timestamp.certificate import parse_certificate
from verifier.timestamp.sound import check_sound
from verifier.timestamp.verify import verify_token

pytestmark = pytest.mark.longer
E = der.encode
OID = der.encode_oid

KNOWN = (
    "2.5.29.14", "2.5.29.15", "2.5.29.16", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30",
    "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.46", "2.5.29.54",
    "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.5.5.7.1.24", "1.3.6.1.4.1.11129.2.4.2",
    "1.3.6.1.4.1.311.21.7",
)  # fmt: skip
TLS_FEATURE = "1.3.6.1.5.5.7.1.24"
UNEXPECTED = (
    b"", b"\x05\x00", b"\x30\x00", b"\x03\x02\x00\x00", b"\xff" * 40,
    E(0x02, b"\xff" * 30), E(0x30, E(0x02, b"\x01")), E(0x30, E(0x01, b"\x01")),
    E(0x30, E(0xA3, b"")), E(0x30, E(0xA5, b"")), E(0x30, E(0x82, b"\xff\xfe")),
    E(0x30, E(0x87, b"\1\2\3")), E(0x30, E(0xA0, E(0x30, E(0xA3, b"")))),
    E(0x30, E(0x30, OID("1.3.6.1.5.5.7.48.2"), E(0xA3, b""))),
    E(0x30, E(0x30, E(0xA0, E(0xA0, E(0xA3, b""))))), E(0x30, E(0xA1, E(0xA3, b""))),
    E(0x30, OID("1.3.6.1.5.5.7.3.8")),
)  # fmt: skip


def extension(oid: str, value: bytes) -> tuple[x509.UnrecognizedExtension, bool]:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), False


ODD = extension(TLS_FEATURE, E(0x30, E(0x02, b"\1")))
"""A feature of TLS that there is not: the library raises KeyError when it is asked."""


def whole(data: bytes) -> list[der.Element]:
    """The values that these bytes are, none where they are not all values."""
    reader, found = der.Reader(data, "test"), []
    with contextlib.suppress(Malformed):
        while reader.peek() is not None:
            found.append(reader.any())
        return found
    return []


def places(data: bytes, start: int = 0) -> Iterator[tuple[int, der.Element]]:
    """Every value of this DER, also inside octet strings and bit strings that hold some."""
    for found in whole(data):
        yield start, found
        skip = 1 if found.tag == der.BIT_STRING else 0
        if found.tag & 0x20 or found.tag in (der.OCTET_STRING, der.BIT_STRING):
            head = len(found.raw) - len(found.content) + skip
            yield from places(found.content[skip:], start + head)
        start += len(found.raw)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The DER with one value changed, and the lengths around it mended."""
    found = list(places(data))
    at, value = chance.choice(found)
    _, other = chance.choice(found)
    choices = [
        b"", value.raw * 2, E(value.tag, b""), other.raw, E(chance.randrange(256), value.content),
        E(value.tag, chance.randbytes(chance.choice((1, 2, 20, 200)))),
        E(value.tag, value.content + b"\0"), E(0x02, b"\x7f" * 33), *map(bytes, UNEXPECTED),
    ]  # fmt: skip
    return _replaced(data, at, len(value.raw), chance.choice(choices))


def _replaced(data: bytes, at: int, size: int, new: bytes) -> bytes:
    """Replace this part at any depth; every value around it gets its length anew."""
    reader, start, parts = der.Reader(data, "test"), 0, []
    while reader.peek() is not None:
        found = reader.any()
        end = start + len(found.raw)
        if start == at and len(found.raw) == size:
            parts.append(new)
        elif start <= at and at + size <= end:
            skip = 1 if found.tag == der.BIT_STRING else 0
            head = len(found.raw) - len(found.content) + skip
            inside = _replaced(found.content[skip:], at - start - head, size, new)
            parts.append(E(found.tag, found.content[:skip] + inside))
        else:
            parts.append(found.raw)
        start = end
    return b"".join(parts)


def everywhere(data: bytes, made: Chain) -> set[str]:
    """Use a certificate as whatever it could be; return what became of it."""
    token = Token(made, embedded=(raw(made.signer), data)).to_bytes()
    tsa = Tsa("odd", 0, 2**33, data)
    line = f"tsa odd {WINDOW} {to_base64(data)}\n"
    seen = set()
    for use in (
        lambda: verify_token(token, STAMPED, [made.tsa()], certificates=[data]),
        lambda: verify_token(token, STAMPED, [tsa, made.tsa()]),
        lambda: verify_token(token, STAMPED, [tsa]),
        lambda: check_sound(token, STAMPED, [data]),
        lambda: policy_as_json(parse_policy(stamped.policy(LOG_OPERATOR, [line]))),
    ):
        try:
            use()
            seen.add("passed")
        except VerifierError as error:
            seen.add(type(error).__name__)
    return seen


def signed_by(made: Chain, stamped_bytes: bytes = STAMPED) -> Token:
    """A token by this chain that names its signer by the key too, so that extensions are read."""
    digest = x509.SubjectKeyIdentifier.from_public_key(made.key.public_key()).digest
    sid = E(der.context(0, constructed=False), digest)
    return Token(made, stamped=stamped_bytes, sid=sid, signer_version=3)


@pytest.mark.parametrize("oid", [each for each in KNOWN if each != "2.5.29.14"])
def test_an_extension_with_anything_in_it(oid: str) -> None:
    for value in UNEXPECTED:
        odd = extension(oid, value)
        kept = (EKU,) if oid != "2.5.29.37" else ()
        above = tuple(each for each in AUTHORITY if each[0].oid.dotted_string != oid)
        for made in (
            make_chain(key("p256", 9), extensions=(*kept, odd)),
            make_chain(key("p256", 9), 1, between_extensions=(*above, odd)),
            make_chain(key("p256", 9), root_extensions=(*above, odd)),
        ):
            for token in (Token(made), signed_by(made)):
                with contextlib.suppress(VerifierError):
                    verify_token(token.to_bytes(), STAMPED, [made.tsa()])
                with contextlib.suppress(VerifierError):
                    check_sound(token.to_bytes(), STAMPED)
            everywhere(raw(made.root), chain())


def test_a_certificate_that_cannot_be_read_does_not_strengthen_and_is_named() -> None:
    for made in (
        make_chain(key("p256", 9), extensions=(EKU, ODD)),
        make_chain(key("p256", 9), 1, between_extensions=(*AUTHORITY, ODD)),
        make_chain(key("p256", 9), root_extensions=(*AUTHORITY, ODD)),
    ):
        with pytest.raises(CertificateFailure, match=r"cannot be read \(tsa tsa1\)"):
            verify_token(Token(made).to_bytes(), STAMPED, [made.tsa()])
    for data in (raw(made.root), b"\x30\x00"):  # extensions that cannot be read, and nothing at all
        line = f"tsa the\x9bname {WINDOW} {to_base64(data)}\n"
        with pytest.raises(PolicyError, match="policy: tsa the%9Bname: "):
            parse_policy(stamped.policy(LOG_OPERATOR, [line]))


def test_a_receipt_with_one_is_judged_without_it() -> None:
    log = Stamped()
    made = make_chain(key("p256", 88), extensions=(EKU, ODD))
    line = f"tsa tsa1 {WINDOW} {to_base64(raw(made.root))}\n"
    result = stamped.check(
        log.receipt(ONE.token(log.note, chain=made)), stamped.policy(LOG_OPERATOR, [line])
    )
    assert result.time_grade in ("T0", "T1")
    assert result.facts["tokens_counted"] == 0


def test_keys_of_every_kind() -> None:
    keys = [
        dsa.generate_private_key(2048), ed448.Ed448PrivateKey.generate(),
        ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.BrainpoolP256R1()), rsa.generate_private_key(3, 2048),
    ]  # fmt: skip
    for of in keys:
        everywhere(raw(certificate("root", of, "other", key("p256", 3), AUTHORITY)), chain())
    # SM2, a curve written out, ML-DSA and nothing at all, under identifiers that are swapped in.
    data = raw(certificate("root", key("p256", 3), "root", key("p256", 3), AUTHORITY))
    curve = OID("1.2.840.10045.3.1.7")
    for other in (
        OID("1.2.156.10197.1.301"),
        E(0x30, E(0x02, b"\1")),
        b"\x05\x00",
        b"",
        OID("2.999"),
    ):
        at = data.index(curve)
        everywhere(_replaced(data, at, len(curve), other), chain())
    kind = OID("1.2.840.10045.2.1")
    for oid in ("2.16.840.1.101.3.4.3.17", "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10",
                "1.3.101.113", "1.2.840.10040.4.1", "1.2.840.10046.2.1", "2.999"):  # fmt: skip
        everywhere(_replaced(data, data.index(kind), len(kind), OID(oid)), chain())


def test_values_replaced_anywhere() -> None:
    chance = random.Random(7)
    rich = make_chain(key("p256", 9), 1, "rsa2048")
    bases = [raw(chain().root), raw(chain().signer), raw(rich.between[0]), raw(rich.root)]
    seen: set[str] = set()
    for _ in range(40_000 if is_soak() else 600):
        data = mutated(chance.choice(bases), chance)
        if chance.random() < 0.3 and data:
            data = mutated(data, chance) if list(places(data)) else data
        seen |= everywhere(data, chain())
    assert {"passed", "UnknownAuthority", "PolicyError"} <= seen


def test_control_without_the_guard_the_library_shows(monkeypatch) -> None:
    def careless(part: Callable[[], object]) -> object:
        with certificate_module.quiet():
            return part()

    parse_certificate.cache_clear()
    monkeypatch.setattr(certificate_module, "asked", careless)
    with pytest.raises(Exception) as caught:
        test_values_replaced_anywhere()
    assert not isinstance(caught.value, (VerifierError, AssertionError))
    parse_certificate.cache_clear()
