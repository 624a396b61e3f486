"""What a verification proved about when an entry came into its log, and on whose clock.

Read from the facts of a result and nothing else. The log's own word (``received``)
is no bound: it has grade T0 whatever stands beside it.
"""

from __future__ import annotations

from typing import NamedTuple

from .result import DONE, Result


class Bound(NamedTuple):
    """One side of the span in which the entry came into the log.

    ``time`` as ``to_time`` writes it; ``by`` is the policy's name of the authority or
    witness, ``operator`` who runs it as the policy says, "" where the policy names nobody;
    ``accuracy`` is in seconds, as the authority states it.
    """

    time: str
    by: str
    operator: str
    accuracy: int = 0


class ProvenTime(NamedTuple):
    """The bounds that hold. ``grade`` is that of the result, T2 to T4; T0 has no bound."""

    grade: str
    not_before: Bound | None = None
    not_after: Bound | None = None
    witness_not_after: Bound | None = None

    @property
    def latest(self) -> Bound | None:
        """The bound *not after* of the grade: an authority's from T3 up, a witness's at T2."""
        return self.not_after if self.grade >= "T3" else self.witness_not_after


NOTHING = ProvenTime("T0")


def proven_time(result: Result | None) -> ProvenTime:
    """Return what the check ``time`` of a result shows; nothing where it is not done."""
    check = result.check("time") if result is not None else None
    if result is None or check is None or check.status != DONE or result.time_grade < "T2":
        return NOTHING
    stamped = result.time_grade >= "T3"
    return ProvenTime(
        result.time_grade,
        _bound(result, "not_before"),
        _bound(result, "not_after") if stamped else None,
        _bound(result, "witness_not_after"),
    )


def _bound(result: Result, name: str) -> Bound | None:
    facts = result.facts
    if not facts.get(name):
        return None
    by = facts.get(f"{name}_tsa", facts.get(f"{name}_name", ""))
    accuracy = facts.get(f"{name}_accuracy", 0)
    return Bound(
        str(facts[name]),
        str(by),
        str(facts.get(f"{name}_operator", "")),
        accuracy if isinstance(accuracy, int) else 0,
    )
