"""``beilin serve`` with one fault, named by the variable FAULT. Each is a test's cause or control."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli import main
from app.server.edge import Edge
from app.web import logs
from ledger.accept import Outcome
from ledger.errors import Conflict
from ledger.jobs import Job
from ledger.log import Log
from ledger.numbering import Numbering
from ledger.publish import Publisher
from ledger.writer import Writer


def rest() -> None:
    """Say that the fault has begun, and stay in it until the test says ``Server.go_on``."""
    folder = Path(sys.argv[sys.argv.index("--data") + 1]).parent
    (folder / "resting").touch()
    while not (folder / "go-on").exists():
        time.sleep(0.01)


def internal() -> None:
    """Every call of the log fails with a secret in the message."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SECRET")

    Log.submit = fail  # type: ignore[assignment]
    Log.owner = fail  # type: ignore[method-assign]


def slow() -> None:
    """The log rests between numbering and publishing."""
    finish = Writer.finish

    def resting(self: Writer, *arguments: Any, **more: Any) -> Any:
        rest()
        return finish(self, *arguments, **more)

    Writer.finish = resting  # type: ignore[method-assign]


def early() -> None:
    """202 is answered before the commit, and the log rests there; without a kill it comes true."""
    number = Numbering.number

    def hasty(self: Numbering, connection: Any, jobs: Sequence[Job], *more: Any) -> Any:
        numbered = number(self, connection, jobs, *more)
        for job, answer in zip(jobs, numbered.answers, strict=True):
            if job.on_numbered is not None and isinstance(answer, Outcome):
                job.on_numbered(answer)
        rest()
        return numbered

    Numbering.number = hasty  # type: ignore[assignment, method-assign]


def contradiction() -> None:
    """The log finds a contradiction after some entries; it rests before it says so."""
    finish = Writer.finish

    def finding(self: Writer, *arguments: Any, **more: Any) -> Any:
        if self.count > 3:
            rest()
            raise Conflict("two heads")
        return finish(self, *arguments, **more)

    Writer.finish = finding  # type: ignore[method-assign]


def full() -> None:
    """The volume is full for the first two attempts to write tiles."""
    write = Publisher.write
    left = [2]

    def failing(self: Publisher, *arguments: Any, **more: Any) -> Any:
        if left[0] and arguments[1] > 0:
            left[0] -= 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, *arguments, **more)

    Publisher.write = failing  # type: ignore[method-assign]


def telling() -> None:
    """Every call of the log fails with all that was asked in the message."""

    def fail(_: Log, *asked: object, **__: object) -> None:
        raise RuntimeError(repr(asked))

    Log.submit = fail  # type: ignore[assignment]
    Log.owner = fail  # type: ignore[method-assign, assignment]
    Log.dossier_statement = fail  # type: ignore[method-assign, assignment]
    Log.declaration = fail  # type: ignore[method-assign, assignment]


def leak() -> None:
    """The access line holds what was asked for."""
    note = Edge._note

    def leaking(self: Edge, scope: Any, *more: Any) -> None:
        logs.event("request", path=scope["path"], query=scope["query_string"].decode("latin-1"),
                   headers=repr(scope["headers"]))  # fmt: skip
        note(self, scope, *more)

    Edge._note = leaking  # type: ignore[method-assign, assignment]


FAULTS = (internal, slow, early, contradiction, full, telling, leak)

if __name__ == "__main__":
    {f.__name__: f for f in FAULTS}[os.environ["FAULT"]]()
    sys.exit(main())
