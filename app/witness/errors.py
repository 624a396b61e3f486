"""Why a witness does not start, does not sign, or does not take a change.

    WitnessError
    ├── Unusable        a file, a name or a key that cannot be used
    ├── AlreadyThere    it exists and is never overwritten
    ├── Held            another process works in this folder
    └── Amnesia         the state may be older than what was signed: nothing is signed

Each says in both languages what is wrong and what to do next; what somebody
else wrote is never repeated in it, except the origin of a log that the operator
has added.
"""

from __future__ import annotations


class WitnessError(Exception):
    """Base of every error of this package."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Unusable(WitnessError):
    """A file, a name or a key cannot be used."""


class AlreadyThere(WitnessError):
    """It exists and is never overwritten."""


class Held(WitnessError):
    """Another process works in this folder."""


class Amnesia(WitnessError):
    """The state may be older than what was signed; signing on could help a log to fork."""
