"""The examination as a whole: every row once, counts, gaps, objections, and what it never does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.verifier.law.examined import ALL_FILES, make, row, unsealed
from tests.verifier.report.denylist import forbidden_words
from verifier.law import words
from verifier.law.adverse import FACTS
from verifier.law.consistency.sentences import table
from verifier.law.derived import VALUES
from verifier.law.examination import Text
from verifier.law.examine import examine
from verifier.law.gaps import AFTER, BY, ONLY_IF_SO, WAYS, WHO
from verifier.law.groups import NEEDS
from verifier.law.material import Material
from verifier.law.opponent import POINTS
from verifier.law.rules import DERIVED, ROWS, SEVERITIES, STATUSES

ORDER = list(ROWS)
_PLACE = re.compile(r"\{(\w+)\}")


@pytest.fixture(params=["whole", "bare", "nothing", "unsealed"])
def found(request, whole, bare):
    materials = {
        "whole": whole.material,
        "bare": bare.material,
        "nothing": Material(),
        "unsealed": unsealed(),
    }
    return examine(materials[request.param])


def test_every_row_once_in_order_with_one_of_the_eight_words(found):
    assert [each.row.id for each in found.rows] == ORDER
    assert len(found.rows) == 153
    assert {each.status for each in found.rows} <= set(STATUSES)


def test_each_class_has_its_own_words(found):
    words_of = {
        "A": {"consistent", "inconsistent", "not_checked", "not_applicable"},
        "B": {"declared", "declared_with_artifact", "missing", "inconsistent", "not_applicable"},
        "C": {"court"},
    }
    for each in found.rows:
        assert each.status in words_of[each.row.cls], each.row.id


def test_the_chosen_sentence_exists_and_each_place_has_a_value(found):
    for each in found.rows:
        if each.wording == "none":
            assert not each.values
            continue
        template = each.row.wording(each.wording, "zh")
        assert template, each.row.id
        assert set(each.values) == set(_PLACE.findall(template))
        assert all(value.zh and value.en for value in each.values.values()), each.row.id


def test_a_row_without_a_sentence_says_something_else(found):
    for each in found.rows:
        if each.wording == "none" and each.status in {"not_checked", "not_applicable"}:
            assert each.why is not None, each.row.id


def test_not_applicable_always_has_a_reason(found):
    for each in found.rows:
        if each.status == "not_applicable":
            assert each.why is not None or each.reasons, each.row.id


def test_counts_are_those_of_the_rows(found):
    total = 0
    for cls, by_status in found.counts.items():
        for status, number in by_status.items():
            mine = [e for e in found.rows if e.row.cls == cls and e.status == status]
            assert number == len(mine)
            total += number
    assert total == 153


def test_gaps_are_ordered_by_severity_and_then_by_the_matrix(found):
    severities = list(SEVERITIES)
    keys = [(severities.index(gap.severity), ORDER.index(gap.row.row.id)) for gap in found.gaps]
    assert keys == sorted(keys)
    assert "info" not in {gap.severity for gap in found.gaps}


def test_every_gap_says_who_and_how_and_whether_it_still_helps(found):
    for gap in found.gaps:
        way = WAYS[gap.how]
        assert gap.who
        assert set(gap.who) <= set(WHO)
        assert gap.after in AFTER
        assert (way.who, way.by) == (gap.who, gap.by)
        assert gap.by in BY
        assert way.after == gap.after or gap.how in {"N4-01", "M15-01", "M90-02", "M12-01"}


def test_every_open_row_of_class_b_is_a_gap(whole, bare):
    for made in (whole, bare):
        examination = made.examination
        named = {gap.row.row.id for gap in examination.gaps}
        for each in examination.rows:
            open_ = each.row.cls == "B" and each.status in {"missing", "inconsistent"}
            open_ = open_ and not (each.row.id in ONLY_IF_SO and each.status == "missing")
            assert (each.row.id in named) == (open_ and each.row.severity != "info") or (
                each.row.cls != "B"
            ), each.row.id


def test_before_anchoring_nothing_is_asked_that_only_the_log_can_give():
    named = {gap.row.row.id for gap in examine(Material()).gaps}
    assert not named & {"M16-03", "M16-07", "M17-01", "M17-05", "M18-10", "MP-03", "MI-06"}
    assert {"M18-01", "W03-01", "M106-01", "MZ-04"} <= named


def test_a_row_that_is_no_defect_is_no_gap(bare):
    for examination in (bare.examination, examine(Material())):
        assert row(examination, "M90-01").status == "court"
        assert "M90-01" not in {gap.row.row.id for gap in examination.gaps}


# -- what each side could say


def test_objections_name_only_open_or_contradicted_rows(whole, bare):
    for made in (whole, bare):
        examination = made.examination
        open_ = {gap.row.row.id for gap in examination.gaps}
        for objection in examination.opponent:
            assert POINTS[objection.code].basis == objection.basis
            if objection.code in FACTS:
                assert objection.rows == POINTS[objection.code].rows
                continue
            for id_ in objection.rows:
                each = row(examination, id_)
                raised = any(finding.raised for finding in each.findings)
                assert id_ in open_ or raised or id_ == "M16-02", id_


def test_without_a_record_every_factor_of_article_18_can_be_raised(bare):
    raised = {id_ for each in bare.examination.opponent for id_ in each.rows}
    assert {f"M18-{n:02}" for n in range(1, 11)} <= raised


def test_with_everything_there_is_little_to_raise(whole, bare):
    def count(made):
        return sum(len(e.rows) for e in made.examination.opponent if e.code not in FACTS)

    assert count(whole) * 3 < count(bare)


def test_every_row_of_the_three_articles_belongs_to_a_point():
    named = {id_ for point in POINTS.values() for id_ in point.rows}
    assert named <= set(ROWS)
    wanted = {
        id_
        for id_, each in ROWS.items()
        if id_.startswith(("M17-", "M18-", "M106-")) and each.severity != "info"
    }
    assert wanted <= named


@pytest.mark.parametrize(
    "changes",
    [
        {"src.device.owner": '"employer"'},
        {"law.method": '"covert"', "law.account_consent": '"not_asked"'},
        {"law.privacy": "{ private_chat = true, logout_signal = true }"},
    ],
)
def test_a_raised_circumstance_prints_legality_in_full(changes, whole):
    found = examine(unsealed(changes))
    assert found.legality_full
    raised = {id_ for each in found.opponent if each.basis == "CPLI-106" for id_ in each.rows}
    assert {f"M106-0{n}" for n in range(1, 10)} <= raised
    assert not whole.examination.legality_full


# -- tables


def test_every_derived_value_has_a_function_and_no_other():
    assert set(VALUES) == set(DERIVED)


def test_every_row_has_needs_and_no_other():
    assert list(NEEDS) == ORDER


def test_every_row_that_can_be_a_gap_has_a_way_to_close_it():
    can = {
        id_
        for id_, each in ROWS.items()
        if each.severity != "info"
        and not NEEDS[id_].is_notice
        and (each.cls != "C" or each.wording("missing", "zh"))
        and NEEDS[id_].missing_is_open
        and id_ not in ONLY_IF_SO
    }
    assert can <= set(WAYS)
    kinds = {f"inconsistent.{kind}" for kind in ("A", "B", "platform", "B.before")}
    kinds |= {"display.other_account", "withheld"}
    assert set(WAYS) - can == kinds


def test_every_word_of_the_ways_is_used():
    assert {name for way in WAYS.values() for name in way.who} == set(WHO)
    assert {way.after for way in WAYS.values()} == set(AFTER)


def test_a_way_for_no_row_would_be_found(monkeypatch):
    more = {**WAYS, "M99-01": WAYS["M16-01"]}
    monkeypatch.setitem(globals(), "WAYS", more)
    with pytest.raises(AssertionError):
        test_every_row_that_can_be_a_gap_has_a_way_to_close_it()


def test_both_languages_have_the_same_places_in_the_same_order():
    for zh, en in words.WORDS.values():
        assert sorted(_PLACE.findall(zh)) == sorted(_PLACE.findall(en))
    for check in table()["checks"].values():
        for sentence in check["findings"].values():
            assert _PLACE.findall(sentence["zh"]) == _PLACE.findall(sentence["en"])


@pytest.mark.parametrize("name", ["words", "supply", "opponent"])
def test_our_words_draw_no_conclusion(name):
    def strings(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for item in value.values():
                yield from strings(item)
        elif isinstance(value, list):
            for item in value:
                yield from strings(item)

    data = words.load(f"{name}.json")
    assert [found for text in strings(data) for found in forbidden_words(text)] == []
    assert forbidden_words("这足以证明。") == ["足以证明"]


def test_what_is_printed_of_our_own_draws_no_conclusion(found):
    def ours(text: Text):
        for part in text.parts or (text,):
            if not part.own:
                yield from (part.zh, part.en)

    for each in found.rows:
        texts = [*each.values.values(), *([each.why] if each.why is not None else [])]
        for text in texts:
            assert [w for one in ours(text) for w in forbidden_words(one)] == [], each.row.id


def test_the_users_words_stay_marked_within_a_list():
    found = row(unsealed({"app.name": '"这足以证明"', "app.version": '"8"'}), "M93-01")
    parts = found.values["app"].parts
    assert [part.zh for part in parts if part.own] == ["这足以证明", "8"]
    assert found.values["app"].own


def test_nothing_changes_the_material_or_the_verification(whole):
    before = (whole.result.verdict, replace(whole.material), list(whole.result.checks))
    examine(whole.material)
    assert (whole.result.verdict, whole.material, list(whole.result.checks)) == before


def test_the_same_material_gives_the_same_examination(whole):
    assert examine(whole.material) == examine(whole.material)


def test_the_declarant_is_named_only_from_a_record_in_use(whole, bare):
    assert whole.examination.declarant == "张某"
    assert bare.examination.declarant is None


def test_hostile_text_is_kept_as_it_is_and_marked(tmp_path):
    hostile = "\u202e<script>alert(1)</script>\u200b" + "长" * 300
    made = make(tmp_path, ALL_FILES, {"src.device.model": f'"{hostile}"'})
    value = row(made.examination, "M18-01").values["device"]
    assert value == Text(hostile, hostile, own=True)
