"""What a log says of itself in its own entries: that it is closed, and from which log it goes on.

SPEC §18. A closing statement is signed by the service key, and names its own
place. A handover is entry 0 and names the log's key; it is signed by both
services, and it is said which of their keys the policy has. One that nobody
vouches for is reported, never passed over.
"""

from __future__ import annotations

from ..encoding import to_base64, to_time
from ..errors import BindingFailure, Malformed, SignatureFailure
from ..evidence.entry import Entry
from ..evidence.freeze import Freeze, check_place, parse_freeze, verify_freeze
from ..evidence.handover import Handover, verify_handover
from ..policy import Policy
from ..result import Result
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.note import Note, verify_note


class OwnEntries:
    """Checks the log's own entries against its checkpoint and the policy."""

    def __init__(self, note: Note, policy: Policy) -> None:
        self._note = note
        self._origin = parse_checkpoint(note.text).origin
        self._services = {vkey.name: vkey for vkey in policy.services}
        self.freeze: Freeze | None = None
        self.handover: Handover | None = None
        self.unchecked = 0

    def check(self, entry: Entry, index: int) -> None:
        """Check the body of an entry. Raises Malformed, NewerFormat or a Verification error."""
        if entry.body is None:
            return
        if entry.kind == "freeze":
            self._check_freeze(entry.body, index)
        elif entry.kind == "key":
            self._check_handover(entry.body, index)

    def _check_freeze(self, body: bytes, index: int) -> None:
        service = self._services.get(f"{self._origin}/service")
        if service is None:
            freeze, _ = parse_freeze(body)
            check_place(freeze, self._origin, index)
            self.unchecked += 1
        else:
            freeze = verify_freeze(body, service, index)
        self.freeze = self.freeze or freeze

    def _check_handover(self, body: bytes, index: int) -> None:
        if index != 0:
            raise Malformed("key: a handover is the first entry of a log")
        handover = verify_handover(body)
        if handover.new.origin != self._origin:
            raise BindingFailure("key: a handover to another log")
        for service in (handover.old.service, handover.new.service):
            if self._services.get(service.name, service) != service:
                raise SignatureFailure("key: the policy has another key of a service that signed")
        verify_note(self._note, [handover.new.log])
        self.handover = handover

    def report(self, result: Result) -> None:
        """Say what was found."""
        if self.handover is not None:
            self._report_handover(result, self.handover)
        if self.freeze is not None:
            freeze = self.freeze
            result.note(
                "LOG_FROZEN",
                size=freeze.size,
                time=to_time(freeze.time),
                reason=freeze.reason or "-",
                successor="-" if freeze.successor is None else freeze.successor.name,
            )
        if self.unchecked:
            result.note("FREEZE_UNCHECKED")

    def _report_handover(self, result: Result, handover: Handover) -> None:
        old, new = handover.old.service.name, handover.new.service.name
        known = {
            (True, True): "HANDOVER_BOTH_KEYS",
            (True, False): "HANDOVER_FORMER_KEY",
            (False, True): "HANDOVER_OWN_KEY",
            (False, False): "HANDOVER_NO_KEY",
        }[old in self._services, new in self._services]
        result.note(
            known,
            origin=handover.old.origin,
            size=handover.size,
            root=to_base64(handover.root),
            time=to_time(handover.time),
        )
