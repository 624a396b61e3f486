"""Building receipts, and verifying each of them before anyone gets it.

The first receipt of an entry is a function of the entry and of the note that W3
stored for the first published size above its index: the same bytes for ever.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine

from verifier.encoding import MAX_INT
from verifier.errors import VerifierError
from verifier.evidence.receipt import AnchorProof, Token, parse_receipt, to_receipt
from verifier.evidence.statement import commitment
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import check_inclusion, leaf_hash
from verifier.tlog.note import parse_note
from verifier.tlog.proof import TlogProof

from . import queries
from .anchors.blocks import anchor_proofs, check_blocks, token_blocks
from .anchors.heads import better_head
from .engine import reading
from .errors import Corruption, NotFound, NotPublished
from .prove import ReadTile, Tree
from .publish import stored_note
from .queries import Stored
from .writer import Batch, overlay

PUBLISHED: Final = "published"
WITNESSED: Final = "witnessed"
_KEPT: Final = 8


class Anchored(NamedTuple):
    """The first receipt of an entry, the leaf hash of the entry in it, and what the receipt shows.

    ``state`` is ``witnessed`` where the cosignatures in this very receipt are the
    quorum of the policy this log runs with, else ``published``.
    """

    receipt: bytes
    leaf_hash: bytes
    state: str = PUBLISHED


class _Recent:
    """A batch of this process, each of whose receipts is built at most once, from one tree."""

    def __init__(self, batch: Batch, read_tile: ReadTile) -> None:
        self.batch = batch
        self.tree = Tree(overlay(batch.tiles, read_tile), batch.size)
        self.start, self.size = batch.start, batch.size
        self.lock = threading.Lock()
        self.built: dict[int, Anchored] = {}


class Receipts:
    """Receipts of one log; safe to use from several threads."""

    def __init__(
        self, engine: Engine, vkey: VKey, met: Callable[[bytes], bool] | None = None
    ) -> None:
        """``met``: whether the cosignatures of a note are the quorum, where there is one."""
        self._engine = engine
        self._met = met
        self._vkey = vkey
        self._open = lru_cache(maxsize=64)(lambda note: stored_note(note, vkey))
        self._recent: deque[_Recent] = deque(maxlen=_KEPT)

    def remember(self, batch: Batch) -> None:
        """Keep a batch that was just published; its receipts will be asked for."""
        self._recent.append(_Recent(batch, self._read_tile))

    def _read_tile(self, level: int, index: int, width: int) -> bytes:
        # Seldom asked: most of a batch's paths lie in the tiles that it changed.
        with reading(self._engine) as connection:
            return queries.tile_reader(connection)(level, index, width)

    def forget(self, index: int) -> None:
        """Forget the receipt of an entry that was erased."""
        for recent in list(self._recent):
            if recent.start <= index < recent.size:
                self._recent.remove(recent)

    def first(self, indices: Sequence[int]) -> list[Anchored]:
        """Return the first receipts of these entries, in their order. Raises NotFound."""
        built: dict[int, Anchored] = {}
        lowest, highest = min(indices, default=0), max(indices, default=-1)
        for recent in list(self._recent):
            if recent.start <= highest and lowest < recent.size:
                built.update(self._of_recent(recent, indices))
        missing = [index for index in indices if index not in built]
        if missing:
            with reading(self._engine) as connection:
                built.update(self._from_rows(connection, missing))
        return [built[index] for index in indices]

    def latest(self, index: int) -> bytes:
        """Return the better receipt of an entry (SPEC §6.5), with all proof of time there is.

        Under the first stamped head above it, with the quorum where there is one to be had;
        while there is none, under the newest.
        """
        with reading(self._engine) as connection:
            head = better_head(connection, index, self._met) if index >= 0 else None
            if head is None:
                raise NotFound("no such entry is published")
            size, note = head
            rows = queries.stored_of(connection, [index])
            tree = Tree(queries.tile_reader(connection), size)
            blocks: list[Token | AnchorProof] = [*token_blocks(connection, size)]
            blocks += anchor_proofs(
                connection, index, tree.inclusion, lambda of: self._stamped(connection, of)
            )
            return self._build(rows[index], tree, note, blocks).receipt

    def _stamped(self, connection: Connection, size: int) -> bytes:
        return stamped_note(parse_note(queries.signed_note(connection, size)), self._vkey)

    def _of_recent(self, recent: _Recent, indices: Sequence[int]) -> dict[int, Anchored]:
        with recent.lock:
            batch, built = recent.batch, recent.built
            wanted = {i for i in indices if recent.start <= i < recent.size and i not in built}
            for index in wanted:
                row = batch.entries[index - batch.start]
                if row.salt is not None:
                    built[index] = self._build(row, recent.tree, batch.note)
            return {index: built[index] for index in indices if index in built}

    def _from_rows(self, connection: Connection, indices: Sequence[int]) -> dict[int, Anchored]:
        possible = [index for index in indices if 0 <= index <= MAX_INT]
        rows = queries.stored_of(connection, possible)
        trees: dict[int, tuple[Tree, bytes]] = {}
        built: dict[int, Anchored] = {}
        size, note = 0, b""
        for index in sorted(set(indices)):
            if index not in rows:
                raise NotFound("no such entry")
            if index >= size:
                found = queries.first_published_after(connection, index)
                if found is None:
                    raise NotPublished("this entry is not published yet")
                size, note = found
                trees[size] = (Tree(queries.tile_reader(connection), size), note)
            built[index] = self._build(rows[index], *trees[size])
        return built

    def _build(
        self, row: Stored, tree: Tree, note: bytes, blocks: Sequence[Token | AnchorProof] = ()
    ) -> Anchored:
        if row.salt is None or row.statement is None:
            raise NotFound("the opening of this entry is gone, or it never had one")
        proof = TlogProof(row.index, tuple(tree.inclusion(row.index)), note).to_text()
        receipt = to_receipt(row.salt, row.statement, row.entry, proof, blocks)
        try:
            if blocks:
                check_blocks(parse_receipt(receipt), self._open(note), self._vkey)
            leaf = check_receipt(receipt, row.index, note, self._open(note))
        except VerifierError as error:
            raise Corruption(f"entry {row.index}: its receipt does not verify: {error}") from error
        return Anchored(
            receipt, leaf, WITNESSED if self._met is not None and self._met(note) else PUBLISHED
        )


def check_receipt(receipt: bytes, index: int, note: bytes, checkpoint: Checkpoint) -> bytes:
    """Verify a receipt's own bytes against a note whose signature was verified.

    Returns the leaf hash of the entry in it. Raises VerifierError, or Corruption where the parts are not those asked for.
    """
    parsed = parse_receipt(receipt)
    if parsed.proof.index != index or parsed.proof.note != note:
        raise Corruption(f"entry {index}: its receipt is another's")
    if parsed.entry.commitment != commitment(parsed.salt, parsed.statement_bytes):
        raise Corruption(f"entry {index}: its receipt does not open its entry")
    leaf = leaf_hash(parsed.entry_bytes)
    check_inclusion(leaf, index, checkpoint.size, parsed.proof.hashes, checkpoint.root)
    return leaf
