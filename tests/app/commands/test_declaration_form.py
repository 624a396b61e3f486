"""The declaration's form: it asks for everything, and nothing of it is an answer until it is changed."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from app.commands import declaration_form
from tests.app.server.harness import ORIGIN
from tests.verifier.report.denylist import forbidden_words
from verifier.evidence.declaration import PLATFORM
from verifier.evidence.provenance.reading import read_form
from verifier.law.rules import PROVISIONS, ROWS

HEAD = 'format = "beilin/declaration/v1"\n'
NOW = 1_800_000_000
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


@LANGS
def test_the_form_asks_for_every_field_and_says_what_article_17_asks(lang: str) -> None:
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    assert text.startswith(HEAD)
    for line in PROVISIONS["OLR-17"].zh.split("\n"):
        assert line in text  # the Chinese text, whole, in both
    for id_, field in PLATFORM.items():
        assert f"# {id_} {field.zh if lang == 'zh' else field.en}" in text
        assert re.search(rf"^#{re.escape(id_)}[ .]", text, re.MULTILINE), id_
        for row in field.rows:
            if row.startswith("M17"):
                assert (ROWS[row].element_zh if lang == "zh" else ROWS[row].element_en) in text
    assert forbidden_words(re.sub("「[^」]*」", "", text)) == []
    assert read_form(text.encode(), "declaration", {"operator"}).values == {}


def unmarked(lang: str) -> list[tuple[int, str, str]]:
    """(number, field, line) of each line of the blank form that is one to fill in, its mark gone."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"#(plat\.[a-z_]+)", line):
            found.append((number, match[1], line[1:]))
    return found


@LANGS
def test_taking_the_marks_away_declares_nothing(lang: str) -> None:
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    filled = re.sub(r"^#(?=plat)", "", text, flags=re.MULTILINE)
    values, wrong = declaration_form.read(filled.encode(), NOW, lang)
    assert values == {}
    told = {int(number) for number in re.findall(r"(?m)^(?:line|第) ?([0-9]+)", "\n".join(wrong))}
    assert told == {number for number, _, _ in unmarked(lang)}
    assert {field for _, field, _ in unmarked(lang)} == set(PLATFORM)


@LANGS
def test_each_line_alone_is_named_with_what_to_do(lang: str) -> None:
    todo = {
        "zh": "请改成实际情况，或恢复行首的“#”",
        "en": "Change it to what is so, or put the # back",
    }
    for _, field, line in unmarked(lang):
        values, wrong = declaration_form.read(f"{HEAD}{line}\n".encode(), NOW, lang)
        assert values == {}
        (told,) = [each for each in wrong if todo[lang] in each][:1]
        assert told.startswith({"zh": f"第 2 行 {field}：", "en": f"line 2 {field}: "}[lang])


@LANGS
def test_what_is_no_line_to_fill_in_is_no_toml_without_its_mark(lang: str) -> None:
    """An explanation cannot become a value by taking ``#``, or ``#`` and the blanks, away."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    for line in text.split("\n"):
        if line.startswith("# "):
            for rest in (line[1:], line[1:].lstrip()):
                values, wrong = declaration_form.read(f"{HEAD}{rest}\n".encode(), NOW, lang)
                assert (values, bool(wrong)) == ({}, True), line


@LANGS
def test_the_examples_are_shown_and_refused_as_answers(lang: str) -> None:
    """Copied whole, or as one of several, an example says nothing about this platform."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    form = files("app.commands").joinpath(f"declaration_example.{lang}.toml").read_bytes()
    values, wrong = declaration_form.read(form, NOW, lang)
    assert list(values) == list(PLATFORM)
    assert len(wrong) == len(PLATFORM)
    todo = {
        "zh": "照抄了表格中的例子。请改成实际情况",
        "en": "copies the form's example. Change it to what is so",
    }
    assert all(todo[lang] in each for each in wrong)
    assert values["plat.operator"]["name"] in text
    other = {"zh": "en", "en": "zh"}[lang]
    assert len(declaration_form.read(form, NOW, other)[1]) == len(PLATFORM)
    mixed = (
        HEAD
        + """plat.incidents = [
  { at = 2026-02-11, kind = "outage", what = "机房断电", effect = "停止受理3小时，已登记的条目未受影响", remedy = "增设备用电源" },
  { at = 2026-02-12, kind = "outage", what = "x" },
]
"""
    )
    (told,) = declaration_form.read(mixed.encode(), NOW, lang)[1]
    assert todo[lang] in told
    one_changed = mixed.replace("机房断电", "机房停电")
    assert declaration_form.read(one_changed.encode(), NOW, lang)[1] == []


def test_the_factors_of_all_fields_are_all_factors() -> None:
    """What Article 17 asks of the platform is asked of the operator, factor by factor."""
    asked = "".join(declaration_form.factors(field, "zh") for field in PLATFORM.values())
    for number in "一二三四":
        assert f"第十七条（{number}）" in asked
    of_platform = [
        row for row in ROWS.values() if "OLR-17" in row.basis and any(i in PLATFORM for i in row.inputs)
    ]  # fmt: skip
    assert len(of_platform) == 12
    assert all(row.element_zh in asked for row in of_platform)
