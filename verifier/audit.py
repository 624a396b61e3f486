"""Checking a whole log from a copy of its files: every entry, every tile, the checkpoint.

SPEC §13.10. The leaf hashes are computed from the entries and carried up level by
level; every tile must hold exactly what was computed, and the last of them is
the root. Files of older sizes must be the beginnings of the later ones. The
first fault of each check is named with its place; what the checkpoint does not
cover, and what does not belong to a log, is listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from .checks.log_copy import (
    MAXIMUM_BUNDLE_BYTES,
    BrokenBundle,
    LogCopy,
    UnusableFile,
    cut_bundle,
    entries_of,
    path_of,
    tile_widths,
)
from .checks.log_entries import Entries, Fault, Place, is_open, more_serious
from .checks.log_files import list_files
from .checks.log_key import check_log_key
from .checks.log_own import OwnEntries
from .checks.log_tiles import Tiles, first_difference, other_files, unusable
from .checks.witnesses import check_requirements, count_cosignatures
from .encoding import to_base64
from .errors import Malformed
from .levels import Levels, hash_leaves
from .policy import Policy
from .result import DONE, FAILED, NOT_DONE, Result
from .tlog.checkpoint import Checkpoint, parse_checkpoint
from .tlog.merkle import HASH_BYTES
from .tlog.note import parse_note
from .tlog.tiles import TILE_WIDTH

Progress = Callable[[int, int], None]
"""Called with entries done and entries in all."""


def audit_log(
    directory: Path,
    policy: Policy,
    *,
    policy_source: str | None = None,
    at: int = 0,
    at_is_clock: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Check the copy of a log in ``directory`` against its checkpoint and the policy.

    Memory is bounded but for the links, about 150 bytes an entry. Raises
    OSError where the folder has no checkpoint that can be read.
    """
    result = Result(
        "audit",
        policy_sha256=policy.sha256,
        policy_source=policy_source,
        at=at,
        at_is_clock=at_is_clock,
    )
    copy = LogCopy(directory)
    data = copy.read_checkpoint()
    checkpoint = _check_head(result, data, policy)
    log_key = result.check("log_key")
    # Under a wrong signature the size is anyone's word: nothing is spent on it.
    if checkpoint is not None and log_key is not None and log_key.status != FAILED:
        own = OwnEntries(parse_note(data), policy)
        _Audit(result, copy, checkpoint, own).run(progress)
        own.report(result)
    check_requirements(result, policy)
    return result


def _check_head(result: Result, data: bytes, policy: Policy) -> Checkpoint | None:
    """Add the checks ``checkpoint``, ``log_key`` and ``quorum``; None where there is no size."""
    try:
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
        own = [line.key_id for line in note.signatures if line.name == checkpoint.origin]
        if len(set(own)) != len(own):
            raise Malformed("checkpoint: two signature lines of the log's key")
    except Malformed as error:
        result.add("checkpoint", FAILED, "FORMAT_FAILURE", path="checkpoint", reason=str(error))
        return None
    result.add("checkpoint", DONE, origin=checkpoint.origin, size=checkpoint.size)
    result.facts.update(
        origin=checkpoint.origin, size=checkpoint.size, root=to_base64(checkpoint.root)
    )
    vkey = check_log_key(result, note, {checkpoint.origin}, checkpoint.size, policy)
    if vkey is not None:
        count_cosignatures(result, note, policy, vkey)
    return checkpoint


