"""What was supplied and could not be read is not called absent.

A damaged receipt keeps everything behind it unread: its proof, its
checkpoint, its time. The sentences of the rule base for "missing" would then
say that these were not supplied.
"""

from __future__ import annotations

from ..result import FAILED
from . import words
from .case import Case
from .examination import Text


def not_read(case: Case) -> Text | None:
    """Return that a check before failed, so that what was supplied was not read; else None."""
    if case.result is None or all(check.status != FAILED for check in case.result.checks):
        return None
    return words.text("why.unread")


def receipt_not_read(case: Case) -> Text | None:
    """Return the same where it is the receipt that was supplied; None where none was, or it was read."""
    material = case.material
    if material.receipt is not None or material.receipt_supplied is False:
        return None
    return not_read(case)


def without_receipt(case: Case) -> Text | None:
    """Return why there is no receipt to speak of: not read, or not supplied; None where neither is known."""
    material = case.material
    if material.receipt is None and material.receipt_supplied is False:
        return words.text("why.no_receipt_supplied")
    return receipt_not_read(case)
