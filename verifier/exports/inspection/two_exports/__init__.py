"""Two exports of one conversation, held against each other.

``sides`` reads what is compared, ``pairing`` finds which record is which,
``difference`` is what came of it. What one export does not have says only
that: it may have been filtered, deleted or never received there.
"""
