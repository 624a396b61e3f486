"""The static tree that everyone reads: ``log/checkpoint`` and ``log/tile/…``.

Tiles and bundles are written once and never change; a partial one never stands
under a full name. They are written before any checkpoint that needs them. The
checkpoint only grows, in size or in signature lines, under a lock that lies
beside the tree and not in it.

Where witnesses are asked, ``checkpoint`` is the newest head that met the quorum,
and ``checkpoint.pending`` a larger one that has not, while there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from verifier.errors import VerifierError
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note, verify_note
from verifier.tlog.tiles import bundle_path, tile_path

from .durable import (
    locked,
    make_directory,
    remove_temporaries,
    replace,
    sync_directory,
    write_once,
)
from .errors import Conflict, Corruption

PENDING: Final = "checkpoint.pending"
_WIDTH: Final = 256


class Resource(NamedTuple):
    """A tile of hashes, or an entry bundle where ``level`` is None."""

    level: int | None
    number: int
    width: int

    def path(self) -> str:
        """Return its path below the log's folder."""
        if self.level is None:
            return bundle_path(self.number, self.width)
        return tile_path(self.level, self.number, self.width)


def resources(old: int, new: int) -> Iterator[Resource]:
    """Yield what a checkpoint of size ``new`` needs and one of size ``old`` did not."""
    level = 0
    while new > old:
        full = [Resource(level, n, _WIDTH) for n in range(old // _WIDTH, new // _WIDTH)]
        if new % _WIDTH:
            full.append(Resource(level, new // _WIDTH, new % _WIDTH))
        yield from full
        if level == 0:
            yield from (Resource(None, number, width) for _, number, width in full)
        level, old, new = level + 1, old // _WIDTH, new // _WIDTH


def open_note(note: bytes, vkey: VKey) -> Checkpoint:
    """Return the checkpoint of a note that our log key signed. Raises VerifierError."""
    parsed = parse_note(note)
    verify_note(parsed, [vkey])
    checkpoint = parse_checkpoint(parsed.text)
    if checkpoint.origin != vkey.name:
        raise Conflict("checkpoint: signed by our key for another origin")
    return checkpoint


def stored_note(note: bytes, vkey: VKey) -> Checkpoint:
    """Return the checkpoint of a note from our own database. Raises Corruption."""
    try:
        return open_note(note, vkey)
    except VerifierError as error:
        raise Corruption(f"published.note: {error}") from error


class Publisher:
    """Writes the static tree of one log."""

    def __init__(self, folder: Path, lock: Path, vkey: VKey) -> None:
        self.folder = folder
        self._lock = lock
        self._vkey = vkey
        self._checkpoint = folder / "checkpoint"
        self._pending = folder / PENDING
        self._named = {folder}

    def create(self) -> None:
        """Create the empty tree."""
        make_directory(self.folder)

    def write(
        self,
        old: int,
        new: int,
        content: Callable[[Resource], bytes],
        *,
        recovering: bool = False,
    ) -> None:
        """Write every tile and bundle that size ``new`` needs beyond size ``old``."""
        needed = list(resources(old, new))
        if recovering:
            folders = {(self.folder / resource.path()).parent for resource in needed}
            remove_temporaries(folders)
        files = [(self.folder / resource.path(), content(resource)) for resource in needed]
        write_once(files, rewrite_torn=recovering, named=self._named)

    def published(self) -> tuple[Checkpoint, bytes] | None:
        """Return the checkpoint that stands there, and its note; None if there is none.

        Raises Corruption if it is not a note that our key signed.
        """
        return self._read(self._checkpoint)

    def pending(self) -> tuple[Checkpoint, bytes] | None:
        """Return the same of the head that has not met its quorum yet."""
        return self._read(self._pending)

    def _read(self, path: Path) -> tuple[Checkpoint, bytes] | None:
        try:
            note = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return open_note(note, self._vkey), note
        except VerifierError as error:
            raise Corruption(f"{path}: {error}") from None

    def publish(
        self,
        note: bytes,
        *,
        quorum: bool = True,
        late: bool = False,
        verified: Callable[[bytes], int] = lambda _: 0,
    ) -> None:
        """Put a checkpoint where everyone reads it, if it is larger or has more cosignatures.

        ``verified`` counts a note's cosignatures that verify: a line that was damaged in
        the database must not take the place of a good one. Who does not know the
        witnesses' keys counts none, and leaves a checkpoint of the same size alone.

        Without ``quorum`` it goes to ``checkpoint.pending`` unless one of its size is
        published already. A pending one that is no larger than what is published
        is removed. Raises Conflict if the one there is larger, which is no news for
        a ``late`` line, or equally large with another root.
        """
        new = stored_note(note, self._vkey)
        with locked(self._lock):
            remove_temporaries([self.folder])  # who holds the lock is the only one who writes here
            there = self.published()
            if late and there is not None and there[0].size > new.size:
                return
            larger = _grows(there, new, note, verified)
            if quorum or (there is not None and there[0].size == new.size):
                if larger:
                    replace(self._checkpoint, note)
                self._remove_pending(new.size)
                return
            waiting = self.pending()
            if late and waiting is not None and waiting[0].size > new.size:
                return
            if _grows(waiting, new, note, verified):
                replace(self._pending, note)

    def _remove_pending(self, size: int) -> None:
        waiting = self.pending()
        if waiting is not None and waiting[0].size <= size:
            self._pending.unlink()
            sync_directory(self.folder)


def _grows(
    there: tuple[Checkpoint, bytes] | None,
    new: Checkpoint,
    note: bytes,
    verified: Callable[[bytes], int],
) -> bool:
    """Whether the new one is larger, or has more cosignatures. Raises Conflict."""
    if there is None:
        return True
    old, old_note = there
    if old.size > new.size or (old.size == new.size and old.root != new.root):
        raise Conflict(f"publishing size {new.size}; the published checkpoint has size {old.size}")
    return old.size < new.size or verified(note) > verified(old_note)
