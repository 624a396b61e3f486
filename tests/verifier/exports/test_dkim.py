"""DKIM offline: published signatures verify, one changed byte does not, and nothing is looked up."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import HERE
from tests.fixtures.exports.mail import mail, separator
from verifier.errors import Malformed
from verifier.exports.mail.dkim_canonical import body_in, field_in
from verifier.exports.mail.dkim_check import Outcome, check_mail, parse_keys, with_dkim
from verifier.exports.registry import read
from verifier.exports.source import Source

# The key records of RFC 8463, Appendix A.
RFC_8463 = parse_keys(
    b"brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; "
    b"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    b"test._domainkey.football.example.com v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ"
    b"KBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    b"DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l"
    b"/K4w3QIDAQAB\n"
)
NAME = "x._domainkey.example.com"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
ED_KEY = Ed25519PrivateKey.generate()
RSA_DER = RSA_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
SHORT_DER = base64.b64decode(  # 512 bits, which the library no longer makes
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALKVIhskbTRiXCUKKaBGtKBWZjO6LG7jj7LFMSTGJPHTZaqRzmLkXEVRHPxUX7Nb"
    "pVGTkkvRwtYxlOAAYH/zvjkCAwEAAQ=="
)
ED_RAW = ED_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def record(kind: str, raw: bytes, more: str = "") -> dict[str, str]:
    return {NAME: f"v=DKIM1; k={kind}; {more}p={base64.b64encode(raw).decode()}"}


KEYS = {"rsa": record("rsa", RSA_DER), "ed25519": record("ed25519", ED_RAW)}


def canonical(method: str, text: str, *, header: bool) -> str:
    """The forms of RFC 6376 §3.4 line by line, written for this test alone."""
    if header:
        if method == "simple":
            return text
        name, _, value = text.partition(":")
        return f"{name.strip().lower()}:{' '.join(value.split())}\r\n"
    lines = text.split("\r\n")
    if method == "relaxed":
        lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in lines]
    while lines and lines[-1] == "":
        lines.pop()
    joined = "".join(line + "\r\n" for line in lines)
    return joined or ("" if method == "relaxed" else "\r\n")


def sign(
    text: str, kind: str = "rsa", how: str = "relaxed/simple", names: str = "from:subject:date",
    extra: str = "", algorithm: str = "",
) -> bytes:  # fmt: skip
    """Return a mail, given with LF, with a signature of ours on top."""
    header, _, body = text.replace("\n", "\r\n").partition("\r\n\r\n")
    over_header, _, over_body = how.partition("/")
    covered = canonical(over_body, body, header=False)
    length = re.search(r"l=(\d+)", extra)
    covered = covered[: int(length[1])] if length else covered
    digest = base64.b64encode(hashlib.sha256(covered.encode()).digest()).decode()
    own = (
        f"DKIM-Signature: v=1; a={algorithm or kind + '-sha256'}; c={how}; d=example.com;\r\n"
        f" s=x; {extra} h={names};\r\n bh={digest};\r\n b="
    )
    left = [field + "\r\n" for field in re.split(r"\r\n(?![ \t])", header)]
    signed = ""
    for name in names.split(":"):
        for field in reversed(left):
            if field.lower().startswith(name + ":"):
                left.remove(field)
                signed += canonical(over_header, field, header=True)
                break
    signed += canonical(over_header, own + "\r\n", header=True).removesuffix("\r\n")
    if kind == "rsa":
        made = RSA_KEY.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        made = ED_KEY.sign(hashlib.sha256(signed.encode()).digest())
    return f"{own}{base64.b64encode(made).decode()}\r\n{header}\r\n\r\n{body}".encode()


PASS = Outcome("DKIM_PASS", "", NAME)
HOWS = ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed", "relaxed", "simple"]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("a lookup")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_published_signatures_verify_and_fail_after_one_letter(shared: Path):
    data = (shared / "samples/email/dkimpy_rfc6376.signed.msg").read_bytes()
    assert [each.code for each in check_mail(data, RFC_8463)] == ["DKIM_PASS", "DKIM_PASS"]
    with_crlf = data.replace(b"\n", b"\r\n")
    assert [each.code for each in check_mail(with_crlf, RFC_8463)] == ["DKIM_PASS", "DKIM_PASS"]
    for old, new, why in (
        (b"hungry", b"Hungry", "body-changed"),
        (b"dinner", b"Dinner", "header-changed"),
        (b"Joe SixPack", b"Joe Sixpack", "header-changed"),
        (b"q=dns", b"q=Dns", "header-changed"),
    ):
        found = check_mail(data.replace(old, new), RFC_8463)
        assert [(each.code, each.detail) for each in found] == [("DKIM_FAIL", why)] * 2


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_our_own_signatures(kind: str, how: str):
    data = sign(mail(1, body="hello  there \n\n\nend \n\n\n"), kind, how)
    assert check_mail(data, KEYS[kind]) == [PASS]
    assert check_mail(data.replace(b"\r\n", b"\n"), KEYS[kind]) == [PASS]
    assert check_mail(data.replace(b"there", b"therE"), KEYS[kind])[0].detail == "body-changed"
    assert check_mail(data.replace(b"no. 1", b"no. 2"), KEYS[kind])[0].detail == "header-changed"


def test_what_is_not_signed_may_change_and_what_is_added_may_not_be_taken_for_signed():
    data = sign(mail(1))
    assert check_mail(data.replace(b"To: bob", b"To: eve"), KEYS["rsa"]) == [PASS]
    body = data.index(b"\r\n\r\n")
    added = data[:body] + b"\r\nFrom: eve@example.org" + data[body:]
    assert check_mail(added, KEYS["rsa"])[0].detail == "header-changed"
    assert check_mail(sign(mail(1), names="subject:date"), KEYS["rsa"])[0].code == "DKIM_FAIL"


def test_a_signature_over_a_part_of_the_body_says_so():
    data = sign(mail(1, body="hello\n"), extra="l=7;")
    assert check_mail(data, KEYS["rsa"]) == [PASS]
    longer = check_mail(data + b"and I owe you\r\n", KEYS["rsa"])
    assert longer == [Outcome("DKIM_PASS", "", NAME, partial=True)]
    reading = with_dkim(read(Source(data + b"more\r\n")), Source(data + b"more\r\n"), KEYS["rsa"])
    assert {"DKIM_PASS", "DKIM_PARTIAL"} <= {note.code for note in reading.notes}
    assert check_mail(sign(mail(1), extra="l=99999;"), KEYS["rsa"])[0].detail == "body-changed"


@pytest.mark.parametrize(
    ("keys", "code", "detail"),
    [
        ({}, "DKIM_NOT_CHECKED", "no-key-record"),
        ({NAME: "v=DKIM1; p="}, "DKIM_FAIL", "key-revoked"),
        ({NAME: "v=DKIM2; p=AAAA"}, "DKIM_FAIL", "malformed-key"),
        ({NAME: "hello"}, "DKIM_FAIL", "malformed-key"),
        ({NAME: "k=rsa; p=AAAA"}, "DKIM_FAIL", "malformed-key"),
        (record("ed25519", ED_RAW), "DKIM_FAIL", "malformed-key"),
        (record("rsa", RSA_DER, "h=sha1; "), "DKIM_FAIL", "malformed-key"),
        (record("rsa", RSA_DER, "t=y:s; "), "DKIM_PASS", ""),
    ],
)
def test_key_records(keys: dict[str, str], code: str, detail: str):
    [found] = check_mail(sign(mail(1)), keys)
    assert (found.code, found.detail) == (code, detail)


def test_identity_must_be_of_the_domain():
    assert check_mail(sign(mail(1), extra="i=@sub.example.com;"), KEYS["rsa"]) == [PASS]
    strict = record("rsa", RSA_DER, "t=s; ")
    assert check_mail(sign(mail(1), extra="i=@sub.example.com;"), strict)[0].code == "DKIM_FAIL"
    assert check_mail(sign(mail(1), extra="i=@badexample.com;"), KEYS["rsa"])[0].code == "DKIM_FAIL"


def test_weak_algorithms_are_neither_passed_nor_failed():
    [found] = check_mail(sign(mail(1), algorithm="rsa-sha1"), KEYS["rsa"])
    assert (found.code, found.detail) == ("DKIM_NOT_CHECKED", "weak-algorithm")
    short = record("rsa", SHORT_DER)
    [found] = check_mail(sign(mail(1)), short)
    assert (found.code, found.detail) == ("DKIM_FAIL", "weak-algorithm")


@pytest.mark.parametrize(
    "raw",
    [
        b"DKIM-Signature: v=1", b"DKIM-Signature: v=1; v=1; a=rsa-sha256; b=; bh=; d=a; h=from; s=x",
        b"DKIM-Signature: v=2; a=rsa-sha256; b=; bh=; d=a; h=from; s=x", b"DKIM-Signature:", b"DKIM-Signature: ;;;",
        b"DKIM-Signature: v=1; a=rsa-sha256; c=nofws; b=; bh=; d=a; h=from; s=x", b"DKIM-Signature: \xff=1",
    ],
)  # fmt: skip
def test_malformed_signatures_fail(raw: bytes):
    [found] = check_mail(raw + b"\r\nFrom: a@example.com\r\n\r\nhello\r\n", KEYS["rsa"])
    assert (found.code, found.detail) == ("DKIM_FAIL", "malformed-signature")


def test_a_header_line_that_is_no_field_is_not_passed_over():
    """Programs disagree about where the body begins then, so nothing is called signed."""
    data = sign(mail(1)).replace(b"To: bob", b"and this is the text\r\nTo: bob")
    [found] = check_mail(data, KEYS["rsa"])
    assert (found.code, found.detail) == ("DKIM_FAIL", "header-changed")
    spaced = sign(mail(1)).replace(b"To: bob", b"To : bob")  # RFC 5322 §4.5 lets it stand
    assert check_mail(spaced, KEYS["rsa"]) == [PASS]


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes):
    check_mail(data, KEYS["rsa"])
    check_mail(b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=from; bh=; b=" + data, KEYS["rsa"])  # fmt: skip


BODY = st.lists(st.sampled_from(["a", " ", "\t", "\r\n", "b c"]), max_size=12).map("".join)


@given(BODY, st.sampled_from(["simple", "relaxed"]))
def test_canonical_bodies_are_those_of_the_plain_reading(body: str, method: str):
    assert body_in(method.encode(), body.encode()) == canonical(method, body, header=False).encode()


@pytest.mark.parametrize(
    ("field", "relaxed"),
    [
        (b"SUBJect : AbC\r\n", b"subject:AbC\r\n"),
        (b"B: Z \r\n\tz  Z\r\n", b"b:Z z Z\r\n"),
        (b"A:\r\n X\r\n", b"a:X\r\n"),
    ],
)
def test_canonical_fields(field: bytes, relaxed: bytes):
    """The second and third are the example of RFC 6376 §3.4.5, but for its names."""
    assert field_in(b"relaxed", field) == relaxed
    assert field_in(b"simple", field) == field


def test_many_signatures_over_a_long_body_take_no_time():
    data = sign(mail(1)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + b"\r\n" * 500_000
    fields = b"".join(sign(mail(1)).partition(b"Received")[0] for _ in range(30))
    assert len(check_mail(fields + data, KEYS["rsa"])) == 20


# -- in readings ------------------------------------------------------------------


def test_a_reading_with_keys_says_what_was_found_and_keeps_the_rest():
    data = sign(mail(1))
    plain = read(Source(data))
    assert "DKIM_NOT_CHECKED" in {note.code for note in plain.notes}
    for source, code in ((data, "DKIM_PASS"), (data.replace(b"hello", b"Hello"), "DKIM_FAIL")):
        found = with_dkim(read(Source(source)), Source(source), KEYS["rsa"])
        codes = [note.code for note in found.notes]
        assert codes == [n.code for n in plain.notes if n.code != "DKIM_NOT_CHECKED"] + [code]
    assert list(plain.segments()) == list(with_dkim(plain, Source(data), KEYS["rsa"]).segments())


def test_a_mailbox_is_checked_mail_by_mail_with_its_escapes_undone():
    good = sign(mail(1, body="From here on\n")).decode().replace("\r\n", "\n")
    bad = sign(mail(2)).decode().replace("\r\n", "\n").replace("hello", "Hello")
    data = (
        separator(1) + good.replace("\nFrom here", "\n>From here") + "\n" + separator(2) + bad + "\n"
        + separator(3) + mail(3) + "\n"
    ).encode()  # fmt: skip
    reading = with_dkim(read(Source(data)), Source(data), KEYS["rsa"])
    notes = {note.code: note for note in reading.notes}
    assert notes["DKIM_PASS"].places == (0,)
    assert (notes["DKIM_FAIL"].places, notes["DKIM_FAIL"].detail) == ((1,), "body-changed")
    assert notes["DKIM_ABSENT"].places == (2,)


def test_readings_without_a_signature_are_left_as_they_are():
    reading = read(Source(HERE / "android_de.txt"))
    assert with_dkim(reading, Source(HERE / "android_de.txt"), KEYS["rsa"]) is reading


@pytest.mark.parametrize(
    "line", [b"x", b"x._domainkey.example.com", b"_domainkey.example.com v=DKIM1", b"\xff"]
)
def test_key_files_that_are_none(line: bytes):
    with pytest.raises(Malformed):
        parse_keys(b"# ours\n\n" + line + b"\n")


def test_key_files_may_hold_records_as_the_dns_shows_them():
    data = b'X._domainkey.Example.com. "v=DKIM1; k=rsa; " "p=AA" "BB"\r\n'
    assert parse_keys(data) == {NAME: "v=DKIM1; k=rsa; p=AABB"}