class _Audit:
    """One pass over the log, and a second over its hashes where they tell another story."""

    def __init__(
        self, result: Result, copy: LogCopy, checkpoint: Checkpoint, own: OwnEntries
    ) -> None:
        self.result = result
        self.copy = copy
        self.checkpoint = checkpoint
        self.bundles: Fault | None = None
        self.tiles = Tiles(copy)
        self.entries = Entries(own=own)

    def run(self, progress: Progress | None) -> None:
        levels = Levels()
        complete = self._read_bundles(levels, progress)
        root: bytes | None = None
        if complete:
            self._compare(self.tiles, levels.partial())
            root = levels.root()
            if root != self.checkpoint.root:
                self._look_who_differs()
        self._report(root)
        list_files(self.result, self.copy, self.checkpoint.size)

    @staticmethod
    def _compare(tiles: Tiles, computed: Iterable[tuple[int, int, bytes]]) -> None:
        for level, index, tile in computed:
            tiles.compare(level, index, tile)

    def _read_bundles(self, levels: Levels, progress: Progress | None) -> bool:
        """Read every entry and compare the tiles that fill; return whether all could be read."""
        for index, width in tile_widths(self.checkpoint.size):
            first = index * TILE_WIDTH
            path = path_of(None, index, width)
            try:
                file = self.copy.read_tile(None, index, width)
            except UnusableFile as error:
                self._fault(unusable(error.path, first))
                return False
            if file is None:
                self._fault(Fault(Place(path, first, 0), "SIGNED_DATA_NOT_FOUND", "FILE_MISSING"))
                return False
            exact = file.path == path
            try:
                starts = cut_bundle(file.data, width, exact=exact)
            except BrokenBundle as error:
                place = Place(file.path, first + error.index, error.offset)
                self._fault(Fault(place, "FORMAT_FAILURE", "BUNDLE_CUT_OFF"))
                return False
            data = file.data if exact else file.data[: starts[-1] - 2]
            self._compare_others(index, data, starts)
            self.entries.read(file.path, data, starts, first)
            self._compare(self.tiles, levels.push(hash_leaves(data, starts)))
            if progress is not None and not index & 63:
                progress(first + width, self.checkpoint.size)
        return True

    def _compare_others(self, index: int, data: bytes, starts: list[int]) -> None:
        """Compare a bundle with its files of other widths: one begins as the other does."""
        others = other_files(self.copy, None, index, len(starts) - 1, MAXIMUM_BUNDLE_BYTES)
        for width, path, other in others:
            if other is None:
                self._fault(unusable(path, index * TILE_WIDTH))
                continue
            if width < len(starts):
                expected = data[: starts[width] - 2]
                found = other
            else:  # ahead of the checkpoint: only its beginning is covered
                expected = data
                found = other[: len(data)]
            if found != expected:
                offset = first_difference(found, expected)
                entry = sum(start - 2 <= offset for start in starts[1:-1])
                place = Place(path, index * TILE_WIDTH + entry, offset)
                self._fault(Fault(place, "HASH_FAILURE", "NOT_THE_BEGINNING"))

    def _fault(self, fault: Fault) -> None:
        self.bundles = more_serious(self.bundles, fault)

    def _look_who_differs(self) -> None:
        """Decide by the signed root whether an entry or a hash is not what was logged.

        Entries and level 0 disagree somewhere and the entries do not lead to
        the root. If the hashes as stored do, it is the entry that was changed.
        """
        if self.tiles.differs is None:
            return
        stored, levels = Tiles(self.copy), Levels()
        for index, width in tile_widths(self.checkpoint.size):
            try:
                file = self.copy.read_tile(0, index, width)
            except UnusableFile:
                return
            data = b"" if file is None else file.data[: width * HASH_BYTES]
            if len(data) != width * HASH_BYTES:
                return
            hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
            self._compare(stored, levels.push(hashes))
        self._compare(stored, levels.partial())
        if levels.root() == self.checkpoint.root:
            place = self._place_of(self.tiles.differs.place.index)
            # Proven, so it is named before a file of an older size that differs from it.
            self.bundles = Fault(place, "HASH_FAILURE", "ENTRY_DIFFERS")
            self.tiles = stored

    def _place_of(self, index: int) -> Place:
        bundle = index // TILE_WIDTH
        width = min(TILE_WIDTH, self.checkpoint.size - bundle * TILE_WIDTH)
        file = self.copy.read_tile(None, bundle, width)
        assert file is not None
        starts = cut_bundle(file.data, width, exact=False)
        return Place(file.path, index, starts[index % TILE_WIDTH])

    # -- the checks

    def _report(self, root: bytes | None) -> None:
        size, entries = self.checkpoint.size, self.entries
        reached = root is not None
        self._add("bundles", self.bundles, reached=reached, count=-(-size // TILE_WIDTH))
        self._add("tiles", self.tiles.fault, reached=reached, count=self.tiles.count)
        if root is None:
            self.result.add("root", NOT_DONE, "NOT_REACHED")
        elif root == self.checkpoint.root:
            self.result.add("root", DONE, root=to_base64(root), size=size)
        else:
            self.result.add("root", FAILED, "HASH_FAILURE", path="checkpoint", size=size)
        self._add("entries", entries.fault, reached=reached, count=size)
        more: dict[str, str | int] = {}
        if entries.twice is not None:
            more["first_index"] = self._first_with(entries.twice_link, entries.twice.place.index)
        readable = reached and not entries.unread
        self._add("links", entries.twice, reached=readable, count=size, **more)
        self.result.facts.update({f"entries.{kind}": n for kind, n in entries.counts.items()})
        if entries.first is not None:
            self.result.facts["received_first"] = entries.first.decode("ascii")
            self.result.facts["received_last"] = entries.last.decode("ascii")

    def _add(
        self, check: str, fault: Fault | None, *, reached: bool, count: int, **more: str | int
    ) -> None:
        if fault is not None:
            status = NOT_DONE if is_open(fault) else FAILED
            place = fault.place._asdict()
            self.result.add(
                check, status, fault.sub_indication, **place, reason=fault.reason, **more
            )
        elif reached:
            self.result.add(check, DONE, count=count)
        else:
            self.result.add(check, NOT_DONE, "NOT_REACHED")

    def _first_with(self, link: bytes, before: int) -> int:
        """Return the index of the first entry with this link: bundles are read again up to it."""
        for index, width in tile_widths(before + 1):
            for at, entry in enumerate(self._entries(index, width), index * TILE_WIDTH):
                if entry.split(b"\n", 3)[2:3] == [b"link " + link]:
                    return at
        raise AssertionError("a link that was seen is not there")

    def _entries(self, index: int, width: int) -> list[bytes]:
        wide = min(TILE_WIDTH, self.checkpoint.size - index * TILE_WIDTH)
        file = self.copy.read_tile(None, index, wide)
        assert file is not None
        return entries_of(file.data, cut_bundle(file.data, width, exact=False))
