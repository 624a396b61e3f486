"""Logs with authorities, and what the tests ask of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ledger.anchors.rfc3161 import HttpAuthority
from ledger.anchors.settings import Anchors, Round
from ledger.log import Log
from tests.ledger.anchors.stub import CHAIN, Stub
from tests.ledger.support import PATIENCE, open_log
from verifier.evidence.entry import parse_anchor, parse_entry
from verifier.evidence.receipt import parse_receipt
from verifier.policy import Tsa
from verifier.timestamp.stamped_note import stamped_note
from verifier.timestamp.verify import Timestamp, verify_token
from verifier.tlog.note import parse_note

NEVER = 1e6
"""An interval that does not end within a test: rounds begin on demand only."""
TSA = CHAIN.tsa()


def anchors(*stubs: Stub, **changes: Any) -> Anchors:
    made = Anchors(tuple(HttpAuthority(each.url) for each in stubs), NEVER, 10.0)
    return made._replace(**changes)


def open_with(data: Path, *stubs: Stub, **options: Any) -> Log:
    settings = {key: options.pop(key) for key in ("interval_seconds", "deadline_seconds")
                if key in options}  # fmt: skip
    return open_log(data, anchors=anchors(*stubs, **settings), **options)


def anchor(log: Log) -> Round:
    return log.anchor_now().result(PATIENCE)


def rows(data: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        return database.execute(sql).fetchall()


def tokens(data: Path) -> int:
    return rows(data, "SELECT count(*) FROM tokens")[0][0]


def anchor_entries(data: Path) -> list[tuple[int, int, int]]:
    """(index, size, number of tokens) of each anchor entry."""
    found = []
    for index, raw in rows(data, "SELECT entry_index, entry FROM entries ORDER BY entry_index"):
        entry = parse_entry(raw)
        if entry.kind == "anchor" and entry.body is not None:
            body = parse_anchor(entry.body)
            found.append((index, body.size, len(body.tokens)))
    return found


def not_after(receipt: bytes, log: Log, tsas: Sequence[Tsa] = (TSA,)) -> list[Timestamp]:
    """Verify every token of a receipt over its own head."""
    parsed = parse_receipt(receipt)
    own = stamped_note(parse_note(parsed.proof.note), log.config.log)
    return [
        verify_token(each.token, own, tsas, certificates=each.certificates)
        for each in parsed.tokens
    ]


def not_before(receipt: bytes, tsas: Sequence[Tsa] = (TSA,)) -> list[Timestamp]:
    """Verify every token of a receipt over an earlier head."""
    return [
        verify_token(each.token.token, each.note, tsas, certificates=each.token.certificates)
        for each in parse_receipt(receipt).anchor_proofs
    ]
