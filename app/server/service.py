"""What all routes share: the log, who is asking, and whether anything new may be accepted.

Owner of every mutable field: the event loop's thread.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from starlette.types import Scope

from app.web import logs
from ledger.accept import Submitted
from ledger.accounts import READ, SUBMIT, Account
from ledger.errors import Unavailable
from ledger.log import Log
from verifier.encoding import parse_base64
from verifier.errors import Malformed
from verifier.evidence.submission import ID_BYTES

from .auditing import Auditing
from .door import Door, Visit
from .metrics import Metrics
from .problems import Problem
from .settings import Settings
from .waiting import Waiting

_LOOKED_AT: Final = frozenset([
    b"authorization", b"content-encoding", b"content-type", b"idempotency-key", b"prefer",
])  # fmt: skip
_JSON: Final = re.compile(rb'application/json(?: *; *charset="?utf-8"?)?', re.ASCII | re.IGNORECASE)
_DISK_CHECK_SECONDS: Final = 0.25
_LAST_USE_SECONDS: Final = 60


Headers = dict[bytes, bytes]


def read_headers(scope: Scope) -> Headers:
    """Return the headers that we look at, each of which may stand once; raises Problem."""
    found: Headers = {}
    for name, value in scope["headers"]:
        if name in _LOOKED_AT:
            if name in found:
                raise Problem("bad-request", f"the header {name.decode()} stands twice")
            found[name] = value
    return found


def idempotency_key(headers: Headers) -> bytes:
    """Return the 16 bytes of the Idempotency-Key; raises Problem."""
    value = headers.get(b"idempotency-key")
    if value is None:
        raise Problem("idempotency-key")
    try:
        return parse_base64(value.decode("ascii"), "Idempotency-Key", length=ID_BYTES)
    except (Malformed, UnicodeDecodeError):
        raise Problem("idempotency-key") from None


def check_json(headers: Headers) -> None:
    """Raise Problem unless the body is declared as JSON, not compressed."""
    value = headers.get(b"content-type", b"")
    if not _JSON.fullmatch(value) or b"content-encoding" in headers:
        raise Problem("media-type")


def check_no_query(scope: Scope) -> None:
    """Raise Problem if there is a query: none of our addresses takes one."""
    if scope["query_string"]:
        raise Problem("bad-query")


class Service:
    """The state behind the routes."""

    def __init__(self, log: Log, settings: Settings, metrics: Metrics) -> None:
        self.log = log
        self.settings = settings
        self.metrics = metrics
        self.door = Door(log, settings)
        self.draining = False
        self.failed = ""
        self.auditing = Auditing(
            log,
            interval_seconds=settings.audit_interval_seconds,
            anchor_seconds=settings.audit_anchor_seconds,
        )
        self.pool = ThreadPoolExecutor(4, thread_name_prefix="reads")
        self._waiting: Waiting | None = None
        self._disk_free = 0
        self._disk_checked = -1.0
        self._last_use_at = time.monotonic()

    # -- life

    def start(self) -> None:
        """Begin to wait for answers; called in the running loop."""
        self._waiting = Waiting(
            asyncio.get_running_loop(),
            self.log.anchored,
            self.settings.answer_timeout_seconds,
        )

    def stop(self) -> None:
        """End the threads; the log itself is closed by who opened it."""
        if self._waiting is not None:
            self._waiting.close()
        if not self.failed:
            self._write_last_use()
        self.pool.shutdown()

    @property
    def waiting(self) -> Waiting:
        """Return the bridge from the ledger's threads."""
        assert self._waiting is not None, "start() comes first"
        return self._waiting

    # -- who asks

    def submitting(self, scope: Scope, headers: Headers) -> Visit:
        """Return who asks, by a key with the scope ``submit``; raises Problem."""
        return self.door.enter(scope, headers.get(b"authorization", b""), SUBMIT)

    def reading(self, scope: Scope, wanted: str | None = READ) -> Account:
        """Return whose key it is, with the scope ``read`` or any (None); raises Problem."""
        visit = self.door.enter(scope, read_headers(scope).get(b"authorization", b""), wanted)
        self.door.read(visit)
        return visit.account

    def tick(self) -> None:
        """Do what is due once a minute; called ten times a second by the loop."""
        now = time.monotonic()
        if now - self._last_use_at >= _LAST_USE_SECONDS:
            self._last_use_at = now
            if not self.failed:
                self.pool.submit(self._write_last_use)

    def _write_last_use(self) -> None:
        try:
            self.log.accounts.last_use.write()
        except Unavailable as error:  # it is kept, and written the next time
            logs.fault("last use of keys not written", error)

    # -- whether

    def disk_free_bytes(self) -> int:
        """Return the free space of the data folder, not older than a quarter of a second."""
        now = time.monotonic()
        if now - self._disk_checked > _DISK_CHECK_SECONDS:
            state = os.statvfs(self.log.data)
            self._disk_free = state.f_bavail * state.f_frsize
            self._disk_checked = now
        return self._disk_free

    def check_may_write(self, account: Account, batch: Sequence[Submitted]) -> None:
        """Raise Problem where nothing new may be accepted, or nothing unsigned."""
        registered = account.submitter
        if registered is not None and any(
            item.submission.submitter != registered for item in batch
        ):
            raise Problem("signature-required")
        if self.failed:
            raise Problem("writing-stopped")
        if self.disk_free_bytes() < self.settings.disk_floor_bytes:
            raise Problem("disk-full")

    def not_ready(self) -> str:
        """Return why nothing is accepted at the moment, or nothing."""
        if self.failed:
            return self.failed
        if self.draining:
            return "shutting down"
        if self.disk_free_bytes() < self.settings.disk_floor_bytes:
            return "disk space below the floor"
        if self.is_closed():
            return self.log.closed_words() or "the log is closed for good"
        return "" if self.log.state().healthy else "storage fails at the moment"

    def is_closed(self) -> bool:
        """Return whether the log takes nothing any more, as its operator wanted."""
        return not self.failed and not self.draining and self.log.state().frozen

    def disagreeing(self) -> list[str]:
        """Return a line for each witness that is out of the quorum, saying why."""
        return [
            f"witness {each.name} is out of the quorum: {each.out}"
            for each in self.log.state().witnesses
            if each.out
        ]
