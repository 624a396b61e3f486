"""Does a mail's DKIM signature verify with a key record that is at hand (RFC 6376, RFC 8463)?

The key record is what the signing domain published in the DNS at the time. It
is supplied by whoever asks, one line each,

    selector._domainkey.example.com v=DKIM1; k=rsa; p=MIGf…

and never looked up: domains change their keys, and asking would tell others
which mail is being examined. That a record really was the domain's is for its
supplier to show. No clock is read, so the time at which a signature says it
expires (``x=``) is not held against it.

A signature that verifies shows that its fields and its body are what that
domain signed. It shows nothing of who typed it, and nothing of fields that it
does not cover.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ...errors import Malformed
from ..reader import Note, Reading
from ..segment_bytes import with_bytes
from ..source import Source
from ..tally import Tally
from .dkim_canonical import METHODS, body_in, field_in, split, with_crlf

MAX_KEY_FILE_BYTES: Final = 1 << 20
_MAX_SIGNATURES: Final = 20
"""A mail that passed many mailing lists has a handful."""
_MIN_RSA_BITS: Final = 1024  # RFC 8301 §3.2
_KEY_LINE = re.compile(r"(\S{1,500}\._domainkey\.\S{1,255})[ \t]+(\S.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_B_VALUE = re.compile(rb"((?:^|;)[ \t\r\n]*+b[ \t\r\n]*+=)[^;]*+")
_SPACE = re.compile(rb"[ \t\r\n]++")
_ENVELOPE = re.compile(rb"(?:\xef\xbb\xbf)?From [^\n]*+\n")
_ESCAPED_FROM = re.compile(rb"^>(>*+From )", re.MULTILINE)

Keys = Mapping[str, str]
"""Key records by lower-case name ``selector._domainkey.domain``."""


@dataclass(frozen=True)
class Outcome:
    """What became of one signature.

    ``code`` is DKIM_PASS, DKIM_FAIL or DKIM_NOT_CHECKED; ``detail`` a word of
    ``codes.DETAILS``; ``name`` the key record's name; ``partial`` says that
    the signature covers only the beginning of the body (``l=``).
    """

    code: str
    detail: str = ""
    name: str = ""
    partial: bool = False


def parse_keys(data: bytes) -> dict[str, str]:
    """Return the key records of a file; blank lines and lines that begin with # are passed over.

    A record may stand as the DNS shows it, in quoted pieces. Raises Malformed
    where a line is neither.
    """
    if len(data) > MAX_KEY_FILE_BYTES:
        raise Malformed(f"key records: more than {MAX_KEY_FILE_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Malformed("key records: not UTF-8") from None
    keys: dict[str, str] = {}
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = _KEY_LINE.fullmatch(line)
        if match is None:
            raise Malformed(f"key records: line {number}: a name and a TXT record are expected")
        record = match[2]
        if record.startswith('"'):
            record = "".join(_QUOTED.findall(record))
        keys[match[1].rstrip(".").lower()] = record
    return keys


def check_mail(data: bytes, keys: Keys) -> list[Outcome]:
    """Return what becomes of each signature of one mail; none where it has none. Never raises."""
    fields, body, clean = split(with_crlf(data))
    signatures = [n for n, (name, _) in enumerate(fields) if name == b"dkim-signature"]
    if not clean:
        return [Outcome("DKIM_FAIL", "header-changed") for _ in signatures[:_MAX_SIGNATURES]]
    bodies: dict[bytes, bytes] = {}

    def body_of(method: bytes) -> bytes:
        if method not in bodies:
            bodies[method] = body_in(method, body)
        return bodies[method]

    return [_check(fields, body_of, n, keys) for n in signatures[:_MAX_SIGNATURES]]


def _check(
    fields: list[tuple[bytes, bytes]], body_of: Callable[[bytes], bytes], place: int, keys: Keys
) -> Outcome:
    raw = fields[place][1]
    tags = _tags(raw.partition(b":")[2])
    if tags is None or tags.get(b"v") != b"1" or not _REQUIRED <= tags.keys():
        return Outcome("DKIM_FAIL", "malformed-signature")
    name = (tags[b"s"] + b"._domainkey." + tags[b"d"]).decode("utf-8", "replace").lower()
    how, _, over_body = tags.get(b"c", b"simple/simple").partition(b"/")
    over_body = over_body or b"simple"
    if how not in METHODS or over_body not in METHODS:
        return Outcome("DKIM_FAIL", "malformed-signature", name)
    kind, _, digest = tags[b"a"].partition(b"-")
    if kind not in (b"rsa", b"ed25519") or digest != b"sha256":
        return Outcome("DKIM_NOT_CHECKED", "weak-algorithm", name)  # RFC 8301 §3.1
    if name not in keys:
        return Outcome("DKIM_NOT_CHECKED", "no-key-record", name)
    key, why = _key(keys[name], kind, tags)
    if key is None:
        return Outcome("DKIM_FAIL", why, name)
    signed = [each.strip().lower() for each in tags[b"h"].split(b":")]
    if b"from" not in signed:  # §5.4
        return Outcome("DKIM_FAIL", "malformed-signature", name)
    covered = body_of(over_body)
    length = tags.get(b"l")
    if length is not None:
        if not length.isdigit() or len(length) > 12 or int(length) > len(covered):
            return Outcome("DKIM_FAIL", "body-changed", name)
        partial = int(length) < len(covered)
        covered = covered[: int(length)]
    else:
        partial = False
    if hashlib.sha256(covered).digest() != _base64(tags[b"bh"]):
        return Outcome("DKIM_FAIL", "body-changed", name, partial)
    text = _signed_text(fields, place, signed, how)
    if not _verifies(key, _base64(tags[b"b"]), text):
        return Outcome("DKIM_FAIL", "header-changed", name, partial)
    return Outcome("DKIM_PASS", "", name, partial)


_REQUIRED: Final = frozenset((b"a", b"b", b"bh", b"d", b"h", b"s"))


def _tags(value: bytes) -> dict[bytes, bytes] | None:
    """Return a tag list (§3.2) without its white space; None where a tag is odd or stands twice."""
    tags: dict[bytes, bytes] = {}
    for part in value.strip(b" \t\r\n").removesuffix(b";").split(b";"):
        name, equals, text = part.partition(b"=")
        name = name.strip(b" \t\r\n")
        if not equals or name in tags:
            return None
        tags[name] = _SPACE.sub(b"", text)
    return tags


def _key(
    record: str, kind: bytes, tags: dict[bytes, bytes]
) -> tuple[RSAPublicKey | Ed25519PublicKey | None, str]:
    """Return the key of a record (§3.6.1), or None and why it cannot be used."""
    found = _tags(record.encode())
    if found is None or found.get(b"v", b"DKIM1") != b"DKIM1" or b"p" not in found:
        return None, "malformed-key"
    if not found[b"p"]:
        return None, "key-revoked"
    if found.get(b"k", b"rsa") != kind or b"sha256" not in found.get(b"h", b"sha256").split(b":"):
        return None, "malformed-key"
    domain = tags.get(b"i", b"@" + tags[b"d"]).rpartition(b"@")[2].lower()
    strict = b"s" in found.get(b"t", b"").split(b":")
    if domain != tags[b"d"].lower() and (strict or not domain.endswith(b"." + tags[b"d"].lower())):
        return None, "malformed-signature"
    raw = _base64(found[b"p"])
    try:
        if kind == b"ed25519":
            return Ed25519PublicKey.from_public_bytes(raw), ""
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        return None, "malformed-key"
    if not isinstance(key, RSAPublicKey):
        return None, "malformed-key"
    return (key, "") if key.key_size >= _MIN_RSA_BITS else (None, "weak-algorithm")


def _signed_text(
    fields: list[tuple[bytes, bytes]], place: int, signed: list[bytes], how: bytes
) -> bytes:
    """Return what the signature covers of the header: each name takes the last field left (§5.4.2)."""
    left: dict[bytes, list[int]] = {}
    for n, (name, _) in enumerate(fields):
        if n != place:
            left.setdefault(name, []).append(n)
    taken = [left[name].pop() for name in signed if left.get(name)]
    own = fields[place][1]
    title, _, value = own.partition(b":")
    own = title + b":" + _B_VALUE.sub(rb"\1", value)
    parts = [field_in(how, fields[n][1]) for n in taken]
    return b"".join(parts) + field_in(how, own).removesuffix(b"\r\n")


def _verifies(key: RSAPublicKey | Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature, hashlib.sha256(text).digest())  # RFC 8463 §3
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(value: bytes) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def with_dkim(reading: Reading, source: Source, keys: Keys) -> Reading:
    """Return the reading of a mail or mailbox with its signatures checked, others as they are.

    The notes DKIM_NOT_CHECKED give way to what was found, counted by mail and
    outcome. A mail counts as PASS if one of its signatures does. Reads the file
    once more; raises what ``source`` raises.
    """
    if not any(note.code == "DKIM_NOT_CHECKED" for note in reading.notes):
        return reading
    tallies: dict[tuple[str, str], Tally] = {}
    for index, (_, data) in enumerate(with_bytes(reading.segments(), source)):
        outcomes = _of_record(data, keys) if data else []
        best = min(outcomes, key=lambda each: _ORDER.index(each.code), default=None)
        if best is not None:
            tallies.setdefault((best.code, best.detail), Tally()).add(index)
            if best.partial and best.code == "DKIM_PASS":
                tallies.setdefault(("DKIM_PARTIAL", ""), Tally()).add(index)
    notes = [
        Note(code, tally.count, tuple(tally.places), detail)
        for (code, detail), tally in sorted(tallies.items())
    ]
    kept = tuple(note for note in reading.notes if note.code != "DKIM_NOT_CHECKED")
    return replace(reading, notes=(*kept, *notes))


_ORDER: Final = ("DKIM_PASS", "DKIM_FAIL", "DKIM_NOT_CHECKED")


def _of_record(data: bytes, keys: Keys) -> list[Outcome]:
    """Return the outcomes for one record, which in a mailbox has a separator and may be escaped."""
    envelope = _ENVELOPE.match(data)
    if envelope is None:
        return check_mail(data, keys)
    mail = data[envelope.end() :]
    outcomes = check_mail(mail, keys)
    if b"\n>" in mail and any(each.detail == "body-changed" for each in outcomes):
        plain = check_mail(_ESCAPED_FROM.sub(rb"\1", mail), keys)
        outcomes = plain if any(each.code == "DKIM_PASS" for each in plain) else outcomes
    return outcomes
