"""The order of writes: from numbered entries to a published checkpoint.

    number   W1: entries, openings, chains, idempotency        ← point of no return
    finish   read back, two roots, sign, W2, then ``spread``
    spread   tiles and bundles, witnesses, W3, the checkpoint file

``recover`` is the same functions in the same order, begun where the last process
stopped; there is no second way to write anything. ``at`` is called between the
steps; a test stops, kills or fails there.
"""

# long because: the whole order of writes, and recovery by the same functions, is one page

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from verifier.errors import VerifierError
from verifier.evidence.entry import EVIDENCE, parse_entry
from verifier.evidence.statement import commitment
from verifier.tlog.merkle import leaf_hash
from verifier.tlog.tiles import to_bundle

from . import levels, queries, store
from .closing import closed_words
from .engine import settle, writing
from .errors import Conflict, Corruption, Frozen
from .heads import check_claims, check_tail
from .jobs import Job
from .lease import Leadership
from .numbering import Numbered, Numbering
from .prove import ReadTile, prove_consistency
from .publish import Publisher, Resource
from .queries import Stored
from .right_edge import RightEdge
from .signer import Head, Signer
from .witness.asked import Witnesses

Hook = Callable[[str], None]
_BUNDLE: Final = 256


class Batch(NamedTuple):
    """Entries that were published together: the stored bytes, and the note that holds them."""

    start: int
    size: int
    note: bytes
    entries: list[Stored]
    tiles: dict[tuple[int, int], bytes]


