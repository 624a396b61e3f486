"""The evidence formats: what is signed, logged, sealed and disclosed.

A change in this package can make an old proof verify differently. Every byte
is fixed in ``SPEC.md``; the numbers in the code are its section numbers.
"""
