"""Inspecting large exports: the whole command, beside a bare read and SHA-256 of the same file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..chats import write_chat, write_telegram
from ..line import Line
from ..serving import ROOT, beilin, environment
from ..setting import Setting

_MB = 10**6


def _run(*arguments: str, peak: bool = False) -> tuple[float, int]:
    """Return seconds, and with ``peak`` the most memory held in bytes."""
    command = beilin("inspect", *arguments, "--json")
    started = time.perf_counter()
    done = subprocess.run(
        [*([sys.executable, "-m", "bench.peak"] if peak else []), *command],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    return seconds, int(done.stdout) * 1024 if peak else 0


def _bare(path: Path, size: int) -> float:
    """Return the bytes a second of reading and hashing, nothing else."""
    started = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return size / (time.perf_counter() - started)


def run(setting: Setting) -> Iterator[Line]:
    """Yield records a second, peak memory, and what a second process brings, for text and JSON."""
    kinds: tuple[tuple[str, Callable[[Path, int], object], int, int], ...] = (
        ("WhatsApp text", write_chat, setting.pick(500_000, quick=100_000, toy=300, full=12_800_000), 25_000),
        ("Telegram JSON", write_telegram, setting.pick(200_000, quick=50_000, toy=300, full=4_000_000), 15_000),
    )  # fmt: skip
    for what, write, records, floor in kinds:
        path = setting.folder / f"{what.split()[0]}-export"
        write(path, records)
        size = path.stat().st_size
        other = path.with_suffix(".2")
        shutil.copyfile(path, other)
        rates, bare, gains, held = [], [], [], 0
        for _ in setting.each_round(f"inspect: {what}"):
            seconds, held = _run(str(path), peak=True)
            rates.append(records / seconds)
            bare.append(records * _bare(path, size) / size)
            one, _ = _run(str(path), str(other), "--jobs", "1")
            two, _ = _run(str(path), str(other), "--jobs", "2")
            gains.append(one / two)
        yield Line(
            f"inspect a {what} of {records:,} records",
            "records/s",
            rates,
            floor,
            notes=(
                (
                    f"{size / _MB:.0f} MB; `beilin inspect`, one process, from its start to its end; "
                    f"bare read and SHA-256 of the same file: {min(bare):,.0f} to {max(bare):,.0f} records/s"
                ),
            ),
        )
        yield Line(
            f"  peak memory: inspect {size // _MB} MB, {what}", "MB", [held / _MB], 500, "at most",
            notes=("ru_maxrss of the whole command",),
        )  # fmt: skip
        cores = len(os.sched_getaffinity(0))
        yield Line(
            f"  the same, two such files: --jobs 2 against 1, {what}", "times", gains,
            1.6 if setting.scale != "toy" and cores > 1 else None,
            notes=(f"{cores} cores; one process a file",),
        )  # fmt: skip
        path.unlink()
        other.unlink()
