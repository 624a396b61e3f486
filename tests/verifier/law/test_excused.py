"""Writing "not applicable" closes no gap, except where what is asked about need not be there."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import FITTING, record, row, unsealed
from verifier.evidence.provenance.fields import FIELDS
from verifier.evidence.provenance.record import NotApplicable, Record
from verifier.law import excused, words
from verifier.law.examine import examine
from verifier.law.groups import NEEDS
from verifier.law.material import Material
from verifier.law.needs import fields_of
from verifier.law.rules import ROWS

NOT_APPLICABLE = NotApplicable("不涉及")
NEEDED = sorted(
    {field for needs in NEEDS.values() for each in needs.of for field in fields_of(each)}
)
CORE = [field for field in NEEDED if not field.startswith("plat.") and field not in excused.FIELDS]


def called_not_applicable(fields: list[str], *, whole: bool = True) -> Material:
    """A record in which these fields are called not applicable, whatever its reader would accept."""
    base = record() if whole else record(dict.fromkeys(CORE))
    values = {**base.values, **dict.fromkeys(fields, NOT_APPLICABLE)}
    return Material(record=Record(values, base.lines, base.sha256), files=unsealed().files)


def test_the_fields_that_can_be_excused_are_fields_with_a_reason():
    assert set(FIELDS) >= excused.FIELDS
    assert all(each["zh"] and each["en"] for each in words.load("excusable.json").values())
    assert not [field for field in excused.FIELDS if field.startswith("cor.")]


def test_a_record_of_nothing_but_not_applicable_has_as_many_gaps_as_one_of_nothing():
    asked = [field for field in CORE if field not in ("item.kind", "item.files")]
    empty = record({**dict.fromkeys(FITTING), **dict.fromkeys(asked)})
    values = {**empty.values, **dict.fromkeys(asked, NOT_APPLICABLE)}
    files = unsealed().files
    said = examine(Material(record=Record(values, empty.lines, empty.sha256), files=files))
    silent = examine(Material(record=empty, files=files))
    gaps = [gap.row.row.id for gap in said.gaps]
    assert gaps == [gap.row.row.id for gap in silent.gaps]
    assert said.opponent == silent.opponent
    assert len(gaps) > 60


@pytest.mark.parametrize("field", CORE)
def test_a_field_that_must_be_there_is_open_and_its_reason_is_quoted(field):
    found = examine(called_not_applicable([field]))
    for each in found.rows:
        if any(fields_of(need) == (field,) for need in NEEDS[each.row.id].of):
            assert each.why != words.text("why.declared"), each.row.id
    for each in found.rows:
        if each.why is None or "未说明何以不适用" not in each.why.zh:
            continue
        assert each.status in {"missing", "court", "inconsistent"}
        assert each.why.zh.startswith("声明人称不适用：不涉及")
        assert "不涉及" in [part.zh for part in each.why.parts if part.own]


def test_one_of_several_called_not_applicable_excuses_none_of_the_others():
    found = row(called_not_applicable(["law.basis"], whole=False), "M106-01")
    assert (found.status, found.wording, found.is_open) == ("court", "none", True)
    both = {"acq.write_protect": '{ not_applicable = "x" }', "src.carrier.sealing": None}
    assert row(unsealed(both), "M24-01").status == "missing"


def test_what_need_not_be_there_is_excused():
    for field, id_ in (("law.cross_border", "MP-04"), ("pres.translation", "MZ-02")):
        found = row(unsealed({field: '{ not_applicable = "材料为中文" }'}), id_)
        assert found.wording == "none"
        assert found.status == ("not_applicable" if ROWS[id_].cls == "B" else "court")


def test_control_a_list_with_every_field_in_it_closes_the_gaps(monkeypatch):
    monkeypatch.setattr(excused, "FIELDS", frozenset(FIELDS))
    with pytest.raises(AssertionError):
        test_a_record_of_nothing_but_not_applicable_has_as_many_gaps_as_one_of_nothing()
