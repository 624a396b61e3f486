"""The 23 checks together: one matter without contradiction, and one with nothing said."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.law.consistency.asked import has_words
from tests.verifier.law.recorded import Matter, sha, the_files
from verifier.evidence.provenance.fields import FIELDS, Type
from verifier.evidence.provenance.record import Moment, NotApplicable, Record, Span, Unknown
from verifier.law.consistency import IDS, checks, run_checks
from verifier.law.gather import before_anchoring
from verifier.law.material import Material


def test_a_matter_in_which_all_fits_contradicts_nowhere(tmp_path: Path):
    outcomes = run_checks(Matter().gathered(tmp_path))
    assert [each.check for each in outcomes] == list(IDS)
    assert {each.check: each.status for each in outcomes} == {
        **dict.fromkeys(IDS, "consistent"),
        **dict.fromkeys(("P-11", "P-21", "P-23"), "not_applicable"),
    }
    # What a reader gets says less: a circumstance is no fit, and nothing compared is none either.
    assert {each.check: each.shown for each in outcomes} == {
        **dict.fromkeys(IDS, "no_contradiction"),
        **dict.fromkeys(("P-11", "P-21", "P-23"), "nothing_there"),
        "P-05": "raised",  # this format has no numbers
        "P-14": "raised",  # no vendor's digest to compare with
    }
    for outcome in outcomes:
        has_words(outcome)


def test_without_a_record_nothing_is_contradicted_and_nothing_is_consistent(tmp_path: Path):
    matter = Matter(record=b"")
    matter.files.append(("prov.txt", b"", "log"))
    outcomes = run_checks(matter.gathered(tmp_path))
    for outcome in outcomes:
        has_words(outcome)
        assert outcome.status in {"not_checked", "not_applicable", "consistent"}
    # What needs no record is still checked.
    done = {each.check for each in outcomes if each.status == "consistent"}
    assert done <= {"P-20"}


def test_nothing_at_all_is_no_error():
    for outcome in run_checks(Material()):
        has_words(outcome)
        assert outcome.status in {"not_checked", "not_applicable"}


def test_a_record_that_is_not_bound_is_not_read(tmp_path: Path):
    material = Matter().declare(scope_counts="{ messages = 99 }").gathered(tmp_path)
    assert any(each.status == "inconsistent" for each in run_checks(material))
    material.record_bound = False
    for outcome in run_checks(material):
        has_words(outcome)
        assert outcome.status != "inconsistent"


@pytest.mark.parametrize("with_files", [True, False])
def test_before_anchoring_the_same_checks_speak(tmp_path: Path, with_files: bool):
    matter = Matter()
    record = tmp_path / "prov.toml"
    record.write_bytes(matter.bytes())
    paths = []
    for name, data, _ in matter.files:
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    outcomes = run_checks(before_anchoring(record, paths if with_files else []))
    for outcome in outcomes:
        has_words(outcome)
    assert not [each for each in outcomes if each.status == "inconsistent"]
    status = {each.check: each.status for each in outcomes}
    assert status["P-20"] == "not_checked"  # nothing is published yet
    assert (status["P-01"] == "consistent") is with_files
    assert (status["P-04"] == "consistent") is with_files


@pytest.mark.parametrize("check", IDS)
def test_a_field_that_is_unknown_or_does_not_apply_is_no_contradiction(tmp_path: Path, check: str):
    """Take out each field in turn: no check turns inconsistent for what is not said."""
    material = Matter().gathered(tmp_path)
    assert material.record is not None
    for name in list(material.record.values):
        left = {key: value for key, value in material.record.values.items() if key != name}
        object.__setattr__(material.record, "values", left)
        outcome = checks()[check](material)
        has_words(outcome)
        assert outcome.status != "inconsistent", name
        object.__setattr__(material.record, "values", {**left, name: _KEPT[name]})


_KEPT = dict(Matter().parsed().values)


TEXTS = [
    "",
    "无",
    "none",
    "李小明",
    "小红",
    "\u202e",
    "9" * 300,
    "3",
    "7",
    "Asia/Shanghai",
    "weflow",
]
DIGESTS = [sha(data) for _, data, _ in the_files()] + [sha(b"elsewhere")]


def anything(dice: random.Random, kind: Type) -> Any:
    """Return some value of a type, as ``parse_record`` would give it."""
    second = dice.choice([0, 1_795_000_000, 1_795_262_405, 7_258_118_399])
    moment = Moment(second, dice.choice([0, 28800, -43200]), "T0", "2026-11-21T20:00:05+08:00")
    match kind.kind:
        case "bool":
            return dice.random() < 0.5
        case "int":
            return dice.choice([0, 1, 3, 2**53])
        case "enum":
            return dice.choice(list(kind.words))
        case "timestamp":
            return moment
        case "point":
            return dice.choice([moment, *TEXTS])
        case "date" | "interval":
            day = moment._replace(written="2026-11-21") if dice.random() < 0.5 else moment
            return Span(day, day._replace(seconds=second + 86399))
        case "digest":
            return "none" if kind.or_none else dice.choice(DIGESTS)
        case "list":
            assert kind.item is not None
            return [anything(dice, kind.item) for _ in range(dice.choice([0, 1, 2, 30]))]
        case "object":
            return {
                member.name: anything(dice, member.type)
                for member in kind.members
                if not member.optional or dice.random() < 0.6
            }
        case _:
            return dice.choice([*TEXTS, "commit:" + "A" * 43 + "="])


@pytest.mark.parametrize("seed", range(60))
def test_whatever_a_record_says_every_check_has_an_answer(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    material = Matter(platform={"plat.operator": {"name": "李小明"}}).gathered(tmp_path)
    for _ in range(4):
        values: dict[str, Any] = {}
        for name, field in FIELDS.items():
            if field.source == "declarant" and dice.random() < 0.8:
                choice = dice.random()
                values[name] = (
                    Unknown("a")
                    if choice < 0.1
                    else NotApplicable("a")
                    if choice < 0.2
                    else anything(dice, field.type)
                )
        material.record = Record(values, dict.fromkeys(values, 1), bytes(32))
        for outcome in run_checks(material):
            has_words(outcome)
            repr(outcome).encode()
