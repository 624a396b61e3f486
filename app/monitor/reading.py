"""From a followed head to checked entries: new bundles, their tiles, the mirror, faults.

Some bundles at a time: their leaf hashes are led to the signed root, they are
put into the mirror, their entries are checked, evidence of faults is written,
and only then is it remembered how far that went. A process that dies anywhere
does the same bundles again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from verifier.checks.log_copy import (
    MAXIMUM_BUNDLE_BYTES,
    BrokenBundle,
    cut_bundle,
    entries_of,
    path_of,
)
from verifier.levels import hash_leaves
from verifier.misconduct.build import logged, part_of_head
from verifier.misconduct.exhibits import Exhibit
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note
from verifier.tlog.proof import TlogProof
from verifier.tlog.tiles import MAXIMUM_ENTRY_BYTES, TILE_WIDTH, tiles_of_size

from .alarms import MOST, Alarm
from .entries import Checker, Found
from .errors import NotShown
from .fetching import Source
from .heads import Head
from .judging import notes
from .memory import Memory
from .mirror import Mirror
from .trees import SignedTree

_BUNDLES: Final = 8
"""Bundles fetched at once and in one transaction: 344 kB of usual entries, 128 MiB of the largest."""

Raise = Callable[[Alarm], None]
Progress = Callable[[int, int], None]


class Reading:
    """Reads what a head has beyond what was checked."""

    def __init__(
        self, memory: Memory, mirror: Mirror, source: Source, checker: Checker, alarm: Raise
    ) -> None:
        self._memory = memory
        self._mirror = mirror
        self._source = source
        self._checker = checker
        self._alarm = alarm

    def run(self, head: Head, tree: SignedTree, progress: Progress) -> None:
        """Check and mirror everything up to the head. Raises NotShown, NoAnswer or Damaged."""
        size = head.checkpoint.size
        done = self._memory.number("checked") or 0
        while done < size:
            first = done // TILE_WIDTH
            last = min(first + _BUNDLES, -(-size // TILE_WIDTH))
            done = self._window(head, tree, range(first, last), done)
            progress(done, size)
        self._finish(head, tree)

    def _window(self, head: Head, tree: SignedTree, indexes: range, done: int) -> int:
        size = head.checkpoint.size
        files: list[tuple[str, bytes]] = []
        cut: list[tuple[str, bytes, list[int], int]] = []
        for index, width, data, starts in self._fetched(size, indexes):
            tile = b"".join(hash_leaves(data, starts))
            try:
                tree.check(0, index, tile)
            except NotShown:
                raise NotShown(path_of(None, index, width), data) from None
            path = path_of(None, index, width)
            files += [(path, data), (path_of(0, index, width), tile)]
            skip = max(0, done - index * TILE_WIDTH)
            begin = starts[skip] - 2
            cut.append(
                (
                    path,
                    data[begin:],
                    [start - begin for start in starts[skip:]],
                    index * TILE_WIDTH + skip,
                )
            )
        self._mirror.add(files)
        with self._memory.writing():
            for path, data, starts, first in cut:
                for found in self._checker.read(head.note, path, data, starts, first):
                    if self._memory.alarms_of(found.kind) < MOST:
                        self._alarm(self._alarm_of(found, head, tree))
            done = min(size, indexes.stop * TILE_WIDTH)
            self._memory.put(checked=done)
        return done

    def _fetched(self, size: int, indexes: range) -> Iterator[tuple[int, int, bytes, list[int]]]:
        """Yield index, width, bytes and cuts of bundles."""
        widths = [min(TILE_WIDTH, size - index * TILE_WIDTH) for index in indexes]
        wanted = [
            (path_of(None, index, width), width * (2 + MAXIMUM_ENTRY_BYTES))
            for index, width in zip(indexes, widths, strict=True)
        ]
        bundles = self._source.get_all(wanted)
        for index, width, served in zip(indexes, widths, bundles, strict=True):
            data = served
            exact = data is not None or width == TILE_WIDTH
            if not exact:  # a log may drop a partial bundle once the full one is there
                data = self._source.get(path_of(None, index), MAXIMUM_BUNDLE_BYTES)
            if data is None:
                raise NotShown(path_of(None, index, width), None)
            try:
                starts = cut_bundle(data, width, exact=exact)
            except BrokenBundle:
                raise NotShown(path_of(None, index, width), data) from None
            yield index, width, data[: starts[-1] - 2], starts

    def _finish(self, head: Head, tree: SignedTree) -> None:
        """Complete the mirror: the tiles above level 0, then the checkpoint."""
        size = head.checkpoint.size
        before = self._mirror.checkpoint()
        if before == head.note:
            return
        start = 0 if before is None else parse_checkpoint(parse_note(before).text).size
        self._mirror.add(
            (path_of(level, index, width), tree.read(level, index, width))
            for level, index, width in tiles_of_size(size)
            if level and index >= start >> 8 * (level + 1)
        )
        self._mirror.put_checkpoint(head.note)

    # -- evidence of a fault

    def _alarm_of(self, found: Found, head: Head, tree: SignedTree) -> Alarm:
        index = found.index
        first = self._other(found)
        values: dict[str, str | int] = {"index": index, "reason": found.reason}
        files = notes(head)
        shown: list[Exhibit] = []
        for at in [index] if first is None else [first, index]:
            entry, path = self._entry(at), tree.prove_inclusion(at)
            proof = TlogProof(at, tuple(path), head.note)
            shown.append(logged(head.note, head.vkey, at, entry, path))
            files |= {
                f"entry-{at}.txt": entry,
                f"entry-{at}.tlog-proof": proof.to_text(),
            }
        if first is not None:
            values["first"] = first
        exhibits: tuple[Exhibit, Exhibit] | None = None
        if len(shown) == 2:
            # Behind a freeze it is the size of a signed tree that contradicts, not the entry.
            closed = found.kind == "freeze"
            other = part_of_head(head.note, head.vkey) if closed else shown[1]
            exhibits = shown[0], other
        key = f"{first} {index} {found.reason}".encode()
        return Alarm(found.kind, key, values, files, exhibits)

    def _other(self, found: Found) -> int | None:
        """Return the index of the earlier entry that the fault is about, if it is about one."""
        if found.kind == "freeze":
            return self._memory.number("frozen")
        if found.kind == "link":
            link = _line(self._entry(found.index), 2)
            first = self._memory.bundle_of(link.removeprefix(b"link "))
            assert first is not None
            last = min(found.index - 1, first // TILE_WIDTH * TILE_WIDTH + TILE_WIDTH - 1)
            return min(at for at, entry in self._up_to(last) if _line(entry, 2) == link)
        if found.kind == "time":
            received = _line(self._entry(found.index), 3)
            last = found.index - 1
            while True:  # a bundle at a time: the entry may stand far back
                entries = self._up_to(last)
                later = [at for at, entry in entries if _line(entry, 3) > received]
                if later:
                    return later[-1]
                last = entries[0][0] - 1
        return None

    def _entry(self, index: int) -> bytes:
        return self._up_to(index)[-1][1]

    def _up_to(self, index: int) -> list[tuple[int, bytes]]:
        """Return the entries of a bundle up to this one, from the mirror, which has them by now."""
        bundle, at = divmod(index, TILE_WIDTH)
        for width in self._mirror.widths(bundle):
            found = self._mirror.read(None, bundle, width)
            if found is not None and width > at:
                entries = entries_of(found, cut_bundle(found, width))[: at + 1]
                return list(enumerate(entries, bundle * TILE_WIDTH))
        raise AssertionError("an entry that was checked is not in the mirror")


def _line(entry: bytes, number: int) -> bytes:
    return (entry.split(b"\n", number + 1) + [b""] * 4)[number]
