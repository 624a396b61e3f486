"""A log: what the service and its commands call.

``create`` makes one, ``Log.open`` opens it for one process at a time. Submitting gives a
future that is done once the entries are published; any thread reads receipts and policies.
"""

# long because: it is the one page that says what a log can do, and each method is a few lines

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from verifier.encoding import MAX_INT
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import VKey

from . import queries
from .accept import Outcome, Request, Submitted, accept
from .accounts import Accounts
from .anchors.anchoring import Anchoring
from .anchors.carrying import carry
from .anchors.settings import Anchors, AnchorState, Round
from .audit_anchor import anchor_head, unanchored_since
from .audit_log import Event, audited, record
from .closing import close_log, refuse_handed_over
from .config import LogConfig, database_file, open_database, read_config
from .create import create_log as create
from .declarations import publish_declaration, stored_declaration
from .dossiers import to_dossier_text
from .durable import Space, check_space
from .engine import reading
from .erasure import Remains, erase, is_erased, scrub
from .errors import Config, Conflict, InProgress, NotFound, OnHold, Unavailable
from .heads import accept_head
from .jobs import Job, Notify, OwnEntry, new_future, own_job
from .lease import Leadership, lead
from .policy import to_policy
from .publish import Publisher, stored_note
from .receipts import Anchored, Receipts
from .sequencer import Sequencer, unavailable
from .service_key import ServiceKey
from .signer import Head, Signer
from .state import State
from .witness.member import Patience
from .witness.roster import Roster
from .witness.witnessing import Witnessing
from .writer import Batch, Hook, Writer

__all__ = ["Anchored", "Log", "Outcome", "Request", "State", "Submitted", "create"]

_ANCHORS: Final = Anchors()
_PATIENCE: Final = Patience()


