"""What a disclosure withholds is never called missing, absent or unheard of; what it shows is used."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.disclosures import disclose, verify
from tests.verifier.law.recorded import AT, Matter, policy_of
from tests.verifier.report.denylist import forbidden_words, strings
from tests.verifier.report.pages import read_page, words, words_of
from tests.verifier.report.test_schema import check
from verifier.law.consistency import run_checks
from verifier.law.consistency.outcome import INCONSISTENT
from verifier.law.consistency.withheld import _BY_ABSENCE
from verifier.law.examination import Examination
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.law.material import Material
from verifier.law.rules import ROWS
from verifier.law.withheld import Withheld
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_html import as_html
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.full_text import full_text
from verifier.result import Result

Case = tuple[Material, Examination]
CASES = {
    "part with record": ("2", True),
    "whole with record": (None, True),
    "part without record": ("2", False),
    "whole without record": (None, False),
}
EVERY = pytest.mark.parametrize("name", CASES)
WITHOUT = pytest.mark.parametrize("name", [n for n in CASES if n.endswith("without record")])


@cache
def case(name: str) -> Case:
    """Return a disclosure of the chat of the matter in which nothing contradicts."""
    numbers, record = CASES[name]
    matter = Matter()
    sealed = matter.sealed()
    with TemporaryDirectory() as text:
        folder = Path(text)
        payload = disclose(sealed, folder, matter.files[0][0], records=numbers, provenance=record)
        result = verify(payload, sealed, folder, policy=policy_of(sealed.log))
        assert result.verdict == "TOTAL-PASSED"
        policy = parse_policy(policy_of(sealed.log))
        material = gather(folder / "forged.zip", result, policy, Options(at=AT))
    return material, examine(material)


def result_of(material: Material) -> Result:
    assert material.result is not None
    return material.result


def rows(found: Examination) -> dict:
    return {each.row.id: each for each in found.rows}


# ------------------------------------------------------------------- what is gathered


def test_whole_files_are_sealed_files_and_the_rest_is_withheld():
    material, _ = case("part with record")
    assert material.withheld == Withheld(False, 9, (0,))
    assert [file.role for file in material.files] == ["provenance"]
    assert material.record_bound
    material, _ = case("whole without record")
    assert material.withheld == Withheld(True, 10, ())
    assert [file.position for file in material.files] == [0]
    assert list(material.summaries) == [0]
    assert material.record is None


def test_of_a_private_package_nothing_is_withheld(tmp_path: Path):
    assert Matter().gathered(tmp_path).withheld is None


# ------------------------------------------------------------------- the record


@WITHOUT
def test_a_record_that_is_named_and_not_shown_is_said_to_be_there(name):
    material, found = case(name)
    assert found.phase == "withheld"
    (origin,) = found.origin
    assert origin.zh.startswith("有来源声明：登记的打包清单列有一份，未在此出示；")
    assert origin.en.startswith("There is a provenance record: the registered manifest names one")
    for text in (
        as_text(result_of(material), "zh", found),
        full_text(result_of(material), found, "zh", material),
    ):
        for word in ("没有来源声明", "未提供来源声明", "没有可以使用的来源声明", "未附来源声明"):
            assert word not in text, word
    text = full_text(result_of(material), found, "en", material)
    for word in ("There is no provenance record", "No provenance record", "no provenance record"):
        assert word not in text, word


@WITHOUT
def test_no_row_is_missing_for_what_would_stand_in_the_record(name):
    _, found = case(name)
    by_id = rows(found)
    missing = {each.row.id for each in found.rows if each.status == "missing"}
    assert missing <= {id_ for id_ in ROWS if id_.startswith("M17-") or id_ == "M38-01"}
    for id_ in ("M18-01", "W03-01", "N4-01"):
        assert (by_id[id_].status, by_id[id_].lacking) == ("not_checked", ())
        assert by_id[id_].is_withheld
        assert "未在此出示" in by_id[id_].why.zh
    assert by_id["M106-01"].status == "court"
    gaps = {gap.row.row.id: gap for gap in found.gaps}
    assert "私有证据包另行生成披露包" in gap_text(gaps["M18-01"].how)
    assert gaps["M18-10"].how == gaps["MZ-04"].how == "withheld"
    assert "unsaid" not in {each.code for each in found.opponent}


def gap_text(how: str) -> str:
    from verifier.law.gaps import WAYS

    return WAYS[how].zh


def test_control_a_package_without_a_record_still_says_so(tmp_path: Path):
    matter = Matter()
    matter.files = [each for each in matter.files if each[2] != "provenance"]
    from tests.worked import seal

    sealed = seal([matter.files[0]])
    payload = disclose(sealed, tmp_path, matter.files[0][0], records="2")
    result = verify(payload, sealed, tmp_path)
    policy = parse_policy(sealed.log.policy())
    found = examine(gather(tmp_path / "forged.zip", result, policy, Options(at=AT)))
    assert found.phase == "none"
    assert found.origin[0].zh.startswith("没有来源声明")
    assert rows(found)["M18-01"].status == "missing"
    assert rows(found)["N3-01"].is_withheld


# ------------------------------------------------------------------- the files


@EVERY
def test_complete_process_and_selection_are_not_judged_from_a_part(name):
    _, found = case(name)
    process, selection = rows(found)["N3-01"], rows(found)["N3-02"]
    assert (process.status, process.wording) == ("not_checked", "none")
    assert (selection.status, selection.wording) == ("court", "none")
    for each in (process, selection):
        assert each.why.zh.startswith("此次出示的是登记材料的一部分，由出示方选取；")
        assert each.why.en.startswith("what is shown here is part of what was registered")
    assert "据所示内容不能判断" in process.why.zh
    assert "可以请求出示" in selection.why.zh
    declared = "声明" in process.why.zh.replace("来源声明", "")
    assert declared == name.endswith("with record")


@EVERY
def test_nothing_is_said_to_be_absent_because_it_is_not_shown(name):
    material, found = case(name)
    for check_ in found.checks:
        assert check_.status != INCONSISTENT, check_
        assert not {each.code for each in check_.findings} & _BY_ABSENCE
    texts = [
        full_text(result_of(material), found, "zh", material),
        as_text(result_of(material), "zh", found),
    ]
    for text in texts:
        for word in (
            "未随同封存", "录屏文件未随同登记", "检查报告未随同登记", "所提供的文件中没有",
            "没有本程序能读取的聊天文件", "没有可检查的文件", "未发现序号", "音频文件与文字稿未见",
        ):  # fmt: skip
            assert word not in text.replace("或者未随同登记", ""), word


def test_control_without_the_care_absence_would_be_a_contradiction():
    material, _ = case("whole with record")
    bare = replace(material, withheld=None)
    codes = {each.code for check_ in run_checks(bare) for each in check_.findings}
    assert codes & _BY_ABSENCE
    assert any(check_.status == INCONSISTENT for check_ in run_checks(bare))


def test_every_code_that_rests_on_absence_is_one_of_the_checks():
    import json
    from importlib import resources

    table = json.loads(
        (resources.files("verifier.law") / "data" / "checks.json").read_text("utf-8")
    )
    known = {code for check_ in table["checks"].values() for code in check_["findings"]}
    assert known >= _BY_ABSENCE


@EVERY
def test_the_digests_compared_are_those_of_files_shown_whole(name):
    material, found = case(name)
    row = rows(found)["M16-03"]
    assert row.status == "consistent"
    sentence = full_text(result_of(material), found, "zh", material)
    assert "第1号文件" not in sentence
    if name.startswith("part"):
        assert row.why is not None
        assert "未作比对" in row.why.zh
        assert row.wording == ("present" if name.endswith("with record") else "none")


def test_kind_and_times_are_not_taken_from_a_part():
    _, found = case("whole without record")
    first = found.intervals[0]
    assert (first.seconds, first.why) == (None, "interval.withheld")
    assert not any(each.why is not None and "形态不涉及" in each.why.zh for each in found.rows)


# ------------------------------------------------------------------- every face


@EVERY
def test_every_face_says_it_within_the_words_allowed(name):
    material, found = case(name)
    for lang in ("zh", "en"):
        html = as_html(result_of(material), found, (lang,), material)
        text = full_text(result_of(material), found, lang, material)
        assert words_of(read_page(html), lang) == words(text)
        assert forbidden_words(text) == []
        assert forbidden_words(as_text(result_of(material), lang, found)) == []
        report = as_json(result_of(material), lang, found)
        check(report)
        for each in strings(report["examination"]):
            assert forbidden_words(each) == []
