"""What must hold at every step, whoever died: the log as its readers see it.

The model looks at the database, the static tree and what the signer puts its name to, from
outside, and remembers: nothing that was seen once may be otherwise later.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ledger.config import read_config
from ledger.publish import Resource, open_note, resources
from ledger.signer import Head
from tests.reference import MTH
from verifier.errors import VerifierError
from verifier.evidence.entry import parse_entry
from verifier.tlog.merkle import leaf_hash
from verifier.tlog.note import parse_note
from verifier.tlog.tiles import parse_bundle


class Violation(AssertionError):
    """Something that must never be."""


class Model:
    """Everything that anyone has seen of one log."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.vkey = read_config(data).log
        self.entries: list[bytes] = []
        self.roots: dict[int, bytes] = {}
        self.head = self.checkpoint = self._received = 0

    def signed(self, head: Head) -> None:
        """The key was used: two roots of one size are a fork, whoever has them."""
        if self.roots.setdefault(head.size, head.root) != head.root:
            raise Violation(f"two roots of size {head.size} were signed")
        self._read_entries(head.size)
        if MTH(self.entries[: head.size]) != head.root:
            raise Violation(f"the root of size {head.size} is not that of the entries")

    def step(self) -> None:
        """Look after every step: the head and the checkpoint never go back."""
        with sqlite3.connect(f"file:{self._data}/beilin.db?mode=ro", uri=True) as database:
            head = database.execute("SELECT size FROM head").fetchone()[0]
        database.close()
        if head < self.head:
            raise Violation(f"the head went from {self.head} to {head}")
        self.head = head
        path = self._data / "log/checkpoint"
        if not path.exists():
            return  # lost with the power before its folder was fsynced: recovery brings it back
        try:
            checkpoint = open_note(path.read_bytes(), self.vkey)
        except VerifierError as error:
            raise Violation(f"the checkpoint is no signed note: {error}") from error
        if checkpoint.size < self.checkpoint:
            raise Violation(f"the checkpoint went from {self.checkpoint} to {checkpoint.size}")
        if checkpoint.size > self.checkpoint:
            if len(parse_note(path.read_bytes()).signatures) < 2:
                raise Violation(f"checkpoint {checkpoint.size} without a witness")
            self._read_tree(self.checkpoint, checkpoint.size)
            if MTH(self.entries[: checkpoint.size]) != checkpoint.root:
                raise Violation(f"checkpoint {checkpoint.size} is not of the entries")
        self.checkpoint = checkpoint.size

    def after_a_cut(self) -> None:
        """Read the whole database and the whole published tree again."""
        self.checkpoint = min(self.checkpoint, self._checkpoint_there())
        self._read_entries(len(self.entries), all_again=True)
        self._read_tree(0, self.checkpoint)

    def _checkpoint_there(self) -> int:
        """Return its size: a rename that was not durable yet may be undone by a power cut only."""
        path = self._data / "log/checkpoint"
        try:
            return open_note(path.read_bytes(), self.vkey).size if path.exists() else 0
        except VerifierError as error:
            raise Violation(f"the checkpoint is no signed note: {error}") from error

    def _read_entries(self, size: int, *, all_again: bool = False) -> None:
        start = 0 if all_again else len(self.entries)
        with sqlite3.connect(f"file:{self._data}/beilin.db?mode=ro", uri=True) as database:
            sql = "SELECT entry_index, entry FROM entries WHERE entry_index >= ? ORDER BY 1"
            rows = database.execute(sql, (start,)).fetchall()
        database.close()
        for at, (index, entry) in enumerate(rows, start):
            if index != at:
                raise Violation(f"a gap: entry {index} where {at} is due")
            if at < len(self.entries):
                if self.entries[at] != entry:
                    raise Violation(f"entry {at} has two contents")
                continue
            received = parse_entry(entry).received
            if received < self._received:
                raise Violation(f"entry {at}: received went from {self._received} to {received}")
            self._received = received
            self.entries.append(entry)
        if start + len(rows) < size:
            raise Violation(f"entries end at {start + len(rows)}, and {size} were there")

    def _read_tree(self, old: int, new: int) -> None:
        """Read what a reader needs to go from one published size to another."""
        self._read_entries(new)
        for resource in resources(old, new):
            path = self._data / "log" / resource.path()
            try:
                there = path.read_bytes()
            except FileNotFoundError:
                raise Violation(f"checkpoint {new} without {resource.path()}") from None
            if resource.level in (None, 0) and there != self._bytes(resource):
                raise Violation(f"{resource.path()} has other bytes than the entries")

    def _bytes(self, resource: Resource) -> bytes:
        start = 256 * resource.number
        entries = self.entries[start : start + resource.width]
        if resource.level == 0:
            return b"".join(map(leaf_hash, entries))
        there = (self._data / "log" / resource.path()).read_bytes()
        try:
            parsed = parse_bundle(there, resource.width)
        except VerifierError:
            return b""
        return there if parsed == entries else b""
