"""The most memory that sealing a large file ever holds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..chats import write_noise, write_short_records
from ..line import Line
from ..logs import make_log
from ..serving import ROOT, environment, serve
from ..setting import Setting
from .seal import seal_command

_MB = 10**6


def run(setting: Setting) -> Iterator[Line]:
    """Yield both rows. One run each: memory does not vary from run to run as time does."""
    large = setting.pick(1000, quick=200, toy=2) * _MB
    records = setting.pick(100, quick=20, toy=1, full=1000) * _MB
    fresh = make_log(setting.folder / "memory")
    with serve(fresh.data) as server:

        def peak(name: str, write: Callable[[Path, int], object], size: int) -> tuple[float, float]:
            path = setting.folder / name
            write(path, size)
            out = path.with_suffix(".zip")
            command = seal_command(fresh, server.url, path, out)
            with setting.step(f"memory: sealing {path.stat().st_size / _MB:.0f} MB, {name}"):
                started = time.perf_counter()
                done = subprocess.run(
                    [sys.executable, "-m", "bench.peak", *command],
                    env=environment(
                        BEILIN_HOME=str(setting.folder / "memory-home"), PYTHONPATH=str(ROOT)
                    ),
                    capture_output=True,
                    check=False,
                )
            if done.returncode:
                raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
            path.unlink()
            out.unlink()
            return int(done.stdout) * 1024 / _MB, time.perf_counter() - started

        for what, name, write, size, floor in (
            ("any other file", "noise.bin", write_noise, large, 300),
            ("a chat of 20-byte records", "short.txt", write_short_records, records, 500),
        ):
            held, seconds = peak(name, write, size)
            yield Line(
                f"peak memory: seal {size // _MB:,} MB, {what}",
                "MB",
                [held],
                floor,
                "at most",
                notes=(f"ru_maxrss of the whole command, one run of {seconds:.0f} s",),
            )
