"""fsck, the rows: does each entry agree with its columns, its opening and its dossier's chain?

The entry is written again from ``link``, ``received``, ``salt`` and ``statement``
and must be byte for byte the stored one; that is faster than parsing it, and
finds a change in any of the five.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from verifier.encoding import to_time
from verifier.errors import VerifierError
from verifier.evidence.entry import Anchor, Entry, parse_anchor, parse_entry
from verifier.tlog.merkle import leaf_hash

from .queries import fetch


class Finding(NamedTuple):
    """One thing that is not as it must be: table, column and index, or file and offset."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


_ROWS: Final = (
    "SELECT e.entry_index, e.link, e.entry, e.leaf_hash, e.received, o.salt, o.statement, "
    "s.account, s.dossier, s.epoch, s.item, s.number, s.next, s.digest, s.identity_hash "
    "FROM entries e LEFT JOIN openings o ON o.entry_index = e.entry_index "
    "LEFT JOIN submissions s ON s.entry_index = e.entry_index "
    "WHERE e.entry_index >= ? AND e.entry_index < ? ORDER BY e.entry_index"
)
_CAUSES: Final = (
    "SELECT entry_index, cause FROM erasures WHERE entry_index >= ? AND entry_index < ?"
)
_ENTRY: Final = b"beilin/entry/v1\nkind evidence\nlink %b\nreceived %b\ncommitment %b\n"
_HEAD: Final = (
    b"beilin/statement/v1\nbeilin/submission/v1\norigin %b\naccount %b\ndossier %b\nwhat "
)
_text = partial(b2a_base64, newline=False)
_SUBMISSION_AT: Final = len(b"beilin/statement/v1\n")
_DIGEST: Final = b"\ndigest sha-256 %b\n"
_DECLARATION: Final = b"\ndeclaration "
_PLACE: Final = b"\nitem %d\nprevious %b\nnext %b\nnumber %d\nidentity "


# A chain so far: its statements' first lines, the last item, its leaf hash as text, its next.
_Chain = tuple[bytes, int, bytes, bytes | None]


