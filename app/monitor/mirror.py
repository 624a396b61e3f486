"""The static tree, as the log serves it: ``DIR/log/checkpoint`` and ``DIR/log/tile/…``.

Only what a signed root proved gets in, so the copy is good whoever served it.
Tiles and bundles are written once; the checkpoint comes last and only grows.
Unfinished files lie in ``DIR/unfinished``, never in the tree.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from app.witness.files import make_folder, sync_folder
from verifier.checks.log_copy import LogCopy, UnusableFile, path_of
from verifier.tlog.tiles import TILE_WIDTH

from .errors import Damaged


class Mirror:
    """The mirrored tree below ``folder``; the lock is held."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "log"
        self._unfinished = folder / "unfinished"
        make_folder(self.folder)
        make_folder(self._unfinished)
        for left in self._unfinished.iterdir():
            left.unlink()  # of a run that was killed

    def read(self, level: int | None, index: int, width: int) -> bytes | None:
        """Return a tile (level None: bundle) of that width, or else the full one. Raises Damaged."""
        try:
            found = LogCopy(self.folder).read_tile(level, index, width)
        except UnusableFile as error:
            raise self._damaged(error.path) from None
        return None if found is None else found.data

    def widths(self, bundle: int) -> list[int]:
        """Return the widths that a bundle may have here, the widest first. Raises Damaged."""
        try:
            partial = LogCopy(self.folder).partial_widths(path_of(None, bundle))
        except UnusableFile as error:
            raise self._damaged(error.path) from None
        return [TILE_WIDTH, *reversed(partial)]

    def checkpoint(self) -> bytes | None:
        """Return the mirrored checkpoint, None before the first one."""
        path = self.folder / "checkpoint"
        return path.read_bytes() if path.exists() else None

    def put_checkpoint(self, note: bytes) -> None:
        """Replace the checkpoint; everything that it needs is there."""
        self._move(self._write("checkpoint", note), self.folder / "checkpoint")
        sync_folder(self.folder)

    def add(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Add tiles and bundles; one that is there stays. Raises Damaged where it is different."""
        folders: set[Path] = set()
        for number, (path, data) in enumerate(files):
            place = self.folder / path
            if self.has(path, data):
                continue
            make_folder(place.parent)
            self._move(self._write(str(number), data), place)
            folders.add(place.parent)
        for folder in folders:
            sync_folder(folder)

    def has(self, path: str, data: bytes) -> bool:
        """Whether this very file is there. Raises Damaged where another is."""
        try:
            there = LogCopy(self.folder).read(path, len(data))
        except UnusableFile:
            there = b""
        if there is None or there == data:
            return there is not None
        raise self._damaged(path)

    def _damaged(self, path: str) -> Damaged:
        return Damaged(
            f"镜像中的 {self.folder / path} 与日志签名的内容不同：本机的副本已被改动或损坏。"
            "请将整个目录移走留存，再以新目录重新镜像",
            f"{self.folder / path}: not what the log signed; this copy was changed or is damaged. "
            "Keep the whole folder elsewhere and mirror into a new one",
        )

    def _write(self, name: str, data: bytes) -> Path:
        path = self._unfinished / name
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return path

    @staticmethod
    def _move(path: Path, place: Path) -> None:
        path.chmod(0o644)  # it is public, and any web server may serve it on
        path.replace(place)
