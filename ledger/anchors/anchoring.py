"""The anchoring thread: which head is stamped, when, and one entry for what came back.

    due (interval or on demand) → the newest published head with news in it → all authorities
      → tokens are stored → one ``anchor`` entry for them, numbered like every other entry

It shares nothing with the sequencer but the queue, so an authority that is slow, dead or lying
costs this thread its deadline and nobody else anything. A crash between store and entry leaves
tokens that wait for their entry; they get it first thing on the next start. While an idle log
waits, authorities that have not stamped the newest stamped head are asked for that one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from verifier.evidence.entry import Anchor
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

from .. import queries
from ..engine import writing
from ..errors import Frozen, Given, LedgerError
from ..jobs import OwnEntry, own_job
from ..sequencer import Sequencer
from . import rows
from .asking import CLOCK_SECONDS, Target, WrongClock, ask
from .authority import NotStamped, Stamp
from .heads import Met, head_to_stamp
from .peer import Peer
from .settings import AUTHORITIES_MOST, Anchors, AnchorState, Round

ALARM_ROUNDS: Final = 3
_AGAIN_SECONDS: Final = 5.0

log = logging.getLogger("beilin.ledger")


class Anchoring:
    """Runs from ``start`` to ``close``; ``now`` and ``state`` may be called by any thread."""

    def __init__(
        self,
        engine: Engine,
        sequencer: Sequencer,
        vkey: VKey,
        anchors: Anchors,
        *,
        clock: Callable[[], float],
        at: Callable[[str], None],
        met: Met | None = None,
    ) -> None:
        """``met``: whether a note has the quorum of the policy this log runs with. Raises Config where an authority is named twice, or there are too many."""
        names = {each.name for each in anchors.authorities}
        if len(names) != len(anchors.authorities) or len(names) > AUTHORITIES_MOST:
            raise Given(f"tsa: at most {AUTHORITIES_MOST} addresses, none twice")
        self._engine = engine
        self._sequencer = sequencer
        self._vkey = vkey
        self._interval = anchors.interval_seconds
        self._deadline = anchors.deadline_seconds
        self._clock = clock
        self._at = at
        self._met = met
        self._peers = [Peer(each, anchors.interval_seconds) for each in anchors.authorities]
        self._state = AnchorState()
        self._silent = 0
        self._answered_at: float | None = None
        self._wanted: list[Future[Round]] = []
        self._loop = asyncio.new_event_loop()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="anchoring", daemon=True)

    # -- from other threads --------------------------------------------------------

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Let go of whoever is being asked, end the thread."""
        if self._thread.ident is None:
            self._loop.close()
            return
        with suppress(RuntimeError):  # the thread has ended and closed its loop
            self._loop.call_soon_threadsafe(self._cancel)
        self._thread.join()

    def now(self) -> Future[Round]:
        """Ask now; takes no lock, so that a signal handler may call it."""
        future: Future[Round] = Future()

        def want() -> None:
            self._wanted.append(future)
            self._wake.set()

        try:
            self._loop.call_soon_threadsafe(want)
        except RuntimeError:
            future.cancel()
        return future

    def state(self) -> AnchorState:
        """Return how it goes."""
        since = self._answered_at
        return self._state._replace(age_seconds=None if since is None else time.monotonic() - since)

    # -- the thread ------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._main())
        try:
            with suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._task)
        finally:
            for future in self._wanted:
                future.cancel()
            # Without waiting: a name that is still being looked up holds nobody.
            self._loop.close()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _main(self) -> None:
        due = time.monotonic() + await self._safely(self._first_delay)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(due - time.monotonic(), 0)):
                    await self._wake.wait()
            self._wake.clear()
            wanted, self._wanted = self._wanted, []
            due = time.monotonic() + self._interval
            try:
                done = await self._round(everyone=bool(wanted))
            except asyncio.CancelledError:
                self._wanted += wanted
                raise
            except (SQLAlchemyError, LedgerError, OSError) as error:
                log.warning("anchoring failed: %s", type(error).__name__)
                due = time.monotonic() + min(_AGAIN_SECONDS, self._interval)
                _tell(wanted, error)
            except Exception as error:  # our own mistake must not end anchoring in silence
                log.exception("anchoring failed")
                _tell(wanted, error)
            else:
                _tell(wanted, done)

    async def _safely(self, first: Callable[[], float]) -> float:
        try:
            await self._log_waiting()
            return first()
        except (SQLAlchemyError, LedgerError, OSError) as error:
            log.warning("anchoring failed: %s", type(error).__name__)
            return min(_AGAIN_SECONDS, self._interval)

    def _first_delay(self) -> float:
        """Keep the rhythm of the process before, so that frequent restarts do not stop it."""
        with self._engine.connect() as connection:
            last = rows.newest_time(connection)
            self._state = self._state._replace(stamped_size=rows.newest_stamped(connection))
        if last is None:
            return self._interval
        return min(max(last + self._interval - self._clock(), 0.0), self._interval)

    async def _round(self, *, everyone: bool) -> Round:
        await self._log_waiting()
        with self._engine.connect() as connection:
            target, fresh, stamped_by = self._target(connection)
        if target is None:
            return Round(0, 0, 0)
        now = time.monotonic()
        peers = [
            peer
            for peer in self._peers
            if peer.name not in stamped_by and (everyone or not peer.rests(now))
        ]
        answers = await ask(target, peers, self._clock, self._deadline)
        stamps = self._judge(target, peers, answers)
        if stamps:
            self._store(target.size, stamps)
            self._at("tokens-stored")
        if fresh:
            self._watch(answered=bool(stamps))
        await self._log_waiting()
        return Round(target.size, len(stamps), len(answers) - len(stamps))

    def _target(self, connection: Connection) -> tuple[Target | None, bool, set[str]]:
        """Return what to stamp, whether it has no token yet, and who has stamped it."""
        size = head_to_stamp(connection, self._met)
        fresh = size > 0
        if not fresh:
            size = rows.newest_stamped(connection)
        by = {token.tsa for token in rows.tokens_of(connection, size)}
        if {peer.name for peer in self._peers} <= by:
            size = 0
        if size == 0 or not self._peers:
            return None, False, by
        note = stamped_note(parse_note(queries.signed_note(connection, size)), self._vkey)
        received = queries.stored_between(connection, size - 1, size)[0].received
        return Target(size, note, received), fresh, by

    def _judge(
        self, target: Target, peers: Sequence[Peer], answers: Sequence[Stamp | NotStamped]
    ) -> list[tuple[str, Stamp]]:
        """Note how each did; return the tokens with their authorities' names."""
        stamps: list[tuple[str, Stamp]] = []
        wrong = 0
        for peer, answer in zip(peers, answers, strict=True):
            if isinstance(answer, Stamp):
                peer.answered()
                stamps.append((peer.name, answer))
                continue
            peer.failed(time.monotonic())
            wrong += isinstance(answer, WrongClock)
            level = logging.ERROR if isinstance(answer, WrongClock) else logging.WARNING
            log.log(level, "no token of size %d from %s: %s", target.size, peer.name, answer)
        state = self._state
        self._state = state._replace(
            tokens=state.tokens + len(stamps),
            failures=state.failures + len(answers) - len(stamps),
            wrong_clock=state.wrong_clock + wrong,
            resting=sum(peer.rests(time.monotonic()) for peer in self._peers),
            stamped_size=target.size if stamps else state.stamped_size,
        )
        return stamps

    def _watch(self, *, answered: bool) -> None:
        if answered:
            self._silent, self._answered_at = 0, time.monotonic()
            self._state = self._state._replace(alarm=False)
            return
        self._silent += 1
        if self._silent >= ALARM_ROUNDS:
            log.error(
                "no time-stamping authority has given a token in %d intervals: new entries get "
                "no time from outside", self._silent,
            )  # fmt: skip
            self._state = self._state._replace(alarm=True)

    def _store(self, size: int, stamps: Sequence[tuple[str, Stamp]]) -> None:
        with writing(self._engine) as connection:
            for name, stamp in stamps:
                rows.save_token(connection, size, name, stamp, int(self._clock()))
        log.info("head of size %d: %d tokens stored", size, len(stamps))

    # -- entries -----------------------------------------------------------------------

    async def _log_waiting(self) -> None:
        """Give every token that waits its place in an ``anchor`` entry."""
        with self._engine.connect() as connection:
            waiting = rows.waiting(connection)
        for size, tokens in waiting.items():
            for start in range(0, len(tokens), rows.TOKENS_MOST):
                part = tokens[start : start + rows.TOKENS_MOST]
                await self._log(size, part)

    async def _log(self, size: int, tokens: Sequence[rows.StoredToken]) -> None:
        latest = max(token.seconds for token in tokens)
        ahead = latest - self._clock()
        if ahead > CLOCK_SECONDS + 1:
            log.error("tokens of size %d wait: their time is ahead of this machine's clock", size)
            return
        if ahead > 0:
            await asyncio.sleep(ahead + 0.05)  # two clocks do not tick together
        anchor = Anchor(size, tuple(sorted(token.digest for token in tokens)))
        job = own_job(OwnEntry("anchor", anchor.to_bytes(), latest))
        try:
            self._sequencer.put(job)
            outcome = await asyncio.wrap_future(job.future)
        except Frozen:
            return  # nothing is logged any more; the tokens stand in receipts all the same
        log.info("entry %d anchors %d tokens of size %d", outcome.indices[0], len(tokens), size)


def _tell(wanted: Sequence[Future[Round]], came: Round | Exception) -> None:
    """Tell who asked and still waits what came of it."""
    for future in wanted:
        if not future.set_running_or_notify_cancel():
            continue
        if isinstance(came, Round):
            future.set_result(came)
        else:
            future.set_exception(came)
