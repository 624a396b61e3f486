"""Proof of misconduct: two signed things that cannot both be of one append-only log (SPEC §17).

    exhibits         what can stand in a proof, each in its one spelling
    proof            the file ``beilin/misconduct/v1``: a kind, an origin, two exhibits
    contradictions   which two exhibits cannot both be, and in what they differ
    check            the procedure of a third party: policy and proof, nothing else
    build            making a proof from two exhibits; what does not prove is never written

A proof shows what a key signed. It never shows who used the key or why.
"""
