"""fsck, the witnesses: does every stored line verify over its note, and is what is published stored?

A line is checked with the key that was stored when it came (``witness_keys``), so this
needs no policy: whether the lines are a quorum is for whoever has one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from verifier.errors import VerifierError
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import VKey, parse_vkey
from verifier.tlog.note import SignatureLine, parse_note

from .errors import LedgerError
from .fsck_rows import Finding
from .publish import PENDING, Publisher
from .queries import fetch, late_lines

_PATIENCE: Final = 20
_ROWS: Final = (
    "SELECT size, key_name, key_id, line, at FROM cosignatures ORDER BY size, key_name, key_id"
)


def check_cosignatures(
    connection: Connection, published: Mapping[int, bytes], log: VKey
) -> Iterator[Finding]:
    """Yield what is wrong with the stored lines, their keys, and the lines of published notes."""
    keys: dict[tuple[str, bytes], VKey] = {}
    for name, key_id, text in fetch(connection, "SELECT key_name, key_id, vkey FROM witness_keys"):
        try:
            vkey = parse_vkey(text)
        except VerifierError as error:
            yield Finding("witness_keys", str(error))
            continue
        if (vkey.name, vkey.key_id) != (name, bytes(key_id)):
            yield Finding("witness_keys", "a row does not bear the name and id of its key")
        keys[name, bytes(key_id)] = vkey
    stored: dict[int, set[bytes]] = {}
    used: set[tuple[str, bytes]] = set()
    for size, name, raw_id, raw_line, at in fetch(connection, _ROWS):
        where, line, key = f"cosignatures, size {size}", bytes(raw_line), (name, bytes(raw_id))
        stored.setdefault(size, set()).add(line)
        used.add(key)
        if size not in published:
            yield Finding(where, "a size that is not in published")
        elif key not in keys:
            yield Finding(where, "a key that is not in witness_keys")
        else:
            yield from _line(where, published[size], line, keys[key], at)
    for _ in keys.keys() - used:
        yield Finding("witness_keys", "a key without a cosignature")
    for size, note in published.items():
        yield from _note(size, note, log, stored.get(size, set()))


def _line(where: str, note: bytes, line: bytes, vkey: VKey, at: int) -> Iterator[Finding]:
    try:
        text = parse_note(note).text
        signatures = parse_note(text + b"\n" + line).signatures
        signed_at = check_cosignature(text, signatures[0], vkey)
    except VerifierError as error:
        yield Finding(where, str(error))
        return
    if len(signatures) != 1 or signed_at != at or at == 0:
        yield Finding(where, "not one line that was signed at the time of its row")


def _note(size: int, note: bytes, log: VKey, stored: set[bytes]) -> Iterator[Finding]:
    """Every line of a published note but the log's own is one that is stored."""
    try:
        lines = parse_note(note).signatures
    except VerifierError:
        return  # reported with the note
    text = note.rpartition(b"\n\n")[2].splitlines(keepends=True)
    for line, raw in zip(lines, text, strict=False):
        if not _is_by(log, line) and raw not in stored:
            yield Finding(f"published.note, size {size}", "holds a cosignature that is not stored")


def _is_by(log: VKey, line: SignatureLine) -> bool:
    return (line.name, line.key_id) == (log.name, log.key_id)


def check_checkpoints(
    connection: Connection, publisher: Publisher, published: Mapping[int, bytes], *, live: bool
) -> Iterator[Finding]:
    """The newest published note stands at ``checkpoint``, or at ``checkpoint.pending``."""
    last = max(published, default=0)
    try:
        there, pending = publisher.published(), publisher.pending()
        for _ in range(_PATIENCE if live else 0):  # between W3 and the rename
            if max(_size(there), _size(pending)) >= last:
                break
            time.sleep(0.1)
            there, pending = publisher.published(), publisher.pending()
    except LedgerError as error:
        yield Finding("log/checkpoint", str(error))
        return
    if there is None:
        yield Finding("log/checkpoint", "is missing")
    for name, found in (("checkpoint", there), (PENDING, pending)):
        if found is not None:
            yield from _stands(connection, f"log/{name}", found, published)
    newest = max(_size(there), _size(pending))
    if there is not None and newest < last:
        yield Finding("log/checkpoint", f"is not the note of size {last}")
    if pending is not None and there is not None and not live and _size(pending) <= _size(there):
        yield Finding(f"log/{PENDING}", "is no larger than the checkpoint")
    # Read after the files, which may be newer than our snapshot.
    with connection.engine.connect() as now:
        known = int(fetch(now, "SELECT coalesce(max(size), 0) FROM published")[0][0])
    if newest > known:
        yield Finding("log/checkpoint", f"has size {newest}, which published has not")


def _size(there: tuple[Checkpoint, bytes] | None) -> int:
    return -1 if there is None else there[0].size


def _stands(
    connection: Connection,
    where: str,
    found: tuple[Checkpoint, bytes],
    published: Mapping[int, bytes],
) -> Iterator[Finding]:
    """What stands there is the stored note, with no line that is not stored."""
    checkpoint, note = found
    stored = published.get(checkpoint.size)
    if stored is None:
        # After a loss of the database, heads that were published before it are not known.
        lost = bool(fetch(connection, "SELECT 1 FROM epochs LIMIT 1"))
        if checkpoint.size < max(published, default=0) and not lost:
            yield Finding(where, f"has size {checkpoint.size}, which published has not")
        return  # newer than our snapshot, or reported as unknown
    if not note.startswith(stored):
        yield Finding(where, f"is not the note of size {checkpoint.size}")
        return
    with connection.engine.connect() as now:
        late = set(late_lines(now, checkpoint.size, stored))
    if not set(note[len(stored) :].splitlines(keepends=True)) <= late:
        yield Finding(where, "holds a cosignature that is not stored")
