"""Closing a log for good: a ``freeze`` entry with the service's closing statement, the last one.

It goes the way of every entry. The statement names its own index, so it is
numbered there or not at all, and made again where another entry came first.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from verifier.errors import VerifierError
from verifier.evidence.freeze import Freeze, verify_freeze
from verifier.tlog.keys import VKey

from .accept import Outcome
from .errors import Unacceptable, Unavailable
from .jobs import OwnEntry
from .service_key import ServiceKey

_ATTEMPTS: Final = 5


def close_log(
    service: ServiceKey,
    add: Callable[[OwnEntry], Future[Outcome]],
    size: Callable[[], int],
    clock: Callable[[], float],
    reason: str | None,
    successor: VKey | None,
) -> bytes:
    """Sign the statement and have it numbered; return its note once it is published."""
    for left in reversed(range(_ATTEMPTS)):
        at = size()
        try:
            text = Freeze(service.origin, at, int(clock()), reason, successor).to_text()
            body = service.sign(text)
            verify_freeze(body, service.vkey, at)  # as everybody will
        except VerifierError as error:
            raise Unacceptable(str(error)) from None
        try:
            add(OwnEntry("freeze", body, at=at)).result()
        except Unavailable:
            if not left or size() == at:
                raise
        else:
            return body
    raise AssertionError("the last attempt returns or raises")
