"""One line of the table: what was measured, its ceiling, the ratio and the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Line:
    """``ours`` and ``ceiling`` hold one figure a round, in the same order.

    What is held against the floor is the median of the rounds' own ratios, or,
    where there is no ceiling, of the figures themselves. ``floor`` None marks
    a line that is only told.
    """

    what: str
    unit: str
    ours: Sequence[float]
    floor: float | None = None
    kind: Literal["at least", "at most"] = "at least"
    ceiling: Sequence[float] = ()
    ceiling_name: str = ""
    percent: bool = True
    notes: Sequence[str] = ()

    def ratios(self) -> list[float]:
        """Return ours ÷ ceiling of each round; empty without a ceiling."""
        return [a / b for a, b in zip(self.ours, self.ceiling, strict=True)] if self.ceiling else []

    def judged(self) -> float:
        """Return the figure that the floor is about."""
        return median(self.ratios() or self.ours)

    def holds(self) -> bool:
        """Whether the floor holds; true where there is none."""
        if self.floor is None:
            return True
        if self.kind == "at least":
            return self.judged() >= self.floor
        return self.judged() <= self.floor
