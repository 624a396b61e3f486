"""The static tree that everyone reads: ``log/checkpoint`` and ``log/tile/…``.

Tiles and bundles are written once and never change; a partial one never stands
under a full name. They are written before any checkpoint that needs them. The
checkpoint only grows, in size or in signature lines, under a lock that lies
beside the tree and not in it.
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

from .durable import locked, make_directory, remove_temporaries, replace, write_once
from .errors import Conflict, Corruption

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
        write_once(files, rewrite_torn=recovering)

    def published(self) -> tuple[Checkpoint, bytes] | None:
        """Return the checkpoint that stands there, and its note; None if there is none.

        Raises Corruption if it is not a note that our key signed.
        """
        try:
            note = self._checkpoint.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return open_note(note, self._vkey), note
        except VerifierError as error:
            raise Corruption(f"{self._checkpoint}: {error}") from None

    def publish(self, note: bytes) -> None:
        """Put a checkpoint where everyone reads it, if it is larger or has more lines.

        Raises Conflict if the one there is larger, or equally large with another root.
        """
        new = stored_note(note, self._vkey)
        with locked(self._lock):
            remove_temporaries([self.folder])  # who holds the lock is the only one who writes here
            there = self.published()
            if there is not None:
                old, old_note = there
                if old.size > new.size or (old.size == new.size and old.root != new.root):
                    raise Conflict(
                        f"publishing size {new.size}; the published checkpoint has size {old.size}"
                    )
                lines = len(parse_note(note).signatures)
                if old.size == new.size and lines <= len(parse_note(old_note).signatures):
                    return
            replace(self._checkpoint, note)
