"""The face for programs: ``beilin/report/v1``. Numbers that may need 64 bits are strings.

``report.schema.json`` is its schema. ``examination`` is null where none was
made; it is in both languages whatever ``lang`` is, like the sentences of
``disclosure``, which is null where no disclosure was verified or it failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..proven_time import Bound, proven_time
from ..result import REQUIRED, Result
from .disclosure_json import disclosure_as_json
from .marked import to_plain
from .statements import statements
from .texts import Values, texts_for

if TYPE_CHECKING:
    from ..law.examination import Examination

FORMAT: Final = "beilin/report/v1"
BOTH: Final = "both"


def as_json(
    result: Result, lang: str = "zh", examination: Examination | None = None
) -> dict[str, Any]:
    """Return the report as what ``json.dumps`` takes.

    ``lang`` is that of the four statements: ``zh``, ``en``, or ``both`` (zh,
    a line feed, en).
    """
    required = (*REQUIRED[result.scope], "requirements")
    examined = None
    if examination is not None:
        from .examination_json import examination_as_json

        examined = examination_as_json(examination)
    return {
        "format": FORMAT,
        "verdict": result.verdict,
        "sub_indication": result.sub_indication,
        "trust_level": result.trust_level,
        "time_grade": result.time_grade,
        "times": _times(result),
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
        "statements": _statements(result, lang),
        "disclosure": disclosure_as_json(result),
        "examination": examined,
    }


def _times(result: Result) -> dict[str, Any] | None:
    """Return the bounds on the clocks of others, beside the log's own word; null without an entry."""
    facts = result.facts
    if not facts.get("received"):
        return None
    proven = proven_time(result)
    return {
        "received": str(facts["received"]),
        "not_before": _bound(proven.not_before),
        "not_after": _bound(proven.not_after),
        "witness_not_after": _bound(proven.witness_not_after),
        "tokens": str(facts.get("tokens", 0)),
        "tokens_counted": str(facts.get("tokens_counted", 0)),
        "anchors": str(facts.get("anchors", 0)),
    }


def _bound(bound: Bound | None) -> dict[str, str | None] | None:
    if bound is None:
        return None
    return {
        "time": bound.time,
        "by": bound.by,
        "operator": bound.operator or None,
        "accuracy_seconds": str(bound.accuracy),
    }


def _statements(result: Result, lang: str) -> dict[str, str]:
    found = [_in(result, each) for each in (("zh", "en") if lang == BOTH else (lang,))]
    return {name: "\n".join(each[name] for each in found) for name in found[0]}


def _in(result: Result, lang: str) -> dict[str, str]:
    texts = texts_for(lang)
    between = "" if texts.lang == "zh" else " "
    return {
        name: to_plain(between.join(sentences))
        for name, sentences in statements(result, texts).items()
    }


def _strings(values: Values) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
