"""A seal that dies at one point, run as a program: ``python -m tests.app.client.killed``.

    killed POINT JOURNAL seal…      POINT is a name of ``sealing.POINTS``, or ``none``

Every receipt that the server gives is first appended to JOURNAL and fsynced, so
that a test can compare it with what a later run ends up with.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from typing import Any
from unittest.mock import patch

from app.cli import main
from app.client import sealing
from app.client.api import Accepted, Api


def run(point: str, journal: str, arguments: list[str]) -> int:
    """Run ``beilin seal`` until it reaches the point."""
    submit, seal = Api.submit, sealing.seal

    def keeping(self: Api, *args: Any, **named: Any) -> Accepted:
        accepted = submit(self, *args, **named)
        with open(journal, "ab") as file:
            file.write(accepted.receipt + b"\0")
            file.flush()
            os.fsync(file.fileno())
        return accepted

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    watched = partial(seal, at=reached)
    with patch.object(Api, "submit", keeping), patch.object(sealing, "seal", watched):
        return main(arguments)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2], sys.argv[3:]))
