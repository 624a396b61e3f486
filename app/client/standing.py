"""What a package comes to under a policy, and whether a changed one comes to no less."""

from __future__ import annotations

from typing import NamedTuple

from verifier.policy import GRADES, LEVELS
from verifier.result import INDETERMINATE, PASSED, TOTAL_FAILED, Result

_VERDICTS = (TOTAL_FAILED, INDETERMINATE, PASSED)
_NEVER = "9999-12-31T23:59:59Z"


class Standing(NamedTuple):
    """Each is better when it is larger, but ``not_after``, where earlier is better.

    ``blocks`` is how many proofs of time there are, whether or not anybody here can check
    them: more of them are a gain, fewer no loss.
    """

    verdict: int
    level: int
    grade: int
    operators: int
    anchors: int
    not_before: str
    not_after: str
    blocks: int

    def loses_against(self, other: Standing) -> bool:
        """Return whether anything here is less than there."""
        less = any(own < its for own, its in zip(self._numbers(), other._numbers(), strict=True))
        return less or self.not_before < other.not_before or self.not_after > other.not_after

    def _numbers(self) -> tuple[int, ...]:
        return self.verdict, self.level, self.grade, self.operators, self.anchors

    def gains_over(self, other: Standing) -> bool:
        """Return whether anything here is more than there."""
        return other.loses_against(self) or self.blocks > other.blocks


def standing_of(result: Result) -> Standing:
    """Return what a verified package comes to."""

    def number(name: str) -> int:
        value = result.facts.get(name, 0)
        return value if isinstance(value, int) else 0

    return Standing(
        _VERDICTS.index(result.verdict),
        LEVELS.index(result.trust_level),
        GRADES.index(result.time_grade),
        number("operators"),
        number("anchors"),
        str(result.facts.get("not_before", "")),
        str(result.facts.get("not_after", _NEVER)),
        number("tokens"),
    )
