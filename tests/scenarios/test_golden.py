"""The three cases from beginning to end: their reports are those that were read and kept."""

from __future__ import annotations

import json
import re

import pytest

from tests.scenarios import build
from tests.scenarios.golden import GOLDEN, Reports, golden, reports
from tests.verifier.report.denylist import forbidden_words
from tests.verifier.report.pages import read_page
from verifier.law.rules import ALWAYS_PRINTED, ROWS, STATUSES


@pytest.fixture(scope="module", params=build.NAMES)
def made(request: pytest.FixtureRequest) -> tuple[str, Reports]:
    return request.param, reports(request.param)


def test_the_reports_are_the_golden_ones(made):
    name, _ = made
    for file, text in golden(name):
        assert "Texts cited" not in text
        assert "所引条文与资料\n" not in text
        kept = (GOLDEN / file).read_text(encoding="utf-8")
        assert text == kept, f"{file}: python -m tests.scenarios.golden, and read the difference"


def test_every_row_once_with_one_of_the_eight_words(made):
    _, found = made
    rows = found.data()["examination"]["rows"]
    assert [row["id"] for row in rows] == list(ROWS)
    assert {row["status"] for row in rows} <= set(STATUSES)


def test_it_opens_with_the_four_statements_and_says_what_is_always_said(made):
    _, found = made
    for lang, first in (("zh", "四项说明"), ("en", "four statements")):
        text = found.text(lang)
        assert first in text.casefold()[:1500]
        for row in ALWAYS_PRINTED:
            assert row in text


def test_page_and_text_have_the_same_rows_and_no_forbidden_word(made):
    _, found = made
    page = read_page(found.html()).text()
    for row in ROWS:
        assert row in page
    for text in (found.text("zh"), found.text("en")):
        assert forbidden_words(text) == []


def test_the_circumstances_of_the_excluded_chat_stand_on_the_first_page():
    """BIC-CASE: what the court weighed is raised, and nobody decides it here."""
    text = reports("returned_computer").text("zh")
    first = text[:3500]
    for word in ("秘密取得", "退出登录", "由人民法院认定"):
        assert word in first
    assert re.search(r"M106-01.*", text)


def test_that_nothing_was_said_stands_on_the_first_page():
    for lang, words in (("zh", "没有来源声明"), ("en", "no provenance record")):
        assert words in reports("wechat_none").text(lang).casefold()[:4000]


def test_a_full_record_changes_no_verdict_and_a_good_digest_closes_no_gap():
    full, none = (reports(name) for name in ("wechat_full", "wechat_none"))
    assert full.result.verdict == none.result.verdict == "TOTAL-PASSED"
    assert len(full.examination.gaps) < len(none.examination.gaps)
    counts = json.loads((GOLDEN / "wechat_none.json").read_text("utf-8"))["counts"]
    assert int(counts["B"]["missing"]) > 60
