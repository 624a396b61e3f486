"""Many files, one after the other or several at a time, with progress on standard error.

What is done at the same time are files: with ``--jobs 2`` two of them, each in
a process of its own. One file is always read by one process, because where a
message begins depends on all that stands before it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from typing import Any, Final

from app.client.words import shown
from app.commands.common import say
from verifier.exports.inspection.finding import SourceFinding
from verifier.exports.inspection.gaps.unused_media import unused_media
from verifier.exports.inspection.importance import by_importance
from verifier.exports.mail.dkim_check import Keys
from verifier.exports.tools import any_file

from .found import Found
from .look import Looked, look_at

_LARGE: Final = 64 << 20
_SECONDS: Final = 0.2


def look_at_all(files: Sequence[Found], jobs: int, keys: Keys) -> list[Looked]:
    """Return what every file is, in the order given, members of an archive behind it."""
    progress = _Progress(len(files))
    jobs = min(jobs, len(files))
    looked = (
        _one_by_one(files, progress, keys) if jobs < 2 else _at_once(files, jobs, progress, keys)
    )
    progress.end()
    return _with_unused(looked)


def _one_by_one(files: Sequence[Found], progress: _Progress, keys: Keys) -> list[Looked]:
    found = []
    for each in files:
        progress.name(each)
        found += look_at(each, progress.add, keys)
        progress.done += 1
    return found


def _at_once(files: Sequence[Found], jobs: int, progress: _Progress, keys: Keys) -> list[Looked]:
    context = get_context("spawn")
    read: Synchronized[int] = context.Value("q", 0)
    with ProcessPoolExecutor(jobs, context, _begin, (read,)) as pool:
        futures: list[Future[list[Looked]]] = [pool.submit(_work, each, keys) for each in files]
        left: set[Future[Any]] = set(futures)
        while left:
            done, left = wait(left, _SECONDS, FIRST_COMPLETED)
            progress.done += len(done)
            progress.show(read.value)
        return [looked for future in futures for looked in future.result()]


class _Worker:
    """What a worker process holds: the count of the bytes that all of them have read."""

    read: Synchronized[int]


def _begin(read: Synchronized[int]) -> None:
    _Worker.read = read


def _work(found: Found, keys: Keys) -> list[Looked]:
    return look_at(found, _add, keys)


def _add(size: int) -> None:
    with _Worker.read.get_lock():
        _Worker.read.value += size


class _Progress:
    """A line on a terminal; elsewhere one line for each large file."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._read = 0
        self._shown = 0.0
        self._terminal = sys.stderr.isatty()
        self._name = ""
        self.done = 0

    def name(self, found: Found) -> None:
        """Begin with a file."""
        self._name = shown(os.fsdecode(found.path))
        size = 0 if found.problem else os.stat(found.path).st_size
        if size >= _LARGE and not self._terminal:
            words = say(
                f"读取 {self._name}（{size >> 20} MiB）", f"reading {self._name} ({size >> 20} MiB)"
            )
            print(words, file=sys.stderr, flush=True)

    def add(self, size: int) -> None:
        """Count bytes that this process read."""
        self._read += size
        self.show(self._read)

    def show(self, read: int) -> None:
        """Show how much was read, over all passes, if it is time to."""
        now = time.monotonic()
        if self._terminal and now - self._shown > _SECONDS:
            self._shown = now
            print(f"\r\033[K{say('读取', 'reading')} {self.done} / {self._files}  "
                  f"{read >> 20} MiB  {self._name}", end="", file=sys.stderr, flush=True)  # fmt: skip

    def end(self) -> None:
        """Leave the line empty."""
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _with_unused(looked: list[Looked]) -> list[Looked]:
    """Add to each chat how many files of its folder no chat names."""
    chats = {
        each.path: each.report.media_names
        for each in looked
        if each.report is not None and each.report.reader != any_file.NAME
    }
    others = [
        each.path
        for each in looked
        if each.report is not None
        and each.report.reader == any_file.NAME
        and (each.found.walked or each.member is not None)
    ]
    unused = unused_media(chats, others)
    return [_and(each, unused.get(each.path, 0)) for each in looked]


def _and(looked: Looked, unused: int) -> Looked:
    if not unused or looked.report is None:
        return looked
    finding = SourceFinding("MEDIA_UNUSED", unused)
    findings = by_importance((*looked.report.findings, finding))
    return looked._replace(report=replace(looked.report, findings=findings))
