"""The dossier statement: what the service says a dossier holds, signed with its service key.

    beilin/dossier/v1
    origin log.example.org/beilin
    account AAAAAAAAAAAAAAAAAAAAAA==
    dossier AAAAAAAAAAAAAAAAAAAAAQ==
    size 1042
    root …
    time 2026-11-21T13:07:00Z
    epoch 0
    items 2
    item 1 57 …leaf hash…
    item 2 1041 …

The items are those of the newest epoch up to the published ``size``, all of them.
"""

from __future__ import annotations

from sqlalchemy import Connection

from verifier.encoding import to_base64, to_time
from verifier.tlog.checkpoint import Checkpoint

from .errors import NotFound
from .queries import fetch


def to_dossier_text(
    connection: Connection, checkpoint: Checkpoint, account: bytes, dossier: bytes, time: int
) -> bytes:
    """Return the text to sign. Raises NotFound for a dossier without a published item."""
    sql = (
        "SELECT s.epoch, s.item, s.entry_index, e.leaf_hash FROM submissions s "
        "JOIN entries e ON e.entry_index = s.entry_index "
        "WHERE s.account = ? AND s.dossier = ? AND s.entry_index < ? ORDER BY s.epoch, s.item"
    )
    rows = fetch(connection, sql, account, dossier, checkpoint.size)
    if not rows:
        raise NotFound("no such dossier")
    epoch = rows[-1][0]
    items = [row for row in rows if row[0] == epoch]
    lines = [
        "beilin/dossier/v1",
        f"origin {checkpoint.origin}",
        f"account {to_base64(account)}",
        f"dossier {to_base64(dossier)}",
        f"size {checkpoint.size}",
        f"root {to_base64(checkpoint.root)}",
        f"time {to_time(time)}",
        f"epoch {epoch}",
        f"items {len(items)}",
    ]
    lines += [f"item {row[1]} {row[2]} {to_base64(row[3])}" for row in items]
    return "".join(f"{line}\n" for line in lines).encode()