class Log:
    """An open log."""

    def __init__(
        self,
        data: Path,
        config: LogConfig,
        engine: Engine,
        clock: Callable[[], float],
        roster: Roster | None,
    ) -> None:
        """Use ``open``."""
        self.data = data
        self.config = config
        self.origin = config.origin
        self.accounts = Accounts(engine, clock)
        self._engine = engine
        self._clock = clock
        self._roster = roster
        self._receipts = Receipts(engine, config.log, None if roster is None else roster.met)
        self._publisher = Publisher(data / "log", data / "publish.lock", config.log)
        self._lock: Leadership | None = None
        self._read_back: Engine | None = None
        self._service: ServiceKey | None = None
        self._sequencer: Sequencer | None = None
        self._writer: Writer | None = None
        self._witnessing: Witnessing | None = None
        self._anchoring: Anchoring | None = None
        self._size = 0
        self._space = Space(data, 0)
        self._on_stopped: Callable[[BaseException], None] = lambda _: None

    @classmethod
    def open(
        cls,
        data: Path,
        *,
        signer_state: Path | None = None,
        accept_existing_head: tuple[int, bytes] | None = None,
        read_only: bool = False,
        interval_ms: int = 100,
        waiting_most: int = 10_000,
        space_floor_bytes: int = 16 << 20,
        hooks: Hook | None = None,
        clock: Callable[[], float] = time.time,
        on_stopped: Callable[[BaseException], None] | None = None,
        witnesses: Roster | None = None,
        patience: Patience = _PATIENCE,
        anchors: Anchors = _ANCHORS,
    ) -> Self:
        """Open a log. Raises Config, Held, Stateless, Conflict, Corruption or NoSpace.

        ``hooks`` is called with the name of each step (``writer``), ``on_stopped``
        with the reason when the log stops writing for good; the process should end.
        With less than ``space_floor_bytes`` on the volume nothing new is accepted;
        with less than an eighth of that the log is not even opened. ``witnesses`` are asked
        to cosign every head, as long as ``patience`` says; each is asked first what it has seen.
        The authorities of ``anchors`` are asked for the time in a thread of its own.
        """
        config = read_config(data)
        engine: Engine | None = None
        lock: Leadership | None = None
        log: Self | None = None
        try:
            lock = None if read_only else lead(data, config)
            check_space(data, space_floor_bytes // 8)
            engine = open_database(data, config, may_upgrade=not read_only)
            log = cls(data, config, engine, clock, witnesses)
            log._lock, log._on_stopped = lock, on_stopped or log._on_stopped
            log._space = Space(data, space_floor_bytes)
            state = signer_state or data / "signer"
            if not read_only or (state / "service.key").exists():
                log._service = ServiceKey(state, config.origin, config.service)
            if read_only:
                log._read_size()
            else:
                accepted = None if accept_existing_head is None else Head(*accept_existing_head)
                if witnesses is not None:
                    log._witnessing = log._new_witnessing(witnesses, patience)
                log._start(state, accepted, interval_ms / 1000, waiting_most, hooks, anchors)
        except BaseException as error:
            if log is not None and log._witnessing is not None:
                log._witnessing.close()
            if engine is not None:
                engine.dispose()
            if log is not None and log._read_back is not None:
                log._read_back.dispose()
            if lock is not None:
                lock.release()
            if isinstance(error, OSError):
                raise Config(f"the log cannot be opened: {error.strerror}") from error
            raise
        return log

    def _start(
        self,
        state: Path,
        accepted: Head | None,
        interval_seconds: float,
        waiting_most: int,
        hooks: Hook | None,
        anchors: Anchors,
    ) -> None:
        witnessing = self._witnessing
        if accepted is not None:
            others = {} if witnessing is None else witnessing.speak_of(accepted)
            accept_head(self._engine, self._publisher, state, self.origin, accepted, others)
        signer = Signer(state, self.origin)
        if signer.vkey != self.config.log:
            raise Config("signer: the log key is not the one of beilin.toml")
        self._hook = hooks or (lambda _point: None)
        # What was written is read back through an engine of its own, hence another cache.
        self._read_back = open_database(self.data, self.config)
        self._writer = Writer(
            self._engine,
            signer,
            self._publisher,
            read_back=self._read_back,
            clock=self._clock,
            at=self._hook,
            witnesses=witnessing,
            leadership=self._lock,
        )
        try:
            self._writer.recover()
        except (SQLAlchemyError, UnicodeError, OSError) as error:
            what = str(error).partition("\n")[0]
            raise type(unavailable(error))(f"the log cannot be opened: {what}") from error
        if not self._writer.closed:
            refuse_handed_over(self.data, self.config.log)
        self._size = self._writer.head.size
        self._sequencer = Sequencer(
            self._writer,
            interval_seconds=interval_seconds,
            published=self._published,
            recovered=self._recovered,
            stopped=self._on_stopped,
            waiting_most=waiting_most,
        )
        self._anchoring = Anchoring(
            self._engine,
            self._sequencer,
            self.config.log,
            anchors,
            clock=self._clock,
            at=self._hook,
            met=None if self._roster is None else self._roster.met,
        )
        self._sequencer.start()
        self._anchoring.start()

    def _new_witnessing(self, roster: Roster, patience: Patience) -> Witnessing:
        def stop(conflict: Conflict) -> None:
            if self._sequencer is not None:
                self._sequencer.stop(conflict)

        return Witnessing(
            roster,
            self.config.log,
            self._engine,
            self._publisher,
            self.data,
            patience=patience,
            clock=self._clock,
            stop=stop,
        )

    def _recovered(self, size: int) -> None:
        self._size = size  # what was numbered before the failure is published by now

    def _published(self, batch: Batch) -> None:
        self._size = batch.size
        self._receipts.remember(batch)

    def _read_size(self) -> None:
        with reading(self._engine) as connection:
            last = queries.last_published(connection)
        self._size = 0 if last is None else last[0]

    def close(self) -> None:
        """Finish what waits, stop the sequencer, let go of files and lock."""
        if self._anchoring is not None:
            self._anchoring.close()
        if self._sequencer is not None:
            self._sequencer.close()
        if self._witnessing is not None:
            self._witnessing.close()
        self._engine.dispose()
        if self._read_back is not None:
            self._read_back.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- writing ---------------------------------------------------------------------

    def submit(
        self, batch: Sequence[Submitted], request: Request, on_numbered: Notify | None = None
    ) -> Future[Outcome]:
        """Submit entries, all or none; the future is done when they are published.

        ``on_numbered`` is called by the sequencer's thread after W1, when the
        entries have their places for good. Raises NotFound for an unknown
        account, Unacceptable, Overloaded, InProgress, KeyReused, Frozen, NoSpace
        or Unavailable; the future may hold KeyReused, DigestKnown or Unavailable.
        """
        if self._sequencer is None:
            raise Unavailable("the log is open for reading only")
        self._space.check(len(batch))
        account = self.accounts.get(request.account)
        items = accept(batch, request, account, self.origin)
        self._hook("accepted")
        job = Job(request, items, account.identity, new_future(), on_numbered)
        self._sequencer.put(job)
        return job.future

    def repeated(self, request: Request) -> Outcome | None:
        """Return the entries of a request that was numbered before, None where it was not.

        Reads only, so it costs no place in a batch. Raises InProgress while it is being written
        or published, KeyReused while another request under its key is.
        """
        if self._sequencer is not None:
            self._sequencer.check_not_under_way(request)
        with reading(self._engine) as connection:
            sql = (
                "SELECT fingerprint, first_index, entry_count FROM requests "
                "WHERE account = ? AND key = ?"
            )
            rows = queries.fetch(connection, sql, request.account, request.key)
        if not rows or bytes(rows[0][0]) != request.fingerprint:
            return None
        first, count = rows[0][1:]
        if first + count > self._size:
            raise InProgress("the same request is on its way")
        return Outcome(tuple(range(first, first + count)), fresh=False)

    def freeze(self, reason: str | None = None, successor: VKey | None = None) -> bytes:
        """Close the log for good; return the service's closing statement, a signed note.

        Once this returns it is published, and nothing is numbered any more. Raises
        Frozen where the log is closed already, Unacceptable for such a reason, or
        Unavailable.
        """
        service = self._own_key()
        with audited(self._engine, "freeze", self.origin, self._clock):
            return close_log(
                service, self.add_own, lambda: self.state().size, self._clock, reason, successor
            )

    def add_own(self, own: OwnEntry) -> Future[Outcome]:
        """Have an entry of the log's own numbered. Raises Frozen or Unavailable."""
        if self._sequencer is None:
            raise Unavailable("the log is open for reading only")
        job = own_job(own)
        self._sequencer.put(job)
        return job.future

    def anchor_audit_log(self, after_seconds: float) -> Future[Outcome] | None:
        """Anchor the audit log's head in the log, where a record has waited so long for it."""
        now = self._clock()
        with reading(self._engine) as connection:
            since = unanchored_since(connection, self.origin)
        state = self.state()
        # Entry 0 of a log may be a handover's, so an empty log is left empty.
        if since is None or now - since < after_seconds or state.frozen or not state.size:
            return None
        return anchor_head(self._engine, self.origin, self.submit, int(now))

    def anchor_now(self) -> Future[Round]:
        """Ask all authorities for the time of the newest head, if it has news or lacks theirs.

        The future holds what came of it. Takes no lock, so that a signal handler may call it.
        """
        if self._anchoring is None:
            raise Unavailable("the log is open for reading only")
        return self._anchoring.now()

    def carry_token(self, size: int, kind: str, token: bytes) -> bytes:
        """Store an operator's proof of another kind (``ots``) over a published head; return its digest.

        It stands in receipts, and a verifier that cannot check it says so. Raises Unacceptable,
        NotFound.
        """
        return carry(self._engine, size, kind, token, int(self._clock()))

    def erase(self, index: int) -> Remains:
        """Delete salt, statement and digest of an entry for good, and every copy in the database.

        Works beside a running service. Raises NotFound, OnHold, or, where only the rows are gone
        and copies may be left, Unavailable: then ``scrub`` finishes it.
        """
        try:
            secrets = erase(self._engine, index, int(self._clock()))
        except (NotFound, OnHold) as error:
            event = Event("erase", f"entry {index}", "refused", detail=type(error).__name__)
            record(self._engine, event, self._clock)
            raise
        self._receipts.forget(index)
        return self.scrub(secrets)

    def scrub(self, secrets: Sequence[bytes] = ()) -> Remains:
        """Leave no copy of what was erased in the database. Raises Unavailable."""
        return scrub(self._engine, database_file(self.data, self.config.database), secrets)

    def is_erased(self, index: int) -> bool:
        """Return whether the opening of an entry was erased on purpose."""
        with reading(self._engine) as connection:
            return is_erased(connection, index)

    @property
    def engine(self) -> Engine:
        """The database, for records of the audit log."""
        return self._engine

    def publish_declaration(self, values: Mapping[str, Any]) -> bytes:
        """Sign what the operator declares of the platform; return the note.

        In force from the next batch on, whichever process numbers it. Raises Unacceptable.
        """
        return publish_declaration(self._engine, self._own_key(), values, int(self._clock()))

    # -- reading ---------------------------------------------------------------------

    def receipt(self, index: int) -> bytes:
        """Return the first receipt of an entry: for ever the same bytes.

        Raises NotPublished for an entry that is numbered only, else NotFound.
        """
        return self._receipts.first([index])[0].receipt

    def receipts(self, indices: Sequence[int]) -> list[bytes]:
        """Return the first receipts of entries, in their order. Raises NotFound."""
        return [each.receipt for each in self.anchored(indices)]

    def anchored(self, indices: Sequence[int]) -> list[Anchored]:
        """Return the same with the leaf hashes of their entries."""
        return self._receipts.first(indices)

    def latest_receipt(self, index: int) -> bytes:
        """Return the receipt of an entry under the newest checkpoint. Raises NotFound."""
        return self._receipts.latest(index)

    def owner(self, index: int) -> bytes | None:
        """Return the account of an entry, published or not yet; None if it is not known."""
        if not 0 <= index <= MAX_INT:
            return None
        with reading(self._engine) as connection:
            sql = "SELECT account FROM submissions WHERE entry_index = ?"
            rows = queries.fetch(connection, sql, index)
        return bytes(rows[0][0]) if rows else None

    def leaf(self, index: int) -> bytes | None:
        """Return the leaf hash of an entry, None where there is none."""
        if not 0 <= index <= MAX_INT:
            return None
        with reading(self._engine) as connection:
            sql = "SELECT leaf_hash FROM entries WHERE entry_index = ?"
            rows = queries.fetch(connection, sql, index)
        return bytes(rows[0][0]) if rows else None

    def checkpoint(self) -> tuple[Checkpoint, bytes]:
        """Return the newest published checkpoint and its note."""
        with reading(self._engine) as connection:
            last = queries.last_published(connection)
        if last is None:
            raise NotFound("nothing is published yet")
        return stored_note(last[1], self.config.log), last[1]

    def dossier_statement(self, account: bytes, dossier: bytes) -> bytes:
        """Return the service's signed statement of a dossier's items. Raises NotFound."""
        service = self._own_key()
        checkpoint, _ = self.checkpoint()
        with reading(self._engine) as connection:
            now = int(self._clock())
            text = to_dossier_text(connection, checkpoint, account, dossier, now)
        return service.sign(text)

    def _own_key(self) -> ServiceKey:
        if self._service is None:
            raise Unavailable("the service key is not at hand")
        return self._service

    def declaration(self, digest: bytes | None = None) -> bytes:
        """Return a declaration of the platform as it was signed, or the newest. Raises NotFound."""
        with reading(self._engine) as connection:
            return stored_declaration(connection, digest)

    def policy(self, *, plain: bool = False, **more: Any) -> bytes:
        """Return the policy that a verifier of this log is given; ``more`` as ``to_policy``."""
        return to_policy(self.config, int(self._clock()), plain=plain, **more)

    def closed_words(self) -> str:
        """Return that the log is closed and which one goes on; "" while it is not closed."""
        return "" if self._writer is None else self._writer.closed

    def is_cosigned(self) -> bool:
        """Return whether a witness ever signed a head of this log."""
        with reading(self._engine) as connection:
            return queries.is_cosigned(connection)

    def anchor_state(self) -> AnchorState:
        """Return how asking for the time goes."""
        return AnchorState() if self._anchoring is None else self._anchoring.state()

    def state(self) -> State:
        """Return how the log does."""
        sequencer = self._sequencer
        if sequencer is None or self._writer is None:
            self._read_size()
            return State(True, self._size, 0, 0.0, None, False)
        return State(
            sequencer.healthy,
            self._size,
            sequencer.pending,
            time.monotonic() - sequencer.published_at,
            sequencer.last_error,
            bool(self._writer.closed),
            [] if self._witnessing is None else self._witnessing.states(),
            None if self._witnessing is None else self._witnessing.quorum_size,
        )
