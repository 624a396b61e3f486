"""The rule base: what there is, that its ids lead somewhere, and how a basis is cited."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from tests.verifier.law.own_words import own_words
from verifier.evidence.provenance.fields import FIELDS
from verifier.law import rules
from verifier.law.rules import (
    ALWAYS_PRINTED,
    CLASSES,
    GROUPS,
    INSTRUMENTS,
    PRACTICE,
    PROVISIONS,
    ROWS,
    SEVERITIES,
    source_of,
    title_of,
)


def test_the_counts_are_those_of_the_matrix():
    assert len(ROWS) == 153
    assert list(GROUPS) == [f"G{n}" for n in range(1, 16)]
    assert Counter(row.cls for row in ROWS.values()) == {"A": 12, "B": 85, "C": 56}
    assert Counter(row.severity for row in ROWS.values()) == {
        "critical": 6,
        "high": 40,
        "medium": 46,
        "low": 27,
        "info": 34,
    }
    assert (len(INSTRUMENTS), len(PROVISIONS), len(PRACTICE)) == (15, 138, 53)


def test_rows_of_a_group_stand_together_in_the_order_of_the_groups():
    groups = [row.group for row in ROWS.values()]
    assert groups == sorted(groups, key=list(GROUPS).index)
    assert set(groups) == set(GROUPS)


def test_every_id_is_one_thing():
    ids = [*ROWS, *PROVISIONS, *PRACTICE, *INSTRUMENTS]
    assert len(set(ids)) == len(ids)
    assert len({each.casefold() for each in ids}) == len(ids)
    for table, key in ((ROWS, "id"), (PROVISIONS, "id"), (PRACTICE, "id"), (INSTRUMENTS, "key")):
        assert all(getattr(each, key) == name for name, each in table.items())


def test_every_reference_leads_somewhere():
    for row in ROWS.values():
        assert row.basis, row.id
        assert set(row.basis) <= PROVISIONS.keys() | PRACTICE.keys(), row.id
        assert set(row.xref) <= ROWS.keys() | PROVISIONS.keys() | PRACTICE.keys(), row.id
        assert row.group in GROUPS
        assert row.cls in CLASSES
        assert row.severity in SEVERITIES
    assert {p.instrument for p in PROVISIONS.values()} == set(INSTRUMENTS)
    assert set(ALWAYS_PRINTED) <= ROWS.keys()
    named = re.compile(r"\b(?:M\d+-\d\d|M[A-Z]-\d\d|[NW]\d+-\d\d|BIC-CASE|ICOURT-TECH)\b")
    for text in own_words():
        assert set(named.findall(text)) <= ROWS.keys() | PRACTICE.keys()


def test_fields_and_rows_name_each_other():
    assert len(FIELDS) == 150
    for row in ROWS.values():
        assert row.inputs, row.id
        assert set(row.inputs) <= FIELDS.keys(), row.id
    for name, field in FIELDS.items():
        assert set(field.rows) == {r.id for r in ROWS.values() if name in r.inputs}, name


def test_every_row_has_a_wording_in_both_languages_or_in_neither():
    for row in ROWS.values():
        for case in ("present", "missing", "fail"):
            assert bool(row.wording(case, "zh")) is bool(row.wording(case, "en")), row.id


def test_a_row_without_a_sentence_says_so():
    assert ROWS["M94-01"].missing_zh == "—"
    assert ROWS["M94-01"].wording("missing", "zh") == ""
    assert ROWS["M94-01"].wording("fail", "en") == ""


def test_what_is_loaded_cannot_be_changed():
    with pytest.raises(TypeError):
        ROWS["M16-01"] = ROWS["M16-02"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        ROWS["M16-01"].cls = "A"  # type: ignore[misc]


# --------------------------------------------------------------------------- sources


@pytest.mark.parametrize(
    ("basis", "zh", "en"),
    [
        (
            "OLR-16",
            "《人民法院在线诉讼规则》（法释〔2021〕12号）第十六条",
            "Online Litigation Rules of the People's Courts (Fa Shi [2021] No. 12), Article 16",
        ),
        (
            "CPLI-106",
            (
                "《最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释（2022年修正）》"
                "（法释〔2022〕11号，文号未核对）第一百零六条"
            ),
            (
                "SPC Interpretation on the Application of the Civil Procedure Law "
                "(2022 Amendment) (Fa Shi [2022] No. 11, number not checked), Article 106"
            ),
        ),
        (
            "NOTI-4",
            "《最高人民法院关于审理涉及公证活动相关民事案件的若干规定（2020年修正）》（文号未核对）第四条",
            "SPC Provisions on Civil Cases Involving Notarization (2020) (number not checked), Article 4",
        ),
        (
            "BIC-CASE",
            "北京互联网法院：偷录他人微信聊天记录案（案例）",
            "Beijing Internet Court: secretly recorded WeChat chat of another person (case)",
        ),
    ],
)
def test_a_basis_is_cited_by_instrument_number_and_article(basis, zh, en):
    assert source_of(basis, "zh") == zh
    assert source_of(basis, "en") == en


def test_every_basis_has_a_citation_in_both_languages():
    for name in (*PROVISIONS, *PRACTICE):
        assert source_of(name, "zh") != source_of(name, "en")
    assert all(
        "文号未核对" in title_of(i.key, "zh") for i in INSTRUMENTS.values() if not i.number_checked
    )


def test_what_is_no_basis_has_no_citation():
    for name in ("M16-01", "OLR", "", "OLR-999"):
        with pytest.raises(rules.UnknownBasis):
            source_of(name, "zh")


def test_instruments_that_were_amended_or_are_limited_say_so():
    for key, zh, en in (
        ("CSL", "2026年1月1日", "1 January 2026"),
        ("CPL", "顺延三条", "moved up by three"),
        ("CEP", "仍用修改前的条号", "earlier article numbers"),
        ("ICP", "三个互联网法院", "three Internet Courts"),
        ("NOT", "修订", "revision"),
        ("CRI", "仅适用于刑事诉讼", "criminal procedure only"),
    ):
        assert zh in INSTRUMENTS[key].note_zh
        assert en in INSTRUMENTS[key].note_en
    for name, number in (("CSL-21", "二十三"), ("CSL-24", "二十六"), ("CSL-42", "四十四")):
        assert f"第{number}条" in PROVISIONS[name].note_zh
    assert "第六十三条" in PROVISIONS["CPL-66"].note_zh
    noted: list[Any] = [
        each for table in (INSTRUMENTS, PROVISIONS, PRACTICE, ROWS) for each in table.values()
    ]
    assert all(bool(each.note_zh) is bool(each.note_en) for each in noted)
