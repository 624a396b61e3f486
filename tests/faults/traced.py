"""The whole server under strace: system calls that fail, and calls at which it is killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.app.server.harness import PATIENCE, ROOT, environment

FILES = ("beilin.db", "beilin.db-wal", "signer/journal")


class Traced:
    """``beilin serve`` from its first call on, or until a fault ends it, under strace."""

    def __init__(self, strace: str, data: Path, inject: str, *, fault: str = "") -> None:
        self.log = data.parent / f"strace-{time.monotonic_ns()}"
        call = inject.partition(":")[0]
        start = ["-m", "tests.faults.faulty" if fault else "app.cli", "serve"]
        command = [
            strace, "-f", "-qq", "-o", str(self.log),
            "-e", f"trace={call}", "-e", f"inject={inject}",
            sys.executable, *start, "--data", str(data), "--listen", "127.0.0.1:0",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(batch_interval_ms=5, access_log=0) | {"FAULT": fault},
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        match = re.fullmatch(r"listening on (http://127\.0\.0\.1:[0-9]+)\n", line)
        self.address = ("127.0.0.1", int(urlsplit(match[1]).port or 0)) if match else None

    def fired(self) -> bool:
        """Whether the fault was injected, or the kill came."""
        return self.process.returncode in (-9, 128 + 9) or "INJECTED" in self.log.read_text()

    def end(self) -> int:
        """Stop it, if it still runs; return how it ended."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, IndexError, FileNotFoundError):
                os.kill(self._server(), signal.SIGTERM)
        try:
            self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.kill(self._server(), signal.SIGKILL)
            self.process.communicate(timeout=PATIENCE)
            raise
        return self.process.returncode

    def _server(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])


@contextlib.contextmanager
def injected(strace: str, pid: int, log: Path, *rules: str) -> Iterator[None]:
    """Have a running server's calls fail inside the block; the files named in FILES, if any."""
    calls = ",".join(rule.partition(":")[0] for rule in rules)
    command = [strace, "-f", "-p", str(pid), "-o", str(log), "-s", "32"]
    command += ["-e", f"trace={calls}"]
    for rule in rules:
        command += ["-e", f"inject={rule}"] if ":" in rule else []
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "attached" in line, line
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
