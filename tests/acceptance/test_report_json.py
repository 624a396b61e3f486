"""The report for programs has the shape that others were promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.acceptance.conftest import report
from verifier.result import REQUIRED

PROMISED = {
    "format", "verdict", "sub_indication", "trust_level", "time_grade", "policy_sha256", "checks",
    "statements",
}  # fmt: skip
ADDED = {"times", "facts", "findings", "disclosure", "examination"}
"""What the report holds beside it: named here, so that another addition is a decision."""


def check_shape(found: dict[str, Any]) -> None:
    assert found.keys() == PROMISED | ADDED
    assert found["format"] == "beilin/report/v1"
    assert found["verdict"] in {"TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"}
    assert (found["sub_indication"] is None) == (found["verdict"] == "TOTAL-PASSED")
    assert found["trust_level"] in {"L0", "L1", "L2"}
    assert found["time_grade"] in {"T0", "T1", "T2", "T3", "T4"}
    assert len(bytes.fromhex(found["policy_sha256"])) == 32
    assert found["statements"].keys() == {"integrity", "time", "submitter", "not_shown"}
    assert all(isinstance(text, str) and text for text in found["statements"].values())
    ids = [check["id"] for check in found["checks"]]
    assert len(ids) == len(set(ids))
    assert {check["status"] for check in found["checks"]} <= {"done", "failed", "not_done"}
    assert _no_numbers(found)


def _no_numbers(value: Any) -> bool:
    """64-bit numbers are strings in JSON; here every number is."""
    if isinstance(value, dict):
        return all(map(_no_numbers, value.values()))
    if isinstance(value, list):
        return all(map(_no_numbers, value))
    return value is None or isinstance(value, str | bool)


def test_a_package(demo: Path) -> None:
    found = json.loads((demo / "report.json").read_text(encoding="utf-8"))
    check_shape(found)
    assert [check["id"] for check in found["checks"] if check["required"]] == list(
        REQUIRED["package"]
    )


def test_an_audit_and_a_failure(demo: Path, tmp_path: Path) -> None:
    check_shape(report("audit", demo / "log", "--policy", demo / "policy.txt", code=0))
    broken = tmp_path / "package.zip"
    broken.write_bytes((demo / "package.zip").read_bytes()[:-1])
    found = report(broken, "--policy", demo / "policy.txt", code=20)
    check_shape(found)
    assert found["sub_indication"] == "FORMAT_FAILURE"


def test_both_languages_differ_in_the_statements_alone(demo: Path) -> None:
    arguments = (demo / "package.zip", "--policy", demo / "policy.txt", "--at", "2030-01-01")
    zh = report(*arguments, "--lang", "zh", code=0)
    en = report(*arguments, "--lang", "en", code=0)
    assert zh.pop("statements") != en.pop("statements")
    assert zh == en
