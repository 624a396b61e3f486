"""The witness itself: which answer a request gets, and what is durable before a cosignature leaves.

    parse → log known → its signatures verify → old size is ours → the proof leads from ours to theirs
    → one transaction moves the head (compare-and-swap, fsync) → the marker is raised (fsync)
    → the cosignature is made → it leaves

``DESIGN.md`` says what each crash leaves and why the order is this one. Answers
and their order are c2sp.org/tlog-witness's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, NamedTuple

from verifier.encoding import MAX_INT
from verifier.errors import ConsistencyFailure, Malformed, SignatureFailure, VerifierError
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import EMPTY_ROOT, check_consistency
from verifier.tlog.note import Note, verify_note

from .key import CosigningKey
from .marker import Head, Marker, file_name
from .pace import Pace
from .request import Request, parse_request
from .store import Row, Store

CLOCK_STEP_SECONDS: Final = 5
"""A clock may go back this far (its own corrections); then the last time said is said again."""

Alarm = Callable[[str, dict[str, Any]], None]


class Reply(NamedTuple):
    """An answer: HTTP status, body, and what a log line may say about it."""

    status: int
    body: bytes
    origin: str = ""
    size: int = 0
    is_size: bool = False
    """The body is a size (409), with a media type of its own."""
    submitter_ahead: bool = False
    """Whoever asked takes our head for larger than it is; a log that errs, or we have forgotten."""


def _refused(status: int, words: str, checkpoint: Checkpoint | None = None) -> Reply:
    if checkpoint is None:
        return Reply(status, words.encode() + b"\n")
    return Reply(status, words.encode() + b"\n", checkpoint.origin, checkpoint.size)


class Witness:
    """Answers requests, one at a time. ``opening.open_witness`` makes one."""

    def __init__(
        self,
        key: CosigningKey,
        store: Store,
        marker: Marker,
        *,
        alarm: Alarm,
        clock: Callable[[], float] = time.time,
        pace: Pace | None = None,
        hooks: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``hooks`` is called with the name of each step that is durable, for the tests."""
        self._key = key
        self._store = store
        self._marker = marker
        self._alarm = alarm
        self._clock = clock
        self._pace = pace or Pace(per_second=20, burst=100)
        self._hooks = hooks
        self._lock = Lock()
        self._logs: dict[str, list[VKey]] = store.keys()
        self._places = {file_name(origin): origin for origin in self._logs}
        self.failed = False
        """A write failed, so what is durable is not known: nothing is signed by this process."""

    @property
    def vkey(self) -> VKey:
        """The key under which this witness cosigns."""
        return self._key.vkey

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer ``POST /add-checkpoint``. Raises nothing."""
        try:
            request = parse_request(body)
        except Malformed as error:
            return _refused(400, str(error))
        checkpoint = request.checkpoint
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return _refused(404, "this log is not known here")
        try:
            note = _signed_part(request, keys)
        except SignatureFailure as error:
            return _refused(403, str(error), checkpoint)
        with self._lock:
            return self._locked(lambda: self._decide(request, note))

    def checkpoint(self, place: str) -> Reply:
        """Answer ``GET /<place>/checkpoint``: a log's newest head, signed and cosigned as it was."""
        origin = self._places.get(place)
        with self._lock:
            return self._locked(lambda: self._newest(origin))

    def _locked(self, answer: Callable[[], Reply]) -> Reply:
        if self.failed:
            return _refused(503, "a write failed; the witness is about to start again")
        try:
            return answer()
        except Exception as error:  # noqa: BLE001 - whatever it was, the outcome is not known
            self.failed = True
            self._alarm("write failed", {"error": type(error).__name__})
            return _refused(503, "a write failed; the witness is about to start again")

    def _newest(self, origin: str | None) -> Reply:
        row = None if origin is None else self._store.row(origin)
        if origin is None or row is None or row.note is None or not row.time:
            return _refused(404, "no checkpoint of such a log has been cosigned")
        text = Checkpoint(origin, *row.head).to_text()
        # The same time and an Ed25519 key: the same bytes as those that left, made once more.
        return Reply(200, row.note + self._key.cosign(text, row.time), origin, row.head.size)

    # -- with the lock held

    def _decide(self, request: Request, note: Note) -> Reply:
        checkpoint = request.checkpoint
        row = self._store.row(checkpoint.origin)
        asked = Head(checkpoint.size, checkpoint.root)
        if row.stopped:
            return _refused(503, "cosigning for this log is stopped until its operator has looked",
                            checkpoint)  # fmt: skip
        fork = asked.size == row.head.size and asked.root != row.head.root
        if (fork or asked.size > row.head.size) and self._is_cosigned_by_us(request):
            return self._forgotten(checkpoint, row, request)
        # Size 0 has one root that is right; another one there is no fork, it is no tree.
        if fork and asked.size:
            self._keep("fork", checkpoint, row, note)
        if request.old != row.head.size:
            return Reply(
                409, b"%d\n" % row.head.size, checkpoint.origin, checkpoint.size,
                is_size=True, submitter_ahead=request.old > row.head.size,
            )  # fmt: skip
        if asked.size == 0 and asked.root != EMPTY_ROOT:
            return _refused(
                422, "size 0 with a root that is not that of the empty tree", checkpoint
            )
        try:
            check_consistency(*row.head, *asked, request.proof)
        except ConsistencyFailure as error:
            if asked.size > row.head.size:
                self._keep("unproven", checkpoint, row, note)
            return _refused(422, str(error), checkpoint)
        return self._cosign(checkpoint, asked, row, note)

    def _cosign(self, checkpoint: Checkpoint, asked: Head, row: Row, note: Note) -> Reply:
        now = self._now()
        if now is None:
            return _refused(503, "the clock of this witness is behind what it has signed",
                            checkpoint)  # fmt: skip
        if (asked, now) != (row.head, row.time):  # else the very same line is asked for again
            if asked != row.head and not self._pace.take(checkpoint.origin):
                return _refused(429, "too many checkpoints of this log at once", checkpoint)
            with self._store.writing():
                self._store.move(checkpoint.origin, row.head, asked, note.to_bytes(), now)
                self._hooks("moved")
            self._hooks("stored")
            self._marker.write(checkpoint.origin, asked)
            self._hooks("marked")
        line = self._key.cosign(checkpoint.to_text(), now)
        self._hooks("signed")
        return Reply(200, line, checkpoint.origin, checkpoint.size)

    def _now(self) -> int | None:
        """Return the time to sign, never before one that was signed; None where the clock is wrong."""
        now = int(self._clock())
        if not 0 < now <= MAX_INT or now < self._store.time - CLOCK_STEP_SECONDS:
            self._alarm("clock went back", {"behind_seconds": self._store.time - now})
            return None
        return max(now, self._store.time)

    def _is_cosigned_by_us(self, request: Request) -> bool:
        """Whether the note holds our own cosignature over its head, which we then must know."""
        text = request.checkpoint.to_text()
        for line in request.note.signatures if request.note is not None else ():
            if (line.name, line.key_id) == (self.vkey.name, self.vkey.key_id):
                try:
                    check_cosignature(text, line, self.vkey)
                except VerifierError:
                    continue
                return True
        return False

    def _forgotten(self, checkpoint: Checkpoint, row: Row, request: Request) -> Reply:
        """Stop for this log: our own signature says that our state was put back, or our key copied."""
        assert request.note is not None
        with self._store.writing():
            self._store.keep(checkpoint.origin, "forgotten", int(self._clock()), row.note,
                             request.note.to_bytes())  # fmt: skip
            self._store.stop(checkpoint.origin)
        self._alarm("own cosignature over a head that is not known here",
                    {"origin": checkpoint.origin, "size": checkpoint.size,
                     "known_size": row.head.size})  # fmt: skip
        return _refused(503, "this witness has cosigned a head that it does not know; "
                        "it stops for this log until its operator has looked", checkpoint)  # fmt: skip

    def _keep(self, kind: str, checkpoint: Checkpoint, row: Row, note: Note) -> None:
        """Keep both signed notes, and raise an alarm the first time."""
        with self._store.writing():
            new = self._store.keep(checkpoint.origin, kind, int(self._clock()), row.note,
                                   note.to_bytes())  # fmt: skip
        if new:
            self._alarm(kind, {"origin": checkpoint.origin, "size": checkpoint.size,
                               "known_size": row.head.size})  # fmt: skip


def _signed_part(request: Request, keys: list[VKey]) -> Note:
    """Return the note with the log's own lines, once each. Raises SignatureFailure."""
    if request.note is None:
        raise SignatureFailure("note: a signature that is not base64 in its one spelling")
    signed = {(vkey.name, vkey.key_id) for vkey in verify_note(request.note, keys)}
    lines = [line for line in request.note.signatures if (line.name, line.key_id) in signed]
    return Note(request.note.text, tuple(dict.fromkeys(lines)))
