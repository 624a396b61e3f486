"""Files that must be whole after a crash, and locks between two runs of the client.

A file is written under a temporary name in the same folder, fsynced, renamed,
and its folder fsynced: after a crash at any point there is the old file or the
new one. Whoever writes holds the lock that goes with the file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.commands.common import (
    EXIT_BAD_INPUT,
    EXIT_CANNOT_WRITE,
    EXIT_TRY_AGAIN,
    Refusal,
)

from .words import shown

PRIVATE: Final = 0o600
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable (not needed and not possible on Windows)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def create(path: Path) -> int:
    """Create a file that only its owner may read and that was not there; return it open."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, PRIVATE)


def write_new(path: Path, data: bytes) -> None:
    """Write a private file that must not exist yet, whole or not at all. Raises FileExistsError."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if sys.platform == "win32":
            temporary.rename(path)  # fails there where the name is taken
        else:
            _name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _name(temporary: Path, path: Path) -> None:
    """Give a whole file its name, failing if the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # no hard links there (a memory stick): claim the name, then fill it at once
        os.close(create(path))
        try:
            temporary.replace(path)
        except OSError:
            path.unlink()  # the claim is ours
            raise


def replace(path: Path, data: bytes) -> None:
    """Write a private file or replace it, durably and at once."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)  # left by a run that was killed; the lock is ours
    try:
        with os.fdopen(create(temporary), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file if it is there, durably."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def writing(what: Path) -> Iterator[None]:
    """Turn any failure to write into exit code 73 with its reason."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _no_room(shown(what), shown(what)) from None
        reason = os.strerror(error.errno or 0)
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"无法写入 {shown(what)}：{reason}。",
            f"Cannot write {shown(what)}: {reason}.",
        ) from None


def _no_room(zh: str, en: str) -> Refusal:
    return Refusal(
        EXIT_CANNOT_WRITE,
        f"磁盘空间不足，无法写入{zh}。请腾出空间后重新运行同一命令。",
        f"No room left to write {en}. Free some space and run the same command again.",
    )


@contextlib.contextmanager
def reading(what: Path) -> Iterator[None]:
    """Turn a failure to read into exit code 65; a full disk met meanwhile stays 73."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _no_room("临时文件或证据包", "temporary files or the package") from None
        reason = os.strerror(error.errno or 0)
        raise Refusal(
            EXIT_BAD_INPUT,
            f"无法读取 {shown(what)}：{reason}。",
            f"Cannot read {shown(what)}: {reason}.",
        ) from None


def read_small(path: Path, maximum: int) -> bytes:
    """Return the bytes of a file a person named, which must not be large."""
    with reading(path), path.open("rb") as file:
        data = file.read(maximum + 1)
    if len(data) > maximum:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 过大，不是所需的文件；请检查命令中是否写错了文件。",
            f"{shown(path)} is too large to be the file that is needed here; check which file the "
            "command names.",
        )
    return data


def warn_if_open(path: Path) -> bool:
    """Return whether others on this machine may read a file that holds a secret."""
    if sys.platform == "win32":
        return False
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool, transient: bool = False) -> Iterator[None]:
    """Hold the lock file ``path``; the holder's death frees it.

    Without ``wait`` a lock that is held raises Refusal 75 at once. A
    ``transient`` lock file is removed at the end.
    """
    handle = _open_locked(path, wait=wait)
    try:
        yield
    finally:
        if transient:
            with contextlib.suppress(OSError):  # Windows keeps a file that is open
                path.unlink()
        os.close(handle)


def _open_locked(path: Path, *, wait: bool) -> int:
    while True:
        with writing(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            _lock(handle, wait=wait)
            # The former holder may have removed the file that we just locked.
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
            os.close(handle)
        except FileNotFoundError:
            os.close(handle)
        except OSError:
            os.close(handle)
            raise Refusal(
                EXIT_TRY_AGAIN,
                f"另一个程序正在处理同一个包（{shown(path)} 已被占用），请等它结束。",
                f"Another run is at work on the same package ({shown(path)} is held); wait until "
                "it has ended.",
            ) from None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, *, wait: bool) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int, *, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
