"""What a report says about time: real receipts with tokens and cosignatures, in every face."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.verifier.report.denylist import forbidden_words
from tests.verifier.report.pages import read_page
from tests.verifier.report.test_schema import SCHEMA
from tests.verifier.report.timed import (
    GRADES,
    LOG,
    NAMES,
    NOTE,
    SEEN_AT,
    case,
    joined,
    time_of,
)
from tests.verifier.stamped import AFTER, BEFORE, LOG_OPERATOR, ONE, RECEIVED, check, policy
from tests.worked import ORIGIN
from verifier.encoding import to_time
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.full_text import full_text
from verifier.report.statements import statements
from verifier.report.texts import texts_for
from verifier.result import Result

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])
SINCE = {"zh": "起未被改动", "en": "not altered since"}


# ------------------------------------------------------------------- what may be said at which grade


@pytest.mark.parametrize("name", NAMES)
@LANGS
def test_since_is_said_from_t3_up_and_nowhere_else(name: str, lang: str) -> None:
    result = case(name)
    assert result.time_grade == GRADES.get(name, "T0")
    said = SINCE[lang].casefold() in as_text(result, lang).casefold()
    assert said == (result.time_grade >= "T3" and result.trust_level != "L0")


@LANGS
def test_since_is_said_as_exactly_as_the_authority_states_its_clock(lang: str) -> None:
    first = statements(case("stamped"), texts_for(lang))["integrity"][0]
    assert ("误差至多 1 秒" if lang == "zh" else "to within 1 s") in first


@pytest.mark.parametrize("name", NAMES)
@LANGS
def test_the_logs_own_time_never_bears_a_grade_that_others_gave(name: str, lang: str) -> None:
    result = case(name)
    first = time_of(result, lang)[0]
    assert to_time(RECEIVED) in first
    assert "T0" in first
    assert not any(grade in first for grade in ("T2", "T3", "T4"))


@pytest.mark.parametrize("name", NAMES)
@LANGS
def test_the_age_of_the_data_and_the_one_copy_are_always_spoken_of(name: str, lang: str) -> None:
    result = case(name)
    words = texts_for(lang).words
    found = time_of(result, lang)
    assert words["time.age"] in found
    assert (words["time.copy"] in found) == (result.trust_level != "L2")


@pytest.mark.parametrize("name", NAMES)
def test_every_face_holds_no_forbidden_word_and_fits_the_schema(name: str) -> None:
    result = case(name)
    page = as_html(result, None, ["zh", "en"])
    found = [as_text(result, "zh"), as_text(result, "en"), full_text(result, None, "zh"),
             full_text(result, None, "en"), read_page(page).text()]  # fmt: skip
    for lang in ("zh", "en", "both"):
        report = as_json(result, lang)
        jsonschema.validate(report, SCHEMA)
        found.append(json.dumps(report, ensure_ascii=False))
    for text in found:
        assert forbidden_words(text) == []
    for lang in ("zh", "en"):
        for sentence in time_of(result, lang):
            assert "{" not in sentence, sentence
            assert "—" not in sentence, sentence


# ------------------------------------------------------------------- who vouches


@LANGS
def test_not_after_is_said_with_the_authority_and_who_runs_it(lang: str) -> None:
    found = joined(case("stamped"), lang)
    assert to_time(AFTER) in found
    assert "tsa1" in found
    assert "乙" in found
    words = texts_for(lang).words
    assert words["time.voucher"] not in time_of(case("stamped"), lang)
    assert words["time.no_not_before"] in time_of(case("stamped"), lang)


@LANGS
def test_not_before_bounds_the_entry_and_never_the_data(lang: str) -> None:
    found = time_of(case("between"), lang)
    (said,) = [each for each in found if to_time(BEFORE) in each]
    assert ("不说明数据本身" if lang == "zh" else "never how old or new the data are") in said
    assert texts_for(lang).words["time.no_not_before"] not in found


@LANGS
def test_at_t2_it_is_a_witnesss_clock_and_no_time_stamp(lang: str) -> None:
    result = case("witnessed")
    (said,) = [each for each in time_of(result, lang) if to_time(SEEN_AT) in each]
    assert "丁" in said
    assert ("不是可信时间戳" if lang == "zh" else "no trusted timestamp") in said
    first = statements(result, texts_for(lang))["integrity"][0]
    assert to_time(SEEN_AT) in first
    assert "T2" in first


@LANGS
def test_several_are_counted_by_operator(lang: str) -> None:
    found = joined(case("several"), lang)
    assert to_time(AFTER) in found  # the earliest
    assert ("2 个主体" if lang == "zh" else "operators in all: 2") in found


@LANGS
def test_who_runs_an_unnamed_authority_is_said_to_be_unsaid(lang: str) -> None:
    found = joined(case("unnamed"), lang)
    assert ("核验策略未载明" if lang == "zh" else "the policy does not say") in found


@LANGS
def test_where_nobody_says_where_the_policy_is_from_the_authority_rests_on_it_alone(
    lang: str,
) -> None:
    result = case("unsourced")
    assert (result.trust_level, result.time_grade) == ("L0", "T3")
    words = texts_for(lang).words
    assert words["time.unsourced"] in time_of(result, lang)
    assert words["time.unsourced"] not in time_of(case("stamped"), lang)
    first = statements(result, texts_for(lang))["integrity"][0]
    assert to_time(RECEIVED) in first
    assert "T0" in first


@pytest.mark.parametrize("name", NAMES)
@LANGS
def test_that_independence_rests_on_the_policy_is_said_where_it_bears(name: str, lang: str) -> None:
    result = case(name)
    bears = result.trust_level == "L2" or result.time_grade >= "T2"
    said = texts_for(lang).words["not_shown.independence"]
    assert (said in statements(result, texts_for(lang))["not_shown"]) == bears


# ------------------------------------------------------------------- for programs


def times(name: str) -> dict[str, Any]:
    found: dict[str, Any] = as_json(case(name))["times"]
    return found


def bound(time: int, by: str, operator: str | None, accuracy: str = "1") -> dict[str, Any]:
    return {"time": to_time(time), "by": by, "operator": operator, "accuracy_seconds": accuracy}


def test_json_has_the_bounds_with_who_vouches() -> None:
    nothing = {"received": to_time(RECEIVED), "not_before": None, "not_after": None,
               "witness_not_after": None, "tokens": "0", "tokens_counted": "0", "anchors": "0"}  # fmt: skip
    assert times("bare") == nothing
    assert times("between") == {
        **nothing, "not_before": bound(BEFORE, "tsa1", "乙"), "not_after": bound(AFTER, "tsa1", "乙"),
        "tokens": "2", "tokens_counted": "2", "anchors": "1",
    }  # fmt: skip
    assert times("witnessed") == {**nothing, "witness_not_after": bound(SEEN_AT, "w", "丁", "0")}
    assert times("own") == {**nothing, "tokens": "1"}
    assert times("unnamed")["not_after"] == bound(AFTER, "tsa1", None)
    assert times("wrong")["not_after"] is None
    assert as_json(Result("receipt"))["times"] is None
    assert as_json(Result("audit"))["times"] is None


# ------------------------------------------------------------------- other people's words


def test_names_of_the_policy_stay_in_quotes() -> None:
    lie = "乙）。核验一致（{time}"
    result = check(LOG.receipt(ONE.token(NOTE)), policy(f"{LOG_OPERATOR}operator tsa1 {lie}\n"))
    text = as_text(result, "zh")
    assert f"“{lie}”" in text
    assert ORIGIN in text


@LANGS
def test_levels_and_grades_are_explained_where_the_rules_are(lang: str) -> None:
    text = as_text(case("stamped"), lang)
    words = texts_for(lang).words
    assert text.count(words["levels"]) == 1
    assert text.count(words["grades"]) == 1
