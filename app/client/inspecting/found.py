"""Which files a person asked to look at: folders are walked, nothing is passed over in silence."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from verifier.exports.text import Text

LINK = Text(
    "符号链接，未读取；请改用它所指向的文件", "a symbolic link, not read; name the file it leads to"
)
SPECIAL = Text("特殊文件，未读取", "a special file, not read")
UNREADABLE = Text(
    "无法读取，请检查是否存在及权限", "cannot be read; check that it exists and may be read"
)
CHANGED = Text("读取过程中被修改；请关闭正在使用它的程序后重试",
               "changed while it was read; close the program that writes it and try again")  # fmt: skip

NOT_UNPACKED = Text("压缩包中的此文件已加密、损坏或超出读取上限，未读取",
                    "encrypted, damaged or too large within its archive, not read")  # fmt: skip


class Found(NamedTuple):
    """One file: its path as bytes, and the folder below which its media may lie.

    ``problem`` says why it is not read; None where it can be.
    """

    path: bytes
    root: bytes
    problem: Text | None = None
    walked: bool = False


def find_files(paths: Sequence[str]) -> list[Found]:
    """Return the files in the person's order, those of a folder sorted by name, each once."""
    found: dict[bytes, Found] = {}
    for text in paths:
        path = os.fsencode(text)
        for each in _walk(path, root=None):
            found.setdefault(os.path.abspath(each.path), each)
    return list(found.values())


def _walk(path: bytes, root: bytes | None) -> Iterator[Found]:
    own = os.path.dirname(path) if root is None else root
    walked = root is not None
    try:
        mode = os.lstat(path).st_mode
        children = sorted(os.listdir(path)) if stat.S_ISDIR(mode) else []
    except OSError:
        yield Found(path, own, UNREADABLE, walked)
        return
    if stat.S_ISDIR(mode):
        for child in children:
            yield from _walk(os.path.join(path, child), path if root is None else root)
    elif stat.S_ISREG(mode):
        yield Found(path, own, None, walked)
    else:
        yield Found(path, own, LINK if stat.S_ISLNK(mode) else SPECIAL, walked)


class OnDisk:
    """Tells whether a name in a chat is a file beside it, below what the person named.

    It only asks whether the file is there. A name that leads out of that
    folder, by ``..``, from the root or through a link, is not beside the chat.
    """

    def __init__(self, chat: bytes, root: bytes) -> None:
        self._folder = os.path.dirname(os.path.abspath(chat))
        self._root = os.path.realpath(root or b".")

    def __call__(self, name: bytes) -> bool:
        if not name or b"\0" in name or os.path.isabs(name):
            return False
        path = os.path.join(self._folder, name)
        try:
            if not stat.S_ISREG(os.lstat(path).st_mode):
                return False
            return os.path.realpath(path).startswith(self._root.rstrip(b"/") + b"/")
        except OSError:
            return False


class InArchive:
    """Tells whether a name in a chat is a member of the archive that the chat is in."""

    def __init__(self, chat: bytes, names: frozenset[bytes]) -> None:
        self._folder, self._names = posixpath.dirname(chat), names

    def __call__(self, name: bytes) -> bool:
        return posixpath.normpath(posixpath.join(self._folder, name)) in self._names
