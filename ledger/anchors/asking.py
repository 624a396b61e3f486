"""One head to several authorities at once; each has the same deadline for everything.

A time that contradicts ``received`` is not taken. A receipt under this head says that its
entries were there *by* the token's time, and one of a later entry that they came *after* it;
so the token's time must lie from the ``received`` of the head's last entry to our clock, else
receipts would contradict themselves. Clocks that differ by up to ``CLOCK_SECONDS`` are waited
for; what differs by more is refused, and whoever runs this log has to see which clock is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ..exchange import new_client
from .authority import NotStamped, Stamp
from .peer import Peer

DEADLINE_SECONDS: Final = 15.0
"""For one authority, from name resolution to the last byte, waiting for its clock included."""
CLOCK_SECONDS: Final = 5


class WrongClock(NotStamped):
    """A sound token whose time contradicts this log's."""


class Target(NamedTuple):
    """What is to be stamped: a head, its stamped note, ``received`` of its last entry."""

    size: int
    stamped: bytes
    received: int


async def ask(
    target: Target, peers: Sequence[Peer], clock: Callable[[], float], seconds: float
) -> list[Stamp | NotStamped]:
    """Return what each of them gave, in their order, after ``seconds`` at the latest."""
    async with new_client() as client:

        async def one(peer: Peer) -> Stamp | NotStamped:
            try:
                async with asyncio.timeout(seconds):
                    stamp = await peer.authority.stamp(client, target.stamped, seconds)
                    behind = target.received - stamp.seconds
                    if 0 < behind <= CLOCK_SECONDS:  # ask again when its clock is past ours
                        await asyncio.sleep(behind + 1)
                        stamp = await peer.authority.stamp(client, target.stamped, seconds)
                check_clock(target, stamp, int(clock()))
            except TimeoutError:
                return NotStamped(f"nothing sound within {seconds:g} s")
            except NotStamped as error:
                return error
            except Exception as error:  # noqa: BLE001 - it must not cost the tokens of others
                return NotStamped(f"it could not be asked ({type(error).__name__})")
            return stamp

        return await asyncio.gather(*map(one, peers))


def check_clock(target: Target, stamp: Stamp, now: int) -> None:
    """Raise WrongClock where the token's time contradicts ``received``, or would."""
    if stamp.seconds < target.received:
        lag = target.received - stamp.seconds
        raise WrongClock(f"its time is {lag} s before an entry of the head was received")
    if stamp.seconds > now + CLOCK_SECONDS:
        raise WrongClock(f"its time is {stamp.seconds - now} s ahead of this machine's clock")
