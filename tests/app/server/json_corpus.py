"""Malformed JSON bodies with the status each must get.

400: not JSON in the strict sense. 422: JSON of another shape or with another value.
``VALID`` holds other spellings of one good request, which must all be read alike.
"""

from __future__ import annotations

import json
from typing import Any

from tests.app.server.harness import b64, entry

GOOD: dict[str, Any] = entry(b"corpus")
TEXT = json.dumps(GOOD)
_VALUE = GOOD["digests"][0]["value"]


def _with(**more: object) -> bytes:
    return json.dumps({**GOOD, **more}).encode()


def _raw(member: str) -> bytes:
    return (TEXT[:-1] + ", " + member + "}").encode()


def _digest(**more: object) -> bytes:
    return _with(digests=[{**GOOD["digests"][0], **more}])


NOT_JSON: dict[str, bytes] = {
    "empty": b"",
    "only spaces": b"  \n",
    "utf-8 bom": b"\xef\xbb\xbf" + TEXT.encode(),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16-le without bom": TEXT.encode("utf-16-le"),
    "utf-32": TEXT.encode("utf-32"),
    "latin-1 byte": TEXT.encode().replace(b"manifest", b"\xff").replace(b"file", b"f\xe9le"),
    "utf-8 surrogate bytes": TEXT.encode().replace(b"file", b"\xed\xa0\x80"),
    "overlong utf-8": TEXT.encode().replace(b"file", b"\xc0\xaf"),
    "duplicate key": _raw('"what": "file"'),
    "duplicate key, other value": _raw('"what": "manifest"'),
    "duplicate key by escape": _raw('"wh\\u0061t": "manifest"'),
    "duplicate key in a digest": TEXT.replace(
        '"alg": "sha-256"', '"alg": "sm3", "alg": "sha-256"'
    ).encode(),
    "duplicate unknown key": _raw('"x": 1, "x": 2'),
    "lone high surrogate": TEXT.replace("file", "\\ud800").encode(),
    "lone low surrogate": TEXT.replace("file", "\\udc00").encode(),
    "lone surrogate in a key": _raw('"\\ud800": 1'),
    "NaN": _raw('"again": NaN'),
    "Infinity": _raw('"again": Infinity'),
    "-Infinity": _raw('"again": -Infinity'),
    "1e999": _raw('"again": 1e999'),
    "5.0": _raw('"again": 5.0'),
    "1e3": _raw('"again": 1e3'),
    "integer of 5,000 digits": _raw('"again": ' + "9" * 5000),
    "number with a plus": _raw('"again": +5'),
    "number with a leading zero": _raw('"again": 007'),
    "number with underscore": _raw('"again": 1_000'),
    "hex number": _raw('"again": 0x10'),
    "True": _raw('"again": True'),
    "single quotes": TEXT.replace('"', "'").encode(),
    "trailing comma": (TEXT[:-1] + ",}").encode(),
    "trailing text": (TEXT + "x").encode(),
    "two values": (TEXT + TEXT).encode(),
    "trailing NUL": (TEXT + "\0").encode(),
    "comment": ("/* */" + TEXT).encode(),
    "unclosed": TEXT[:-1].encode(),
    "control character in a string": TEXT.replace("file", "fi\nle").encode(),
    "bad escape": TEXT.replace("file", "\\x41").encode(),
    "deep arrays": b"[" * 3000 + b"]" * 3000,
    "deep arrays, unclosed": b"[" * 4000,
    "deep objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "deep inside": _raw('"again": ' + "[" * 200 + "]" * 200),
}

NOT_OURS: dict[str, bytes] = {
    "null": b"null",
    "number": b"1",
    "string": b'"x"',
    "array": b"[]",
    "empty object": b"{}",
    "unknown member": _with(x=1),
    "unknown member with markup": _with(**{"<script>alert(1)</script>": 1}),
    "member of another case": _with(What="file"),
    "what missing": json.dumps({k: v for k, v in GOOD.items() if k != "what"}).encode(),
    "what unknown": _with(what="anchor"),
    "what null": _with(what=None),
    "what a number": _with(what=1),
    "again a string": _with(again="true"),
    "again a number": _with(again=1),
    "again null": _with(again=None),
    "digests empty": _with(digests=[]),
    "digests an object": _with(digests={}),
    "digests four": _with(digests=GOOD["digests"] * 4),
    "digest twice": _with(digests=GOOD["digests"] * 2),
    "digest of no known kind": _digest(alg="md5"),
    "digest kind in capitals": _digest(alg="SHA-256"),
    "digest only sm3": _digest(alg="sm3"),
    "digest too short": _digest(value=b64(bytes(31))),
    "digest too long": _digest(value=b64(bytes(33))),
    "digest with a line feed": _digest(value=_VALUE + "\n"),
    "digest with a space": _digest(value=" " + _VALUE),
    "digest without padding": _digest(value=_VALUE.rstrip("=")),
    "digest with too much padding": _digest(value=_VALUE + "="),
    "digest with other trailing bits": _digest(value=b64(bytes(32))[:-2] + "B="),
    "digest in base64url": _digest(value="-_" + _VALUE[2:]),
    "digest in hex": _digest(value="0" * 64),
    "digest in full-width digits": _digest(value="０" * 44),
    "digest with a NUL": _digest(value=_VALUE[:-1] + "\0"),
    "digest a number": _digest(value=1),
    "digest null": _digest(value=None),
    "digest with an extra member": _digest(x="y"),
    "dossier of 15 bytes": _with(dossier=b64(bytes(15))),
    "dossier empty": _with(dossier=""),
    "dossier null": _with(dossier=None),
    "key without signature": _with(submitter=b64(b"\x02" * 32)),
    "signature without key": _with(signature=b64(bytes(64))),
    "wrong signature": _with(submitter=b64(b"\x02" * 32), signature=b64(bytes(64))),
    "key of small order": _with(submitter=b64(bytes(32)), signature=b64(bytes(64))),
    "identity key": _with(submitter=b64(b"\1" + bytes(31)), signature=b64(bytes(64))),
    "key of 31 bytes": _with(submitter=b64(bytes(31)), signature=b64(bytes(64))),
    "position given": _with(position="0"),
    "nonce given": _with(nonce=b64(bytes(16))),
    "number of 19 digits": _with(again=9223372036854775807),
    "surrogate pair": TEXT.replace("file", "\\ud83d\\ude00").encode(),
}

VALID: dict[str, bytes] = {
    "plain": TEXT.encode(),
    "compact": json.dumps(GOOD, separators=(",", ":")).encode(),
    "spaces and lines": json.dumps(GOOD, indent=3).encode() + b"\r\n\t ",
    "other order": json.dumps(dict(reversed(GOOD.items()))).encode(),
    "escaped letters": TEXT.replace("file", "\\u0066ile").encode(),
    "escaped solidus": TEXT.replace("/", "\\/").encode(),
    "again false": _with(again=False),
}
