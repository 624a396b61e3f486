"""Accounts, their API keys and what each key may do.

account   an account and one word on who holds it
key       what an API key is: its text, its scopes, when it ends
checking  which key a text is, remembered for one second
book      the accounts of a log: make, find, revoke, limit
last_use  when each key was used last, to the minute
quota     how many entries an account made on one day
"""

from __future__ import annotations

from .account import UNCHECKED, Account
from .book import Accounts
from .checking import Caller, KeyRefused
from .key import READ, SCOPES, SUBMIT, ApiKey

__all__ = [
    "READ",
    "SCOPES",
    "SUBMIT",
    "UNCHECKED",
    "Account",
    "Accounts",
    "ApiKey",
    "Caller",
    "KeyRefused",
]
