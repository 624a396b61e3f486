"""Does a signed checkpoint fit the one that is followed? What contradicts it becomes an alarm.

Whatever the log's key signed counts here, met quorum or not. A contradiction
comes with both notes and, where sizes differ, the hashes that lead from one
root to the other: a third party needs nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

from verifier.encoding import to_base64
from verifier.misconduct.build import part, part_of_head
from verifier.tlog.note import parse_note

from .alarms import Alarm
from .errors import NotShown
from .heads import Head
from .trees import Fetch, SignedTree


class Judged(NamedTuple):
    """``tree`` is that of a larger head which continues ours, ``alarm`` what speaks against it."""

    tree: SignedTree | None
    alarm: Alarm | None


def tree_of(head: Head, fetch: Fetch) -> SignedTree:
    """Return the tree of a head. Raises NotShown."""
    return SignedTree(fetch, head.checkpoint.size, head.checkpoint.root)


def judge(head: Head, mine: Head, near: Fetch, far: Fetch) -> Judged:
    """Compare a head with ours. Raises NotShown where the larger one's tree is not shown.

    ``near`` reads the mirror before the server, ``far`` the server alone.
    """
    new, own = head.checkpoint, mine.checkpoint
    if new.size == own.size:
        return Judged(None, None if new.root == own.root else _fork(mine, head))
    if new.size < own.size:
        try:
            tree = tree_of(mine, near)
            if tree.root(new.size) != new.root:
                return Judged(None, _rewrite(head, mine, tree))
        except NotShown:
            pass  # not mirrored so far, and no longer shown: only that it is smaller is known
        return Judged(None, _rollback(head, mine))

    def judge_with(fetch: Fetch) -> Judged:
        tree = tree_of(head, fetch)
        if tree.root(own.size) != own.root:
            return Judged(None, _rewrite(mine, head, tree))
        return Judged(tree, None)

    try:
        return judge_with(near)
    except NotShown:  # what is mirrored need not be part of another history
        return judge_with(far)


def _texts(*heads: Head) -> bytes:
    return b"".join(parse_note(head.note).text for head in heads)


def notes(*heads: Head) -> dict[str, bytes]:
    """Return notes as files of evidence."""
    return {f"note-{number}.txt": head.note for number, head in enumerate(heads, 1)}


def _fork(one: Head, other: Head) -> Alarm:
    values = {"size": one.checkpoint.size}
    exhibits = part_of_head(one.note, one.vkey), part_of_head(other.note, other.vkey)
    return Alarm("fork", _texts(one, other), values, notes(one, other), exhibits)


def _rewrite(older: Head, newer: Head, tree: SignedTree) -> Alarm:
    size = older.checkpoint.size
    now, proof = tree.root(size), tree.prove_consistency(size)
    lines = [f"{to_base64(each)}\n" for each in (now, *proof)]
    files = notes(older, newer) | {"consistency.txt": "".join(lines).encode()}
    values = {"first": size, "size": newer.checkpoint.size}
    before = part_of_head(older.note, older.vkey)
    exhibits = before, part(newer.note, newer.vkey, 0, size, now, proof)
    return Alarm("rewrite", _texts(older, newer), values, files, exhibits)


def _rollback(served: Head, mine: Head) -> Alarm:
    values = {"first": served.checkpoint.size, "size": mine.checkpoint.size}
    return Alarm("rollback", _texts(served, mine), values, notes(served, mine))
