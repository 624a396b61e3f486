"""Rebuilding the message trees of a private package, leaf by leaf.

SPEC §13.9. With a file's bytes, its seed and its segment table every leaf can
be computed again. The root must come out as anchored; a tree that was not
built from its file fails. Then the reader that the seal names cuts the file
anew: if this program has that reader, its segments must be those of the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from ..errors import BindingFailure, Malformed, VerifierError
from ..evidence import messages, package
from ..evidence.manifest import Manifest, Opening
from ..evidence.messages import MessagesRoot, parse_messages_root
from ..evidence.seeds import MAX_BYTES as MAX_SEEDS
from ..evidence.seeds import parse_seeds
from ..evidence.segment import Segment
from ..evidence.segment_table import read_table
from ..evidence.zip_container import Container
from ..exports.media import MediaLinks
from ..exports.registry import reader_named, recognises
from ..exports.source import Source
from ..result import DONE, FAILED, NOT_DONE, Result
from .members import Progress
from .receipt import sub_of


def check_trees(
    result: Result,
    container: Container,
    sealed: Manifest,
    openings: list[Opening],
    progress: Progress | None,
) -> None:
    """Add the checks ``messages`` and ``readers``."""
    chosen = [n for n, line in enumerate(sealed.files) if line.root is not None]
    segments = derived = 0
    differs: _ReaderDiffers | None = None
    try:
        seeds = _seeds(container, chosen)
        names = [opening.file.name for opening in openings]
        links = MediaLinks(names)
        for done, n in enumerate(chosen):
            if progress:
                progress("messages", done, len(chosen))
            tree = _Tree(container, sealed.files[n].root, names, links, seeds[n], n)
            root = tree.rebuild()
            segments += root.segments
            try:
                derived += tree.derive_again(result, root)
            except _ReaderDiffers as error:
                differs = differs or error  # the other trees are rebuilt all the same
            result.facts[f"file.{n}.segments"] = root.segments
            result.facts[f"file.{n}.records"] = root.records
            result.facts[f"file.{n}.reader"] = root.reader
            result.facts[f"file.{n}.variant"] = root.variant
    except VerifierError as error:
        result.add("messages", FAILED, sub_of(error), reason=str(error))
        return
    result.add("messages", DONE, files=len(chosen), segments=segments)
    if differs is not None:
        result.add("readers", FAILED, differs.sub_indication, reason=str(differs))
    elif derived == len(chosen):
        result.add("readers", DONE, files=derived)
    else:
        result.add("readers", NOT_DONE, "READER_UNKNOWN", files=derived)


class _ReaderDiffers(BindingFailure):
    """The named reader does not cut or date the file as the table says."""


def _seeds(container: Container, chosen: list[int]) -> dict[int, bytes]:
    if not chosen:
        return {}
    name = package.BASE + package.SEEDS
    if name not in container.members:
        raise Malformed("package: data/seeds.txt is missing")
    seeds = parse_seeds(container.read(name, MAX_SEEDS))
    if list(seeds) != chosen:
        raise Malformed("seeds: not one seed for each file with a message tree")
    return seeds


class _Tree:
    """One file's tree and what is needed to rebuild it."""

    def __init__(
        self,
        container: Container,
        anchored: bytes | None,
        names: list[bytes],
        links: MediaLinks,
        seed: bytes,
        n: int,
    ) -> None:
        self.container, self.anchored, self.seed, self.n = container, anchored, seed, n
        self.name, self.files = names[n], len(names)
        self.link = links.of(n)
        self.file = package.BASE + package.file_member(n, names[n])
        self.table = package.BASE + package.segments_member(n)
        self.text = package.BASE + package.messages_member(n)
        for member in (self.file, self.table, self.text):
            if member not in container.members:
                raise Malformed(f"package: {member.removeprefix(package.BASE)} is missing")

    def rows(self) -> Iterator[Segment]:
        """Yield the table's segments; what no reader may write raises BindingFailure.

        Checked for any reader, known or not: a place named must exist.
        """
        left = self.container.members[self.file].size
        count = farthest = 0
        with self.container.open(self.table) as table:
            for row in read_table(table, self.container.members[self.table].size):
                left -= row.length
                if left < 0:
                    raise BindingFailure(f"file {self.n}: its segments are longer than the file")
                if row.dated_by is not None:
                    farthest = max(farthest, row.dated_by)
                if any(
                    int(place) in (self.n, self.files) or int(place) > self.files
                    for place in row.media
                ):
                    raise BindingFailure(f"file {self.n}: segment {count} names a file not there")
                count += 1
                yield row
        if farthest and farthest >= count:
            raise BindingFailure(f"file {self.n}: a segment is dated by one that is not there")

    def rebuild(self) -> MessagesRoot:
        """Rebuild every leaf; raises BindingFailure unless the anchored root comes out."""
        root = parse_messages_root(self.container.read(self.text, 2048))
        if root.root() != self.anchored:
            raise BindingFailure(f"file {self.n}: the root text is not the one in the manifest")
        with self.container.open(self.file) as file:
            tree = messages.build_tree(self.rows, file, self.seed)
        again = root._replace(
            segments=tree.segments,
            records=tree.records,
            size=tree.size,
            tree=tree.tree,
            file=messages.file_commitment(self.seed, tree.file_digest),
        )
        if again != root:
            raise BindingFailure(f"file {self.n}: the message tree was not built from this file")
        return root

    def derive_again(self, result: Result, root: MessagesRoot) -> bool:
        """Cut the file with the named reader; False if this program does not have it."""
        try:
            reader = reader_named(root.reader)
        except Malformed:
            result.note("READER_UNKNOWN", file=self.n, reader=root.reader)
            return False
        size = self.container.members[self.file].size
        source = Source.over(lambda: self.container.open(self.file), size, name=self.name)
        if not recognises(root.reader, source):
            result.note("READER_NOT_RECOGNISED", file=self.n, reader=root.reader)
        reading = reader.read(source)
        if (reading.variant, reading.clock) != (root.variant, root.clock):
            raise _ReaderDiffers(f"file {self.n}: {root.reader} reads it in another variant")
        anew = (self.link(segment) for segment in reading.segments())
        for index, (row, segment) in enumerate(zip_longest(self.rows(), anew)):
            if row != segment:
                raise _ReaderDiffers(
                    f"file {self.n}: {root.reader} cuts or dates segment {index} differently"
                )
        for note in reading.notes:
            result.note("READER_NOTE", file=self.n, note=note.code, count=note.count)
        return True
