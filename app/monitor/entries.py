"""Every new entry of the log: its spelling, its time, its link, and nothing behind a freeze.

The judgement is the audit's own (``verifier.checks.log_entries``). A bundle in
which it finds a fault is read again entry by entry, so that each fault is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from verifier.checks.log_entries import Entries, is_open
from verifier.checks.log_own import OwnEntries
from verifier.errors import VerifierError
from verifier.evidence.entry import FREEZE, parse_entry
from verifier.evidence.freeze import parse_freeze
from verifier.policy import Policy
from verifier.report.escape import show
from verifier.tlog.note import parse_note

from .memory import Memory

_KINDS: Final = {"ENTRY_AFTER_FREEZE": "freeze", "TIME_DECREASES": "time"}


class Found(NamedTuple):
    """A fault of one entry: ``kind`` is that of the alarm, ``reason`` a sentence of ours."""

    kind: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    reason: str


class _Faulty(Exception):
    """There is a fault in the bundle."""


class Checker:
    """Reads bundles in order, within transactions of the memory."""

    def __init__(self, memory: Memory, policy: Policy) -> None:
        self._memory = memory
        self._policy = policy

    def read(
        self, note: bytes, path: str, data: bytes, starts: list[int], first: int
    ) -> list[Found]:
        """Check the entries of a bundle, or of the rest of one; remember what they say.

        ``note`` is that of the head which holds them.
        """
        last = self._memory.get("received") or b""
        frozen = self._memory.number("frozen")
        links = self._memory.links(first)

        def begin() -> Entries:
            own = OwnEntries(parse_note(note), self._policy)
            return Entries(links, last=last, frozen=frozen is not None, own=own)

        found: list[Found] = []
        entries = begin()
        try:
            with self._memory.attempt():
                entries.read(path, data, starts, first)
                if entries.fault is not None or entries.twice is not None:
                    raise _Faulty
        except _Faulty:
            entries = begin()
            found = list(_one_by_one(entries, path, data, starts, first))
        if entries.frozen and frozen is None:
            spans = enumerate(pairwise(starts), first)
            place = next((at, span) for at, span in spans if data.startswith(FREEZE, span[0]))
            frozen, (start, end) = place
            self._memory.put(successor=_successor(data[start : end - 2]))
        self._memory.put(received=entries.last, frozen=frozen)
        return found


def _successor(entry: bytes) -> str | None:
    """Return the name of the log that goes on, as the closing statement has it; None for none."""
    try:
        body = parse_entry(entry).body
        successor = None if body is None else parse_freeze(body)[0].successor
    except VerifierError:  # a fault of its own, found above
        return None
    return None if successor is None else show(successor.name)


def _one_by_one(
    entries: Entries, path: str, data: bytes, starts: list[int], first: int
) -> Iterator[Found]:
    for index, (start, end) in enumerate(pairwise(starts), first):
        entries.read(path, data[start - 2 : end - 2], [2, end - start + 2], index)
        fault, entries.fault = entries.fault, None
        twice, entries.twice = entries.twice, None
        if fault is not None:
            kind = "newer" if is_open(fault) else _KINDS.get(fault.reason, "entry")
            yield Found(kind, index, fault.reason)
        if twice is not None:
            yield Found("link", index, twice.reason)
