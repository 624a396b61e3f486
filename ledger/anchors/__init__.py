"""Time from outside: tokens over published heads, and the ``anchor`` entries that record them.

authority   what an authority of any kind is asked for and gives
rfc3161     a time-stamping authority over HTTP
peer        one authority as this process knows it: when it is asked again
rows        tokens and anchors in the database
asking      one head to all authorities at once, within one deadline
heads       which head is stamped, and which one the better receipt is under
settings    what anchoring is told, and what it tells
anchoring   the thread: which head, when, and one entry for what came back
carrying    proofs of other kinds, which an operator gives
blocks      the time blocks of a receipt
"""
