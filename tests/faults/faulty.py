"""``beilin serve`` as somebody might have built it who knows no better: controls of the fault tests.

The variable FAULT names the one guard that is missing.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

_true_time, _frozen = time.time, time.time()


def _jumping() -> float:
    """Return the time with what FAULT_CLOCK says: seconds to add, or ``freeze``."""
    said = Path(os.environ["FAULT_CLOCK"]).read_text()
    return _frozen if said == "freeze" else _true_time() + float(said)


if "FAULT_CLOCK" in os.environ:  # before anyone takes the function as a default
    time.time = _jumping

from app.cli import main  # noqa: E402
from ledger import durable, signer  # noqa: E402


def retries_fsync() -> None:
    """A failed fsync is tried again on the same file, which then says that all is well."""

    class Calls:
        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        @staticmethod
        def fsync(handle: int) -> None:
            try:
                os.fsync(handle)
            except OSError:
                os.fsync(handle)

    durable.os = signer.os = Calls()  # type: ignore[assignment, attr-defined]


def answers_early() -> None:
    """The answer is given before the commit; see ``tests/app/server/faulty_server.py``."""
    from tests.app.server.faulty_server import early

    early()


def unsafe_synchronous() -> None:
    """WAL with ``synchronous=NORMAL``: a commit is not on the disk when it returns."""
    from ledger import engine

    engine.PRAGMAS["synchronous"] = ("normal", 1)


def forgets_requests() -> None:
    """Idempotency is gone: neither the key nor the submission of a repeat is known."""
    from ledger import numbering

    numbering._repeated = lambda connection, job, requests: None
    numbering._known = lambda job, digests: None


def clock() -> None:
    """Nothing is missing; the clock jumps (see above)."""


def believes_the_clock() -> None:
    """``received`` is whatever the clock says."""
    from ledger.writer import Writer

    number = Writer.number

    def blind(self: Writer, jobs: Any) -> Any:
        self._received = 0
        return number(self, jobs)

    Writer.number = blind  # type: ignore[method-assign]


if __name__ == "__main__":
    globals()[os.environ["FAULT"]]()
    sys.exit(main())
