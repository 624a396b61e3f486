"""Gaps: the gravest first, then all by who can act; before anchoring by what cannot wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verifier.report import examinations, shapes
from verifier.evidence.provenance.fields import FIELDS
from verifier.law.examination import NO_RECORD, Gap
from verifier.report.as_text import as_text
from verifier.report.document import Bullets, Entry, Line
from verifier.report.field_label import label_of
from verifier.report.full import full_report
from verifier.report.marked import to_plain
from verifier.report.sections.summary import ACTORS, IN_FULL, actor_of
from verifier.report.todo import LATER, WHEN, open_gaps, todo_document
from verifier.report.words import Words, _table

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


def mine_of(found, lang: str) -> Any:
    """The part of the to-do list with what the declarant can fill in."""
    (mine,) = [each for each in todo_document(found, lang).sections if each.key == "mine"]
    return mine


def gaps_section(lang: str, found) -> Any:
    document = full_report(shapes.base("package"), found, lang)
    return next(each for each in document.sections if each.key == "gaps")


def with_gaps(found, **how):
    gaps = [Gap(**{**gap.__dict__, **how}) for gap in found.gaps]
    return type(found)(**{**found.__dict__, "gaps": gaps})


@LANGS
def test_the_gravest_come_first_and_then_every_gap_once_under_who_can_act(lang):
    found = examinations.examination()
    section = gaps_section(lang, found)
    entries = [each.key for each in section.blocks if isinstance(each, Entry)]
    assert entries == [gap.row.row.id for gap in found.gaps[:IN_FULL]]
    grouped: Any = section.blocks[-1]
    lines = [item for actor in grouped.blocks for bullets in actor.blocks for item in bullets.items]
    assert sorted(line.split(" ")[0] for line in lines) == sorted(g.row.row.id for g in found.gaps)
    for line in lines:
        assert f"{_table()['row.how'][lang]}{Words(lang).colon}" in line
    for actor in grouped.blocks:
        assert all(isinstance(each, Bullets) and each.label for each in actor.blocks)  # when


@LANGS
@pytest.mark.parametrize(
    ("who", "by", "actor"),
    [
        (("litigant", "platform"), "adduction", "litigant"),
        (("notary",), "adduction", "litigant"),
        (("platform", "litigant"), "adduction", "platform"),
        (("verifier_person",), "adduction", "verifier"),
        (("litigant", "tencent"), "adduction", "court"),
        (("litigant",), "application", "court"),
    ],
)
def test_who_acts(lang, who, by, actor):
    found = with_gaps(examinations.examination(), who=who, by=by)
    assert {actor_of(gap) for gap in found.gaps} == {actor}
    grouped = gaps_section(lang, found).blocks[-1]
    assert [each.title for each in grouped.blocks] == [_table()[f"gaps.by.{actor}"][lang]]
    assert actor in ACTORS


@LANGS
def test_without_a_record_the_first_line_is_to_make_one(lang):
    first = _table()["gaps.first"][lang]
    assert gaps_section(lang, examinations.bare()).blocks[0] == Line(first)
    assert first in as_text(shapes.base("package"), lang, examinations.bare())
    assert first not in as_text(shapes.base("package"), lang, examinations.examination())
    assert examinations.bare().phase == NO_RECORD


@LANGS
@pytest.mark.parametrize("after", WHEN)
def test_before_anchoring_each_field_stands_once_where_it_belongs(lang, after):
    found = with_gaps(examinations.examination(2), after=after)
    gaps = open_gaps(found)
    wanted = {
        name
        for gap in gaps
        for name in gap.row.lacking
        if FIELDS[name].source == "declarant" and FIELDS[name].step not in LATER
    }
    assert len(wanted) > 10
    mine = mine_of(found, lang)
    (block,) = mine.blocks
    assert block.title == _table()[f"todo.{after}"][lang]
    fields = block.blocks[0]
    assert len(fields.items) == len(wanted)
    for name in wanted:
        label = label_of(name, Words(lang))
        (line,) = [item for item in fields.items if item.startswith(label)]
        rows = [gap.row.row.id for gap in gaps if name in gap.row.lacking]
        assert all(row in line for row in rows)


def test_a_field_that_one_factor_needs_before_anchoring_is_not_put_off():
    found = examinations.examination(2)
    gaps = [
        replace(gap, row=replace(gap.row, lacking=("acq.time",)), after=after)
        for gap, after in zip(open_gaps(found)[:2], ("yes", "no"), strict=True)
    ]
    changed = replace(found, gaps=gaps)
    mine = mine_of(changed, "zh")
    assert [each.key for each in mine.blocks] == ["todo-no"]
    (bullets,) = mine.blocks[0].blocks
    (line,) = bullets.items
    assert line.startswith("提取起止时间（acq.time）：")
    assert f"{gaps[0].row.row.id}、{gaps[1].row.row.id}" in line


@LANGS
def test_the_list_has_no_gap_without_anything_to_do(lang):
    found = examinations.examination()
    empty = type(found)(**{**found.__dict__, "gaps": []})
    text = to_plain(repr(todo_document(empty, lang)))
    assert _table()["todo.none"][lang] in text
