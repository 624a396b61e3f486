"""The programs of the demonstration: our own commands, run to their end or until they are stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from .words import failed

START_SECONDS: Final = 60
_STEP_SECONDS: Final = 300
_LISTENING: Final = re.compile(r"listening on (http://127\.0\.0\.1:[0-9]+)(?: \(.*\))?\n")


class Program(NamedTuple):
    """A program that answers at ``url``."""

    name: str
    url: str
    process: subprocess.Popen[str]
    errors: Path

    def stop(self) -> None:
        """End it in order; raises where it does not end well."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        if self.process.wait(START_SECONDS) != 0:
            raise failed(self.name, self.process.returncode, _text(self.errors))


def beilin(scratch: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    """Run a command of ours and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=_STEP_SECONDS, check=False,
        env=_environment(scratch),
    )  # fmt: skip
    if done.returncode not in codes:
        raise failed(f"beilin {arguments[0]}", done.returncode, done.stderr)
    return done.stdout


@contextmanager
def serving(scratch: Path, *arguments: str, **settings: str) -> Iterator[Program]:
    """Run a command that serves, on a free port of this machine; ``settings`` go into its environment.

    At the end it is stopped in order, or killed where something else failed.
    """
    name = f"beilin {arguments[0]}"
    errors = scratch / f"{arguments[0]}-{len(list(scratch.glob('*.log')))}.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=log, text=True,
            env=_environment(scratch) | settings,
        )  # fmt: skip
    assert process.stdout is not None
    # Killed if it does not say in time where it listens: the line below would wait for ever.
    alarm = threading.Timer(START_SECONDS, process.kill)
    try:
        alarm.start()
        match = _LISTENING.fullmatch(process.stdout.readline())
        alarm.cancel()
        if match is None:
            process.wait(START_SECONDS)
            raise failed(name, process.returncode, _text(errors))
        program = Program(name, match[1], process, errors)
        yield program
        program.stop()
    finally:
        alarm.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _environment(scratch: Path) -> dict[str, str]:
    """Return our own environment without settings of a service or a client at home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BEILIN_")}
    code = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(each for each in (code, kept.get("PYTHONPATH", "")) if each)
    return kept | {"BEILIN_HOME": str(scratch / "home"), "PYTHONPATH": path, "PYTHONUTF8": "1"}
