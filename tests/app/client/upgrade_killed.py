"""An upgrade that dies at one point: ``python -m tests.app.client.upgrade_killed POINT upgrade …``."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from unittest.mock import patch

from app.cli import main
from app.client import upgrading


def run(point: str, arguments: list[str]) -> int:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with patch.object(upgrading, "upgrade", partial(upgrading.upgrade, at=reached)):
        return main(arguments)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
