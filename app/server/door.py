"""Who comes in, and how much: API keys and their scopes, rates, quotas.

    every request    the rate of its address; for a submission once it is known what it costs, so not
                     for one that is refused before
    a key            good, or 401: the same words for unknown, revoked and expired
    no good key      the rate of failures of its address, before anything is looked up
    a route          the scope that it needs, or 403
    a read           the rate of its key
    a submission     one for each entry: rates of key and address, quota of the account

A repeat of a request whose entries are numbered is answered whatever rates and quota say, and
costs no quota: its receipt is owed. All of it holds for this process alone. Batches come from
other threads than single entries, hence the lock.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from starlette.types import Scope

from ledger.accept import Outcome, Request
from ledger.accounts import Account, Caller, KeyRefused
from ledger.log import Log

from .addresses import Addresses
from .problems import Problem
from .quotas import Quotas
from .rates import Rates
from .settings import Settings

_BEARER: Final = re.compile(rb"bearer ([!-~]{1,200})", re.ASCII | re.IGNORECASE)
_CHALLENGE: Final = ((b"www-authenticate", b"Bearer"),)
_FREE: Final = frozenset(["/livez", "/readyz"])
"""For who supervises the service; behind an undeclared proxy it shares its address with all."""
_COUNTED_LATER: Final = frozenset(["/v1/entries", "/v1/batches"])


class Visit:
    """A caller with the address that the rates count."""

    __slots__ = ("account", "address", "key_id")

    def __init__(self, account: Account, key_id: str, address: str) -> None:
        self.account = account
        self.key_id = key_id
        self.address = address


class Door:
    """The state of all limits of this process."""

    def __init__(self, log: Log, settings: Settings) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._addresses = Addresses(settings.trusted_proxy)
        self._of_key = Rates(settings.rate_key_per_minute)
        self._of_address = Rates(settings.rate_address_per_minute)
        self._of_failures = Rates(settings.rate_failed_keys_per_minute)
        self._quotas = Quotas(self._entries_today)

    def _entries_today(self, account: bytes) -> int:
        return self._log.accounts.entries_today(account)

    def address(self, scope: Scope) -> None:
        """Count a request for its address, unless it is counted once it has been read."""
        rates = self._of_address
        if not rates.on or scope["path"] in _FREE:
            return
        if scope["method"] == "POST" and scope["path"] in _COUNTED_LATER:
            return
        self._count(rates, self._addresses.caller(scope), "rate-limited")

    def _count(self, rates: Rates, caller: str, code: str) -> None:
        with self._lock:
            _refuse_unless_now(rates.wait(caller), code)
            rates.take(caller)

    def enter(self, scope: Scope, authorization: bytes, wanted: str | None) -> Visit:
        """Return who asks, by a key that may do what is wanted. Raises Problem, or Unavailable."""
        caller = self._identify(scope, authorization)
        if wanted is not None and wanted not in caller.scopes:
            raise Problem("scope-missing", f"this key has not the scope {wanted}")
        address = self._addresses.caller(scope) if self._of_address.on else ""
        return Visit(caller.account, caller.key_id, address)

    def read(self, visit: Visit) -> None:
        """Count a read for its key. Raises Problem."""
        if self._of_key.on:
            self._count(self._of_key, visit.key_id, "rate-limited")

    def submit(
        self, visit: Visit, request: Request, cost: int, submit: Callable[[], Future[Outcome]]
    ) -> Future[Outcome]:
        """Submit so many entries within rates and quota, or answer a repeat whatever they say.

        Raises Problem, and what ``submit`` raises; then nothing is counted for the quota.
        """
        most = visit.account.entries_per_day
        if most is None and not self._of_key.on and not self._of_address.on:
            return submit()
        with self._lock:
            wait, code = self._wait(visit, most, cost)
            give_back = _nothing if wait else self._take(visit, most, cost)
        if wait:
            outcome = self._log.repeated(request)
            if outcome is None:
                raise Problem(code, retry_after=wait)
            repeat: Future[Outcome] = Future()
            repeat.set_result(outcome)
            return repeat
        try:
            published = submit()
        except BaseException:
            give_back()
            raise
        if most is not None:
            published.add_done_callback(lambda done: _settle(done, give_back))
        return published

    def _take(self, visit: Visit, most: int | None, cost: int) -> Callable[[], None]:
        self._of_key.take(visit.key_id, cost)
        self._of_address.take(visit.address, cost)
        return _nothing if most is None else self._quotas.take(visit.account.id, cost)

    def _wait(self, visit: Visit, most: int | None, cost: int) -> tuple[int, str]:
        wait = max(
            self._of_key.wait(visit.key_id, cost), self._of_address.wait(visit.address, cost)
        )
        if wait or most is None:
            return wait, "rate-limited"
        return self._quotas.wait(visit.account.id, most, cost), "quota-used-up"

    def _identify(self, scope: Scope, authorization: bytes) -> Caller:
        match = _BEARER.fullmatch(authorization)
        if match is None:  # nothing is looked up for it, so it is no failure that counts
            raise _unauthorized("missing")
        text = match[1].decode("ascii")
        accounts, failures = self._log.accounts, self._of_failures
        try:
            if failures.on and failures and not accounts.was_good(text):
                # Only where somebody failed lately: the address need not be known otherwise.
                caller = self._addresses.caller(scope)
                _refuse_unless_now(failures.wait(caller), "too-many-failures")
            return accounts.identify(text)
        except KeyRefused as error:
            failures.take(self._addresses.caller(scope))
            raise _unauthorized(error.reason, error.key_id) from None


def _unauthorized(reason: str, key_id: str = "") -> Problem:
    problem = Problem("unauthorized", headers=_CHALLENGE)
    problem.logged = {"reason": reason} | ({"key_id": key_id} if key_id else {})
    return problem


def _nothing() -> None:
    pass


def _refuse_unless_now(wait: int, code: str) -> None:
    if wait:
        raise Problem(code, retry_after=wait)


def _settle(published: Future[Outcome], give_back: Callable[[], None]) -> None:
    # Where storage failed the outcome is open; the next count of the database has it.
    if published.cancelled() or published.exception() is not None or not published.result().fresh:
        give_back()
