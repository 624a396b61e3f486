"""Comparing what two people hold of one log (SPEC §17.5).

    trees          what is known of a signed tree, and what that proves of its parts
    copy_tree      the same, read from the tiles of a copy of the log
    material       what a receipt, a package, a head, a proof holds: heads, entries, items, words
    reading        a file of any of these kinds → material, everything in it verified
    pairs          every pair that cannot both be
    compare        the procedure, and what it may say

Nothing here is believed because it was not contradicted: that two heads are of
one history is said only where a consistency proof was computed.
"""
