"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path


def _field(path: str, name: str) -> str:
    try:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    except OSError:
        pass
    return "unknown"


def file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on."""
    best, kind = "", "unknown"
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return kind
    place = os.fspath(folder.resolve())
    for line in mounts:
        point, name = line.split(" ")[1:3]
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind


def fsync_ms(folder: Path, count: int = 50) -> float:
    """Return the mean time of an fsync after a write of 4 KiB."""
    path = folder / "fsync"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    started = time.perf_counter()
    for n in range(count):
        os.pwrite(handle, bytes(4096), 4096 * n)
        os.fsync(handle)
    taken = time.perf_counter() - started
    os.close(handle)
    path.unlink()
    return 1000 * taken / count


def describe(folder: Path) -> str:
    """Return the machine in a few lines."""
    memory = _field("/proc/meminfo", "MemTotal").removesuffix(" kB")
    gigabytes = f"{int(memory) / 1e6:.0f} GB" if memory.isdigit() else memory
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    kind = file_system(folder)
    lines = [
        f"{_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {gigabytes} RAM",
        (
            f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}, cryptography {version('cryptography')}"
        ),
        f"disk {kind}, fsync {fsync_ms(folder):.1f} ms; load average {load}",
    ]
    if kind in ("tmpfs", "ramfs", "overlay"):
        lines.append(f"NOTE: {kind} says nothing about a disk; choose another --folder")
    return "\n".join(lines)
