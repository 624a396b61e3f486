"""Two sides that never help each other: what was declared, and what was computed.

A provenance record never raises a row of class A or the verdict, and a perfect
verification never closes a gap of provenance; over random records and over
packages that pass, fail and stay open.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.law.examined import FITTING, make, record
from tests.verifier.law.test_examine_phase import provenance_gaps
from verifier.evidence.provenance.fields import FIELDS
from verifier.evidence.provenance.record import RecordError
from verifier.law.examine import examine
from verifier.law.groups import NEEDS, article_18
from verifier.law.material import Material
from verifier.law.needs import Found
from verifier.result import FAILED, NOT_DONE, REQUIRED, Check, Result

ABOUT_THE_RECORD = {"M18-10", "MZ-04"}
DECLARED = sorted(
    field.id
    for field in FIELDS.values()
    if field.source == "declarant" and FITTING.get(field.id, "") is not None
)
HINTS = {
    "law.method": ['"covert"', '"own_chat"', '"found"'],
    "src.device.rooted": ['"yes"', '"no"'],
    "scope.counts": ["{ messages = 99 }", "{ messages = 3 }"],
    "acq.recording": ["{ continuous = false }"],
}


@st.composite
def changes(draw) -> dict[str, str | None]:
    """Some fields left out, some unknown, some not applicable, some other than what is there."""
    dropped = draw(st.sets(st.sampled_from(DECLARED)))
    words = draw(st.dictionaries(st.sampled_from(DECLARED), st.sampled_from([
        '{ unknown = "不清楚" }', '{ not_applicable = "无" }',
    ]), max_size=12))  # fmt: skip
    hints = {name: draw(st.sampled_from(values)) for name, values in HINTS.items()}
    return {**hints, **words, **dict.fromkeys(dropped)}


def records(change: dict[str, str | None]):
    """The record, or None where the changes contradict each other within it."""
    try:
        return record(change)
    except RecordError:
        return None


def outcome(result: Result, verdict: str) -> Result:
    """The same result as another verification might have given it."""
    if verdict == "passed":
        return result
    status, sub = (FAILED, "HASH_FAILURE") if verdict == "failed" else (NOT_DONE, "NOT_REACHED")
    checks = [
        Check(each.id, status, sub) if each.id in REQUIRED["package"] else each
        for each in result.checks
    ]
    return replace(result, checks=checks, trust_level="L0", time_grade="T0")


verdicts = st.sampled_from(["passed", "failed", "open"])


@given(changes(), verdicts)
def test_a_record_never_raises_what_was_computed(whole, change, verdict):
    found = records(change)
    result = outcome(whole.result, verdict)
    with_one = replace(whole.material, result=result, record=found, record_bound=found is not None)
    without = replace(with_one, record=None, record_bound=False)
    before = result.verdict
    alone = {each.row.id: each.status for each in examine(without).rows if each.row.cls == "A"}
    for each in examine(with_one).rows:
        if each.row.cls == "A" and each.row.id not in ABOUT_THE_RECORD:
            better = each.status == "consistent" and alone[each.row.id] != "consistent"
            assert not better, each.row.id
    assert result.verdict == before


@given(changes())
def test_a_perfect_verification_never_closes_a_gap_of_provenance(whole, change):
    found = records(change)
    base = replace(whole.material, record=found, record_bound=found is not None)
    gaps = {
        verdict: provenance_gaps(examine(replace(base, result=outcome(whole.result, verdict))))
        for verdict in ("passed", "failed", "open")
    }
    assert gaps["passed"] >= gaps["failed"]
    assert gaps["passed"] >= gaps["open"]


def test_a_package_that_fails_for_real_has_no_fewer_gaps(whole, tmp_path):
    def spoil(payload):
        payload["data/receipt.txt"] = payload["data/receipt.txt"].replace(b"item 1", b"item 2")

    failing = make(tmp_path, spoil=spoil)
    assert failing.result.verdict == "TOTAL-FAILED"
    assert provenance_gaps(failing.examination) >= provenance_gaps(whole.examination)


def test_the_property_would_find_a_row_that_a_digest_helps(whole, monkeypatch):
    """Control: a rule that lets a passed verification stand for a source turns it red."""

    def helped(case, row, needs):
        passed = case.result is not None and case.result.verdict == "TOTAL-PASSED"
        return Found("declared", "present") if passed else Found("missing", "missing")

    from verifier.law import examine as module

    rule = replace(article_18.ROWS["M18-01"], judge=helped)
    monkeypatch.setattr(module, "NEEDS", {**NEEDS, "M18-01": rule})
    base = replace(whole.material, record=None, record_bound=False)
    passed = provenance_gaps(examine(base))
    failed = provenance_gaps(examine(replace(base, result=outcome(whole.result, "failed"))))
    assert "M18-01" in failed - passed


def test_the_property_would_find_a_row_that_a_record_helps(whole, monkeypatch):
    """Control: a rule of class A that believes the record turns the first property red."""
    from verifier.law import examine as module

    def believed(case, row, needs):
        there = case.known.record is not None
        return Found("consistent", "present") if there else Found("not_checked", "missing")

    rule = replace(NEEDS["M16-07"], judge=believed)
    monkeypatch.setattr(module, "NEEDS", {**NEEDS, "M16-07": rule})
    without = replace(whole.material, record=None, record_bound=False)

    def status(material: Material) -> str:
        rows = {each.row.id: each.status for each in examine(material).rows}
        return rows["M16-07"]

    assert (status(whole.material), status(without)) == ("consistent", "not_checked")
    with pytest.raises(AssertionError):
        test_a_record_never_raises_what_was_computed.hypothesis.inner_test(  # type: ignore[attr-defined]
            whole, {}, "passed"
        )
