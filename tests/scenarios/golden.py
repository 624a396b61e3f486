"""Writes the golden reports of the three cases.

    python -m tests.scenarios.golden            writes tests/scenarios/golden

Left out are the texts of law (they have a test of their own) and the digest of
the program's own files, which changes with every line of it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.scenarios import build
from verifier.law.examination import Examination
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.law.material import Material
from verifier.policy import parse_policy
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.full_text import full_text
from verifier.result import Result
from verifier.verify import verify_package

GOLDEN: Final = Path(__file__).parent / "golden"
_PROGRAM: Final = re.compile(r"(?<=beilin-verify )\S+?[（( ]+(?:摘要|digest )[0-9a-f]{64}")
_STATUTES: Final = re.compile(
    r"\n[^\n]*(?:、所引条文与资料|\. Texts cited)\n.*?\n(?=[^\n]*(?:、版本|\. Versions)\n)",
    re.DOTALL,
)


class Reports(NamedTuple):
    """Everything that one case gives."""

    result: Result
    material: Material
    examination: Examination

    def text(self, lang: str) -> str:
        """Return the full text report."""
        return full_text(self.result, self.examination, lang, self.material)

    def html(self) -> str:
        """Return the page in both languages."""
        return as_html(self.result, self.examination, ["zh", "en"], self.material)

    def data(self) -> dict[str, Any]:
        """Return the JSON report."""
        return as_json(self.result, "zh", self.examination)


def reports(name: str) -> Reports:
    """Verify and examine a case."""
    case = build.case(name)
    policy = parse_policy(case.policy)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.zip"
        path.write_bytes(case.package)
        result = verify_package(path, policy, case.options)
        material = gather(path, result, policy, case.options)
        return Reports(result, material, examine(material))


def without_program(text: str) -> str:
    """Return the text without the digest of the program's own files."""
    return _PROGRAM.sub("‹program›", text)


def outline(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a change of judgment would change: statuses, wordings, checks, gaps."""
    found = data["examination"]
    return {
        "verdict": data["verdict"],
        "trust_level": data["trust_level"],
        "time_grade": data["time_grade"],
        "phase": found["phase"],
        "counts": found["counts"],
        "rows": {
            row["id"]: f"{row['class']} {row['status']} {row['wording']}" for row in found["rows"]
        },
        "checks": {
            each["id"]: [each["status"], *(finding["code"] for finding in each["findings"])]
            for each in found["checks"]
        },
        "gaps": [gap["row"] for gap in found["gaps"]],
        "opponent": [f"{each['basis']} {each['code']}" for each in found["opponent"]],
    }


def golden(name: str) -> Iterator[tuple[str, str]]:
    """Yield the golden files of a case: name and text."""
    made = reports(name)
    for lang in ("zh", "en"):
        yield f"{name}.{lang}.txt", _STATUTES.sub("", without_program(made.text(lang)))
    yield f"{name}.json", json.dumps(outline(made.data()), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write them all."""
    GOLDEN.mkdir(exist_ok=True)
    for name in build.NAMES:
        for file, text in golden(name):
            (GOLDEN / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
