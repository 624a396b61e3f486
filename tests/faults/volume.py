"""A volume of its own whose power can be cut: a loop device with ext4.

The cut is ext4's SHUTDOWN call without a flush of its journal: whatever is not on the device is
gone. The writer is frozen first (SIGSTOP), because a program that still runs while the plug is
pulled may be answered by a system that is half gone, which no real cut does.
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSH = 2


def run(*command: object) -> bool:
    return subprocess.run([*map(str, command)], capture_output=True, check=False).returncode == 0


class Volume:
    """A file system in a file, mounted while it has power."""

    def __init__(self, folder: Path, mebibytes: int = 96) -> None:
        self._copies = 0
        self.image, self.root = folder / "image", folder / "volume"
        with self.image.open("wb") as file:
            file.truncate(mebibytes << 20)
        self.root.mkdir()
        if not run("mkfs.ext4", "-q", "-F", self.image):
            pytest.skip("no mkfs.ext4: power cuts are not tested")
        if not self._mount():
            pytest.skip("no permission to mount a loop device: power cuts are not tested")

    def _mount(self) -> bool:
        return run("mount", "-o", "loop", self.image, self.root)

    def cut(self) -> None:
        """Cut the power and switch on again; whoever had a file open must be dead by then."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(handle)

    def lost_power(self) -> bool:
        """Whether nothing can be written any more."""
        try:
            (self.root / "probe").write_bytes(b"x")
        except OSError:
            return True
        return False

    def again(self) -> None:
        """Switch on again: the file system replays its own journal."""
        assert run("umount", self.root), "somebody still has a file open"
        # A copy of what reached the device: the old one may still be mounted elsewhere, by a
        # process with a mount namespace of its own, and would come back as it was.
        self._copies += 1
        copied = self.image.with_name(f"image-{self._copies}")
        assert run("cp", "--sparse=always", self.image, copied)
        self.image.unlink()
        self.image = copied
        assert self._mount()

    def close(self) -> None:
        run("umount", "-l", self.root)
