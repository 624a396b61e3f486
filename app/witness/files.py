"""Files that survive a power cut, and the lock of the data folder.

Durable is: write a neighbour, fsync it, rename it, fsync the folder, and believe
every return code. After a crash there is the old file or the new one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import Held

PRIVATE = 0o600


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter, durably; one that exists is left as it is."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
    sync_folder(folder.parent)


def replace(path: Path, data: bytes) -> None:
    """Give a private file this content, durably: the old bytes or the new ones, never a mixture."""
    temporary = path.with_name(f".new-{path.name}")
    temporary.unlink(missing_ok=True)  # of a run that was killed; the lock of the folder is ours
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
    sync_folder(path.parent)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one lock of the folder; the kernel drops it with the process. Raises Held."""
    path = folder / "lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(
                f"{path} 正被另一进程使用；请先停止它（一个见证者只能有一个进程）",
                f"{path} is held by another process; stop it first (a witness is one process)",
            ) from None
        text = f"pid {os.getpid()}\n".encode()
        os.pwrite(handle, text, 0)
        os.ftruncate(handle, len(text))
        yield
    finally:
        os.close(handle)
