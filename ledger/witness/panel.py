"""All witnesses on one event loop: a head to everyone at once, until the quorum or the deadline.

One thread, one task for each witness. A task asks for a line over the newest head;
where it fails it pauses and asks again for what is newest then, so who was away
catches up without anyone waiting for it. ``ask`` is called by the writer's thread
and takes the lines that are there when the quorum is met, when everyone who is
waited for has answered, or when the deadline is over. Lines that come later go to
``late``, not before the size they belong to is published.

One loop and cancellation, not a thread for each witness: the end of an exchange
is then certain however its peer dawdles, and nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

import httpx

from verifier.tlog.note import MAXIMUM_BYTES

from ..exchange import Failed, exchange, new_client
from .hooks import Cosigned, Hooks, Seen
from .member import Member, Patience, Target, WitnessState
from .protocol import Disagrees, Line, Refuses, checkpoint_url
from .roster import Roster

log = logging.getLogger("beilin.witness")

_SPARE_SECONDS: Final = 5.0
_PROOFS_KEPT: Final = 128
_T = TypeVar("_T")


class Panel:
    """The witnesses of one log. ``close`` it."""

    def __init__(
        self,
        roster: Roster,
        origin: str,
        hooks: Hooks,
        patience: Patience,
        sizes: Mapping[tuple[str, bytes], int],
    ) -> None:
        """``sizes``: what each key is known to have cosigned."""
        self._roster, self._origin, self._hooks, self._patience = roster, origin, hooks, patience
        self._members = [
            Member(witness, url, sizes.get((witness.vkey.name, witness.vkey.key_id), 0), patience)
            for witness, url in roster.witnesses
        ]
        self._target: Target | None = None
        self._lines: dict[str, Cosigned] = {}
        self._collecting = False
        self._published = -1
        self._held: list[tuple[int, Cosigned]] = []
        self._proofs: dict[tuple[int, int], list[bytes]] = {}
        self._reads = ThreadPoolExecutor(1, thread_name_prefix="witness-reads")
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="witness-lines")
        self._loop = asyncio.new_event_loop()
        self._news = asyncio.Event()
        self._end = asyncio.Event()
        self._client: httpx.AsyncClient
        self._thread = threading.Thread(target=self._run, name="witnesses", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; lines that wait to be stored are stored."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._reads.shutdown()
        self._writes.shutdown()

    def states(self) -> list[WitnessState]:
        """Return how each witness does."""
        return [member.state() for member in self._members]

    # -- from the writer's thread

    def ask(self, size: int, text: bytes, note: bytes) -> list[Cosigned]:
        """Ask everyone for a line over this head; return those that are there in time."""
        target = Target(size, text, note)
        proofs = {
            (old, size): self._hooks.prove(old, size)
            for old in {min(member.size, size) for member in self._members}
            if 0 < old < size
        }
        return self._call(self._collect(target, proofs), self._patience.deadline)

    def published(self, size: int) -> None:
        """Say that W3 of this size is done: late lines over it may be stored from now on."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set_published, size)

    def aim(self, size: int, text: bytes, note: bytes) -> None:
        """Say what is newest, without waiting: who has not cosigned it is asked to."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set_target, Target(size, text, note))

    def look(self, size: int, text: bytes, note: bytes) -> list[Seen]:
        """Ask every witness what it has seen of this log, within a bounded time."""
        seen = self._look_everywhere(Target(size, text, note))
        return self._call(seen, 2 * self._patience.look)

    def _call(self, work: Coroutine[Any, Any, list[_T]], seconds: float) -> list[_T]:
        """Run this in the loop. Whatever happens there, the log goes on without lines."""
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # closed
            work.close()
            return []
        try:
            return future.result(seconds + _SPARE_SECONDS)
        except Exception as error:  # noqa: BLE001
            future.cancel()
            log.critical("the witnesses could not be asked (%s)", type(error).__name__)
            return []

    # -- the loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        finally:
            self._loop.close()

    async def _main(self) -> None:
        self._client = new_client()
        tasks = [asyncio.create_task(self._work(member)) for member in self._members]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def _work(self, member: Member) -> None:
        """Keep one witness at the newest head."""
        while True:
            target = self._target
            if target is None or member.cosigned >= target.size:
                member.woken.clear()
                await member.woken.wait()
                continue
            pause = member.resumes - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
                continue
            try:
                await self._round(member, target)
            except Exception as error:  # noqa: BLE001 - its task must not end with it
                member.failed(f"it could not be asked ({type(error).__name__})")
            member.busy_since = None
            member.answered = target.size
            self._news.set()

    async def _round(self, member: Member, target: Target) -> None:
        began = member.busy_since = time.monotonic()
        reply = await member.ask(self._client, target, self._prove, self._hooks.clock)
        if isinstance(reply, Line):
            member.took(target, reply, time.monotonic() - began)
            self._take(target, member, reply)
        elif isinstance(reply, Disagrees):
            member.disagreed(reply.why)
            await self._judge(member)
        else:
            member.failed(reply.why if isinstance(reply, Refuses) else "no cosignature")

    async def _prove(self, old: int, new: int) -> list[bytes]:
        if not 0 < old < new:
            return []
        if (old, new) not in self._proofs:
            if len(self._proofs) >= _PROOFS_KEPT:
                self._proofs.clear()  # a witness may name another size each time
            done = self._loop.run_in_executor(self._reads, self._hooks.prove, old, new)
            self._proofs[old, new] = proof = await done
            return proof
        return self._proofs[old, new]

    def _set_target(self, target: Target) -> None:
        if self._target is None or target.size > self._target.size:
            self._target, self._lines = target, {}
            self._proofs = {
                key: value for key, value in self._proofs.items() if key[1] >= target.size
            }
        for member in self._members:
            member.woken.set()

    async def _collect(
        self, target: Target, proofs: Mapping[tuple[int, int], list[bytes]]
    ) -> list[Cosigned]:
        self._set_target(target)
        self._proofs |= proofs
        self._collecting = True
        now = time.monotonic()
        waited = [m for m in self._members if m.cosigned < target.size and m.is_waited_for(now)]
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience.deadline):
                    while not self._roster.policy.quorum_met(self._lines.keys()) and any(
                        member.answered < target.size for member in waited
                    ):
                        self._news.clear()
                        await self._news.wait()
        finally:
            self._collecting = False
        for member in waited:
            if member.answered < target.size and not self._roster.policy.quorum_met(
                self._lines.keys()
            ):
                member.prompt = False  # until it has answered: the next batch does not wait again
        self._held = [held for held in self._held if held[0] != target.size]
        return [self._lines[m.name] for m in self._members if m.name in self._lines]

    def _take(self, target: Target, member: Member, line: Line) -> None:
        cosigned = Cosigned(member.vkey, line.line, line.time)
        if self._target is not None and self._target.size == target.size:
            self._lines[member.name] = cosigned
            if self._collecting:
                return
        self._held.append((target.size, cosigned))
        self._store_held()

    def _set_published(self, size: int) -> None:
        self._published = max(size, self._published)
        self._store_held()

    def _store_held(self) -> None:
        ready = [held for held in self._held if held[0] <= self._published]
        self._held = [held for held in self._held if held[0] > self._published]
        for size, cosigned in ready:
            self._writes.submit(self._store, size, cosigned)

    def _store(self, size: int, cosigned: Cosigned) -> None:
        try:
            self._hooks.late(size, cosigned)
        except Exception as error:  # noqa: BLE001 - it is not in any receipt yet; the log goes on
            log.warning(
                "a late cosignature was not stored or not published (%s)", type(error).__name__
            )

    # -- what a witness has seen

    async def _shown(self, member: Member) -> bytes | None:
        """Return the newest checkpoint that it shows, if it does."""
        try:
            answer = await exchange(
                self._client, checkpoint_url(member.url, self._origin),
                seconds=self._patience.look, maximum_bytes=MAXIMUM_BYTES,
            )  # fmt: skip
        except Failed:
            return None
        return answer.body if answer.status == 200 else None

    async def _judge(self, member: Member) -> None:
        """Where it disagrees and shows why: is it a checkpoint of ours?"""
        note = await self._shown(member)
        if note is None:
            return
        judged = self._loop.run_in_executor(self._reads, self._hooks.judge, member.name, note)
        try:
            conflict = await judged
        except Exception as error:  # noqa: BLE001 - the database fails; the alarm stands
            log.warning(
                "what witness %s shows was not compared (%s)", member.name, type(error).__name__
            )
            return
        if conflict is not None:
            self._hooks.conflict(conflict)

    async def _look_everywhere(self, target: Target) -> list[Seen]:
        return list(await asyncio.gather(*(self._look(each, target) for each in self._members)))

    async def _look(self, member: Member, target: Target) -> Seen:
        note = await self._shown(member)
        reply = await member.probe(self._client, target, self._hooks.clock)
        if isinstance(reply, Disagrees):
            member.disagreed(reply.why)
        elif isinstance(reply, Refuses):
            member.failed(reply.why)
        return Seen(member.name, note, reply)
