"""What stands in place of an answer is none: samples of the form, a bare unknown, a way round."""

from __future__ import annotations

import re

import pytest

from tests.verifier.evidence.provenance.support import H, codes, problems, record
from verifier.evidence.provenance import contradictions, values
from verifier.evidence.provenance.fields import FIELDS, MATERIAL_OF, MATERIALS, in_flow
from verifier.evidence.provenance.record import RecordError, parse_record
from verifier.evidence.provenance.stand_ins import SAMPLES, is_no_answer, is_unmasked
from verifier.evidence.provenance.writing import blank_form

BAD = {"sample_left", "never_inapplicable"}
"""Codes whose sentence is tried here."""

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
EVERY = pytest.mark.parametrize("material", [*MATERIALS, None])


def uncommented(material: str | None, lang: str) -> str:
    """The form of somebody who only took the marks away."""
    text = blank_form([material] if material else [], lang).decode()
    return re.sub(r"(?m)^#(?! |$)", "", text)


@BOTH
@EVERY
def test_taking_the_marks_away_declares_nothing(lang: str, material: str | None) -> None:
    text = uncommented(material, lang)
    with pytest.raises(RecordError) as caught:
        parse_record(text.encode())
    told = {problem.line for problem in caught.value.problems}
    samples = {
        number
        for number, line in enumerate(text.split("\n"), 1)
        if line and not line.startswith(("#", "format", "[decl.signature]"))
    }
    assert told == samples
    assert {problem.code for problem in caught.value.problems} == {"sample_left"}
    assert {problem.field for problem in caught.value.problems} == {
        field.id for field in in_flow(material)
    }


@BOTH
def test_each_line_alone_declares_nothing(lang: str) -> None:
    """Not the whole form at once hides what a single line would say."""
    for line in blank_form([], lang).decode().split("\n"):
        if re.match(r"#[a-z]", line):
            name = line[1:].partition(" ")[0]
            table = "[decl.signature]\n" if "." not in name else ""
            assert "sample_left" in {each.code for each in problems(f"{table}{line[1:]}\n")}, line


def test_without_the_guard_samples_would_be_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes('item.title = "请填写"\n') == [(2, "item.title", "sample_left")]
    monkeypatch.setattr(values, "is_sample", lambda _: False)
    assert record('item.title = "请填写"\n').get("item.title") == "请填写"


def test_a_sample_is_known_in_any_dress() -> None:
    assert len(SAMPLES) == 4
    for text in ('" 请填写 "', '"Fill In"', '["请选填"]', '{ when = "choose one" }'):
        name = {"[": "acq.log", "{": "acq.env_check"}.get(text[0], "item.title")
        assert "sample_left" in {each.code for each in problems(f"{name} = {text}\n")}
    record('item.title = "请填写表格的聊天"\n')


@pytest.mark.parametrize("reason", ["请填写", "fill in", "原因", "reason", " Reason "])
def test_the_form_s_reason_is_none(reason: str) -> None:
    assert codes(f'item.title = {{ unknown = "{reason}" }}\n') == [(2, "item.title", "no_reason")]
    record('item.title = { unknown = "原因不详，已过多年" }\n')


@pytest.mark.parametrize(
    "text", ["未知", "不知道", "不详", "不详。", " 不清楚", "unknown", "Unknown.", "n/a", "N/A"]
)
def test_a_mere_unknown_is_no_answer(text: str) -> None:
    assert codes(f'law.purpose = "{text}"\n') == [(2, "law.purpose", "bare_unknown")]
    assert codes(f'item.title = "{text}"\n') == [(2, "item.title", "bare_unknown")]
    found = problems(f'acq.tool = {{ name = "a", version = "{text}" }}\n')
    assert [each.code for each in found] == ["bare_unknown"]
    assert is_no_answer(text)


def test_words_about_what_is_unknown_are_answers() -> None:
    for text in ("未知来电的录音", "不知道对方姓名，只知昵称", "unknown caller", "无", "none"):
        assert record(f'law.purpose = "{text}"\n').get("law.purpose") == text
    assert codes('src.device.rooted = "未知"\n') == [
        (2, "src.device.rooted", "unknown_needs_reason")
    ]


