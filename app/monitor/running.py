"""Rounds one after another until a signal, or a single one. One process to a folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from app.witness.files import PRIVATE, make_folder

from .errors import Foreign, Held
from .following import Follower, Round

_OWN: Final = re.compile(r"lock|log|unfinished|evidence|monitor\.sqlite3(-wal|-shm|-journal)?")
"""What a monitor has in its folder."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, which is made if need be; the kernel lets go with the process.

    Raises Held, and Foreign for a folder with files that are not a monitor's: what follows
    writes a tree there, and removes what an earlier run left unfinished.
    """
    _check_own(folder)
    make_folder(folder)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(
                f"{folder} 正被另一进程使用；一个目录只能有一个监视进程",
                f"{folder} is used by another process; one monitor to a folder",
            ) from None
        yield
    finally:
        os.close(handle)


def _check_own(folder: Path) -> None:
    if not folder.is_dir():
        return
    foreign = [each for each in os.listdir(folder) if not _OWN.fullmatch(each)]
    if foreign:
        raise Foreign(
            f"{folder} 中有不属于监视程序的文件，未写入任何内容；请用 --mirror 另指定一个空目录",
            f"{folder} holds files that are not a monitor's, and nothing was written; give an empty "
            "folder with --mirror",
        )


def once(follower: Follower, told: Callable[[Round], None]) -> int:
    """Do one round; return its exit code."""
    came = follower.round()
    told(came)
    return came.code


def until_stopped(
    follower: Follower, interval_seconds: float, told: Callable[[Round], None]
) -> int:
    """Do rounds until SIGTERM or SIGINT; return the exit code of the last one.

    A round that is under way ends first. A second signal ends the process: what
    is durable then is enough to go on from.
    """
    stop = threading.Event()

    def asked(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    while True:
        code = once(follower, told)
        if stop.wait(interval_seconds):
            return code
