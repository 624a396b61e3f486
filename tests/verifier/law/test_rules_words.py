"""What the rule base says in our own words claims nothing, and its data name no source of ours."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from tests.verifier.law.own_words import own_words
from tests.verifier.report.denylist import forbidden_words
from verifier.law.rules import PROVISIONS, ROWS


def test_our_own_words_claim_nothing():
    assert [found for text in own_words() for found in forbidden_words(text)] == []


def test_the_list_is_looked_for_in_statutes_too_and_would_be_found():
    # The statutes use such words; so only a quotation with its article may print them.
    article = PROVISIONS["CPLI-90"]
    assert forbidden_words(article.zh) == ["足以证明"]
    assert forbidden_words(f"「{article.zh}」（{article.article}）") == []
    # And a wording or a note that held one would be found by the test above.
    assert forbidden_words(ROWS["M16-03"].present_zh + "足以证明。") == ["足以证明"]


def data_files() -> dict[str, str]:
    names = ("meta", "instruments", "provisions", "practice", "matrix", "placeholders")
    folder = resources.files("verifier.law") / "data"
    return {name: (folder / f"{name}.json").read_text(encoding="utf-8") for name in names}


TRACES = re.compile(
    r"\b(?:seeds?|github|gitlab|repositor(?:y|ies)|crawled|forum)\b|://|\bwww\."
    r"|\b[\w-]+\.(?:com|cn|org|net|io|gov|edu)\b|\.(?:ya?ml|md|txt|json|pdf|html?)\b|[0-9a-f]{32}",
    re.IGNORECASE,
)


def test_the_data_name_no_file_repository_or_host():
    for name, text in data_files().items():
        assert TRACES.findall(text) == [], name


@pytest.mark.parametrize(
    "text",
    ["seed 000", "GitHub", "rules.yaml", "https://x", "example.com", "a repository", "x.md"],
)
def test_such_traces_would_be_found(text):
    assert TRACES.search(text)


def test_no_private_person_and_no_trick_is_in_the_data():
    for text in data_files().values():
        assert ":recover" not in text
        assert "：recover" not in text
        assert "小刘" not in text
        assert "小林" not in text


def test_the_data_have_one_spelling():
    for name, text in data_files().items():
        assert text.endswith("}\n"), name
        assert "\r" not in text
        assert "\\u" not in text, name
        assert "\ufeff" not in text
