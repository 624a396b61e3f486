"""RFC 6962 §2.1 word for word, as recursion over the entries themselves.

Slow and plain on purpose: it judges both the side that proves and the side that
checks, so it imports nothing of ours and hashes the leaves itself. ``D`` is the
list of entries, ``m`` an index or a size; names are those of the RFC.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

Entries = Sequence[bytes]


def split(n: int) -> int:
    """Return k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def MTH(D: Entries) -> bytes:
    """Return the Merkle tree hash of the entries."""
    n = len(D)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + D[0]).digest()
    k = split(n)
    return sha256(b"\x01" + MTH(D[:k]) + MTH(D[k:])).digest()


def PATH(m: int, D: Entries) -> list[bytes]:
    """Return the audit path of entry m (§2.1.1), the leaf's sibling first."""
    n = len(D)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*PATH(m, D[:k]), MTH(D[k:])]
    return [*PATH(m - k, D[k:]), MTH(D[:k])]


def PROOF(m: int, D: Entries) -> list[bytes]:
    """Return the consistency proof from the first m entries to all (§2.1.2), 0 < m <= n."""
    return SUBPROOF(m, D, b=True)


def SUBPROOF(m: int, D: Entries, *, b: bool) -> list[bytes]:
    """Return the proof for a subtree; ``b`` says that the verifier knows MTH(D[:m])."""
    n = len(D)
    if m == n:
        return [] if b else [MTH(D)]
    k = split(n)
    if m <= k:
        return [*SUBPROOF(m, D[:k], b=b), MTH(D[k:])]
    return [*SUBPROOF(m - k, D[k:], b=False), MTH(D[:k])]


def SUBTREE_PROOF(start: int, end: int, D: Entries, *, b: bool = True) -> list[bytes]:
    """Return the proof that [start, end) is part of D (draft-ietf-plants-merkle-tree-certs §4)."""
    n = len(D)
    if (start, end) == (0, n):
        return [] if b else [MTH(D)]
    k = split(n)
    if end <= k:
        return [*SUBTREE_PROOF(start, end, D[:k], b=b), MTH(D[k:])]
    if k <= start:
        return [*SUBTREE_PROOF(start - k, end - k, D[k:], b=b), MTH(D[:k])]
    return [*SUBTREE_PROOF(0, end - k, D[k:], b=False), MTH(D[:k])]
