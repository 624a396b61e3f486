"""``beilin recover``: a database that is behind the signer gets its entries back from a copy.

Entries are public, so any copy of the static log has them; the copy's checkpoint,
signed by our own key, says whether they are all and the right ones. What a copy
does not have are salts, statements and the dossiers' chains. Those entries are
marked ``lost``, a new epoch begins, and a dossier that lost its head starts a new
chain in it (``numbering``), so the gap shows in every later statement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.evidence.entry import parse_anchor, parse_entry
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.merkle import EMPTY_ROOT, leaf_hash
from verifier.tlog.note import parse_note

from . import queries, schema, store
from .anchors.rows import anchor_rows
from .config import LogConfig, database_file, database_url, open_database, read_config
from .durable import sync_directory
from .engine import open_engine, writing
from .errors import Conflict, Corruption, Unavailable
from .lease import lead
from .migrate import upgrade
from .prove import ReadTile
from .publish import Publisher, open_note
from .right_edge import RightEdge
from .signer import Head, Signer
from .source import ReadFile, read_entries
from .writer import Writer


class Recovered(NamedTuple):
    """What was done: entries that came from the copy, the log's size, the epoch from now on."""

    imported: int
    size: int
    epoch: int


def recover(
    data: Path,
    read: ReadFile,
    *,
    signer_state: Path | None = None,
    clock: Callable[[], float] = time.time,
    progress: Callable[[int, int], None] | None = None,
) -> Recovered:
    """Import what is missing, then finish and publish as on any start.

    Raises Conflict if the copy ends before what the signer has signed, or if it
    is not a copy of this log; then nothing is changed.
    """
    config = read_config(data)
    lock = lead(data, config)
    try:
        signer = Signer(signer_state or data / "signer", config.origin)
        publisher = Publisher(data / "log", data / "publish.lock", config.log)
        checkpoint = _read_checkpoint(read, config, signer, publisher)
        engine = _open(data, config)
        try:
            imported, epoch = _import(engine, read, checkpoint, int(clock()), progress)
            with engine.connect() as connection:
                witnessed = queries.is_cosigned(connection) or _has_cosignatures(publisher)
            writer = Writer(
                engine,
                signer,
                publisher,
                clock=clock,
                at=lambda _point: None,
                holds_back=witnessed,
            )
            writer.recover()
            return Recovered(imported, writer.head.size, epoch)
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        raise Unavailable(f"database: {type(error).__name__}") from error
    finally:
        lock.release()


def _read_checkpoint(
    read: ReadFile, config: LogConfig, signer: Signer, publisher: Publisher
) -> Checkpoint:
    try:
        copy = open_note(read("checkpoint"), config.log)
    except VerifierError as error:
        raise Conflict(f"the copy's checkpoint: {error}") from None
    claims = {"the signer has signed": signer.last()}
    if (there := publisher.published()) is not None:
        claims["the published checkpoint has"] = Head(there[0].size, there[0].root)
    for who, claim in claims.items():
        if claim.size > copy.size:
            raise Conflict(
                f"{who} {claim}; the copy ends at {Head(copy.size, copy.root)}. What is between "
                "cannot be recovered from it: find a larger copy, or close this log"
            )
    return copy


def _has_cosignatures(publisher: Publisher) -> bool:
    """Whether this log's checkpoint waits for witnesses, who are not asked here."""
    there = publisher.published()
    return there is not None and len(parse_note(there[1]).signatures) > 1


def _open(data: Path, config: LogConfig) -> Engine:
    """Open the database; where it is gone, an empty one takes its place here and only here."""
    file = database_file(data, config.database)
    engine = open_engine(database_url(data, config.database))
    there = inspect(engine).has_table("alembic_version") if file is None else file.exists()
    if there:
        engine.dispose()
        return open_database(data, config, may_upgrade=True)
    if file is not None:
        file.touch(0o600)
        sync_directory(file.parent)
    upgrade(engine)
    with writing(engine) as connection:
        store.insert(connection, schema.head, [(1, 0, EMPTY_ROOT)])
    return engine


def _import(
    engine: Engine,
    read: ReadFile,
    checkpoint: Checkpoint,
    now: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[int, int]:
    """Insert the missing entries in one transaction; commit only if they lead to the root."""
    with writing(engine) as connection:
        count = queries.entry_count(connection)
        epoch = queries.current_epoch(connection)
        if count >= checkpoint.size:
            return 0, epoch  # what is there is compared on the way to the start
        edge = _edge(connection, queries.tile_reader(connection), count)
        for entries in read_entries(read, count, checkpoint.size):
            _insert(connection, edge, entries, now)
            if progress is not None:
                progress(edge.size - count, checkpoint.size - count)
        if edge.size != checkpoint.size or edge.root() != checkpoint.root:
            raise Conflict(
                f"the copy's entries and ours lead to root {to_base64(edge.root())} at size "
                f"{edge.size}, its checkpoint says {Head(checkpoint.size, checkpoint.root)}"
            )
        store.insert(connection, schema.epochs, [(epoch + 1, checkpoint.size, now)])
        return checkpoint.size - count, epoch + 1


def _edge(connection: Connection, read_tile: ReadTile, count: int) -> RightEdge:
    """Return the edge of what the database holds, numbered but unsigned entries included."""
    head = queries.head(connection)
    edge = RightEdge.read(read_tile, head.size)
    if edge.root() != head.root:
        raise Corruption(f"tiles: do not lead to the root of the head, {head}")
    rows = queries.stored_between(connection, head.size, count)
    edge.extend(leaf_hash(row.entry) for row in rows)
    return edge


def _insert(connection: Connection, edge: RightEdge, entries: list[bytes], now: int) -> None:
    rows: list[store.Row] = []
    anchors: list[store.Row] = []
    lost: list[int] = []
    for index, entry in enumerate(entries, edge.size):
        try:
            parsed = parse_entry(entry)
        except VerifierError as error:
            raise Corruption(f"entry {index} of the copy: {error}") from None
        rows.append((index, parsed.link, entry, leaf_hash(entry), parsed.received))
        if parsed.kind == "evidence":
            lost.append(index)
        elif parsed.kind == "anchor" and parsed.body is not None:
            anchors += anchor_rows(index, parse_anchor(parsed.body))
    store.insert(connection, schema.entries, rows)
    store.insert(connection, schema.anchors, anchors)
    store.mark_erased(connection, lost, now, "lost")
    edge.extend(leaf_hash(entry) for entry in entries)
