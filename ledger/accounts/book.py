"""The accounts of a log: make, find, give keys, revoke, limit."""

from __future__ import annotations

import base64
import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from verifier.errors import VerifierError
from verifier.evidence.statement import check_words
from verifier.tlog.keys import check_ed25519_public_key

from .. import schema
from ..engine import reading, saving, statement
from ..errors import AlreadyExists, Config, NotFound, Unacceptable
from ..queries import fetch
from ..store import insert
from .account import COLUMNS, UNCHECKED, Account, to_account
from .checking import BELIEVED_SECONDS, REMEMBERED_MOST, Caller, Checking, KeyRefused
from .key import ALL_SCOPES, SCOPES, ApiKey, is_key_id, new_key, to_scopes
from .last_use import LastUse
from .quota import DAY_SECONDS, entries_since

_NAME: Final = re.compile(r"\S(?:[^\x00-\x1f\x7f]{0,98}\S)?")
_QUOTA_MOST: Final = 10**12
_ALL: Final = f"SELECT {COLUMNS} FROM accounts a"  # noqa: S608 - a constant of ours
_OF_ID: Final = _ALL + " WHERE a.account = ?"
_KEYS: Final = (
    "SELECT key_id, scopes, label, created, expires, used, revoked FROM api_keys "
    "WHERE account = ? ORDER BY created, key_id"
)


class Accounts:
    """The accounts of one log; safe to use from several threads."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._clock = clock
        self._by_id: dict[bytes, tuple[float, Account]] = {}
        self.last_use = LastUse(engine, clock)
        self._checking = Checking(engine, clock, self.last_use.note)

    # -- accounts

    def new(self, label: str, identity: str = UNCHECKED) -> tuple[Account, str]:
        """Create an account and its first key; the key's text is shown only here."""
        if not _NAME.fullmatch(label):
            raise Config("account: a name has 1 to 100 characters and no space at its ends")
        try:
            check_words(identity, "identity")
        except VerifierError as error:
            raise Config(str(error)) from None
        account = Account(secrets.token_bytes(16), label, identity, None)
        now = int(self._clock())
        try:
            with saving(self._engine) as connection:
                row = (account.id, label, identity, now, None, None)
                insert(connection, schema.accounts, [row])
                text = _insert_key(connection, account.id, now, ALL_SCOPES, None, "")
        except IntegrityError:
            raise AlreadyExists("account: there is one of this name") from None
        return account, text

    def all(self) -> list[Account]:
        """Return all accounts, by name."""
        with reading(self._engine) as connection:
            return [to_account(row) for row in fetch(connection, _ALL + " ORDER BY a.label")]

    def find(self, label_or_id: str) -> Account:
        """Return the account with this label or id (32 hex digits, or base64). Raises NotFound."""
        wanted = {label_or_id.lower(), label_or_id}
        for account in self.all():
            names = {account.label, account.id.hex(), base64.b64encode(account.id).decode()}
            if names & wanted:
                return account
        raise NotFound("account: there is none of this name or id")

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
        if len(self._by_id) >= REMEMBERED_MOST:
            self._by_id.clear()
        self._by_id[account] = (now + BELIEVED_SECONDS, to_account(rows[0]))
        return to_account(rows[0])

    def register_key(self, account: bytes, submitter: bytes) -> None:
        """Register the public key that must sign all further submissions, once.

        Raises AlreadyExists if another one is registered, Unacceptable for a weak key.
        """
        try:
            check_ed25519_public_key(submitter)
        except VerifierError as error:
            raise Unacceptable(str(error)) from error
        done = self._change(
            "UPDATE accounts SET submitter = ? "
            "WHERE account = ? AND (submitter IS NULL OR submitter = ?)",
            submitter, account, submitter,
        )  # fmt: skip
        if done != 1:
            self.get(account)
            raise AlreadyExists("account: another key is registered")

    def set_quota(self, account: bytes, entries_per_day: int | None) -> None:
        """Limit the entries that an account may make on one day (UTC), or not. Raises Config."""
        if entries_per_day is not None and not 0 <= entries_per_day <= _QUOTA_MOST:
            raise Config(f"account: a quota is a whole number from 0 to {_QUOTA_MOST}")
        self._change(
            "UPDATE accounts SET entries_per_day = ? WHERE account = ?", entries_per_day, account
        )

    def entries_today(self, account: bytes) -> int:
        """Return how many entries the account made since midnight UTC, as the database has it."""
        now = int(self._clock())
        with reading(self._engine) as connection:
            return entries_since(connection, account, now - now % DAY_SECONDS)

    # -- API keys

    def new_key(
        self,
        account: bytes,
        *,
        scopes: Iterable[str] = SCOPES,
        expires: int | None = None,
        label: str = "",
    ) -> str:
        """Give an account a further key; its text is shown only here.

        The keys that it has stay good: a holder changes over, then the old one is revoked.
        Raises Config for what no key can have.
        """
        if label and not _NAME.fullmatch(label):
            raise Config("key: a label has up to 100 characters and no space at its ends")
        now = int(self._clock())
        if expires is not None and expires <= now:
            raise Config("key: its end must lie in the future")
        with saving(self._engine) as connection:
            return _insert_key(connection, account, now, to_scopes(scopes), expires, label)

    def keys(self, account: bytes) -> list[ApiKey]:
        """Return the keys of an account, the oldest first; those that are revoked too."""
        with reading(self._engine) as connection:
            rows = fetch(connection, _KEYS, account)
        return [ApiKey(row[0], tuple(row[1].split(" ")), *row[2:]) for row in rows]

    def revoke_key(self, key_id: str) -> bool:
        """Revoke one key; return whether it was good until now. Raises NotFound."""
        now = int(self._clock())
        sql = "UPDATE api_keys SET revoked = ? WHERE key_id = ? AND revoked IS NULL"
        if is_key_id(key_id) and self._change(sql, now, key_id):
            return True
        with reading(self._engine) as connection:
            if fetch(connection, "SELECT 1 FROM api_keys WHERE key_id = ?", key_id):
                return False
        raise NotFound("key: there is none of this id")

    def revoke(self, label_or_id: str) -> int:
        """Revoke all keys of an account; return how many were good until now."""
        account = self.find(label_or_id)
        sql = "UPDATE api_keys SET revoked = ? WHERE account = ? AND revoked IS NULL"
        return self._change(sql, int(self._clock()), account.id)

    # -- who asks

    def identify(self, text: str) -> Caller:
        """Return whose API key this text is. Raises KeyRefused, or Unavailable."""
        return self._checking.check(text)

    def authenticate(self, text: str) -> Account | None:
        """Return the account of an API key, None for any text that is not a good key."""
        try:
            return self._checking.check(text).account
        except KeyRefused:
            return None

    def was_good(self, text: str) -> bool:
        """Return whether this text was a good key when this process last looked it up."""
        return self._checking.was_good(text)

    def _change(self, sql: str, *values: object) -> int:
        with saving(self._engine) as connection:
            done = connection.exec_driver_sql(statement(connection, sql), values).rowcount
        self._by_id.clear()
        self._checking.forget()
        return done


def _insert_key(
    connection: Connection, account: bytes, now: int, scopes: str, expires: int | None, label: str
) -> str:
    key = new_key()
    row = (key.key_id, account, key.secret_hash, now, None, scopes, expires, label, None)
    insert(connection, schema.api_keys, [row])
    return key.text
