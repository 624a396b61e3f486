"""What a row of the kit is: a fraud, what the opponent holds, who catches it, and its control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Files = dict[str, bytes]


@dataclass(frozen=True)
class Fraud:
    """One scripted fraud by an operator who holds the log's key, the service's, and the database.

    ``make`` returns every file that is about; ``inputs`` names those that the
    opponent has (``log/`` for a folder), with what each is. ``ask`` are the
    arguments of ``beilin-verify``. It ends with ``code`` and ``caught``: a
    check, its status and its sub-indication or (where ``reason`` is given) what
    it says. The control takes out ``without`` (a guard of ``controls``) or asks
    ``instead`` with an input fewer, ends with ``passes``, and the check is then
    no longer as it was caught.
    """

    name: str
    story: str
    inputs: dict[str, str]
    make: Callable[[], Files]
    ask: tuple[str, ...]
    code: int
    caught: tuple[str, str, str]
    reason: str = ""
    without: str = "-"
    instead: tuple[str, ...] = ()
    withheld: str = ""
    passes: int = 0
    by: str = field(default="")

    @property
    def command(self) -> str:
        """Return who catches it: the command, in one word or two."""
        first = self.ask[0]
        return f"`beilin-verify {first}`" if first in {"audit", "compare"} else "`beilin-verify`"
