"""What the tests of class A share: a row's state, and materials whose result says something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.verifier.law.examined import Made, row
from verifier.law.examine import examine
from verifier.law.material import Material
from verifier.result import Check, Result

PASS, FAIL, OPEN = ("consistent", "present"), ("inconsistent", "fail"), ("not_checked", "missing")


def state(made: Made | Material, id_: str) -> tuple[str, str]:
    found = row(made.examination if isinstance(made, Made) else examine(made), id_)
    return found.status, found.wording


def with_checks(made: Made, *checks: Check, **values: Any) -> Material:
    """The same material with other checks in its result: what a later version could report."""
    assert made.result is not None
    kept = [each for each in made.result.checks if each.id not in {c.id for c in checks}]
    facts = {**made.result.facts, **values.pop("facts", {})}
    result = replace(made.result, checks=[*kept, *checks], facts=facts, **values)
    return replace(made.material, result=result)


def without_checks(made: Made, *ids: str) -> Material:
    result = replace(
        made.result, checks=[each for each in made.result.checks if each.id not in ids]
    )
    return replace(made.material, result=result)


def check_of(result: Result | None, id_: str) -> Check:
    """A check that was made."""
    found = result.check(id_) if result is not None else None
    assert found is not None
    return found
