"""The HTML page stands alone, is built as readers and their tools expect, and lets nothing through."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import Element, read_page
from verifier.law.rules import ROWS, STATUSES
from verifier.report import html_parts
from verifier.report.as_html import as_html
from verifier.report.html_face import CHECK_SIGNS, SIGNS
from verifier.report.html_parts import Html, escaped, part, read_template
from verifier.report.texts import texts_for
from verifier.report.words import Words
from verifier.result import REQUIRED, Result

BOTH = ("zh", "en")


@pytest.fixture(scope="module")
def html() -> str:
    return as_html(shapes.base("package"), examinations.examination(1), BOTH)


@pytest.fixture(scope="module")
def page(html) -> Element:
    return read_page(html)


def pages() -> list[str]:
    found = [as_html(Result(scope), None, ("zh",)) for scope in REQUIRED]
    found += [as_html(shapes.base(scope), None, BOTH) for scope in REQUIRED]
    return found + [
        as_html(shapes.base("package"), examinations.examination(n), BOTH) for n in range(3)
    ]


# ------------------------------------------------------------------- alone


def test_nothing_is_fetched_and_nothing_runs(html, page):
    tags = Counter(element.tag for element in page.all())
    assert not {"script", "img", "link", "iframe", "object", "form", "input", "base"} & set(tags)
    assert tags["style"] == 1
    for element in page.all():
        assert not [name for name in element.attributes if name.startswith("on")]
        assert not {"style", "src", "action"} & element.attributes.keys()
        if "href" in element.attributes:
            assert element.attributes["href"].startswith("#")
    assert "://" not in html.replace("https://json-schema.org", "")
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_of_the_page_forbids_everything_but_its_own_style(page):
    (policy,) = [
        element.attributes["content"]
        for element in page.all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_templates_are_data_and_each_place_is_known():
    for name in ("page.html", "blocks.html", "report.css"):
        assert read_template(name).endswith("\n")
    assert "{{" not in read_template("report.css")


# ------------------------------------------------------------------- structure


def test_language_landmarks_title_and_skip_link(page):
    (root,) = page.all("html")
    assert root.attributes["lang"] == "zh"
    assert [a.attributes["lang"] for a in page.all("article")] == ["zh", "en"]
    (main,) = page.all("main")
    skip = next(page.all("a"))
    assert skip.attributes == {"class": "skip", "href": f"#{main.attributes['id']}"}
    (title,) = page.all("title")
    assert title.children == [texts_for("zh").words["title"]]
    assert len([n for n in page.all("nav") if n.attributes["class"] == "contents"]) == 2


def test_one_language_has_no_choice_of_languages():
    page = read_page(as_html(shapes.base("package"), examinations.examination(), ("en",)))
    assert [a.attributes["lang"] for a in page.all("article")] == ["en"]
    assert next(page.all("html")).attributes["lang"] == "en"
    assert all(nav.attributes["class"] != "languages" for nav in page.all("nav"))


@pytest.mark.parametrize("text", pages())
def test_headings_descend_one_step_at_a_time(text):
    for article in read_page(text).all("article"):
        level = 0
        for heading in article.all("h1", "h2", "h3", "h4", "h5", "h6"):
            found = int(heading.tag[1])
            assert found <= level + 1, heading.text()
            level = found
            assert heading.text().strip()
        assert len(list(article.all("h1"))) == 1


@pytest.mark.parametrize("text", pages())
def test_ids_are_unique_and_links_lead_somewhere(text):
    page = read_page(text)
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in page.all():
        if "href" in element.attributes:
            assert element.attributes["href"][1:] in ids
        for name in element.attributes.get("aria-labelledby", "").split():
            assert name in ids


def test_tables_have_captions_and_scoped_headers(page):
    tables = list(page.all("table"))
    assert tables
    for table in tables:
        assert len(list(table.all("caption"))) == 1
        for header in table.all("th"):
            assert header.attributes["scope"] in {"col", "row"}
        for row in table.all("tr"):
            assert row.under("thead") or next(row.all("th")).attributes["scope"] == "row"


def test_what_can_be_folded_is_open(page):
    folds = list(page.all("details"))
    assert len(folds) > 20
    assert all("open" in fold.attributes for fold in folds)


def test_statutes_stand_in_blockquotes_once_for_each_language(page):
    for article in page.all("article"):
        quotes = [q.text() for q in article.all("blockquote")]
        assert len(quotes) > 60
        assert len(quotes) == len(set(quotes))
        assert all("「" in quote for quote in quotes)
        assert any("可以认定该电子数据上链后未经篡改" in quote for quote in quotes)


def test_each_row_is_one_heading_with_its_word_and_a_sign(page):
    for article in page.all("article"):
        lang = article.attributes["lang"]
        entries = {
            e.attributes["id"].removeprefix(f"{lang}-"): e
            for e in article.all("div")
            if e.attributes.get("class", "").startswith("entry ") and "id" in e.attributes
        }
        assert sorted(entries) == sorted(ROWS)
        for entry in entries.values():
            status = entry.attributes["class"].split()[1]
            signs = [s for s in entry.all("span") if s.attributes.get("class") == "sign"]
            assert [s.text().strip() for s in signs] == [SIGNS[status]]
            assert signs[0].attributes["aria-hidden"] == "true"
            assert Words(lang).status(status) in next(entry.all("h3", "h4")).text()


def test_every_status_has_a_sign_of_its_own():
    assert SIGNS.keys() == STATUSES.keys()
    for signs in (SIGNS, CHECK_SIGNS):
        assert len(set(signs.values())) == len(signs)
        for sign in signs.values():
            sign.encode("gb18030")
    assert SIGNS["consistent"] not in CHECK_SIGNS.values()


# ------------------------------------------------------------------- no light


def test_the_fourth_statement_has_no_colour_of_its_own(page):
    style = read_template("report.css")
    boxes = [s for s in page.all("section") if s.attributes["class"] == "not_shown"]
    assert len(boxes) == 2
    assert "not_shown" not in style
    for box in boxes:
        assert not [e for e in box.all() if e.attributes.get("class") == "status"]


def test_no_sign_of_approval_anywhere(html):
    assert not re.search("[✓✔☑✅👍🟢🔴🟡🚦]", html)


# ------------------------------------------------------------------- escaping


def test_a_value_cannot_become_markup():
    assert escaped("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert isinstance(part("bullet", text="<script>"), Html)
    assert "<script>" not in part("bullet", text="<script>")
    assert part("bullet", text=Html("<b>")) == "<li><b></li>\n"


def test_control_a_template_that_escapes_nothing_is_caught(monkeypatch):
    monkeypatch.setattr(html_parts, "escaped", Html)
    found = examinations.examination(own="<script>alert(1)</script>")
    html = as_html(shapes.base("package"), found, ("zh",))
    with pytest.raises(AssertionError):
        test_nothing_is_fetched_and_nothing_runs(html, read_page(html))
