"""The face for programs: ``beilin/report/v1``. Numbers that may need 64 bits are strings."""

from __future__ import annotations

from typing import Any, Final

from ..result import REQUIRED, Result
from .statements import statements
from .texts import Values, texts_for

FORMAT: Final = "beilin/report/v1"


def as_json(result: Result, lang: str = "zh") -> dict[str, Any]:
    """Return the report as what ``json.dumps`` takes; ``lang`` is that of the four statements."""
    required = (*REQUIRED[result.scope], "requirements")
    texts = texts_for(lang)
    return {
        "format": FORMAT,
        "verdict": result.verdict,
        "sub_indication": result.sub_indication,
        "trust_level": result.trust_level,
        "time_grade": result.time_grade,
        "policy_sha256": result.policy_sha256,
        "checks": [
            {
                "id": check.id,
                "status": check.status,
                "required": check.id in required,
                "sub_indication": check.sub_indication,
                "values": _strings(check.values),
            }
            for check in result.ordered()
        ],
        "findings": [
            {"code": finding.code, "values": _strings(finding.values)}
            for finding in result.findings
        ],
        "facts": _strings(result.facts),
        "statements": {
            name: ("" if texts.lang == "zh" else " ").join(sentences)
            for name, sentences in statements(result, texts).items()
        },
    }


def _strings(values: Values) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
