"""Progress on standard error: a bar on a terminal, a line for each large file elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from app.commands.common import say

from .words import shown, tell

_LARGE = 64 << 20
_STEP = 4 << 20


class Meter:
    """Counts bytes of work; ``begin`` names a stage, ``add`` counts in it."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._waiting = 0

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(binary_units=True),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, zh: str, en: str, total: int, name: str = "") -> None:
        """Start a stage of ``total`` bytes."""
        self._waiting = 0
        if self._bar is None:
            if total >= _LARGE:
                size = f"{total / (1 << 20):.0f} MiB"
                tell(f"{zh} {shown(name)}（{size}）", f"{en} {shown(name)} ({size})")
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        text = f"{say(zh, en)} {shown(name)}".replace("[", r"\[")
        self._task = self._bar.add_task(text, total=total)

    def add(self, size: int) -> None:
        """Count ``size`` more bytes."""
        self._waiting += size
        if self._waiting >= _STEP and self._bar is not None and self._task is not None:
            self._bar.advance(self._task, self._waiting)
            self._waiting = 0
