"""What the log asks of an authority, whatever its kind: these bytes in, a proof of time out.

Bytes of a kind that is not asked here (``ots``, say) can be carried all the same: an
operator puts them into the table (``carrying``), they stand in receipts under their
kind, and a verifier that cannot check them says so.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import httpx

RFC3161: Final = "rfc3161"


class Stamp(NamedTuple):
    """A proof of time: its kind (the ``type`` of a token block), its bytes, certificates beside it.

    ``seconds`` is the time it states, in Unix seconds, its fraction cut off.
    """

    kind: str
    token: bytes
    certificates: tuple[bytes, ...]
    seconds: int


class NotStamped(Exception):
    """There is no sound proof from this authority; the text is ours and repeats nothing of its."""


class Authority(Protocol):
    """Someone who can be asked for a proof of time."""

    @property
    def name(self) -> str:
        """What the operator calls it: in the table, in log lines; for HTTP its address."""
        ...

    async def stamp(self, client: httpx.AsyncClient, stamped: bytes, seconds: float) -> Stamp:
        """Return a proof over exactly these bytes within ``seconds``, checked. Raises NotStamped."""
        ...
