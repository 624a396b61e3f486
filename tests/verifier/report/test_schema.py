"""What is published as JSON is what the schema promises, and the schema refuses anything else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from tests.verifier.report import examinations, shapes
from verifier.law.rules import STATUSES
from verifier.report.as_json import as_json
from verifier.report.texts import texts_for
from verifier.result import FAILED, NOT_DONE, REQUIRED, Check, Result

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("verifier.report") / "report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SUBS = sorted(texts_for("zh").subs)
FINDINGS = sorted(texts_for("zh").findings)


def check(report: dict[str, Any]) -> None:
    VALIDATOR.validate(json.loads(json.dumps(report)))


def good() -> dict[str, Any]:
    return copy.deepcopy(as_json(shapes.base("package"), "zh", examinations.examination(1)))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_object_of_the_schema_is_closed():
    def objects(node: Any) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for item in node for found in objects(item)]
        if not isinstance(node, dict):
            return []
        below = [found for item in node.values() for found in objects(item)]
        return [node, *below] if node.get("type") == "object" else below

    found = objects(SCHEMA)
    assert len(found) > 15
    for each in found:
        more = each["additionalProperties"]
        # Open names only where each value has a type of its own: facts, values of a sentence.
        assert more is False or "properties" not in each
        if more is False:
            assert set(each.get("required", [])) <= set(each["properties"])


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
@pytest.mark.parametrize("scope", sorted(REQUIRED))
def test_reports_without_an_examination_hold(scope, lang):
    for result in (
        Result(scope),
        shapes.base(scope),
        shapes.base(
            scope, failing=Check("checkpoint", FAILED, "FORMAT_FAILURE", {"offset": 2**63})
        ),
        shapes.base(scope, failing=Check("checkpoint", NOT_DONE, "NEWER_FORMAT")),
    ):
        check(as_json(result, lang))


@pytest.mark.parametrize("choose", range(6))
def test_reports_with_an_examination_hold(choose):
    for found in (examinations.examination(choose), examinations.bare()):
        for lang in ("zh", "en", "both"):
            check(as_json(shapes.base("package"), lang, found))


@settings(max_examples=100, deadline=None)
@given(result=shapes.small_results(SUBS, FINDINGS))
def test_any_mixture_holds(result):
    check(as_json(result, "zh"))


Break = Callable[[dict[str, Any]], object]
BREAKS: dict[str, Break] = {
    "a wrong status word": lambda r: r["examination"]["rows"][0].update(status="proven"),
    "a status of another class": lambda r: next(
        row for row in r["examination"]["rows"] if row["class"] == "B"
    ).update(status="consistent"),
    "a court row that is decided": lambda r: next(
        row for row in r["examination"]["rows"] if row["class"] == "C"
    ).update(status="declared"),
    "a row too few": lambda r: r["examination"]["rows"].pop(),
    "a number": lambda r: r["examination"].update(entry_index=57),
    "a number with a plus": lambda r: r["examination"].update(entry_index="+57"),
    "an unknown key": lambda r: r.update(score="98"),
    "an unknown key in a row": lambda r: r["examination"]["rows"][3].update(credibility="high"),
    "no sentence": lambda r: r["examination"]["rows"][3].pop("sentence"),
    "one language": lambda r: r["examination"]["rows"][3]["sentence"].pop("en"),
    "an empty statement": lambda r: r["statements"].update(not_shown=""),
    "a statement less": lambda r: r["statements"].pop("not_shown"),
    "another verdict": lambda r: r.update(verdict="PASSED"),
    "a reason for what passed": lambda r: r.update(sub_indication="HASH_FAILURE"),
    "another severity": lambda r: r["examination"]["gaps"][0].update(severity="fatal"),
    "nobody who can supply it": lambda r: r["examination"]["gaps"][0].update(who=[]),
    "another grade": lambda r: r["examination"]["intervals"][0]["first"].update(grade="T9"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_control_what_was_not_promised_is_red(name):
    report = good()
    check(report)
    BREAKS[name](report)
    with pytest.raises(jsonschema.ValidationError):
        check(report)


def test_the_status_words_of_the_schema_are_the_eight():
    assert SCHEMA["$defs"]["status"]["enum"] == list(STATUSES)
    for label in STATUSES.values():
        assert label.zh in SCHEMA["$defs"]["status"]["description"]
    assert list(SCHEMA["$defs"]["by_status"]["properties"]) == list(STATUSES)