class Rows:
    """Walks the rows in index order; remembers the head of every chain."""

    def __init__(
        self, connection: Connection, origin: str, declarations: Mapping[bytes, int]
    ) -> None:
        """``declarations``: the number of each by its digest in base64; ``none`` is 0."""
        self._connection = connection
        self._declarations = declarations
        self._in_force = 0
        self._origin = origin.encode()
        self._received = 0
        self._time = b""
        self._chains: dict[tuple[bytes, bytes, int], _Chain] = {}
        self._found: list[Finding] = []
        self._numbers: dict[bytes, int] = {}
        self._openings = self._submissions = self._erasures = 0
        self.anchors: dict[int, Anchor] = {}
        self.own: dict[int, Entry] = {}
        self._losses = bool(fetch(connection, "SELECT 1 FROM epochs LIMIT 1"))

    def check(
        self,
        start: int,
        end: int,
        hints: Sequence[bytes],
        leaves: list[bytes],
        entries: list[bytes],
    ) -> list[Finding]:
        """Check entries start … end - 1 and append their leaf hashes and bytes to the lists.

        ``hints`` are the leaf hashes of the tile rows: where entry and column
        disagree, the tree is followed, so that one flip is not reported as a
        wrong root of every later size.
        """
        by_index = {row[0]: row for row in fetch(self._connection, _ROWS, start, end)}
        causes = dict(fetch(self._connection, _CAUSES, start, end))
        self._erasures += len(causes)
        for index in range(start, end):
            row = by_index.get(index)
            hint = hints[index - start]
            if row is None:
                self._report(f"entries, index {index}", "is missing")
                leaves.append(hint)
                entries.append(b"")
                continue
            leaf = leaf_hash(row[2])
            if leaf != row[3]:
                self._report(f"entries, index {index}", "entry and leaf_hash disagree")
                if hint == row[3]:
                    leaf = hint
            leaves.append(leaf)
            entries.append(row[2])
            self._row(row, leaf, causes.get(index))
        found, self._found = self._found, []
        return found

    def _report(self, where: str, what: str) -> None:
        self._found.append(Finding(where, what))

    def _row(self, row: Any, leaf: bytes, cause: str | None) -> None:
        index, link, entry, _, received, salt, statement = row[:7]
        if received < self._received:
            self._report(f"entries.received, index {index}", "goes back in time")
        elif received > self._received or not self._time:
            self._received, self._time = received, _time(received)
        if salt is None:
            self._found += self._unopened(index, link, entry, received, cause)
        else:
            self._openings += 1
            time = self._time if received == self._received else _time(received)
            value = sha256(b"beilin/commit/v1\x00" + salt + statement).digest()
            if entry != _ENTRY % (_text(link), time, _text(value)):
                self._report(
                    f"entries or openings, index {index}",
                    "entry, link, received, salt and statement do not fit each other",
                )
            if cause is not None:
                self._report(f"erasures, index {index}", "marked as gone, but it is there")
        if row[7] is not None:
            self._submissions += 1
            self._submission(row, leaf, cause)
        elif cause != "lost" and salt is not None:
            self._report(f"submissions, index {index}", "is missing")

    def _unopened(
        self, index: int, link: bytes, entry: bytes, received: int, cause: str | None
    ) -> Iterator[Finding]:
        """Check an entry without an opening: another kind, or erased, or lost."""
        try:
            parsed = parse_entry(entry)
        except VerifierError as error:
            yield Finding(f"entries.entry, index {index}", str(error))
            return
        if (parsed.link, parsed.received) != (link, received):
            yield Finding(f"entries, index {index}", "link or received is not that of the entry")
        if parsed.kind == "evidence" and cause is None:
            yield Finding(f"openings, index {index}", "is missing, and no erasure is noted")
        if parsed.kind == "anchor" and parsed.body is not None:
            self.anchors[index] = parse_anchor(parsed.body)
        elif parsed.kind in ("freeze", "key"):
            self.own[index] = parsed

    def _submission(self, row: Any, leaf: bytes, cause: str | None) -> None:
        index, link, statement = row[0], row[1], row[6]
        account, dossier, epoch, item, number, following, digest, identity = row[7:15]
        place = (account, dossier, epoch)
        chain = self._chains.get(place)
        if chain is None:
            head = _HEAD % (self._origin, _text(account), _text(dossier))
            chain = (head, 0, b"none", None)
        head, last, previous, expected_link = chain
        if last + 1 != item:
            self._report(f"submissions, index {index}", f"item {item} follows item {last}")
        elif expected_link not in (None, link):
            self._report(f"submissions, index {index}", "link is not the next of the item before")
        self._chains[place] = (head, item, _text(leaf), following)
        count = self._numbers.get(account, 0) + 1
        if number < count or (number > count and not self._losses):
            self._report(f"submissions, index {index}", f"number {number} follows {count - 1}")
        self._numbers[account] = number
        if statement is None:
            if digest is not None or identity is not None or cause is None:
                where = f"submissions, index {index}"
                self._report(where, "its opening is gone and it still says what it was")
            return
        # Values hold no line feed, so each of these can stand in one place only.
        fits = (
            statement.startswith(head)
            and digest is not None
            and _DIGEST % _text(digest) in statement
            and _PLACE % (item, previous, _text(following), number) in statement
            and statement.endswith(b"\nepoch %d\n" % epoch)
        )
        if not fits:
            where = f"submissions or openings.statement, index {index}"
            self._report(where, "account, dossier, digest, item, next, number or epoch differ")
        self._declared(index, statement)
        end = statement.find(b"\nsignature ") + 1
        if sha256(statement[_SUBMISSION_AT:end]).digest() != identity:
            where = f"submissions.identity_hash, index {index}"
            self._report(where, "not that of the submission")

    def _declared(self, index: int, statement: bytes) -> None:
        """The declaration named is one that we have, and none of those that were replaced."""
        start = statement.rfind(_DECLARATION) + len(_DECLARATION)
        number = self._declarations.get(statement[start : statement.find(b"\n", start)])
        if number is None:
            where = f"openings.statement, index {index}"
            self._report(where, "names a declaration that is not stored")
        elif number < self._in_force:
            self._report(f"openings.statement, index {index}", "names a declaration out of force")
        else:
            self._in_force = number

    def finish(self, count: int) -> Iterator[Finding]:
        """Check what is not one row's matter: strays, duplicates, requests."""
        for table, seen in (
            ("openings", self._openings),
            ("submissions", self._submissions),
            ("erasures", self._erasures),
        ):
            # The names are those of the line above.
            there = fetch(self._connection, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
            if there != seen:
                yield Finding(table, f"{there} rows, {seen} of them belong to an entry")
        sql = "SELECT min(entry_index) FROM entries GROUP BY link HAVING count(*) > 1"
        for (index,) in fetch(self._connection, sql):
            yield Finding(f"entries.link, index {index}", "occurs twice")
        yield from self._requests(count)

    def _requests(self, count: int) -> Iterator[Finding]:
        sql = (
            "SELECT r.account, r.key, r.first_index, r.entry_count, o.statement, p.statement, "
            "s.account, t.account FROM requests r "
            "LEFT JOIN openings o ON o.entry_index = r.first_index "
            "LEFT JOIN openings p ON p.entry_index = r.first_index + r.entry_count - 1 "
            "LEFT JOIN submissions s ON s.entry_index = r.first_index "
            "LEFT JOIN submissions t ON t.entry_index = r.first_index + r.entry_count - 1 "
            "ORDER BY r.first_index"
        )
        total = before = 0
        for account, key, first, entries, *ends in fetch(self._connection, sql):
            total += entries
            nonce = b"\nnonce " + _text(key) + b"\n"
            known = all(said is None or nonce in said for said in ends[:2])
            inside = entries >= 1 and before <= first and first + entries <= count
            before = first + entries
            if not known or not inside or set(ends[2:]) != {account}:
                yield Finding(f"requests, first_index {first}", "does not fit its entries")
        there = fetch(self._connection, "SELECT count(*) FROM submissions")[0][0]
        if total != there:
            yield Finding("requests", f"stand for {total} entries of {there}")


def _time(seconds: int) -> bytes:
    try:
        return to_time(seconds).encode()
    except (ValueError, OverflowError, OSError):
        return b""  # no time that an entry can have
