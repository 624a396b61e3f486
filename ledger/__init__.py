"""The log itself: what is accepted, numbered, signed and published, and how it recovers.

``DESIGN.md`` beside this file says in which order everything is written and why.
Start reading at ``log`` (what others call) and ``writer`` (the order of writes).
"""
