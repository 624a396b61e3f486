"""Asking a person where the data came from, one question after another.

literals   a typed answer, spelled as a TOML value
hashing    files that are named in an answer: their digests, and what to attach when sealing
annex      identifiers that go into the sealed annex
choices    what was chosen at the start, for the day when it goes on
attached   which files the answers named, for the day of sealing
talk       how questions and answers travel
parts      answers that have parts: items, members, files
interview  the questions in the recommended order of work; can stop and go on later
leftover   what was left out, and what hangs on it

What is right or wrong is decided by the record's own reader
(``verifier.evidence.provenance``): an answer is a value exactly if it reads.
"""
