"""Opening what ``beilin diff`` compares: an exported file, or the chats in a private package."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.client.disclosing.opened import Private
from app.client.durable import reading
from app.client.words import shown
from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.errors import Malformed
from verifier.evidence import package
from verifier.evidence.zip_container import Container
from verifier.exports import registry
from verifier.exports.reader import Reading
from verifier.exports.source import Source
from verifier.exports.tools import any_file
from verifier.law.bound import Member


@dataclass(frozen=True)
class Opened:
    """One side: its path, its chats with their names, and whether it is a package."""

    path: Path
    chats: Sequence[tuple[Source, Reading]]
    names: list[str]
    is_package: bool

    @property
    def digests(self) -> list[bytes]:
        """Return the SHA-256 of every chat."""
        return [_sha256(source) for source, _ in self.chats]


def open_side(path: Path, stack: contextlib.ExitStack) -> Opened:
    """Open a side; what is opened is closed with ``stack``. Raises Refusal."""
    with reading(path):
        if not _is_package(path):
            source = Source(path)
            return Opened(path, [(source, registry.read(source))], [shown(path.name)], False)
    private = stack.enter_context(Private(path))
    chats, names = [], []
    for n, opening in enumerate(private.openings):
        if opening.file.role != "original":
            continue
        source = Member(private.container, package.BASE + private.file(n), path)
        found = registry.read(source)
        if found.reader != any_file.NAME:
            chats.append((source, found))
            names.append(shown(os.fsdecode(opening.file.name)))
    if not chats:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 中没有可按消息切分的聊天记录。",
            f"{shown(path)} holds no chat that is cut into messages.",
        )
    return Opened(path, chats, names, True)


def _is_package(path: Path) -> bool:
    try:
        with Container(path) as container:
            return package.BASE + package.RECEIPT in container.members
    except Malformed:
        return False


def _sha256(source: Source) -> bytes:
    digest = hashlib.sha256()
    for chunk in source.chunks():
        digest.update(chunk)
    return digest.digest()
