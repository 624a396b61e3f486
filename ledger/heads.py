"""Comparing tree heads at the start: has anyone seen more than this database says?

A database from an old backup is the most likely way to fork a log. So before
anything is written, what the signer signed last and what is published must be
a beginning of what the database holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine

from verifier.tlog.merkle import leaf_hash

from . import levels, queries
from .errors import Conflict, Corruption
from .prove import ReadTile, root_at
from .publish import Publisher
from .signer import Head, Signer

_WIDTH = 256


def root_of_entries(connection: Connection, read_tile: ReadTile, head: Head, size: int) -> bytes:
    """Return the root at a size up to the number of entries, beyond the head if need be."""
    if size <= head.size:
        return root_at(read_tile, size)
    rows = queries.stored_between(connection, head.size, size)
    return levels.grow(read_tile, head.size, [leaf_hash(row.entry) for row in rows]).root


def check_claims(
    connection: Connection,
    read_tile: ReadTile,
    head: Head,
    count: int,
    claims: Mapping[str, Head],
) -> None:
    """Raise Conflict, naming both heads, unless the database can reproduce every claim."""
    for who, claim in claims.items():
        if claim.size > count:
            raise Conflict(
                f"{who} {claim}; the database has {count} entries and the head {head}: "
                "it is older, and nothing is written"
            )
        root = root_of_entries(connection, read_tile, head, claim.size)
        if root != claim.root:
            raise Conflict(
                f"{who} {claim}; the database leads to {Head(claim.size, root)}: "
                "these are two logs, and nothing is written"
            )


def check_tail(connection: Connection, read_tile: ReadTile, size: int) -> None:
    """Raise Corruption unless the last tile of leaves is that of the last entries."""
    if size == 0:
        return
    index = (size - 1) // _WIDTH
    rows = queries.stored_between(connection, index * _WIDTH, size)
    hashes = b"".join(leaf_hash(row.entry) for row in rows)
    if hashes != read_tile(0, index, len(rows)):
        raise Corruption(f"entries {index * _WIDTH} to {size - 1}: not those of tiles level 0")


def accept_head(
    engine: Engine,
    publisher: Publisher,
    state: Path,
    origin: str,
    accepted: Head,
    others: Mapping[str, Head],
) -> None:
    """Give a signer without state the head that the operator names, if nothing speaks against it.

    The database must reproduce it, and neither its own head nor a published
    checkpoint nor any of ``others``, which witnesses show, may be larger. Raises Conflict, or AlreadyExists for a signer that has a state.
    """
    with engine.connect() as connection:
        read_tile = queries.tile_reader(connection)
        head, count = queries.head(connection), queries.entry_count(connection)
        seen = {"the database has": head, "the head to accept is": accepted, **others}
        for what, there in (("published", publisher.published()), ("pending", publisher.pending())):
            if there is not None:
                seen[f"the {what} checkpoint has"] = Head(there[0].size, there[0].root)
        check_claims(connection, read_tile, head, count, seen)
        for who, claim in seen.items():
            if claim.size > accepted.size:
                raise Conflict(f"{who} {claim}, larger than the head to accept, {accepted}")
    Signer.accept(state, origin, accepted)