class Writer:
    """All writing to one log. Owned by one thread: the opener's, then the sequencer's."""

    def __init__(
        self,
        engine: Engine,
        signer: Signer,
        publisher: Publisher,
        *,
        clock: Callable[[], float],
        at: Hook,
        read_back: Engine | None = None,
        witnesses: Witnesses | None = None,
        holds_back: bool = False,
        leadership: Leadership | None = None,
    ) -> None:
        """``holds_back``: nothing moves ``checkpoint``, because witnesses are not asked here."""
        self._engine = engine
        self._read_back = engine if read_back is None else read_back
        self._signer = signer
        self._publisher = publisher
        self._clock = clock
        self._at = at
        self._witnesses = witnesses
        self._holds_back = holds_back
        self._leadership = leadership
        self._numbering = Numbering()
        self.head = Head(0, b"")
        self.count = 0
        self.closed = ""
        self._published = 0
        self._received = 0
        self._edge = RightEdge()

    # -- start -------------------------------------------------------------------

    def load(self) -> None:
        """Read where the log stands, and refuse if anyone has seen more than the database says.

        Raises Conflict, Corruption, or the signer's errors.
        """
        self._numbering.forget()
        for engine in (self._engine, self._read_back):
            engine.dispose()
        if self._leadership is not None:
            self._leadership.renew()
        settle(self._engine)
        with self._engine.connect() as connection:
            self.head = queries.head(connection)
            self.count = queries.entry_count(connection)
            last = queries.last_published(connection)
            self._published = 0 if last is None else last[0]
            read_tile = queries.tile_reader(connection)
            self._edge = RightEdge.read(read_tile, self.head.size)
            if self._edge.root() != self.head.root:
                raise Corruption(f"tiles: do not lead to the root of the head, {self.head}")
            check_tail(connection, read_tile, self.head.size)
            claims = {"the signer has signed": self._signer.last()}
            for what, there in (
                ("the published checkpoint has", self._publisher.published()),
                ("the pending checkpoint has", self._publisher.pending()),
            ):
                if there is not None:
                    claims[what] = Head(there[0].size, there[0].root)
            check_claims(connection, read_tile, self.head, self.count, claims)
            last_row = max(self.count - 1, 0)
            self._read_last_entry(queries.stored_between(connection, last_row, self.count))

    def _read_last_entry(self, rows: Sequence[Stored]) -> None:
        for row in rows:
            try:
                entry = parse_entry(row.entry)
            except VerifierError as error:
                raise Corruption(f"entries.entry, index {row.index}: {error}") from error
            self._received = entry.received
            self.closed = closed_words(row.entry)

    def recover(self) -> None:
        """Load, then finish whatever the last process left unfinished."""
        self.load()
        if self._witnesses is not None:
            self._witnesses.look()
        if self._published < self.head.size:
            self.spread(recovering=True)
        if self.head.size < self.count:
            self.finish(recovering=True)
        with self._engine.connect() as connection:
            last = queries.last_published(connection)
            note = None if last is None else queries.cosigned_note(connection, last[0])
            if note is not None and not self._met(note) and self._publisher.published() is None:
                self._publisher.publish(self._last_that_met(connection))
        if last is not None and note is not None:
            self._publisher.publish(note, quorum=self._met(note), verified=self._verified)
            if self._witnesses is not None:
                self._witnesses.settle(last[0])

    def _met(self, note: bytes) -> bool:
        return not self._holds_back if self._witnesses is None else self._witnesses.met(note)

    def _verified(self, note: bytes) -> int:
        return 0 if self._witnesses is None else self._witnesses.verified(note)

    def _last_that_met(self, connection: Connection) -> bytes:
        """Return the newest note that met the quorum, for a checkpoint file that is gone."""
        for _, note in queries.cosigned_newest_first(connection):
            if self._met(note):
                return note
        return queries.oldest_published(connection)

    # -- W1 ----------------------------------------------------------------------

    def number(self, jobs: Sequence[Job]) -> Numbered:
        """W1. When this returns the new entries have their places for good."""
        if self.closed:
            raise Frozen(self.closed)
        if self._witnesses is not None:
            self._witnesses.check()
        received = max(int(self._clock()), self._received)
        self._at("w1-before")
        try:
            with writing(self._engine) as connection:
                if self._leadership is not None:
                    self._leadership.check(connection)
                numbered = self._numbering.number(connection, jobs, self.count, received)
                if numbered.leaf_hashes:
                    store.insert_rows(connection, numbered.rows)
                self._at("w1-commit")
        except IntegrityError as error:
            raise Conflict(f"another process numbered entries behind {self.count}") from error
        self._at("w1-after")
        self.count += len(numbered.leaf_hashes)
        self._received = received
        if numbered.rows.entries:
            self.closed = closed_words(numbered.rows.entries[-1][2])
        return numbered

    # -- sign, W2 ----------------------------------------------------------------

    def finish(
        self, leaf_hashes: Sequence[bytes] | None = None, *, recovering: bool = False
    ) -> Batch:
        """Sign, save and publish exactly the entries that are numbered and not signed.

        ``leaf_hashes`` are those that W1 computed, if this process did it.
        """
        start, old = self.head.size, self.head
        with self._read_back.connect() as connection:
            rows = queries.stored_between(connection, start, self.count)
            if leaf_hashes is not None and any(
                row.salt is None and row.entry.startswith(EVIDENCE) for row in rows
            ):
                raise Corruption(f"openings: one of {start} to {self.count - 1} is missing")
            computed = check_stored(rows)
            grown = levels.grow(queries.tile_reader(connection), start, computed)
            edge = self._edge.copy()
            edge.extend(computed if leaf_hashes is None else leaf_hashes)
            if edge.root() != grown.root or edge.size != self.count:
                raise Corruption(
                    f"entries {start} to {self.count - 1}: their stored bytes do not lead "
                    "to the root of what was numbered"
                )
            self._at("read-back")
            head = Head(self.count, grown.root)
            read_tile = overlay(grown.tiles, queries.tile_reader(connection))
            proof = prove_consistency(read_tile, self._signer.last().size, head.size)
        note = self._signer.sign(head, proof)
        self._at("signed")
        try:
            with writing(self._engine) as connection:
                store.save_head(connection, old, head, note, grown.tiles)
        except IntegrityError as error:
            raise Conflict(f"another process saved a head of size {head.size}") from error
        self._at("w2-after")
        self.head, self._edge = head, edge
        return self.spread(rows, grown.tiles, recovering=recovering)

    # -- tiles, W3, checkpoint -----------------------------------------------------

    def spread(
        self,
        rows: Sequence[Stored] = (),
        tiles: dict[tuple[int, int], bytes] | None = None,
        *,
        recovering: bool = False,
    ) -> Batch:
        """Publish the head that W2 saved. Without ``rows`` everything is read from the database."""
        old, size = self._published, self.head.size
        with self._engine.connect() as connection:
            first = rows[0].index if rows else size
            # A bundle begins before the batch does: fetch what stands before it.
            before = queries.stored_between(connection, old // _BUNDLE * _BUNDLE, first)
            entries = [row.entry for row in (*before, *rows)]
            base = old // _BUNDLE * _BUNDLE
            read_tile = overlay(tiles or {}, queries.tile_reader(connection))

            def content(resource: Resource) -> bytes:
                level, number, width = resource
                if level is not None:
                    return read_tile(level, number, width)
                begin = number * _BUNDLE - base
                return to_bundle(entries[begin : begin + width])

            self._publisher.write(old, size, content, recovering=recovering)
            note = queries.signed_note(connection, size)
        self._at("tiles")
        lines = [] if self._witnesses is None else self._witnesses.ask(size, note)
        note += b"".join(each.line for each in lines)
        self._at("before-w3")
        try:
            with writing(self._engine) as connection:
                store.save_published(connection, size, note, lines)
        except IntegrityError as error:
            raise Conflict(f"another process published size {size}") from error
        self._at("w3")
        self._publisher.publish(note, quorum=self._met(note), verified=self._verified)
        self._at("renamed")
        self._published = size
        if self._witnesses is not None:
            self._witnesses.settle(size)
        fresh = [row for row in (*before, *rows) if row.index >= old]
        return Batch(old, size, note, fresh, tiles or {})


def check_stored(rows: Sequence[Stored]) -> list[bytes]:
    """Return the leaf hashes of stored entries, computed from their bytes.

    Raises Corruption unless they equal the stored ones and every opening opens
    its entry's commitment.
    """
    computed = []
    for row in rows:
        leaf = leaf_hash(row.entry)
        if leaf != row.leaf_hash:
            raise Corruption(f"entries.entry, index {row.index}: not what was hashed")
        computed.append(leaf)
        if row.salt is not None and row.statement is not None:
            line = b"\ncommitment " + b2a_base64(commitment(row.salt, row.statement))
            if not row.entry.endswith(line):
                raise Corruption(f"openings, index {row.index}: does not open the commitment")
    return computed


def overlay(tiles: dict[tuple[int, int], bytes], below: ReadTile) -> ReadTile:
    """Return a reader that finds fresh tiles in memory and the others below."""

    def read(level: int, index: int, width: int) -> bytes:
        data = tiles.get((level, index))
        if data is None or len(data) < 32 * width:
            return below(level, index, width)
        return data[: 32 * width]

    return read
