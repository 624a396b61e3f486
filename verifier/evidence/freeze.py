"""The closing statement: by a ``freeze`` entry a log is closed for good.

    beilin/freeze/v1
    origin log.example.org/beilin
    size 9
    time 2026-11-21T12:00:10Z
    reason 服务终止
    successor none

    — log.example.org/beilin/service M4G2Xp…

SPEC §18.1. A signed note of the service key, and the body of the log's last
entry. ``size`` is how many entries came before, hence its own index.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..encoding import parse_decimal, parse_time, to_time
from ..errors import BindingFailure, Malformed
from ..tlog.checkpoint import check_origin
from ..tlog.keys import ED25519, VKey, parse_vkey
from ..tlog.note import Note, parse_note, verify_note
from .lines import Lines

MAX_BYTES: Final = 8192
MAX_REASON_BYTES: Final = 200


class Freeze(NamedTuple):
    """What the service says as it closes the log; ``successor`` is the key of the log that goes on."""

    origin: str
    size: int
    time: int
    reason: str | None
    successor: VKey | None

    def to_text(self) -> bytes:
        """Return the text to sign. Raises Malformed for a reason that cannot stand in it."""
        if self.reason is not None:
            _check_reason(self.reason)
        successor = "none" if self.successor is None else self.successor.to_text()
        return (
            f"beilin/freeze/v1\norigin {self.origin}\nsize {self.size}\n"
            f"time {to_time(self.time)}\nreason {self.reason or 'none'}\nsuccessor {successor}\n"
        ).encode()


def _check_reason(text: str) -> None:
    data = text.encode()
    controls = any(byte < 0x20 or byte == 0x7F for byte in data)
    if not 1 <= len(data) <= MAX_REASON_BYTES or text != text.strip(" ") or controls:
        raise Malformed(
            f"freeze: reason: 1 to {MAX_REASON_BYTES} bytes on one line, no space at the ends"
        )
    if text == "none":
        raise Malformed("freeze: reason: none is what stands where no reason is given")


def parse_freeze(body: bytes) -> tuple[Freeze, Note]:
    """Return the statement and its note, no signature verified. Raises Malformed or NewerFormat."""
    note = parse_note(body, MAX_BYTES)
    lines = Lines.of(note.text, "freeze", maximum_bytes=MAX_BYTES)
    origin = lines.take("origin")
    check_origin(origin)
    size = parse_decimal(lines.take("size"), "freeze: size")
    time = parse_time(lines.take("time"), "freeze: time")
    reason: str | None = lines.take("reason")
    successor = lines.take("successor")
    lines.done()
    if reason == "none":
        reason = None
    else:
        _check_reason(reason or "")
    vkey = None if successor == "none" else parse_vkey(successor)
    if vkey is not None and vkey.type != ED25519:
        raise Malformed("freeze: successor: not the key of a log")
    if [line.name for line in note.signatures] != [f"{origin}/service"]:
        raise Malformed("freeze: one signature line, by the service key of its log, is expected")
    return Freeze(origin, size, time, reason, vkey), note


def verify_freeze(body: bytes, service: VKey, index: int) -> Freeze:
    """Return the statement of the entry at ``index``, verified with the service's key.

    Raises Malformed, NewerFormat, SignatureFailure, or BindingFailure where it
    is of another log or of another place.
    """
    freeze, note = parse_freeze(body)
    check_place(freeze, service.name.removesuffix("/service"), index)
    verify_note(note, [service])
    return freeze


def check_place(freeze: Freeze, origin: str, index: int) -> None:
    """Check that it closes this log at this index. Raises BindingFailure."""
    if freeze.origin != origin:
        raise BindingFailure("freeze: it closes another log")
    if freeze.size != index:
        raise BindingFailure("freeze: its size is not its own index")
