"""Was a later item of a dossier anchored? A copy of the log answers, if it is fit to.

SPEC §12.2 and §13.6 step 11. The copy must be of the receipt's own log, its
checkpoint must be as sound under the policy as a receipt's, and its entries
must lead to it. What is found is whether an entry bears the link that the
receipt announced; that the operator numbered nothing elsewhere is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..encoding import to_base64
from ..errors import ConsistencyFailure, Malformed, VerifierError
from ..evidence.entry import parse_entry
from ..evidence.receipt import Receipt
from ..levels import Levels, hash_leaves
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.merkle import EMPTY_ROOT
from ..tlog.note import parse_note
from ..tlog.tiles import TILE_WIDTH
from .log_copy import BrokenBundle, LogCopy, cut_bundle, entries_of, path_of, tile_widths
from .log_key import check_log_key
from .witnesses import count_cosignatures

Progress = Callable[[str, int, int], None]
"""Called with the word ``entries``, how many were read and how many there are."""

_ANY_ENTRY = b"beilin/entry/v"
_ENTRY = b"beilin/entry/v1\n"


class UnusableCopy(Malformed):
    """The folder cannot answer: damaged, older than the receipt, another log's, not sound.

    It says nothing against the receipt; the question stays open.
    """


class Hit(NamedTuple):
    """An entry that bears the link: its index, and whether it is one of kind evidence."""

    index: int  # type: ignore[assignment]  # hides tuple.index, no use here
    is_evidence: bool


class Hits(NamedTuple):
    """What bears a link among all ``size`` entries of a copy, by index."""

    size: int
    hits: tuple[Hit, ...]


def check_siblings(
    result: Result,
    receipt: Receipt,
    policy: Policy,
    log: Path | None,
    progress: Progress | None = None,
) -> None:
    """Add the check ``siblings``: does an entry bear the link announced, and may it?"""
    link = receipt.statement.next
    if link == receipt.entry.link:
        result.add("siblings", FAILED, "BINDING_FAILURE", reason="LINK_OWN")
        return
    if log is None:
        result.add("siblings", NOT_DONE, "LOG_COPY_NOT_SUPPLIED")
        return
    # A copy is held against the receipt's own head, so that must stand first.
    heads = [result.check(name) for name in ("checkpoint", "log_key")]
    if any(check is None or check.status != DONE for check in heads):
        result.add("siblings", NOT_DONE, "NOT_REACHED")
        return
    head = parse_checkpoint(parse_note(receipt.proof.note).text)
    try:
        size, hits = find_link(log, policy, link, head, progress)
    except ConsistencyFailure as error:
        result.add("siblings", FAILED, error.sub_indication, reason="TWO_HISTORIES", size=head.size)
        return
    except (VerifierError, OSError) as error:
        result.add("siblings", NOT_DONE, "LOG_COPY_UNUSABLE", reason=str(error))
        return
    _judge(result, receipt, size, hits)


def _judge(result: Result, receipt: Receipt, size: int, hits: tuple[Hit, ...]) -> None:
    """Say what follows: none, one later item, or a chain that does not hold."""
    if not hits:
        result.add("siblings", DONE, size=size)
        result.note("NO_LATER_ITEM", size=size, link=to_base64(receipt.statement.next))
        return
    first = hits[0].index
    if first <= receipt.proof.index:
        reason, values = "LINK_NOT_LATER", {"index": first}
    elif len(hits) > 1:
        reason, values = "CHAIN_FORKS", {"index": hits[1].index, "first_index": first}
    elif not hits[0].is_evidence:
        reason, values = "LINK_OF_NO_ITEM", {"index": first}
    else:
        result.add("siblings", DONE, size=size, index=first)
        result.note("LATER_ITEM", index=first, size=size)
        return
    result.add("siblings", FAILED, "BINDING_FAILURE", reason=reason, size=size, **values)


def find_link(
    directory: Path,
    policy: Policy,
    link: bytes,
    head: Checkpoint,
    progress: Progress | None = None,
) -> Hits:
    """Look for the entries with ``link`` in a later copy of the log that a receipt is from.

    ``head`` is the receipt's checkpoint, verified under the log's key. Every
    entry of the copy is hashed: they must lead to its checkpoint, and the first
    ``head.size`` of them to ``head.root``.

    Raises UnusableCopy where the copy cannot answer, and ConsistencyFailure
    where a complete copy under the log's own sound key does not contain the
    receipt's tree: then the log showed two histories, whoever cosigned.
    """
    copy = LogCopy(directory)
    checkpoint, quorum = _signed_checkpoint(copy, policy, head.origin)
    if checkpoint.size < head.size:
        raise UnusableCopy("log copy: older than the receipt's checkpoint")
    levels = Levels()
    line = b"link " + to_base64(link).encode()
    hits: list[Hit] = []
    newer = False
    root_then = EMPTY_ROOT if head.size == 0 else b""
    for index, width in tile_widths(checkpoint.size):
        data, starts = _bundle(copy, index, width)
        first = index * TILE_WIDTH
        if line in data:
            hits += _hits(line, entries_of(data, starts), first)
        newer = newer or _has_newer(data, starts)
        hashes = hash_leaves(data, starts)
        if first < head.size <= first + width:
            root_then = levels.root(hashes[: head.size - first])
        for _ in levels.push(hashes):
            pass
        if progress is not None and not index & 63:
            progress("entries", first + width, checkpoint.size)
    if levels.root() != checkpoint.root:
        raise UnusableCopy("log copy: its entries do not lead to its own checkpoint")
    if root_then != head.root:
        raise ConsistencyFailure("log copy: it does not contain the receipt's checkpoint")
    if quorum is not None:
        raise UnusableCopy(f"log copy: its checkpoint is not sound under the policy: {quorum}")
    if newer and not hits:
        raise UnusableCopy("log copy: it holds an entry of a version that is not known here")
    return Hits(checkpoint.size, tuple(hits))


def _signed_checkpoint(copy: LogCopy, policy: Policy, origin: str) -> tuple[Checkpoint, str | None]:
    """Return the copy's checkpoint under the log's sound key, and what its quorum lacks."""
    try:
        note = parse_note(copy.read_checkpoint())
        checkpoint = parse_checkpoint(note.text)
    except OSError:
        raise UnusableCopy("log copy: no checkpoint that can be read") from None
    except VerifierError as error:
        raise UnusableCopy(f"log copy: {error}") from None
    if checkpoint.origin != origin:
        raise UnusableCopy("log copy: of another log than the receipt")
    trial = Result("audit")
    vkey = check_log_key(trial, note, {origin}, checkpoint.size, policy)
    wrong = _not_done(trial, "log_key")
    if vkey is None or wrong is not None:
        raise UnusableCopy(f"log copy: its checkpoint is not sound under the policy: {wrong}")
    count_cosignatures(trial, note, policy, vkey)
    return checkpoint, _not_done(trial, "quorum")


def _not_done(trial: Result, name: str) -> str | None:
    check = trial.check(name)
    if check is None:
        return "NOT_REACHED"
    return None if check.status == DONE else str(check.sub_indication)


def _bundle(copy: LogCopy, index: int, width: int) -> tuple[bytes, list[int]]:
    path = path_of(None, index, width)
    file = copy.read_tile(None, index, width)
    if file is None:
        raise UnusableCopy(f"log copy: {path} is missing")
    try:
        return file.data, cut_bundle(file.data, width, exact=file.path == path)
    except BrokenBundle as error:
        raise UnusableCopy(f"log copy: {path}: {error}") from None


def _hits(line: bytes, entries: list[bytes], first: int) -> list[Hit]:
    """Return the entries whose head has this line; a body or another value is no head's link."""
    return [
        Hit(index, _is_evidence(entry))
        for index, entry in enumerate(entries, first)
        if entry.startswith(_ANY_ENTRY) and line in entry.partition(b"\n\n")[0].split(b"\n")
    ]


def _is_evidence(entry: bytes) -> bool:
    try:
        return parse_entry(entry).kind == "evidence"
    except Malformed:
        return False


def _has_newer(data: bytes, starts: list[int]) -> bool:
    """Whether an entry is of a version that may hold its link elsewhere."""
    if data.count(_ANY_ENTRY) == data.count(_ENTRY):
        return False
    return any(
        entry.startswith(_ANY_ENTRY) and not entry.startswith(_ENTRY)
        for entry in entries_of(data, starts)
    )
