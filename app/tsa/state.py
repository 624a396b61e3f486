"""Serial numbers and times of a development authority: durable before they are given out.

    beilin/tsa-state/v1
    serial 41
    time 2026-11-21T12:00:00Z

These are the last serial number and the last genTime that may have been given
out. Both are written and fsynced before a token with them is signed, so that a
crash skips a number and never repeats one, and no time is earlier than an older one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from verifier.encoding import parse_decimal, parse_time, split_lines, to_time
from verifier.errors import Malformed

_FIRST: Final = "beilin/tsa-state/v1"
_MAX_BYTES: Final = 200
BACKWARDS_SECONDS: Final = 5
"""A clock that lags more than this behind what was given out is wrong, and no time is given."""


class ClockWentBack(Exception):
    """The clock is behind the times that were given out; no token until it has caught up."""


class InUse(Exception):
    """Another process has this authority."""


class Stamp(NamedTuple):
    """What one token may bear: a serial number that no other has, and Unix seconds."""

    serial: int
    seconds: int


def write_durably(path: Path, data: bytes, mode: int) -> None:
    """Write a file whole or not at all, and have it on disk before returning."""
    temporary = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class State:
    """The open state of an authority; one process at a time. Close it when done."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        """Open the state. Raises FileNotFoundError, InUse, Malformed."""
        self._path = folder / "state"
        self._clock = clock
        self._last = _parse(self._path.read_bytes())
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._last = _parse(self._path.read_bytes())  # by whoever held it until now
        except BlockingIOError:
            os.close(self._lock)
            raise InUse from None
        except BaseException:
            os.close(self._lock)
            raise

    @classmethod
    def create(cls, folder: Path) -> None:
        """Write the state of an authority that has given nothing out."""
        write_durably(folder / "state", _text(Stamp(0, 0)), 0o600)

    def next(self) -> Stamp:
        """Return the next serial number and time, which are on disk by then.

        Raises ClockWentBack, and OSError where they cannot be written: then nothing is given.
        """
        now = int(self._clock())
        if now < self._last.seconds - BACKWARDS_SECONDS:
            raise ClockWentBack
        stamp = Stamp(self._last.serial + 1, max(now, self._last.seconds))
        write_durably(self._path, _text(stamp), 0o600)
        self._last = stamp
        return stamp

    def close(self) -> None:
        """Let another process have it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _text(stamp: Stamp) -> bytes:
    return f"{_FIRST}\nserial {stamp.serial}\ntime {to_time(stamp.seconds)}\n".encode()


def _parse(data: bytes) -> Stamp:
    lines = split_lines(data, "tsa state", maximum_bytes=_MAX_BYTES)
    match [line.partition(" ")[::2] for line in lines]:
        case [("beilin/tsa-state/v1", ""), ("serial", serial), ("time", time)]:
            return Stamp(
                parse_decimal(serial, "tsa state: serial"), parse_time(time, "tsa state: time")
            )
    raise Malformed("tsa state: not in its one form")
