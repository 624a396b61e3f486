"""Accounts and their API keys.

An API key is ``beilin_<16 hex digits>_<43 characters>``: a public id and 32 random
bytes. Only SHA-256 of the secret is stored: it is random, so a slow hash would
add nothing. A key that was looked up is believed for one second, so a revocation
by another process takes effect within that time, one by this process at once.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from verifier.errors import VerifierError
from verifier.evidence.statement import check_words
from verifier.tlog.keys import check_ed25519_public_key

from . import schema
from .engine import reading, saving, statement
from .errors import AlreadyExists, Config, NotFound, Unacceptable
from .queries import fetch
from .store import insert

UNCHECKED: Final = "not checked"
"""Identity words of an account whose holder nobody identified."""

_KEY: Final = re.compile(r"beilin_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)
_LABEL: Final = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,98}\S)?")
_BELIEVED_SECONDS: Final = 1.0
_CACHE_MOST: Final = 10_000


class Account(NamedTuple):
    """An account: 16 random bytes, the operator's label, the service's word on who it is.

    ``submitter`` is a registered public key; then nothing unsigned is accepted.
    """

    id: bytes
    label: str
    identity: str
    submitter: bytes | None


class Accounts:
    """The accounts of one log; safe to use from several threads."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._by_key: dict[str, tuple[float, bytes, Account]] = {}
        self._by_id: dict[bytes, tuple[float, Account]] = {}
        self._good: dict[bytes, tuple[float, Account]] = {}  # by SHA-256 of the key's text

    def new(self, label: str, identity: str = UNCHECKED) -> tuple[Account, str]:
        """Create an account and its first key; the key's text is shown only here."""
        if not _LABEL.fullmatch(label):
            raise Config("account: a name has 1 to 100 characters and no space at its ends")
        try:
            check_words(identity, "identity")
        except VerifierError as error:
            raise Config(str(error)) from None
        account = Account(secrets.token_bytes(16), label, identity, None)
        now = int(self._clock())
        key_id, secret = secrets.token_hex(8), secrets.token_bytes(32)
        try:
            with saving(self._engine) as connection:
                insert(connection, schema.accounts, [(account.id, label, identity, now, None)])
                row = (key_id, account.id, sha256(secret).digest(), now, None)
                insert(connection, schema.api_keys, [row])
        except IntegrityError:
            raise AlreadyExists("account: there is one of this name") from None
        spelled = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
        return account, f"beilin_{key_id}_{spelled}"

    def find(self, label_or_id: str) -> Account:
        """Return the account with this label or id (32 hex digits, or base64). Raises NotFound."""
        wanted = {label_or_id.lower(), label_or_id}
        with reading(self._engine) as connection:
            for row in fetch(connection, _ALL):
                account = _account(row)
                names = {
                    account.label,
                    account.id.hex(),
                    base64.b64encode(account.id).decode(),
                }
                if names & wanted:
                    return account
        raise NotFound("account: there is none of this name or id")

    def revoke(self, label_or_id: str) -> int:
        """Revoke all keys of an account; return how many were good until now."""
        account = self.find(label_or_id)
        with saving(self._engine) as connection:
            sql = "UPDATE api_keys SET revoked = ? WHERE account = ? AND revoked IS NULL"
            values = (int(self._clock()), account.id)
            count = connection.exec_driver_sql(statement(connection, sql), values).rowcount
        self._forget_keys()
        return count

    def _forget_keys(self) -> None:
        self._by_key.clear()
        self._good.clear()

    def authenticate(self, text: str) -> Account | None:
        """Return the account of an API key, None for any text that is not a good key."""
        hashed = sha256(text.encode("utf-8", "surrogatepass")).digest()
        good = self._good.get(hashed)
        if good is not None and good[0] > time.monotonic():
            return good[1]
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        found = self._key(match[1])
        if found is None:
            return None
        until, secret_hash, account = found
        secret = base64.urlsafe_b64decode(match[2] + "=")
        if base64.urlsafe_b64encode(secret).rstrip(b"=").decode() != match[2]:
            return None
        if not hmac.compare_digest(sha256(secret).digest(), secret_hash):
            return None
        if len(self._good) >= _CACHE_MOST:
            self._good.clear()
        self._good[hashed] = until, account
        return account

    def _key(self, key_id: str) -> tuple[float, bytes, Account] | None:
        cached = self._by_key.get(key_id)
        now = time.monotonic()
        if cached is not None and cached[0] > now:
            return cached
        with reading(self._engine) as connection:
            rows = fetch(connection, _OF_KEY, key_id)
        if not rows:
            self._by_key.pop(key_id, None)
            return None
        if len(self._by_key) >= _CACHE_MOST:
            self._by_key.clear()
        found = now + _BELIEVED_SECONDS, bytes(rows[0][4]), _account(rows[0])
        self._by_key[key_id] = found
        return found

    def get(self, account: bytes) -> Account:
        """Return an account by its id. Raises NotFound."""
        cached = self._by_id.get(account)
        now = time.monotonic()
        if cached is not None and cached[0] > now:
            return cached[1]
        with reading(self._engine) as connection:
            rows = fetch(connection, _OF_ID, account)
        if not rows:
            raise NotFound("account: there is none of this id")
        if len(self._by_id) >= _CACHE_MOST:
            self._by_id.clear()
        self._by_id[account] = (now + _BELIEVED_SECONDS, _account(rows[0]))
        return _account(rows[0])

    def register_key(self, account: bytes, submitter: bytes) -> None:
        """Register the public key that must sign all further submissions, once.

        Raises AlreadyExists if another one is registered, Unacceptable for a weak key.
        """
        try:
            check_ed25519_public_key(submitter)
        except VerifierError as error:
            raise Unacceptable(str(error)) from error
        with saving(self._engine) as connection:
            sql = (
                "UPDATE accounts SET submitter = ? "
                "WHERE account = ? AND (submitter IS NULL OR submitter = ?)"
            )
            values = (submitter, account, submitter)
            done = connection.exec_driver_sql(statement(connection, sql), values).rowcount
        self._by_id.clear()
        self._forget_keys()
        if done != 1:
            self.get(account)
            raise AlreadyExists("account: another key is registered")


_ALL: Final = "SELECT account, label, identity, submitter FROM accounts"
_OF_ID: Final = _ALL + " WHERE account = ?"
_OF_KEY: Final = (
    "SELECT a.account, a.label, a.identity, a.submitter, k.secret_hash FROM api_keys k "
    "JOIN accounts a ON a.account = k.account WHERE k.key_id = ? AND k.revoked IS NULL"
)


def _account(row: Any) -> Account:
    submitter = None if row[3] is None else bytes(row[3])
    return Account(bytes(row[0]), row[1], row[2], submitter)
