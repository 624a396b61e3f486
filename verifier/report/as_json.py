"""The face for programs: ``beilin/report/v1``. Numbers that may need 64 bits are strings.

``report.schema.json`` is its schema. ``examination`` is null where none was
made; it is in both languages whatever ``lang`` is, like the sentences of
``disclosure``, which is null where no disclosure was verified or it failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
