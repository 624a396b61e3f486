"""An account: whose entries they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

UNCHECKED: Final = "not checked"
"""Identity words of an account whose holder nobody identified."""
COLUMNS: Final = "a.account, a.label, a.identity, a.submitter, a.entries_per_day"
"""What ``to_account`` reads, from ``accounts a``."""


class Account(NamedTuple):
    """An account: 16 random bytes, the operator's label, the service's word on who it is.

    ``submitter`` is a registered public key; then nothing unsigned is accepted.
    ``entries_per_day`` is its quota, None where there is none.
    """

    id: bytes
    label: str
    identity: str
    submitter: bytes | None
    entries_per_day: int | None = None


def to_account(row: Sequence[Any]) -> Account:
    """Return the account of a row that begins with ``COLUMNS``."""
    submitter = None if row[3] is None else bytes(row[3])
    return Account(bytes(row[0]), row[1], row[2], submitter, row[4])
