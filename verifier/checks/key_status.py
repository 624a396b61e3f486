"""What the policy holds against a key: retired or compromised (SPEC §11.4).

A *retired* key stands behind what it signed up to a point. Under a *compromised*
one a signature stands only if somebody else shows that it existed before the
theft: the thief signs any size and writes any time, so neither helps by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..policy import KeyStatus, Policy
from ..tlog.keys import VKey

COMPROMISED = "compromised"


def statuses_of(policy: Policy, vkey: VKey) -> Iterator[KeyStatus]:
    """Yield the status lines of the policy for this key."""
    for status in policy.statuses:
        if (status.name, status.key_id) == (vkey.name, vkey.key_id):
            yield status


def standing(policy: Policy, vkey: VKey, size: int, shown_by: int | None = None) -> str | None:
    """Return why a key's signature over ``size`` does not stand: a status, or None.

    ``shown_by`` is the Unix second by which somebody other than the key's owner
    shows that the signature existed, None if nobody does.
    """
    for status in statuses_of(policy, vkey):
        if status.status == COMPROMISED:
            if not is_before_theft(status, shown_by):
                return status.status
        elif status.size is None or size > status.size:
            return status.status
    return None


def is_before_theft(status: KeyStatus, shown_by: int | None) -> bool:
    """Return whether a proof from this second is older than the theft, as far as that is known."""
    return status.time is not None and shown_by is not None and shown_by < status.time


def theft_time(policy: Policy, vkey: VKey) -> int | None:
    """Return the earliest known time of a theft of this key, None where none is known."""
    times = [
        status.time
        for status in statuses_of(policy, vkey)
        if status.status == COMPROMISED and status.time is not None
    ]
    return min(times, default=None)


def standing_of_witness(policy: Policy, vkey: VKey, size: int, at: int) -> str | None:
    """Return why a cosignature of this time does not stand: a status, or None.

    ``at`` is the time inside the cosignature, 0 if there is none. It is the witness's
    own word, which a retired key keeps and a compromised one does not.
    """
    for status in statuses_of(policy, vkey):
        if status.status == COMPROMISED or status.size is None is status.time:
            return status.status
        if status.size is not None and size > status.size:
            return status.status
        if status.time is not None and not 0 < at <= status.time:
            return status.status
    return None
