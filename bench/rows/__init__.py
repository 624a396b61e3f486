"""One file a row. Each has ``run(setting)``, which yields lines of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..line import Line
from ..setting import Setting
from . import (
    append,
    audit,
    batches,
    entries,
    growth,
    hostile,
    inspecting,
    memory,
    receipt,
    seal,
    witnessed,
)

Run = Callable[[Setting], Iterator[Line]]

ROWS: dict[str, tuple[Run, str]] = {
    "append": (append.run, "the ledger's appends against bare inserts"),
    "batches": (batches.run, "POST /v1/batches against the ledger's appends"),
    "entries": (entries.run, "POST /v1/entries, 64 connections"),
    "crowd": (entries.run_crowd, "POST /v1/entries, 512 connections, against a bare endpoint"),
    "hostile": (hostile.run, "POST /v1/entries beside 300 hostile connections"),
    "witnessed": (witnessed.run, "what two witnesses cost"),
    "growth": (growth.run, "cost per entry of a small and a large log"),
    "audit": (audit.run, "audit and fsck against bare hashing"),
    "receipt": (receipt.run, "verifying one receipt against Ed25519"),
    "seal": (seal.run, "sealing a chat"),
    "inspect": (inspecting.run, "inspecting large exports"),
    "memory": (memory.run, "peak memory of sealing large files"),
}
"""In the order of the table."""
