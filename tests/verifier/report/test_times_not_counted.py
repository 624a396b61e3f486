"""Proofs of time that count for nothing here, that are wrong, or that save a key: what a report says."""

from __future__ import annotations

import pytest

from tests.verifier.report.timed import KEY, case, joined, time_of
from tests.verifier.stamped import AFTER
from verifier.encoding import to_time
from verifier.report.as_text import as_text
from verifier.report.statements import statements
from verifier.report.texts import texts_for

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])

# ------------------------------------------------------------------- what does not count


@LANGS
def test_the_operators_own_are_verified_and_called_not_independent(lang: str) -> None:
    result = case("own")
    assert (result.trust_level, result.time_grade) == ("L1", "T0")
    text = as_text(result, lang)
    words = texts_for(lang).words
    assert words["chain.own"] in text
    assert words["chain.one"] in text
    (said,) = (
        [line for line in text.split("\n") if "tsa1" in line and "独立的时间证明" in line]
        if (lang == "zh")
        else [line for line in text.split("\n") if "no independent proof of time, so" in line]
    )
    assert "tsa1" in said
    assert ("计入的见证签名共 1 个" if lang == "zh" else "counted in all: 1") in text
    assert ("独立节点数：0（" if lang == "zh" else "independent nodes: 0 (") in text
    assert words["time.voucher"] in time_of(result, lang)


@pytest.mark.parametrize("name", ["own", "unknown", "other kind"])
@LANGS
def test_what_is_not_counted_is_counted_as_that(name: str, lang: str) -> None:
    result = case(name)
    found = joined(result, lang)
    assert (
        "共 1 份，其中未计入 1 份" if lang == "zh" else "carry: 1; of these not counted: 1"
    ) in found
    assert texts_for(lang).words["time.voucher"] in found
    assert len(result.findings) >= 1


@pytest.mark.parametrize("name", ["wrong", "order"])
@LANGS
def test_a_wrong_proof_is_no_basis_for_a_time(name: str, lang: str) -> None:
    result = case(name)
    assert result.verdict == "TOTAL-FAILED"
    found = time_of(result, lang)
    assert any("时间证明核验不一致" in each or "does not verify" in each for each in found)
    assert not any(to_time(AFTER) in each for each in found)


# ------------------------------------------------------------------- keys


@LANGS
def test_a_theft_after_the_time_stamp_is_said_with_both_times(lang: str) -> None:
    result = case("stolen later")
    assert result.verdict == "TOTAL-PASSED"
    said = statements(result, texts_for(lang))["integrity"][1]
    assert KEY.name in said
    assert to_time(AFTER + 60) in said
    assert to_time(AFTER + 1) in said  # the last second that the time-stamp can mean


@LANGS
def test_a_theft_before_it_leaves_the_key_open_and_the_time_unsaid(lang: str) -> None:
    result = case("stolen before")
    assert result.verdict == "INDETERMINATE"
    assert result.sub_indication == "KEY_COMPROMISED_NO_POE"
    assert to_time(AFTER) not in joined(result, lang)
    assert texts_for(lang).words["unbound"] in time_of(result, lang)
