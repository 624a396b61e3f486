"""What an API key is.

Its text is ``beilin_<16 hex digits>_<43 characters>``: a public id and 32 random bytes in
base64url. Only SHA-256 of the secret is stored: it is random, so a slow hash would add nothing.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from ..errors import Config

SUBMIT: Final = "submit"
"""Scope: have entries anchored, and get their first receipts with the answer."""
READ: Final = "read"
"""Scope: read the receipts and dossier statements of the account."""
SCOPES: Final = (READ, SUBMIT)
ALL_SCOPES: Final = " ".join(SCOPES)
"""As the database has it, and what a key has that was made before there were scopes."""

_KEY: Final = re.compile(r"beilin_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)
_KEY_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


class ApiKey(NamedTuple):
    """A stored key without its secret; times are Unix seconds, ``used`` to the minute or so."""

    key_id: str
    scopes: tuple[str, ...]
    label: str
    created: int
    expires: int | None
    used: int | None
    revoked: int | None


class NewKey(NamedTuple):
    """A key that was just made; its text exists only here and with its holder."""

    key_id: str
    secret_hash: bytes
    text: str


def new_key() -> NewKey:
    """Draw a key."""
    key_id, secret = secrets.token_hex(8), secrets.token_bytes(32)
    spelled = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return NewKey(key_id, sha256(secret).digest(), f"beilin_{key_id}_{spelled}")


def split_key(text: str) -> tuple[str, bytes] | None:
    """Return id and SHA-256 of the secret of a key's text, None for what is not in its one spelling."""
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    secret = base64.urlsafe_b64decode(match[2] + "=")
    if base64.urlsafe_b64encode(secret).rstrip(b"=").decode() != match[2]:
        return None
    return match[1], sha256(secret).digest()


def is_key_id(text: str) -> bool:
    """Return whether this may be the id of a key."""
    return _KEY_ID.fullmatch(text) is not None


def to_scopes(names: Iterable[str]) -> str:
    """Return scopes as the database has them. Raises Config for none, or one that is unknown."""
    wanted = set(names)
    if not wanted or not wanted <= set(SCOPES):
        raise Config(f"key: scopes are one or more of {', '.join(SCOPES)}")
    return " ".join(sorted(wanted))
