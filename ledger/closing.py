"""Closing a log for good: a ``freeze`` entry with the service's closing statement, the last one.

It goes the way of every entry. The statement names its own index, so it is
numbered there or not at all, and made again where another entry came first.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from verifier.errors import VerifierError
from verifier.evidence.entry import FREEZE, parse_entry
from verifier.evidence.freeze import Freeze, parse_freeze, verify_freeze
from verifier.evidence.handover import MAX_BYTES, verify_handover
from verifier.report.escape import show
from verifier.tlog.keys import VKey

from .accept import Outcome
from .errors import Config, Unacceptable, Unavailable
from .jobs import OwnEntry
from .service_key import ServiceKey

HANDOVER_FILE: Final = "handover.txt"
"""A copy of entry 0 of the log that goes on, in the folders of both."""
_ATTEMPTS: Final = 5


def closed_words(entry: object) -> str:
    """Return what is said where a log whose last entry is this is asked for more; "" if it may be."""
    if not isinstance(entry, bytes) or not entry.startswith(FREEZE):
        return ""
    words = "the log is closed for good"
    try:
        body = parse_entry(entry).body
        successor = None if body is None else parse_freeze(body)[0].successor
    except VerifierError:
        return words
    if successor is None:
        return words
    return f"{words}; the log that goes on is {show(successor.name)}"


def refuse_handed_over(data: Path, log: VKey) -> None:
    """Refuse to write on in a log that was handed over without a freeze. Raises Config.

    Such a log had lost entries; found again, they must not let it grow beyond
    the head that the handover calls its last.
    """
    path = data / HANDOVER_FILE
    if not path.exists():
        return
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    try:
        handover = verify_handover(body)
    except VerifierError as error:
        raise Config(f"{HANDOVER_FILE}: {error}") from None
    if handover.old.log == log:
        raise Config(f"{log.name} was handed over to {handover.new.origin} and takes nothing more")


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
