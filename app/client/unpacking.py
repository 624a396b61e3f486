"""What is sealed out of a ZIP beside it: the chats in it, and the media that they name.

The ZIP stays the original and is sealed as it is. So that single messages can
be shown later, each member that a reader cuts is sealed as a further file
(role ``unpacked``), named by the archive's name and its own after it, and so
are the media that such a chat names. The bytes go to numbered files in a
private folder beside the package, which is emptied before and removed after
each run; an archive's names are never paths here.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.commands.common import EXIT_CANNOT_WRITE, Refusal
from verifier.errors import Malformed
from verifier.evidence.manifest import MAX_FILES, MAX_NAME_BYTES
from verifier.exports import registry
from verifier.exports.archives.archive import Archive, Member, is_safe
from verifier.exports.source import Source
from verifier.exports.tools import any_file, archive_zip, known_unread

from .durable import create, reading, writing
from .inputs import ORIGINAL, Input
from .words import shown, tell

UNPACKED: Final = "unpacked"
MAX_UNPACKED_BYTES: Final = 2 << 30
"""So much is unpacked of one archive, chats first; media beyond it stay in the ZIP alone."""
_PEEK_BYTES: Final = 1 << 18
_NO_CHAT: Final = frozenset((any_file.NAME, known_unread.NAME, archive_zip.NAME))


@contextlib.contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Give a private folder that is made when it is first written to, and is gone afterwards.

    Only what an earlier run left is removed; raises Refusal where something else lies there.
    """
    _clear(folder)
    try:
        yield folder
    finally:
        _clear(folder)


_NUMBERED: Final = re.compile(r"\d{4}|\d{5}")


def _clear(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    with writing(folder):
        paths = [] if folder.is_symlink() else sorted(folder.rglob("*"), reverse=True)
        ours = not folder.is_symlink() and folder.is_dir()
        if not ours or not all(_NUMBERED.fullmatch(path.name) for path in paths):
            raise Refusal(
                EXIT_CANNOT_WRITE,
                f"{shown(folder)} 中有本程序以外的内容，未作任何改动；请移走后重试。",
                f"{shown(folder)} holds what is not this program's and was not changed; move it away "
                "and try again.",
            )
        for path in paths:
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
        folder.rmdir()


def with_unpacked(inputs: Sequence[Input], folder: Path) -> list[Input]:
    """Return the inputs, each archive followed by what is sealed out of it.

    The same archives give the same list, so that an interrupted seal goes on.
    """
    names = {each.name for each in inputs}
    out: list[Input] = []
    room = MAX_FILES - len(inputs)
    for each in inputs:
        out.append(each)
        if each.role != ORIGINAL:
            continue
        with reading(each.path), contextlib.suppress(Malformed):  # scanning says what is wrong
            source = Source(each.path)
            if archive_zip.detect(source):
                found = _Unpacking(each, Archive(source), folder, len(out), names).run()
                if len(found) > room:
                    _tell_left(each, len(found) - room)
                    found = found[:room]
                room -= len(found)
                out += found
    return out


class _Unpacking:
    """One archive."""

    def __init__(
        self, each: Input, archive: Archive, folder: Path, number: int, names: set[bytes]
    ) -> None:
        self._each = each
        self._archive = archive
        self._folder = folder / f"{number:04}"
        self._names = names
        self._left = MAX_UNPACKED_BYTES
        self._skipped = 0

    def run(self) -> list[Input]:
        """Return the chats, then the media that they name."""
        if self._archive.broken:
            return []
        chats: list[tuple[Member, Path]] = []
        for number, member in enumerate(self._archive.members):
            if self._fits(member) and self._is_chat(member):
                path = self._unpack(number, member)
                if path is not None:
                    chats.append((member, path))
        found = [Input(path, self._name(member), UNPACKED) for member, path in chats]
        wanted = set().union(*(_media(member, path) for member, path in chats))
        wanted -= {member.name for member, _ in chats}
        for number, member in enumerate(self._archive.members):
            if member.name not in wanted or not self._fits(member):
                continue
            path = self._unpack(number, member)
            if path is not None:
                plain = registry.detect(Source(path))[0].reader == any_file.NAME
                found.append(Input(path, self._name(member), ORIGINAL if plain else UNPACKED))
        if self._skipped:
            _tell_left(self._each, self._skipped)
        return found

    def _name(self, member: Member) -> bytes:
        return self._each.name + b"/" + member.name

    def _fits(self, member: Member) -> bool:
        name = self._name(member)
        return (
            member.readable
            and is_safe(member.name)
            and len(name) <= MAX_NAME_BYTES
            and name not in self._names
        )

    def _is_chat(self, member: Member) -> bool:
        """Tell by a member's beginning whether it may be one; it is asked again when unpacked."""
        held = b""
        try:
            for chunk in self._archive.chunks(member):
                held += chunk
                if len(held) >= _PEEK_BYTES:
                    break
        except Malformed:
            return False
        return registry.detect(Source(held[:_PEEK_BYTES]))[0].reader not in _NO_CHAT

    def _unpack(self, number: int, member: Member) -> Path | None:
        """Write a member's bytes; None where there is no room or they are not as announced."""
        if member.size > self._left:
            self._skipped += 1
            return None
        path = self._folder / f"{number:05}"
        with writing(path):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with os.fdopen(create(path), "wb") as file:
                    for chunk in self._archive.chunks(member):
                        file.write(chunk)
            except Malformed:
                path.unlink()
                self._skipped += 1
                return None
        self._left -= member.size
        return path


def _media(member: Member, path: Path) -> set[bytes]:
    """Return the names in the archive of the files that a chat names."""
    folder = member.name.rpartition(b"/")[0]
    prefix = folder + b"/" if folder else b""
    reading_ = registry.read(Source(path))
    return {prefix + name for segment in reading_.segments() for name in segment.media}


def _tell_left(each: Input, count: int) -> None:
    tell(
        f"提示：{shown(os.fsdecode(each.name))} 中有 {count} 个文件未单独存证（过大、过多或已损坏）；"
        "它们仍在压缩包内，随压缩包整体存证。",
        f"Note: {count} files in {shown(os.fsdecode(each.name))} are not sealed apart (too large, too "
        "many or damaged); they are sealed within the archive.",
    )
