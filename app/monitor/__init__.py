"""A monitor: follows the log of somebody else, keeps its own head, mirrors it, and raises alarms.

    fetching    one server, bounded in bytes and time
    trees       hashes of a signed tree, each led to its root before it is believed; proofs from them
    heads       a note that the log's key signed, and what the policy says of it
    memory      what is remembered between runs: the head, how far the entries were checked, links
    mirror      the static tree as the log serves it, for ``beilin-verify audit``
    entries     every new entry: spelling, order, links
    alarms      what an alarm says; evidence that is written once
    following   one round: checkpoint, consistency, entries, mirror, re-reading
    running     rounds, one after another, or a single one

It imports the verifier and nothing of the ledger: what it finds rests on no code of the log's own.
"""
