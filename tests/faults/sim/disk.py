"""A volume with a cache: what was not fsynced may be lost, torn or kept when the power goes.

The program under test writes real files through ``os``; ``Disk`` notes what each fsync made
durable. ``power_cut`` then makes of the folder one of the states that a machine may wake up to:
each name that was given or changed since its folder's last fsync is there or not, and each
content that was not fsynced is there, missing, zeros, or a beginning of it.

The database is left out: that a committed transaction survives is SQLite's to keep, and
``test_power.py`` cuts the power under SQLite itself.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from random import Random

LEFT_OUT = ("beilin.db", "beilin.db-wal", "beilin.db-shm", "lock", "publish.lock")


class Disk:
    """One folder, and what of it is durable."""

    def __init__(self, root: Path, chance: Random) -> None:
        self.root = root.resolve()
        self._chance = chance
        self._names: dict[str, dict[str, int]] = {}
        self._contents: dict[int, bytes] = {}
        # A second name for each durable content, so that its number is not given to another file.
        self._kept = root.parent / f"{root.name}-kept"
        self.everything_is_durable()

    def everything_is_durable(self) -> None:
        """Begin from what is there now, as after a mount."""
        shutil.rmtree(self._kept, ignore_errors=True)
        self._kept.mkdir()
        self._names.clear()
        self._contents.clear()
        for folder, _, files in os.walk(self.root):
            self._sync_names(folder)
            for name in files:
                if name not in LEFT_OUT:
                    self._sync_content(os.path.join(folder, name))

    def synced(self, handle: int) -> None:
        """Note a successful fsync."""
        path = os.readlink(f"/proc/self/fd/{handle}")
        if not path.startswith(str(self.root)):
            return
        if os.path.isdir(path):
            self._sync_names(path)
        else:
            self._sync_content(path)

    def _sync_names(self, folder: str) -> None:
        self._names[folder] = _numbers(folder)

    def _sync_content(self, path: str) -> None:
        number = os.stat(path).st_ino
        with open(path, "rb") as file:
            self._contents[number] = file.read()
        with contextlib.suppress(FileExistsError):
            os.link(path, self._kept / str(number))

    def power_cut(self) -> int:
        """Lose some of what was not durable; return in how many places."""
        lost = self._cut(str(self.root))
        self.everything_is_durable()
        return lost

    def _cut(self, folder: str) -> int:
        lost = 0
        now, before = _numbers(folder), self._names.get(folder, {})
        for name in sorted(now.keys() | before.keys()):
            path, number = os.path.join(folder, name), now.get(name)
            old = before.get(name)
            if number != old and self._chance.random() < 0.5:
                lost += 1
                if number is not None:
                    _remove(path)
                if old is not None:
                    with open(path, "wb") as file:
                        file.write(self._contents.get(old, b""))
                continue
            if number is None:
                continue
            if os.path.isdir(path):
                lost += self._cut(path)
            else:
                lost += self._tear(path, number)
        return lost

    def _tear(self, path: str, number: int) -> int:
        with open(path, "rb") as file:
            data = file.read()
        durable = self._contents.get(number, b"")
        if data == durable or self._chance.random() < 0.3:
            return 0
        same = next(
            (n for n, (a, b) in enumerate(zip(data, durable, strict=False)) if a != b),
            min(len(data), len(durable)),
        )
        at = self._chance.randint(same, max(len(data), same))
        torn = [durable, data[:at], data[:at] + bytes(len(data) - at)][self._chance.randrange(3)]
        mode = os.stat(path).st_mode & 0o777
        os.remove(path)
        with open(path, "wb") as file:
            file.write(torn)
        os.chmod(path, mode)
        return 1


def _numbers(folder: str) -> dict[str, int]:
    with os.scandir(folder) as found:
        return {each.name: each.inode() for each in found if each.name not in LEFT_OUT}


def _remove(path: str) -> None:
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.remove(path)
