"""W1: which entry a submission becomes.

Numbers, times, links and chains are given here, inside one transaction that
holds the write lock. What is remembered between batches (heads of chains, the
accounts' counts) is a cache: after a failure it is thrown away and read again.
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from verifier.encoding import to_base64, to_time
from verifier.evidence.entry import Entry, parse_anchor
from verifier.evidence.statement import commitment
from verifier.tlog.merkle import leaf_hash

from .accept import SERVICE, Item, Outcome
from .anchors.rows import anchor_rows
from .errors import DigestKnown, Erased, Frozen, KeyReused, LedgerError, Unavailable
from .jobs import Job, OwnEntry
from .queries import InForce, fetch, fetch_in, in_force
from .store import Row, Rows

_REMEMBERED: Final = 100_000


class Numbered(NamedTuple):
    """What W1 decided: rows to insert, their leaf hashes, and an answer for each job."""

    rows: Rows
    leaf_hashes: list[bytes]
    answers: list[Outcome | LedgerError]


class Chain(NamedTuple):
    """The head of a dossier's chain: its last item, and the link of the one to come."""

    epoch: int
    item: int
    leaf: bytes | None
    next: bytes


class Numbering:
    """Gives numbers; owned by the sequencer's thread."""

    def __init__(self) -> None:
        self._chains: dict[tuple[bytes, bytes], Chain] = {}
        self._counts: dict[bytes, int] = {}

    def forget(self) -> None:
        """Throw away what is remembered, because a transaction failed."""
        self._chains.clear()
        self._counts.clear()

    def number(
        self, connection: Connection, jobs: Sequence[Job], size: int, received: int
    ) -> Numbered:
        """Number the jobs behind entry ``size`` - 1; the caller inserts and commits."""
        if len(self._chains) > _REMEMBERED:
            self.forget()
        requests = _known_requests(connection, jobs)
        digests = _known_digests(connection, jobs)
        force = in_force(connection)
        result = Numbered(Rows([], [], [], [], []), [], [])
        # Drawn at once: at every call the thread offers the others its turn.
        drawn = memoryview(os.urandom(64 * sum(job.entries for job in jobs)))
        closed = False
        for job in jobs:
            if closed:
                result.answers.append(Frozen("the log is closed for good"))
                continue
            if job.own is not None:
                at = size + len(result.leaf_hashes)
                own = _add_own(job.own, at, received, result)
                result.answers.append(own)
                closed = job.own.kind == "freeze" and isinstance(own, Outcome)
                continue
            answer = _repeated(connection, job, requests) or _known(job, digests)
            if answer is None:
                first = size + len(result.leaf_hashes)
                self._add(
                    connection, job, first, received, force, drawn[64 * (first - size) :], result
                )
                if job is not jobs[-1]:
                    for at, item in enumerate(job.items, first):
                        known = digests[job.request.account, item.digest]
                        known.append((item.identity_hash, at))
                answer = Outcome(tuple(range(first, first + len(job.items))), fresh=True)
            result.answers.append(answer)
        return result

    def _add(
        self,
        connection: Connection,
        job: Job,
        index: int,
        received: int,
        force: InForce,
        drawn: memoryview,
        result: Numbered,
    ) -> None:
        account, key, fingerprint = job.request
        rows, leaf_hashes = result.rows, result.leaf_hashes
        rows.requests.append((account, key, fingerprint, index, len(job.items)))
        number = self._count(connection, account)
        time = to_time(received).encode()
        tails: dict[int, bytes] = {}
        for at, item in enumerate(job.items):
            salt = bytes(drawn[64 * at : 64 * at + 32])
            following = bytes(drawn[64 * at + 32 : 64 * at + 64])
            dossier = item.submission.dossier
            chain = self._chains.get((account, dossier))
            if chain is None:
                chain = _read_chain(connection, account, dossier, force.epoch)
            tail = tails.get(chain.epoch)
            if tail is None:
                tail = statement_tail(job.identity, force.declaration, chain.epoch)
                tails[chain.epoch] = tail
            place = chain.item + 1
            number += 1
            statement = statement_bytes(item, chain, following, number, tail)
            value = commitment(salt, statement)
            entry = b"beilin/entry/v1\nkind evidence\nlink %breceived %b\ncommitment %b" % (
                b2a_base64(chain.next),
                time,
                b2a_base64(value),
            )
            leaf = leaf_hash(entry)
            rows.entries.append((index, chain.next, entry, leaf, received))
            rows.openings.append((index, salt, statement))
            chained = (account, dossier, chain.epoch, place, number, following)
            rows.submissions.append((index, *chained, item.digest, item.identity_hash))
            leaf_hashes.append(leaf)
            self._chains[account, dossier] = Chain(chain.epoch, place, leaf, following)
            index += 1
        self._counts[account] = number

    def _count(self, connection: Connection, account: bytes) -> int:
        count = self._counts.get(account)
        if count is None:
            sql = "SELECT coalesce(max(number), 0) FROM submissions WHERE account = ?"
            count = int(fetch(connection, sql, account)[0][0])
        return count


