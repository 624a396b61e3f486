"""Reading what is to be sealed: segments, message trees, segment tables, digests.

Each file is read as a stream; what grows with it goes to the spool, one file
beside the package that holds every segment table. A file that a chat names as
its media is only hashed; every other file gets a message tree, if only of one
segment.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple, cast

from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.errors import BindingFailure, Malformed
from verifier.evidence import segment_table
from verifier.evidence.digests import Digest
from verifier.evidence.manifest import Opening, open_file
from verifier.evidence.messages import MessagesRoot, Tree, build_tree, file_commitment
from verifier.evidence.segment import RECORD, Segment
from verifier.exports import registry
from verifier.exports.media import MediaLinks
from verifier.exports.reader import Reading
from verifier.exports.source import Source
from verifier.exports.tools import any_file

from .durable import reading
from .inputs import ORIGINAL, Input
from .progress import Meter
from .words import shown

MEDIA: Final = "media"
_CACHED_SEGMENTS: Final = 300_000
"""So many segments of a file are kept instead of being read again: about 150 MB."""
_BATCH: Final = 2048
_CHUNK: Final = 1 << 20


class Secrets(NamedTuple):
    """What is drawn at random for one file: its opening's two salts, its tree's seed."""

    salt: bytes
    content_salt: bytes
    seed: bytes


class Span(NamedTuple):
    """Where a segment table lies in the spool, and its SHA-256."""

    start: int
    size: int
    sha256: bytes


class Scanned(NamedTuple):
    """One file as it will be sealed; ``root`` and ``table`` are None for media."""

    input: Input
    role: str
    size: int
    sha256: bytes
    secrets: Secrets
    root: MessagesRoot | None
    table: Span | None

    def opening(self) -> Opening:
        """Return the opening of the file's line in the manifest."""
        digests = (Digest("sha-256", self.sha256),)
        salt, content_salt, _ = self.secrets
        return open_file(self.input.name, self.role, self.size, digests, salt, content_salt)


@dataclass
class Findings:
    """What the person should hear about the files, beside the result."""

    records: dict[int, int] = field(default_factory=dict)
    notes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By position: the codes that the reader noted, as `beilin inspect` lists them."""
    missing_media: int = 0


class _UnfitRow(Exception):
    """A row that no segment table can hold: the file is then sealed unread."""


def scan(
    inputs: Sequence[Input],
    secrets: Callable[[int], Secrets],
    spool: BinaryIO,
    meter: Meter,
) -> tuple[list[Scanned], Findings]:
    """Read every file; ``secrets`` gives each position its salt and seed."""
    findings = Findings()
    links = MediaLinks(each.name for each in inputs)
    linked: set[int] = set()
    sources: list[Source] = []
    later: list[tuple[int, Reading]] = []
    done: dict[int, Scanned] = {}
    for n, each in enumerate(inputs):
        with _changes(each):
            sources.append(Source(each.path, name=os.path.basename(each.name)))
            found = registry.read(sources[n])
            if found.reader == any_file.NAME:
                later.append((n, found))
                continue
            work = _Work(each, n, secrets(n), spool, meter, links, findings)
            try:
                done[n] = work.seal(found, sources[n])
            except _UnfitRow:
                later.append((n, any_file.read(sources[n])))
                continue
            linked |= work.linked
    for n, found in later:
        with _changes(inputs[n]):
            work = _Work(inputs[n], n, secrets(n), spool, meter, links, findings)
            if n in linked and inputs[n].role == ORIGINAL:
                done[n] = work.hash_only(sources[n])
            else:
                done[n] = work.seal(found, sources[n])
    return [done[n] for n in range(len(inputs))], findings


class _changes:  # noqa: N801 - used as a statement
    """Turns what goes wrong in reading one file into a refusal that names it."""

    def __init__(self, each: Input) -> None:
        self._each = each
        self._reading = reading(each.path)

    def __enter__(self) -> None:
        self._reading.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: object) -> None:  # fmt: skip
        if isinstance(error, (Malformed, BindingFailure)):
            raise changed_while_read(self._each) from None
        self._reading.__exit__(kind, error, None)


def changed_while_read(each: Input) -> Refusal:
    """Say that a file changed under our hands."""
    return Refusal(
        EXIT_BAD_INPUT,
        f"{shown(each.path)} 在读取过程中被修改。请关闭正在使用它的程序后重试。",
        f"{shown(each.path)} changed while it was being read. Close the program that writes it "
        "and try again.",
    )


class _Counted:
    """A file for ``build_tree``, which only reads; counts for the meter."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._read = file.read
        self._add = meter.add

    def read(self, size: int) -> bytes:
        data = self._read(size)
        self._add(len(data))
        return data


