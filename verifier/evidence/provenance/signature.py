"""The declarant's own signature over a record: computed where it can be, else told as unchecked.

    …
    [decl.signature]
    alg = "ed25519"
    cert = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    value = "…"

SPEC §14.8. It covers every byte of the file before the line ``[decl.signature]``,
which begins the last table. Whose key it is does not follow from the numbers.
"""

from __future__ import annotations

from typing import Final

from ...encoding import parse_base64
from ...errors import Malformed, SignatureFailure
from ...tlog.keys import check_ed25519_signature
from .record import Record

ABSENT: Final = "absent"
VERIFIED: Final = "verified"
FAILED: Final = "failed"
UNCHECKED: Final = "unchecked"
"""Another algorithm, a certificate, or not at the end: this program cannot compute it."""


def check(record: Record) -> str:
    """Return ``absent``, ``verified``, ``failed`` or ``unchecked``."""
    given = record.get("decl.signature")
    if given is None:
        return ABSENT
    if record.signed is None or given["alg"] != "ed25519" or "cert" not in given:
        return UNCHECKED
    try:
        key = parse_base64(given["cert"], "key", length=32)
    except Malformed:
        return UNCHECKED
    try:
        value = parse_base64(given["value"], "signature", length=64)
        check_ed25519_signature(key, value, record.signed)
    except (Malformed, SignatureFailure):
        return FAILED
    return VERIFIED
