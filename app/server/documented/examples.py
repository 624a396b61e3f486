"""The examples of the OpenAPI document: what a real log answered, and each kind of problem.

``examples.json`` is written by ``python -m tests.app.server.make_examples``, which runs a
service; a test verifies the receipt in it as anyone would.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from ..problem_kinds import KINDS
from ..problems import Problem

REAL: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
)
_TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"

_PARTS: Final = {"policy", "signed", "idempotency_key"}
"""What no body holds: the policy that the receipt is verified with, and parts of requests."""


def _problem(code: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(Problem(code).body(_TRACE))
    return value | ({"index": "57"} if code == "digest-known" else {})


EXAMPLES: Final[dict[str, Any]] = {
    **{name: {"value": value} for name, value in REAL.items() if name not in _PARTS},
    **{f"problem-{code}": {"summary": KINDS[code].title, "value": _problem(code)}
       for code in KINDS},
}  # fmt: skip
"""``components/examples``: name → example object."""


def refer(*names: str) -> dict[str, Any]:
    """Return an ``examples`` object of a body that names these."""
    return {name: {"$ref": f"#/components/examples/{name}"} for name in names}
