"""What the order of writes knows of witnesses: the panel joined to database and publisher.

    check    before anything is numbered: has a witness shown what we cannot reproduce?
    look     once, before this process writes anything: what has each of them seen?
    ask      between the tiles and W3
    settle   after W3: late lines over this size may come
    late     a line that came later: stored, and the checkpoint moves where it makes the quorum

Only a checkpoint that our own log key signed and that the database cannot reproduce
stops writing. What a witness merely says, without our signature, takes it out of the
quorum and no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Engine

from verifier.errors import VerifierError
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

from .. import queries, store
from ..engine import reading, saving
from ..errors import Conflict
from ..heads import check_claims
from ..prove import prove_consistency
from ..publish import Publisher, open_note
from ..signer import Head
from .evidence import keep
from .hooks import Cosigned, Hooks, Seen
from .member import Patience, WitnessState
from .panel import Panel
from .protocol import Disagrees, Stale
from .roster import Roster

log = logging.getLogger("beilin.witness")


class Witnessing:
    """The witnesses of an open log. ``close`` it."""

    def __init__(
        self,
        roster: Roster,
        vkey: VKey,
        engine: Engine,
        publisher: Publisher,
        data: Path,
        *,
        patience: Patience,
        clock: Callable[[], float],
        stop: Callable[[Conflict], None],
    ) -> None:
        """``stop`` is told, in a thread of the panel's, when nothing may be written any more."""
        self._vkey, self._engine, self._publisher, self._data = vkey, engine, publisher, data
        self._roster, self._stop = roster, stop
        self._conflict: Conflict | None = None
        self._seen: list[Seen] | None = None
        self.quorum_size = 0
        """Size of the newest head that this process knows to have met the quorum."""
        with engine.connect() as connection:
            sizes = queries.cosigned_sizes(connection)
        hooks = Hooks(self._prove, self._judge, self._late, self._contradicted, clock)
        self._panel = Panel(roster, vkey.name, hooks, patience, sizes)

    def close(self) -> None:
        """Ask nobody any more."""
        self._panel.close()

    def states(self) -> list[WitnessState]:
        """Return how each witness does."""
        return self._panel.states()

    def met(self, note: bytes) -> bool:
        """Return whether the lines of this note that verify are a quorum."""
        met = self._roster.met(note)
        if met:
            self.quorum_size = max(self.quorum_size, open_note(note, self._vkey).size)
        return met

    def verified(self, note: bytes) -> int:
        """Return how many lines of this note are cosignatures that verify."""
        return len(self._roster.who(note))

    # -- for the writer

    def check(self) -> None:
        """Raise Conflict if a witness has shown what we cannot reproduce."""
        if self._conflict is not None:
            raise Conflict(str(self._conflict))

    def look(self) -> list[Seen]:
        """Ask every witness what it has seen; only the first call asks. Raises Conflict.

        A witness that does not answer in time says nothing, for or against.
        """
        if self._seen is None:
            with self._engine.connect() as connection:
                note = queries.signed_note(connection, queries.head(connection).size)
            size = open_note(note, self._vkey).size
            self._seen = self._panel.look(size, parse_note(note).text, note)
            for seen in self._seen:
                if seen.note is not None and self._conflict is None:
                    self._conflict = self._judge(seen.name, seen.note)
            self._panel.aim(size, parse_note(note).text, note)
        self.check()
        return self._seen

    def ask(self, size: int, note: bytes) -> list[Cosigned]:
        """Return the lines over a signed head that came until quorum or deadline."""
        lines = self._panel.ask(size, parse_note(note).text, note)
        self.check()
        return lines

    def settle(self, size: int) -> None:
        """Say that W3 of this size is done."""
        self._panel.published(size)

    # -- for a signer without state

    def speak_of(self, accepted: Head) -> Mapping[str, Head]:
        """Return the heads of ours that witnesses show. Raises Conflict.

        Every witness that answers must be consistent with the accepted head and not
        larger, also one that shows nothing and merely says so.
        """
        shown: dict[str, Head] = {}
        for seen in self.look():
            if seen.note is not None and (head := self._ours(seen.note)) is not None:
                shown[f"the witness {seen.name} has cosigned"] = head
            ahead = isinstance(seen.reply, Stale) and seen.reply.size > accepted.size
            if ahead or isinstance(seen.reply, Disagrees):
                raise Conflict(
                    f"the witness {seen.name} disagrees with the head to accept, {accepted}"
                )
        return shown

    def _ours(self, note: bytes) -> Head | None:
        try:
            checkpoint = open_note(note, self._vkey)
        except VerifierError:
            return None
        return Head(checkpoint.size, checkpoint.root)

    # -- for the panel, in its threads

    def _prove(self, old: int, new: int) -> list[bytes]:
        with reading(self._engine) as connection:
            return prove_consistency(queries.tile_reader(connection), old, new)

    def _judge(self, witness: str, theirs: bytes) -> Conflict | None:
        """Return a contradiction between what a witness shows and the database, kept as evidence."""
        try:
            claim = self._ours(theirs)
        except Conflict as error:  # our key under another origin
            return error
        if claim is None or self._conflict is not None:
            return None  # not signed by us: it proves nothing; or nothing is written any more
        with reading(self._engine) as connection:
            head, count = queries.head(connection), queries.entry_count(connection)
            read_tile = queries.tile_reader(connection)
            who = {f"the witness {witness} has cosigned": claim}
            try:
                check_claims(connection, read_tile, head, count, who)
            except Conflict as error:
                ours = queries.signed_note_near(connection, claim.size)
                return self._kept(witness, ours, theirs, error)
        return None

    def _kept(self, witness: str, ours: bytes, theirs: bytes, error: Conflict) -> Conflict:
        try:
            path = keep(self._data, witness, ours, theirs)
        except OSError as failure:
            log.critical("evidence could not be kept (%s)", type(failure).__name__)
            return error
        log.critical("a checkpoint of ours that is not in the database is kept: %s", path)
        return Conflict(f"{error}. Both signed notes are kept in {path.parent}")

    def _contradicted(self, conflict: Conflict) -> None:
        if self._conflict is None:
            self._conflict = conflict
            self._stop(conflict)

    def _late(self, size: int, cosigned: Cosigned) -> None:
        with saving(self._engine) as connection:
            store.save_cosignatures(connection, size, [cosigned])
            note = queries.cosigned_note(connection, size)
        if note is not None:
            self._publisher.publish(note, quorum=self.met(note), late=True, verified=self.verified)
