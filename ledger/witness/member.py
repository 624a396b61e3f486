"""One witness of the policy: what it has cosigned, how it does, and when it is asked again.

Everything here belongs to the panel's event loop; others only read.

``prompt``  it answered in time the last time: a batch waits for it
``out``     why it is out of the quorum: it says that our head does not extend what it has seen
``strikes`` grow with every failure and every late answer, and set the pause before the next try
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import httpx

from verifier.tlog.policy import Witness

from ..exchange import Answer, Failed, exchange
from .protocol import (
    MAXIMUM_ANSWER_BYTES,
    REQUEST_KIND,
    Disagrees,
    Line,
    Refuses,
    Reply,
    Stale,
    read_answer,
    submission_url,
    to_request,
)

log = logging.getLogger("beilin.witness")

Prove = Callable[[int, int], Awaitable[list[bytes]]]
"""(old, new) → the consistency proof between two sizes of this log."""


class Patience(NamedTuple):
    """How long anything may take, in seconds."""

    deadline: float = 1.0
    """A batch waits so long for its quorum."""
    exchange: float = 10.0
    """One request to a witness; what comes after the deadline is a late line."""
    look: float = 3.0
    """At the start, for each of two questions."""
    pause: float = 1.0
    """After the first failure; doubles with each further one."""
    longest_pause: float = 60.0
    """Also that of a witness that disagrees."""


class Target(NamedTuple):
    """A signed head to be cosigned: ``note`` has the log's own line only."""

    size: int
    text: bytes
    note: bytes


class WitnessState(NamedTuple):
    """How a witness does, for health checks and metrics. ``size`` is what it cosigned last here."""

    name: str
    size: int
    prompt: bool
    out: str
    trouble: str
    failures: int
    lines: int


def _ahead(reply: Stale, target: Target) -> Disagrees:
    return Disagrees(
        f"409: it has cosigned size {reply.size}, more than the {target.size} that there are here"
    )


class Member:
    """A witness as this process knows it."""

    def __init__(self, witness: Witness, url: str, size: int, patience: Patience) -> None:
        self.name, self.vkey, self.url = witness.name, witness.vkey, url
        self.size = size
        self.cosigned = -1
        self.answered = -1
        self.prompt = True
        self.busy_since: float | None = None
        self.out = ""
        self.trouble = ""
        self.failures = self.lines = self.strikes = 0
        self.resumes = 0.0
        self.woken = asyncio.Event()
        self._patience = patience

    def state(self) -> WitnessState:
        """Return how it does."""
        return WitnessState(
            self.name,
            max(self.cosigned, 0),
            self.prompt and not self.out,
            self.out,
            self.trouble,
            self.failures,
            self.lines,
        )

    def is_waited_for(self, now: float) -> bool:
        """Whether a batch waits for it: not while it is slow, silent or of another opinion."""
        if not self.prompt or self.out or self.resumes > now:
            return False
        return self.busy_since is None or now - self.busy_since < self._patience.deadline

    # -- one request

    async def ask(
        self, client: httpx.AsyncClient, target: Target, prove: Prove, now: Callable[[], float]
    ) -> Reply:
        """Ask for a cosignature; adjust once to the size that it names. Raises nothing of a peer's."""
        until = time.monotonic() + self._patience.exchange
        old = min(self.size, target.size)
        for _ in range(2):
            proof = await prove(old, target.size)
            reply = await self._once(client, target, old, proof, now, until)
            if not isinstance(reply, Stale):
                return reply
            if reply.size > target.size:
                return _ahead(reply, target)
            self.size = old = reply.size
        return Refuses("409 with another size each time")

    async def probe(
        self, client: httpx.AsyncClient, target: Target, now: Callable[[], float]
    ) -> Reply:
        """Ask what it has seen, so that nothing changes there.

        Named as old is our newest size itself: a witness that has it says so again, one
        that has less names its size, any other one disagrees.
        """
        until = time.monotonic() + self._patience.look
        reply = await self._once(client, target, target.size, [], now, until)
        if isinstance(reply, Stale):
            if reply.size > target.size:
                return _ahead(reply, target)
            self.size = reply.size
        return reply

    async def _once(
        self,
        client: httpx.AsyncClient,
        target: Target,
        old: int,
        proof: Sequence[bytes],
        now: Callable[[], float],
        until: float,
    ) -> Reply:
        body = to_request(old, proof, target.note)
        try:
            answer: Answer = await exchange(
                client,
                submission_url(self.url),
                body,
                kind=REQUEST_KIND,
                seconds=max(until - time.monotonic(), 0.0),
                maximum_bytes=MAXIMUM_ANSWER_BYTES,
            )
        except Failed as error:
            return Refuses(str(error))
        return read_answer(answer, target.text, self.vkey, now())

    # -- what an answer changes

    def took(self, target: Target, line: Line, seconds: float) -> None:
        """Note a cosignature over a target that came after so many seconds."""
        self.size = self.cosigned = target.size
        self.lines += 1
        if self.out or self.trouble:
            log.warning("witness %s cosigns again", self.name)
        self.out = self.trouble = ""
        if seconds <= self._patience.deadline:
            self.strikes = self.strikes // 2
            self.prompt = True
        else:
            self.strike(f"slow: answered after {seconds:.1f} s")

    def failed(self, why: str) -> None:
        """Note that there is no cosignature."""
        self.failures += 1
        self.strike(why)

    def strike(self, why: str) -> None:
        """Wait longer for the next try, and say why the first time."""
        if why != self.trouble:
            log.warning("witness %s: %s", self.name, why)
        self.trouble, self.prompt = why, False
        pause = self._patience.pause * 2 ** min(self.strikes, 16)
        self.strikes += 1
        self.resumes = time.monotonic() + min(pause, self._patience.longest_pause)

    def disagreed(self, why: str) -> None:
        """Take it out of the quorum, and raise the alarm the first time."""
        self.failures += 1
        if not self.out:
            log.critical("witness %s is out of the quorum: %s", self.name, why)
        self.out = self.trouble = why
        self.prompt = False
        self.resumes = time.monotonic() + self._patience.longest_pause