def _add_own(own: OwnEntry, index: int, received: int, result: Numbered) -> Outcome | LedgerError:
    if received < own.not_before:
        return Unavailable("the clock is behind the time that this entry is about")
    if own.at not in (None, index):
        return Unavailable("another entry took the place that this one names")
    link = os.urandom(32)
    entry = Entry(own.kind, link, received, None, own.body).to_bytes()
    leaf = leaf_hash(entry)
    result.rows.entries.append((index, link, entry, leaf, received))
    if own.kind == "anchor":
        result.rows.anchors.extend(anchor_rows(index, parse_anchor(own.body)))
    result.leaf_hashes.append(leaf)
    return Outcome((index,), fresh=True)


def statement_bytes(item: Item, chain: Chain, following: bytes, number: int, tail: bytes) -> bytes:
    """Return ``Statement(…).to_bytes()`` without writing the submission a second time.

    Written out here, as the entry above, because W1 holds the database's lock.
    What it yields is parsed when the receipt is built, and compared in a test.
    ``b2a_base64`` ends what it returns with a line feed.
    """
    signature = b"none\n" if item.signature is None else b2a_base64(item.signature)
    previous = b"none\n" if chain.leaf is None else b2a_base64(chain.leaf)
    return b"beilin/statement/v1\n%bsignature %bitem %d\nprevious %bnext %bnumber %d\n%b" % (
        item.text,
        signature,
        chain.item + 1,
        previous,
        b2a_base64(following),
        number,
        tail,
    )


def statement_tail(identity: str, declaration: bytes | None, epoch: int) -> bytes:
    """Return the last lines of a statement, which all entries of a request share."""
    named = "none" if declaration is None else to_base64(declaration)
    service = f"identity {identity}\nservice {SERVICE}\n"
    return f"{service}declaration {named}\nepoch {epoch}\n".encode()


def _read_chain(connection: Connection, account: bytes, dossier: bytes, epoch: int) -> Chain:
    """Return the head of a chain, or the beginning of a new one.

    If the entry with the head's ``next`` link exists although we do not know
    it, the head was lost with the database; the chain begins anew.
    """
    sql = (
        "SELECT s.epoch, s.item, e.leaf_hash, s.next FROM submissions s "
        "JOIN entries e ON e.entry_index = s.entry_index "
        "WHERE s.account = ? AND s.dossier = ? ORDER BY s.epoch DESC, s.item DESC LIMIT 1"
    )
    rows: Sequence[Row] = fetch(connection, sql, account, dossier)
    new = Chain(epoch, 0, None, os.urandom(32))
    if not rows:
        return new
    chain = Chain(*rows[0])  # type: ignore[arg-type]
    if chain.epoch == epoch:
        return chain
    sql = "SELECT entry_index FROM entries WHERE link = ?"
    return new if fetch(connection, sql, chain.next) else chain


_Requests = dict[tuple[bytes, bytes], tuple[bytes, int, int]]
_Digests = defaultdict[tuple[bytes, bytes], list[tuple[bytes, int]]]


def _known_requests(connection: Connection, jobs: Sequence[Job]) -> _Requests:
    keys: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for job in jobs:
        if job.own is None:
            keys[job.request.account].append(job.request.key)
    sql = (
        "SELECT key, fingerprint, first_index, entry_count FROM requests "
        "WHERE account = ? AND key IN (??)"
    )
    return {
        (account, key): (fingerprint, first, count)
        for account, wanted in keys.items()
        for key, fingerprint, first, count in fetch_in(connection, sql, (account,), wanted)
    }


def _known_digests(connection: Connection, jobs: Sequence[Job]) -> _Digests:
    wanted: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for job in jobs:
        wanted[job.request.account].extend(item.digest for item in job.items)
    sql = (
        "SELECT digest, identity_hash, entry_index FROM submissions "
        "WHERE account = ? AND digest IN (??)"
    )
    known: _Digests = defaultdict(list)
    for account, digests in wanted.items():
        for digest, identity, index in fetch_in(connection, sql, (account,), digests):
            known[account, digest].append((identity, index))
    return known


def _repeated(
    connection: Connection, job: Job, requests: _Requests
) -> Outcome | LedgerError | None:
    """Answer a request whose Idempotency-Key is known."""
    found = requests.get((job.request.account, job.request.key))
    if found is None:
        return None
    fingerprint, first, count = found
    sql = (
        "SELECT entry_index FROM erasures WHERE cause = 'erased' "
        "AND entry_index >= ? AND entry_index < ? LIMIT 1"
    )
    for (index,) in fetch(connection, sql, first, first + count):
        return Erased(f"entry {index} of this request was erased")
    if fingerprint != job.request.fingerprint:
        return KeyReused("this Idempotency-Key stood before another request")
    return Outcome(tuple(range(first, first + count)), fresh=False)


def _known(job: Job, digests: _Digests) -> Outcome | LedgerError | None:
    """Answer a request with a digest that the account anchored before, unless it says ``again``.

    The very same submissions (which hold the Idempotency-Key) are a repeat whose
    request row is gone.
    """
    same: list[int] = []
    for item in job.items:
        known = digests.get((job.request.account, item.digest), [])
        index = next((at for identity, at in known if identity == item.identity_hash), None)
        if index is not None:
            same.append(index)
        elif known and not item.again:
            return DigestKnown(min(at for _, at in known))
    if not same:
        return None
    if len(same) == len(job.items):
        return Outcome(tuple(same), fresh=False)
    return KeyReused("part of these submissions was anchored by another request")
