"""``beilin witness serve`` with one fault, named by the variable FAULT: ``kind[:step]``.

``kill:STEP`` kills this process without a word when a step of the order of writes is
reached; ``fail:STEP`` raises there; ``short`` waits a second where ten are usual. The
others remove one guard each: they are controls.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from app.cli import main
from app.witness import marker, opening, run, store, witness
from tests.app.witness.support import replacing

KIND, _, STEP = os.environ["FAULT"].partition(":")


def with_hooks(hooks: Callable[[str], None]) -> None:
    make = witness.Witness

    def made(*arguments: Any, **more: Any) -> witness.Witness:
        return make(*arguments, **more, hooks=hooks)

    replacing(opening, "Witness", made)


def kill(step: str) -> None:
    if step == STEP:
        os.kill(os.getpid(), signal.SIGKILL)


def fail(step: str) -> None:
    if step == STEP:
        raise sqlite3.OperationalError("disk I/O error")


def sign_first() -> None:
    """The cosignature leaves before anything is stored: it is printed, and the process dies."""
    moved = store.Store.move

    def leaking(self: store.Store, origin: str, old: Any, new: Any, *more: Any) -> None:
        print("LEFT", new.size, new.root.hex(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        moved(self, origin, old, new, *more)

    replacing(store.Store, "move", leaking)


def no_lock() -> None:
    """Requests are decided side by side, and the head moves without a comparison."""

    class Open:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    def move(self: store.Store, origin: str, _: Any, new: Any, note: bytes, now: int) -> None:
        replacing(self, "head", new)

    row = store.Store.row
    first: dict[str, Any] = {}

    def slow_row(self: store.Store, origin: str) -> Any:
        # Everybody reads before anybody writes.
        first.setdefault(origin, row(self, origin))
        time.sleep(0.01)
        return first[origin]

    replacing(witness, "Lock", Open)
    replacing(store.Store, "row", slow_row)
    replacing(store.Store, "move", move)
    replacing(marker.Marker, "write", lambda *_: None)


def short() -> None:
    bounds = run.BOUNDS._replace(header_timeout_seconds=1, idle_timeout_seconds=1)
    replacing(run, "run", partial(run.run, bounds=bounds, body_timeout_seconds=1))


if __name__ == "__main__":
    if KIND in ("kill", "fail"):
        with_hooks({"kill": kill, "fail": fail}[KIND])
    else:
        {"sign-first": sign_first, "no-lock": no_lock, "short": short}[KIND]()
    sys.exit(main())
