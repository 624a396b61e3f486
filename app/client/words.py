"""How the client speaks: news on standard error, and names as one printable line.

Refusals, their exit codes and the choice of language are those of every
``beilin`` command (``app.commands.common``).
"""

from __future__ import annotations

import os
import sys

from app.commands.common import say


def tell(zh: str, en: str) -> None:
    """Write one line to standard error: a warning or news, never the result."""
    print(say(zh, en), file=sys.stderr, flush=True)


def shown(name: object) -> str:
    """Return a path or name as one printable line, whatever bytes it holds."""
    text = os.fsencode(str(name)).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
