"""From a closed log to an empty one: entry 0 says so, and both services and the former log's key sign it.

The former log is only read. What is written is the entry, and a copy of its
text beside each log (``handover.txt``) for whoever asks how the two belong
together. Doing it again gives the same text.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from verifier.errors import VerifierError
from verifier.evidence.entry import Entry, parse_entry
from verifier.evidence.freeze import Freeze, verify_freeze
from verifier.evidence.handover import Handover, Party, parse_handover_text, verify_handover
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

from . import queries
from .audit_log import audited
from .closing import HANDOVER_FILE
from .config import LogConfig, open_database, read_config
from .durable import replace
from .engine import reading
from .errors import AlreadyExists, Config, Corruption, Unacceptable
from .jobs import OwnEntry
from .log import Log
from .publish import stored_note
from .service_key import ServiceKey
from .signer import Signer
from .witness.roster import Roster


class Closed(NamedTuple):
    """A closed log: its configuration, its closing statement, its last head and the log's signature.

    A log that lost entries which it had signed has no closing statement: the handover is it.
    """

    config: LogConfig
    freeze: Freeze | None
    head: Checkpoint
    signature: bytes


def read_closed(data: Path) -> Closed:
    """Return what a closed log ended with. Raises Config or Corruption."""
    config = read_config(data)
    engine = open_database(data, config)
    try:
        with reading(engine) as connection:
            last = queries.last_published(connection)
            count = queries.entry_count(connection)
            rows = queries.stored_between(connection, max(count - 1, 0), count)
    finally:
        engine.dispose()
    entry = _entry(rows[0].entry) if rows else None
    if entry is None or entry.kind != "freeze" or entry.body is None:
        raise Config(f"{config.origin} is not closed; close it first (beilin freeze)")
    if last is None or last[0] != count:
        raise Config(f"{config.origin}: its last head is not published yet; open it once more")
    try:
        freeze = verify_freeze(entry.body, config.service, count - 1)
    except VerifierError as error:
        raise Corruption(f"entries.entry, index {count - 1}: {error}") from None
    head = stored_note(last[1], config.log)
    return Closed(config, freeze, head, _signature(last[1], config.log))


def _signature(note: bytes, log: VKey) -> bytes:
    lines = parse_note(note).signatures
    return next(
        line.signature for line in lines if (line.name, line.key_id) == (log.name, log.key_id)
    )


def read_lost(data: Path, state: Path) -> Closed:
    """Return the last head of a log whose database is older than its signer, for want of any copy.

    Nothing new is signed: the signer answers its last head again. Raises Config
    where nothing is lost.
    """
    config = read_config(data)
    signer = Signer(state, config.origin)
    last = signer.last()
    engine = open_database(data, config)
    try:
        with reading(engine) as connection:
            count = queries.entry_count(connection)
    finally:
        engine.dispose()
    if count >= last.size or signer.vkey != config.log:
        raise Config(f"{config.origin}: no signed entry is lost; close it instead (beilin freeze)")
    signature = _signature(signer.sign(last, []), config.log)
    return Closed(config, None, Checkpoint(config.origin, last.size, last.root), signature)


def _entry(data: bytes) -> Entry:
    try:
        return parse_entry(data)
    except VerifierError as error:
        raise Corruption(f"entries.entry: {error}") from None


def hand_over(
    data: Path,
    to: Path,
    *,
    signer_state: Path | None = None,
    to_signer_state: Path | None = None,
    witnesses: Roster | None = None,
    lost: bool = False,
    clock: Callable[[], float] = time.time,
) -> bytes:
    """Have the empty log in ``to`` go on from the closed one in ``data``; return the signed note.

    Raises Config, AlreadyExists where ``to`` holds anything else, Unacceptable
    where the closing statement names another successor, or as ``Log.open``. With
    ``lost`` the former log is one that can neither be recovered nor closed.
    """
    former_state = signer_state or data / "signer"
    old = read_lost(data, former_state) if lost else read_closed(data)
    service = ServiceKey(former_state, old.config.origin, old.config.service)
    config = read_config(to)
    if old.freeze is not None and old.freeze.successor not in (None, config.log):
        raise Unacceptable(f"{old.config.origin} was closed in favour of another log")
    state = to_signer_state or to / "signer"
    with (
        Log.open(to, signer_state=state, witnesses=witnesses, clock=clock) as log,
        audited(log.engine, "handover", old.config.origin, clock),
    ):
        body = _existing(to, config, old) if log.state().size else None
        if body is None:
            own = ServiceKey(state, config.origin, config.service)
            body = _signed(old, config, service, own, int(clock()))
            log.add_own(OwnEntry("key", body, at=0)).result()
    for folder in (data, to):
        replace(folder / HANDOVER_FILE, body)
    return body


def _signed(old: Closed, config: LogConfig, former: ServiceKey, own: ServiceKey, now: int) -> bytes:
    handover = Handover(
        Party(config.log, config.service),
        now,
        Party(old.config.log, old.config.service),
        old.head.size,
        old.head.root,
        old.signature,
    )
    text = handover.to_text()
    try:
        parse_handover_text(text)
    except VerifierError as error:
        raise Unacceptable(f"these two logs cannot follow each other: {error}") from None
    body = text + b"\n" + former.sign_handover(text) + own.sign_handover(text)
    verify_handover(body)  # as everybody will
    return body


def _existing(to: Path, config: LogConfig, old: Closed) -> bytes:
    """Return the handover that stands in entry 0 already. Raises AlreadyExists for anything else."""
    engine = open_database(to, config)
    try:
        with reading(engine) as connection:
            entry = _entry(queries.stored_between(connection, 0, 1)[0].entry)
    finally:
        engine.dispose()
    if entry.kind == "key" and entry.body is not None:
        handover = verify_handover(entry.body)
        if (handover.old.log, handover.size, handover.root) == (
            old.config.log,
            old.head.size,
            old.head.root,
        ):
            return entry.body
    raise AlreadyExists(f"{config.origin} has entries, and entry 0 is not this handover")
