"""One sequencer of the simulation: the ledger's own code in a greenlet that rests between steps.

What ``Log.open`` does is done here without its threads: the same signer, publisher, writer and
sequencer, whose loop (``Sequencer._main``) runs until it is told to close, finds a contradiction,
or is killed. Wherever the ledger calls its hook or waits, the greenlet gives the turn back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from greenlet import greenlet
from sqlalchemy.exc import SQLAlchemyError

from ledger.config import open_database, read_config
from ledger.errors import LedgerError
from ledger.publish import Publisher
from ledger.receipts import Receipts
from ledger.sequencer import Sequencer
from ledger.signer import Head, Signer
from ledger.writer import Writer

from .witnesses import Asked, Witness


class Crash(BaseException):
    """The end of a process, thrown in where it rests or writes a file."""


class _Turns:
    """Stands for the sequencer's lock: nobody else runs meanwhile, and to wait is to rest."""

    def __init__(self, pause: Callable[[str], None]) -> None:
        self._pause = pause

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...  # fmt: skip

    def wait(self, _timeout: float | None = None) -> None:
        self._pause("wait")

    def notify_all(self) -> None: ...


class Node:
    """One run of the service, from its start to its end."""

    def __init__(
        self, name: str, data: Path, witnesses: list[Witness], *, clock: Callable[[], float],
        signed: Callable[[Head], None],
    ) -> None:  # fmt: skip
        self.name = name
        self.at = "start"
        self.why: BaseException | None = None
        self.sequencer: Sequencer | None = None
        self.receipts: Receipts | None = None
        self._data, self._witnesses, self._clock, self._signed = data, witnesses, clock, signed
        self._world = greenlet.getcurrent()
        self._greenlet = greenlet(self._main)

    @property
    def alive(self) -> bool:
        return not self._greenlet.dead

    def resume(self, error: BaseException | None = None) -> None:
        """Let it go on to its next step; with an error, that happens to it where it rests."""
        self._world = greenlet.getcurrent()
        self._greenlet.parent = self._world
        if error is None or self.at == "start":
            self._greenlet.switch()
        else:
            self._greenlet.throw(error)

    def pause(self, point: str) -> None:
        """Rest here until the world gives this one the turn again."""
        if greenlet.getcurrent() is self._greenlet:
            self.at = point
            self._world.switch()

    def _main(self) -> None:
        with contextlib.ExitStack() as stack:
            try:
                self._open(stack)
            except (Crash, LedgerError, SQLAlchemyError, OSError) as error:
                self.why = error
                return
            assert self.sequencer is not None
            self.sequencer._main()
        self.sequencer = self.receipts = None

    def _open(self, stack: contextlib.ExitStack) -> None:
        config = read_config(self._data)
        engine, read_back = open_database(self._data, config), open_database(self._data, config)
        stack.callback(engine.dispose)
        stack.callback(read_back.dispose)
        signer = _Observed(self._data / "signer", config.origin)
        signer.observe = self._signed
        asked = Asked(engine, config.log, self._witnesses, self._clock, self.pause)
        publisher = Publisher(self._data / "log", self._data / "publish.lock", config.log)
        writer = Writer(
            engine, signer, publisher, read_back=read_back, clock=self._clock, at=self.pause,
            witnesses=asked,
        )  # fmt: skip
        writer.recover()
        receipts = Receipts(engine, config.log, asked.met)
        sequencer = Sequencer(
            writer, interval_seconds=0, published=receipts.remember, recovered=lambda _size: None,
            stopped=self._stopped,
        )  # fmt: skip
        turns: Any = _Turns(self.pause)
        sequencer._lock = turns
        self.sequencer, self.receipts = sequencer, receipts

    def _stopped(self, error: BaseException) -> None:
        self.why = error


class _Observed(Signer):
    """The signer; what it signs is seen by the model at that moment, and counts as told."""

    observe: Callable[[Head], None] = staticmethod(lambda _head: None)

    def sign(self, head: Head, proof: Any) -> bytes:
        note = super().sign(head, proof)
        self.observe(head)
        return note
