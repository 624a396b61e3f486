"""Which files in a copy of a log the checkpoint accounts for, and which it does not.

These are findings and decide nothing: a file that no reader asks for changes no
proof. They are listed because what lies beside evidence gets mistaken for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from ..encoding import escape_bytes
from ..errors import Malformed
from ..result import Result
from ..tlog.tiles import TILE_WIDTH, parse_tile_path
from .log_copy import LogCopy

MAXIMUM_NAMED: Final = 50
MAXIMUM_NAME: Final = 300
"""Characters of a name that are kept."""


def list_files(result: Result, copy: LogCopy, size: int) -> None:
    """Add a finding for each file that the checkpoint of ``size`` entries does not account for."""
    unknown = ahead = 0
    first = ""
    for path in _paths(copy):
        if path == b"checkpoint":
            continue
        if path == b"checkpoint.pending":
            result.note("PENDING_CHECKPOINT")
            continue
        name = escape_bytes(path)[:MAXIMUM_NAME]
        try:
            level, index, width = parse_tile_path(path.decode("utf-8", "replace"))
        except Malformed:
            unknown += 1
            if unknown <= MAXIMUM_NAMED:
                result.note("UNKNOWN_FILE", name=name)
            continue
        if index * TILE_WIDTH + width > size // TILE_WIDTH ** (level or 0):
            ahead += 1
            if ahead == 1:
                first = name
    if unknown > MAXIMUM_NAMED:
        result.note("MORE_UNKNOWN_FILES", count=unknown - MAXIMUM_NAMED)
    if ahead:
        result.note("AHEAD_OF_CHECKPOINT", name=first, count=ahead)


def _paths(copy: LogCopy) -> Iterator[bytes]:
    """Yield the path of everything below the folder that is not a folder, names in order.

    Links are named and not followed, and no depth of folders is too much.
    """
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(os.fsencode(copy.folder), folder)) as found:
                entries = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in found)
        except OSError:
            continue
        prefix = folder + b"/" if folder else b""
        yield from (prefix + name for name, is_folder in entries if not is_folder)
        waiting += [prefix + name for name, is_folder in reversed(entries) if is_folder]
