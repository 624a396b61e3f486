"""Servers of their own process on 127.0.0.1, each stopped by its own process number."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

START_SECONDS = 30
STOP_SECONDS = 30


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without settings of ours, in English."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BEILIN_")}
    return {**own, "LANG": "en_US.UTF-8", **more}


def beilin(*arguments: str) -> list[str]:
    """Return the command ``beilin`` of the environment that runs this."""
    return [str(Path(sys.executable).with_name("beilin")), *arguments]


class Server:
    """A server that prints its address when it listens; what it logs goes to a file."""

    def __init__(self, command: list[str], log: Path, **settings: str) -> None:
        self._log = log.open("wb")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, env=environment(**settings)
        )
        try:
            self.port = self._port()
        except BaseException:
            self.stop()
            raise
        self.url = f"http://127.0.0.1:{self.port}"

    def _port(self) -> int:
        assert self.process.stdout is not None
        end = time.monotonic() + START_SECONDS
        said = b""
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.process.stdout], [], [], left)[0]:
                break
            more = os.read(self.process.stdout.fileno(), 4096)
            said += more
            for line in said.split(b"\n")[:-1]:
                if line.startswith(b"listening on "):
                    # An authority for development says behind its address what it is.
                    return int(line.rpartition(b":")[2].split()[0])
            if not more:
                break
        self._log.flush()
        why = Path(self._log.name).read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"the server did not listen within {START_SECONDS} s: {why}")

    def stop(self) -> None:
        """Ask this one process to end, and make it if it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(data: Path, *arguments: str, **settings: str) -> Server:
    """Start ``beilin serve`` on a log, with its default settings unless named."""
    command = beilin("serve", "--data", str(data), "--listen", "127.0.0.1:0", *arguments)
    return Server(command, data.with_suffix(".server-log"), **settings)


def serve_bare(folder: Path, answer_bytes: int) -> Server:
    """Start the bare endpoint whose answers have this many bytes."""
    command = [sys.executable, "-m", "bench.bare_app", str(answer_bytes)]
    return Server(command, folder / "bare.server-log", PYTHONPATH=str(ROOT))


ROOT = Path(__file__).resolve().parent.parent
