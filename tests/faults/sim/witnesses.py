"""Two witnesses that remember, and may be away for a while: the writer asks them in its own thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Engine

from ledger import queries
from ledger.errors import Conflict
from ledger.prove import prove_consistency
from ledger.publish import open_note
from ledger.witness.roster import Roster
from tests.ledger.witness.support import ANY, Cosigner, Named, roster_of
from verifier.errors import VerifierError
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import EMPTY_ROOT, check_consistency
from verifier.tlog.note import parse_note


class Line(NamedTuple):
    vkey: VKey
    line: bytes
    time: int


class Witness:
    """Cosigns what follows from what it cosigned before, and nothing else."""

    def __init__(self, name: str) -> None:
        self._cosigner = Cosigner(name)
        self.vkey = self._cosigner.vkey
        self.away = False
        self.size, self.root = 0, EMPTY_ROOT

    def ask(self, size: int, root: bytes, proof: Sequence[bytes], text: bytes, now: int) -> Line:
        """Return the line, or raise VerifierError."""
        check_consistency(self.size, self.root, size, root, proof)
        self.size, self.root = size, root
        return Line(self.vkey, self._cosigner.line(text, now), now)


def both() -> list[Witness]:
    """Return two of them."""
    return [Witness("left"), Witness("right")]


def roster_for(log: VKey, witnesses: Sequence[Witness]) -> Roster:
    """Return the policy that one of them is enough for."""
    named = [Named(each.vkey.name.rsplit("/", 1)[1], each.vkey, f"https://{n}.example.org/")
             for n, each in enumerate(witnesses)]  # fmt: skip
    return roster_of(log, named, ANY)


class Asked:
    """What one sequencer knows of the witnesses (``ledger.witness.asked.Witnesses``)."""

    def __init__(
        self, engine: Engine, log: VKey, witnesses: Sequence[Witness], now: Callable[[], float],
        pause: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._engine, self._log, self._now, self._pause = engine, log, now, pause
        self._witnesses = witnesses
        self._roster = roster_for(log, witnesses)
        self._conflict: Conflict | None = None

    def check(self) -> None:
        if self._conflict is not None:
            raise self._conflict

    def look(self) -> None:
        with self._engine.connect() as connection:
            count = queries.entry_count(connection)
        for each in self._witnesses:
            if not each.away and each.size > count:
                self._conflict = Conflict(f"a witness has cosigned size {each.size}")
        self.check()

    def ask(self, size: int, note: bytes) -> list[Line]:
        lines = []
        text, root = parse_note(note).text, open_note(note, self._log).root
        for each in self._witnesses:
            self._pause("witness")
            if each.away or each.size > size:
                continue
            with self._engine.connect() as connection:
                proof = prove_consistency(queries.tile_reader(connection), each.size, size)
            try:
                lines.append(each.ask(size, root, proof, text, int(self._now())))
            except VerifierError as error:
                raise AssertionError(f"a witness was shown two histories: {error}") from error
        return lines

    def met(self, note: bytes) -> bool:
        return self._roster.met(note)

    def verified(self, note: bytes) -> int:
        return len(self._roster.who(note))

    def settle(self, size: int) -> None:
        pass
