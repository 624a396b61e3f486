"""What was declared is quoted whole, dated, and marked as declared; opened commitments say if they fit."""

from __future__ import annotations

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import read_page, words, words_of
from tests.verifier.report.records import FULL_RECORD, material_with
from verifier.evidence.declaration import Declaration
from verifier.evidence.provenance.annex import Opened
from verifier.report.as_html import as_html
from verifier.report.full_text import full_text
from verifier.report.words import _table

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


@LANGS
def test_the_record_is_quoted_as_it_was_declared(lang):
    found = examinations.examination()
    text = full_text(shapes.base("package"), found, lang, material_with(FULL_RECORD))
    part = text[text.index(_table()["record"][lang]) :]
    for said in (
        "“PD-2026-000123”",
        "“与李某的会话”",
        "“尚未确定”",
        "“没有出境”",
        "“第二行。”",
        "812",
    ):
        assert said in part
    for name in FULL_RECORD:
        assert name in part
    assert _table()["record.lead"][lang] in part
    assert "item.title" in part[part.index(_table()["record.absent"][lang]) :]
    none = full_text(shapes.base("package"), examinations.bare(), lang, None)
    assert _table()["record.lead"][lang] not in none
    assert _table()["record.phase.none"][lang] in none


@LANGS
def test_commitments_opened_by_the_annex_say_whether_they_fit(lang):
    material = material_with(FULL_RECORD)
    material.annex = [
        Opened("acct.peer.id", "phone", "13800000000", "", "commit:abc"),
        Opened("src.device.ids_commitment", "", "X\u202e", "annex_mismatch"),
        Opened("acct.peer.id", "qq", "1", "annex_not_in_record"),
    ]
    text = full_text(shapes.base("package"), examinations.examination(), lang, material)
    assert "“13800000000”" in text
    assert "commit:abc" in text
    for code in ("annex_mismatch", "annex_not_in_record"):
        assert _table()[f"record.{code}"][lang].partition("}")[2].strip(": ：") in text


@LANGS
def test_the_platform_declaration_is_dated_and_quoted_or_its_absence_said(lang):
    material = material_with(FULL_RECORD)
    result, found = shapes.base("package"), examinations.examination()
    text = full_text(result, found, lang, material)
    assert _table()["article17.none"][lang] in text
    values = {"plat.operator": {"name": "某存证运营者", "uscc": "91", "address": "北京"}}
    material.declaration = Declaration(
        "log.example.org/a", examinations.AT, None, values, bytes(32)
    )
    text = full_text(result, found, lang, material)
    assert _table()["article17.none"][lang] not in text
    assert text.count("2026-11-21T13:07:00Z") > 3
    assert text.count(bytes(32).hex()) >= 2
    assert "“某存证运营者”" in text[text.index(_table()["platform"][lang]) :]
    page = read_page(as_html(result, found, (lang,), material))
    assert words_of(page, lang) == words(text)
