"""Merkle tree checks: does this leaf belong to that root, does this log extend that one.

RFC 6962 §2.1 hashing with SHA-256; the verification rules are those of RFC 9162
§2.1.3.2 and §2.1.4.2 and, for subtrees, draft-ietf-plants-merkle-tree-certs §4.
The prefix bytes keep leaves and nodes apart: without them an inner node could be
presented as a leaf.

Every function is total: all integers and all byte strings have a defined answer,
which is either None (it holds) or the error named in its docstring. How many
hashes a path has follows from index and size alone, so another number of hashes
is refused before anything is hashed. Sizes and roots must come from a checkpoint
that has been verified, never from the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from verifier.errors import ConsistencyFailure, InclusionFailure, Malformed

HASH_BYTES: Final = 32

EMPTY_ROOT: Final = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 §2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one entry: ``SHA-256(0x00 ‖ data)``."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: ``SHA-256(0x01 ‖ left ‖ right)``."""
    return sha256(b"\x01" + left + right).digest()


_shared_node = lru_cache(maxsize=4096)(node_hash)
"""The same for paths: those of one checkpoint meet, and above that they are one path."""


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order, keeping O(log n) of them in memory.

    ``complete`` holds the roots of perfect subtrees, largest first; the binary
    digits of ``count`` say their sizes. Raises Malformed if one is not 32 bytes.
    """
    complete: list[bytes] = []
    for count, leaf in enumerate(leaf_hashes):
        if len(leaf) != HASH_BYTES:
            raise Malformed("leaf hash: not 32 bytes")
        grown, merges = leaf, count
        while merges & 1:
            grown = node_hash(complete.pop(), grown)
            merges >>= 1
        complete.append(grown)
    if not complete:
        return EMPTY_ROOT
    root = complete.pop()
    while complete:
        root = node_hash(complete.pop(), root)
    return root


def _path_length(index: int, size: int) -> tuple[int, int]:
    """Return how many siblings lie below and above the point where ``index`` meets the right edge.

    Below it a sibling may stand on either side; above it only on the left,
    one for each set bit that is left of ``index``.
    """
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion path leads to (RFC 9162 §2.1.3.2).

    ``leaf`` is a leaf hash, ``index`` counts from 0, ``proof`` has the leaf's
    sibling first. Raises InclusionFailure if no path can have this form.
    """
    if not 0 <= index < size:
        raise InclusionFailure("inclusion: the index is not below the size of the tree")
    inner, border = _path_length(index, size)
    if len(proof) != inner + border:
        raise InclusionFailure(
            f"inclusion: {len(proof)} hashes in the path where {inner + border} are needed"
        )
    if len(leaf) != HASH_BYTES:
        raise InclusionFailure("inclusion: the leaf hash is not 32 bytes")
    root = leaf
    for level, sibling in enumerate(proof):
        if len(sibling) != HASH_BYTES:
            raise InclusionFailure("inclusion: a hash in the path is not 32 bytes")
        if level >= inner or index >> level & 1:
            root = _shared_node(sibling, root)
        else:
            root = _shared_node(root, sibling)
    return root


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash stands at ``index`` of the tree of ``size`` leaves with ``root``.

    Raises InclusionFailure.
    """
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise InclusionFailure("inclusion: the path does not lead to the root")


def check_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the new tree has the old tree as its first ``old_size`` leaves.

    RFC 9162 §2.1.4.2. From size 0 the proof is empty and ``old_root`` must be
    ``EMPTY_ROOT`` (c2sp.org/tlog-witness); between equal sizes it is empty and
    the roots must be equal. Raises ConsistencyFailure.
    """
    _check_part(0, old_size, new_size, old_root, new_root, proof)


def is_subtree(start: int, end: int) -> bool:
    """Return whether leaves ``start`` to ``end`` (not included) can form a subtree.

    Empty, or ``start`` is a multiple of the least power of two that is not less
    than the number of leaves.
    """
    if not 0 <= start <= end:
        return False
    return start == end or start % (1 << (end - start - 1).bit_length()) == 0


def check_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash at ``index`` lies in the subtree [start, end) with ``root``.

    ``index`` counts from the beginning of the log. Raises InclusionFailure.
    """
    if not is_subtree(start, end):
        raise InclusionFailure("inclusion: these leaves do not form a subtree")
    check_inclusion(leaf, index - start, end - start, proof, root)


def check_subtree_consistency(
    start: int, end: int, size: int, subtree_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the subtree [start, end) is part of the tree of ``size`` leaves with ``root``.

    With start 0 this is the consistency proof from ``end`` to ``size``. An empty
    subtree is part of every tree. Raises ConsistencyFailure.
    """
    _check_part(start, end, size, subtree_root, root, proof)


def _check_part(
    start: int, end: int, size: int, part_root: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Lead one path to two roots: the left siblings within the part to its root, all to the other.

    The path begins at the largest perfect subtree that ends where the part
    ends. Where that is the whole part, its root is the one given and the
    proof leaves it out.
    """
    if not (is_subtree(start, end) and end <= size):
        raise ConsistencyFailure("consistency: these sizes cannot follow each other")
    if not (len(part_root) == len(root) == HASH_BYTES):
        raise ConsistencyFailure("consistency: a root is not 32 bytes")
    if start == end:
        if proof or part_root != EMPTY_ROOT or (size == 0 and root != EMPTY_ROOT):
            raise ConsistencyFailure("consistency: an empty tree has one root and needs no proof")
        return
    first, last, edge = start, end - 1, size - 1
    while first != last and (last & 1 or last == edge):
        first, last, edge = first >> 1, last >> 1, edge >> 1
    seeds = int(first != last)
    inner, border = _path_length(last, edge + 1)
    if len(proof) != seeds + inner + border:
        needed = seeds + inner + border
        raise ConsistencyFailure(
            f"consistency: {len(proof)} hashes in the proof where {needed} are needed"
        )
    if any(len(item) != HASH_BYTES for item in proof):
        raise ConsistencyFailure("consistency: a hash in the proof is not 32 bytes")
    part = whole = proof[0] if seeds else part_root
    for sibling in proof[seeds:]:
        if last & 1 or last == edge:
            while not last & 1:  # the right edge has no sibling at these levels
                first, last, edge = first >> 1, last >> 1, edge >> 1
            if first < last:
                part = node_hash(sibling, part)
            whole = node_hash(sibling, whole)
        else:
            whole = node_hash(whole, sibling)
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if part != part_root:
        raise ConsistencyFailure("consistency: the proof does not lead to the older root")
    if whole != root:
        raise ConsistencyFailure("consistency: the proof does not lead to the newer root")
