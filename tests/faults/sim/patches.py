"""What the code under test sees instead of the machine: clock, chance, and file calls that fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import durable, engine, numbering, sequencer, signer

FilePoint = Callable[[str], None]
"""Called before and after each write of a file with its name: raises where a fault is due."""


class Calls:
    """The module ``os`` for a module of ours: its own calls, with faults around some of them."""

    def __init__(self, point: FilePoint, synced: Callable[[int], None]) -> None:
        self._point = point
        self._synced = synced

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _faulty(self, name: str, *arguments: Any) -> Any:
        self._point(f"{name}-before")
        done = getattr(os, name)(*arguments)
        self._point(f"{name}-after")
        return done

    def write(self, *arguments: Any) -> Any:
        return self._faulty("write", *arguments)

    def pwrite(self, *arguments: Any) -> Any:
        return self._faulty("pwrite", *arguments)

    def link(self, *arguments: Any) -> Any:
        return self._faulty("link", *arguments)

    def ftruncate(self, *arguments: Any) -> Any:
        return self._faulty("ftruncate", *arguments)

    def fsync(self, handle: int) -> None:
        self._point("fsync-before")
        self._synced(handle)
        self._point("fsync-after")


class Clock:
    """The module ``time`` for a module of ours."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic

    @staticmethod
    def sleep(_seconds: float) -> None:
        raise AssertionError("nothing sleeps: a lock of files is never held while another runs")


def install(
    patch: pytest.MonkeyPatch, point: FilePoint, synced: Callable[[int], None], monotonic: Clock,
    drawn: Callable[[int], bytes],
) -> None:  # fmt: skip
    """Put the simulated machine under the ledger."""
    calls = Calls(point, synced)
    patch.setattr(durable, "os", calls)
    patch.setattr(signer, "os", calls)
    patch.setattr(durable, "time", monotonic)
    patch.setattr(sequencer, "time", monotonic)

    class Drawing:
        urandom = staticmethod(drawn)

    patch.setattr(numbering, "os", Drawing)
    # One after the other: which of eight threads is first is not ours to replay.

    def sync_all(handles: list[int]) -> None:
        for each in handles:
            calls.fsync(each)

    patch.setattr(durable, "_sync_all", sync_all)
    # The other sequencer holds SQLite's lock while it rests; waiting for it would be for ever.
    patch.setitem(engine.PRAGMAS, "busy_timeout", (0, 0))

    replace = Path.replace

    def faulty_replace(self: Path, target: Any) -> Path:
        point("replace-before")
        done = replace(self, target)
        point("replace-after")
        return done

    patch.setattr(Path, "replace", faulty_replace)
