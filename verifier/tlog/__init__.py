"""The public log, from a verifier's side: hashes, notes, checkpoints, proofs and trust policy.

Everything here reads or checks the wire formats of c2sp.org (signed-note,
tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof, tlog-policy) over the
Merkle tree of RFC 6962. Nothing here proves, signs, waits or asks a clock: the
side that builds proofs shares ``merkle.leaf_hash`` and ``merkle.node_hash`` with
this one and nothing else, so each side can be judged by the other.
"""