# -- questions that always arise


CORE = (
    "decl.declarant",
    "decl.truth_statement",
    "decl.created_at",
    "item.no",
    "item.title",
    "item.category",
    "item.kind",
    "item.files",
    "src.device.kind",
    "src.device.model",
    "src.device.os",
    "src.device.owner",
    "src.device.rooted",
    "src.carrier.status",
    "src.carrier.custody",
    "src.carrier.available_for_court",
    "gen.period",
    "gen.mechanism",
    "gen.subject",
    "gen.deletions",
    "gen.recovery_used",
    "acq.method",
    "acq.tool",
    "acq.operator",
    "acq.time",
    "acq.steps",
    "acq.env_check",
    "acq.reproducible",
    "acq.output_digests",
    "acq.recording",
    "scope.assertion",
    "scope.full_available",
    "cust.medium",
    "cust.events",
    "law.basis",
    "law.account_consent",
    "law.device_authority",
    "law.privacy",
    "law.method",
    "law.secrets",
    "law.pi",
)


def test_core_facts_always_have_something_to_say() -> None:
    assert {field.id for field in FIELDS.values() if field.always} == set(CORE)
    for name in CORE:
        assert set(FIELDS[name].always) <= set(MATERIAL_OF)
        kind = "" if name == "item.kind" else 'item.kind = "chat_export"\n'
        told = codes(f'{kind}{name} = {{ not_applicable = "与本案无关" }}\n')
        assert [(each[1], each[2]) for each in told] == [(name, "never_inapplicable")]
        record(f'{kind}{name} = {{ unknown = "手机不在身边" }}\n')


def test_what_a_material_does_not_have_may_be_left_aside() -> None:
    for name, kind in (
        ("law.account_consent", "webpage"),
        ("scope.assertion", "webpage"),
        ("scope.full_available", "document"),
    ):
        text = f'{name} = {{ not_applicable = "公开网页，无需账号" }}\n'
        record(f'item.kind = "{kind}"\n{text}')
        record(text)  # the kind is asked later
        assert codes(f'item.kind = "screen_recording"\n{text}')[0][2] == "never_inapplicable"
    record('acct.group = { not_applicable = "两人单独聊天" }\n')


def test_without_the_list_a_gap_could_be_talked_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'acq.env_check = { not_applicable = "与本案无关" }\n'
    assert codes(text) == [(2, "acq.env_check", "never_inapplicable")]
    monkeypatch.setattr(contradictions, "_never_inapplicable", lambda *_: [])
    assert record(text).state("acq.env_check") == "not_applicable"


def test_that_nothing_was_recorded_can_be_said_plainly() -> None:
    said = record('acq.recording = { made = false, note = "当时没有想到" }\n')
    assert said.get("acq.recording") == {"made": False, "note": "当时没有想到"}
    assert codes(f"acq.recording = {{ made = false, digest = {H} }}\n") == [
        (2, "acq.recording", "no_but")
    ]


# -- numbers in full


@pytest.mark.parametrize(
    "number",
    ["13800000001", "138 0000 0001", "+86 138-0000-0001", "１３８００００００01", "010-12345678"],
)
def test_a_number_in_full_is_refused(number: str) -> None:
    text = f'acct.own.id = {{ account_id = "a", bound_phone_masked = "{number}" }}\n'
    (found,) = problems(text)
    assert (found.code, found.values["within"]) == ("not_masked", "bound_phone_masked")
    assert "1380000" not in str(found)
    assert is_unmasked(number)


@pytest.mark.parametrize("number", ["138****0001", "138 **** 0001", "138xxxx0001", "尾号0001"])
def test_a_masked_number_is_taken(number: str) -> None:
    got = record(f'acct.own.id = {{ account_id = "a", bound_phone_masked = "{number}" }}\n')
    assert got.member("acct.own.id", "bound_phone_masked") == number
