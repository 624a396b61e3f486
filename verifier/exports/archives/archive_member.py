"""A member of an archive as a source that a reader can go through several times."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator

from ..held_file import look_at
from ..source import Source
from .archive import Archive, Member


@contextlib.contextmanager
def unpacked(archive: Archive, member: Member) -> Iterator[Source]:
    """Hold a member's bytes in a nameless temporary file while the block runs.

    Raises Malformed where they are not what the directory says, and OSError
    where there is no room for them.
    """
    with tempfile.TemporaryFile() as file:
        for chunk in archive.chunks(member):
            file.write(chunk)
        name = member.name.rpartition(b"/")[2]
        yield Source.over(lambda: look_at(file), member.size, name=name)