class _Work:
    """The sealing of one file."""

    def __init__(
        self, each: Input, position: int, secrets: Secrets, spool: BinaryIO, meter: Meter,
        links: MediaLinks, findings: Findings,
    ) -> None:  # fmt: skip
        self._each = each
        self._position = position
        self._secrets = secrets
        self._spool = spool
        self._meter = meter
        self._link = links.of(position)
        self._findings = findings
        self._missing = 0
        self.linked: set[int] = set()

    def hash_only(self, source: Source) -> Scanned:
        """Return a media file: its digest, no tree."""
        self._meter.begin("读取", "reading", source.size, os.fsdecode(self._each.name))
        digest = hashlib.sha256()
        for chunk in source.chunks():
            digest.update(chunk)
            self._meter.add(len(chunk))
        return Scanned(self._each, MEDIA, source.size, digest.digest(), self._secrets, None, None)

    def seal(self, found: Reading, source: Source) -> Scanned:
        """Return a file with its tree; its segment table is at the end of the spool."""
        self._meter.begin("读取", "reading", source.size, os.fsdecode(self._each.name))
        start = self._spool.tell()
        table = hashlib.sha256()
        cache: list[Segment] | None = None
        passes = 0

        def rows() -> Iterator[Segment]:
            nonlocal cache, passes
            passes += 1
            if passes == 1:
                cache = []
                return self._first_pass(found, table, cache)
            return iter(cache) if cache else self._resolved(found)

        try:
            with open(self._each.path, "rb", buffering=_CHUNK) as file:
                tree = build_tree(
                    rows, cast("BinaryIO", _Counted(file, self._meter)), self._secrets.seed
                )
        except _UnfitRow:
            self._spool.seek(start)
            self._spool.truncate()
            self._findings.records.pop(self._position, None)
            self.linked.clear()
            raise
        if tree.size != source.size:
            raise BindingFailure("scan: the file grew or shrank")
        span = Span(start, self._spool.tell() - start, table.digest())
        root = self._root(found, tree)
        self._findings.missing_media += self._missing
        self._findings.notes[self._position] = tuple(dict.fromkeys(n.code for n in found.notes))
        role = self._each.role
        return Scanned(self._each, role, tree.size, tree.file_digest, self._secrets, root, span)

    def _root(self, found: Reading, tree: Tree) -> MessagesRoot:
        return MessagesRoot(
            found.reader, found.variant, found.clock, tree.segments, tree.records, tree.size,
            tree.tree,
            file_commitment(self._secrets.seed, tree.file_digest),
        )  # fmt: skip

    def _first_pass(
        self, found: Reading, table: hashlib._Hash, cache: list[Segment]
    ) -> Iterator[Segment]:
        """Yield the rows once, writing the table and keeping them while they are few."""
        lines = [segment_table.HEADER]
        records = 0
        keep = True
        to_line, longest = segment_table.to_line, segment_table.MAX_LINE_BYTES
        for segment in self._resolved(found):
            line = to_line(segment)
            if len(line) > longest:
                raise _UnfitRow
            lines.append(line)
            records += segment.kind == RECORD
            if len(lines) >= _BATCH:
                self._flush(lines, table)
                if len(cache) > _CACHED_SEGMENTS:
                    keep = False
                    cache.clear()
            if keep:
                cache.append(segment)
            yield segment
        self._flush(lines, table)
        self._findings.records[self._position] = records

    def _flush(self, lines: list[bytes], table: hashlib._Hash) -> None:
        data = b"".join(lines)
        lines.clear()
        table.update(data)
        self._spool.write(data)

    def _resolved(self, found: Reading) -> Iterator[Segment]:
        """Yield the reader's segments with media as manifest positions (SPEC §8.4)."""
        self._missing = 0
        for segment in found.segments():
            if segment.media:
                linked = self._link(segment)
                self._missing += len(segment.media) - len(linked.media)
                self.linked.update(map(int, linked.media))
                yield linked
            else:
                yield segment
