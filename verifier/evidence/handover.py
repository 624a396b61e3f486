"""The handover: by entry 0 a log says which frozen log it goes on from, and both services sign that.

    beilin/key/v1
    origin log2.example.org/beilin
    log log2.example.org/beilin+…
    service log2.example.org/beilin/service+…
    time 2026-11-21T12:01:00Z
    previous-origin log.example.org/beilin
    previous-log log.example.org/beilin+…
    previous-service log.example.org/beilin/service+…
    previous-size 10
    previous-root …
    previous-signature …

    — log.example.org/beilin/service M4G2Xp…
    — log2.example.org/beilin/service jL0Vaz…

SPEC §18.2. ``previous-signature`` is that of the former log's key over the
checkpoint which origin, size and root before it spell. So three keys have signed,
and whoever holds one of them knows what the two others are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, parse_time, to_base64, to_time
from ..errors import Malformed, SignatureFailure
from ..tlog.checkpoint import Checkpoint, check_origin
from ..tlog.keys import ED25519, VKey, check_ed25519_signature, parse_vkey
from ..tlog.merkle import HASH_BYTES
from ..tlog.note import Note, parse_note, verify_note
from .lines import Lines

MAX_BYTES: Final = 8192


class Party(NamedTuple):
    """A log by its two keys."""

    log: VKey
    service: VKey

    @property
    def origin(self) -> str:
        """Return the name of the log."""
        return self.log.name


class Handover(NamedTuple):
    """Who goes on from whom: ``size``, ``root`` and ``signature`` are of the former log's last head."""

    new: Party
    time: int
    old: Party
    size: int
    root: bytes
    signature: bytes

    def to_text(self) -> bytes:
        """Return the text that both services sign."""
        new, old = self.new, self.old
        return (
            f"beilin/key/v1\norigin {new.origin}\nlog {new.log.to_text()}\n"
            f"service {new.service.to_text()}\ntime {to_time(self.time)}\n"
            f"previous-origin {old.origin}\nprevious-log {old.log.to_text()}\n"
            f"previous-service {old.service.to_text()}\nprevious-size {self.size}\n"
            f"previous-root {to_base64(self.root)}\n"
            f"previous-signature {to_base64(self.signature)}\n"
        ).encode()


def _party(origin: str, log: str, service: str) -> Party:
    check_origin(origin)
    party = Party(parse_vkey(log), parse_vkey(service))
    names = (party.log.name, party.service.name)
    if names != (origin, f"{origin}/service") or {key.type for key in party} != {ED25519}:
        raise Malformed("key: the keys of a log are named after its origin")
    return party


def parse_handover_text(text: bytes) -> Handover:
    """Return what the text says, nothing verified. Raises Malformed or NewerFormat."""
    lines = Lines.of(text, "key", maximum_bytes=MAX_BYTES)
    new = _party(lines.take("origin"), lines.take("log"), lines.take("service"))
    time = parse_time(lines.take("time"), "key: time")
    names = ("previous-origin", "previous-log", "previous-service")
    old = _party(*[lines.take(name) for name in names])
    size = parse_decimal(lines.take("previous-size"), "key: previous-size")
    root = parse_base64(lines.take("previous-root"), "key: previous-root", length=HASH_BYTES)
    signature = parse_base64(lines.take("previous-signature"), "key: previous-signature", length=64)
    lines.done()
    if len({old.origin, new.origin}) != 2 or len({each.key for each in (*old, *new)}) != 4:
        raise Malformed("key: two logs with four keys are expected")
    if size == 0:
        raise Malformed("key: a log that was frozen has an entry")
    return Handover(new, time, old, size, root, signature)


def parse_handover(body: bytes) -> tuple[Handover, Note]:
    """Return the handover and its note, nothing verified. Raises Malformed or NewerFormat."""
    note = parse_note(body, MAX_BYTES)
    handover = parse_handover_text(note.text)
    names = [handover.old.service.name, handover.new.service.name]
    if [line.name for line in note.signatures] != names:
        raise Malformed("key: a signature line of either service is expected, the former's first")
    return handover, note


def verify_handover(body: bytes) -> Handover:
    """Return the handover, all three signatures verified by the keys that it names.

    Whether one of them is trusted is for the caller to say. Raises Malformed,
    NewerFormat or SignatureFailure.
    """
    handover, note = parse_handover(body)
    services = [handover.old.service, handover.new.service]
    if verify_note(note, services) != services:
        raise SignatureFailure("key: not signed by both services")
    check_last_head(handover)
    return handover


def check_last_head(handover: Handover) -> None:
    """Check that the former log's key signed the head that is named. Raises SignatureFailure."""
    old = handover.old
    text = Checkpoint(old.origin, handover.size, handover.root).to_text()
    check_ed25519_signature(old.log.key, handover.signature, text)
