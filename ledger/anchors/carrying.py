"""Proofs of time that the log does not ask for: bytes that an operator gives.

An OpenTimestamps proof, or a token of a kind that is not read here (SM2/SM3), is stored as
it is, logged by the next process that anchors, and stands in receipts under its kind. Nobody here
knows whether it is good; a verifier that cannot check it says so, and it gives no grade.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from verifier.errors import Malformed

from ..engine import saving
from ..errors import NotFound, Unacceptable
from . import rows
from .authority import RFC3161, Stamp

GIVEN: Final = "given by the operator"
"""What stands in the place of an address."""
_KIND: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def carry(engine: Engine, size: int, kind: str, token: bytes, at: int) -> bytes:
    """Store bytes of another kind over a published head; return their digest.

    Raises Unacceptable, NotFound where no head of this size is published.
    """
    if not _KIND.fullmatch(kind) or len(kind) > 40 or kind == RFC3161:
        raise Unacceptable(f"kind: a lower-case word of up to 40 letters, and not {RFC3161}")
    try:
        with saving(engine) as connection:
            return rows.save_token(connection, size, GIVEN, Stamp(kind, token, (), 0), at)
    except Malformed as error:
        raise Unacceptable(str(error)) from None
    except IntegrityError:
        raise NotFound(f"no head of size {size} is published") from None
