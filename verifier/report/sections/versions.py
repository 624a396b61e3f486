"""With what it was made, so that it can be made again."""

from __future__ import annotations

from ... import __version__
from ...law.rules import DATE
from ...law.rules import VERSION as RULES
from ...result import Result
from ..document import Line, Pair, Section
from ..words import Words

FORMAT = "beilin/report/v1"


def versions(result: Result, words: Words) -> Section:
    """Return the versions of program, format and rule base."""
    return Section(
        "versions",
        words("versions"),
        (
            Pair(words("versions.program"), f"beilin-verify {__version__}"),
            Pair(words("versions.format"), FORMAT),
            Pair(words("versions.rules"), words("versions.rules.text", version=RULES, date=DATE)),
            Pair(words("versions.policy"), result.policy_sha256 or "—"),
            Line(words("versions.again")),
        ),
    )
