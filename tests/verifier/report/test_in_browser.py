"""The page as people meet it: in Chromium, on A4, on a phone, with a tool for accessibility."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.report import examinations, shapes
from tests.verifier.report.records import FULL_RECORD, material_with
from tests.verifier.report.test_hostile import HOSTILE
from verifier.report.as_html import as_html

PROGRAM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
if PROGRAM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

A4 = {"width": 794, "height": 1123}
PHONE = {"width": 360, "height": 740}
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root; what it opens here is ours.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=PROGRAM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    result = shapes.base("package")
    hostile = HOSTILE["long"]
    rough = shapes.base("package")
    rough.facts.update({"file.0.name": hostile, "identity": "W" * 10_000})
    material = material_with({**FULL_RECORD, "decl.id": hostile})
    made = {
        "zh": as_html(result, examinations.examination(1), ("zh",), material_with(FULL_RECORD)),
        "en": as_html(result, examinations.examination(2), ("en",), material_with(FULL_RECORD)),
        "hostile": as_html(rough, examinations.examination(1, own=hostile), ("zh", "en"), material),
        "receipt": as_html(shapes.base("receipt"), None, ("zh", "en")),
    }
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


def opened(browser: Browser, path: Path, viewport: Any, scheme: Any = "light") -> Page:
    page = browser.new_page(viewport=viewport, color_scheme=scheme)
    page.goto(path.as_uri())
    return page


# ------------------------------------------------------------------- accessibility


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


@SCHEMES
@pytest.mark.parametrize("name", ["zh", "en", "receipt"])
def test_axe_finds_nothing_serious(name, scheme, browser, files):
    page = opened(browser, files[name], A4, scheme)
    assert serious(page) == []
    page.close()


def test_control_axe_finds_what_is_made_wrong(browser, files, tmp_path):
    text = files["receipt"].read_text(encoding="utf-8")
    text = text.replace("--soft: #55554f", "--soft: #cccccc").replace('<html lang="zh">', "<html>")
    (tmp_path / "bad.html").write_text(text, encoding="utf-8")
    page = opened(browser, tmp_path / "bad.html", A4)
    rules = {line.partition(":")[0] for line in serious(page)}
    assert {"html-has-lang", "color-contrast"} <= rules
    page.close()


# ------------------------------------------------------------------- screens


@pytest.mark.parametrize("width", [320, 360, 794, 1600])
@pytest.mark.parametrize("name", ["zh", "en", "hostile"])
def test_no_page_scrolls_sideways(name, width, browser, files):
    page = opened(browser, files[name], {"width": width, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    page.close()


def test_nothing_is_asked_for_and_nothing_complains(browser, files):
    page = browser.new_page(viewport=PHONE)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(files["hostile"].as_uri())
    assert asked == [files["hostile"].as_uri()]
    assert said == []
    page.close()


def test_the_pages_own_policy_stops_a_script(browser, files, tmp_path):
    text = files["zh"].read_text(encoding="utf-8")
    evil = text.replace("</main>", "</main><script>document.title = 'x'</script>")
    (tmp_path / "evil.html").write_text(evil, encoding="utf-8")
    page = opened(browser, tmp_path / "evil.html", A4)
    assert page.title() != "x"
    page.close()


def test_a_hostile_name_moves_nothing_beside_it(browser, files):
    page = opened(browser, files["hostile"], A4)
    isolated = page.evaluate(
        "[...document.querySelectorAll('q.own')].every(q => getComputedStyle(q).unicodeBidi"
        " === 'isolate' && q.firstElementChild.tagName === 'BDI')"
    )
    assert isolated
    page.close()


def test_the_keyboard_reaches_the_report_first(browser, files):
    page = opened(browser, files["en"], A4)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


# ------------------------------------------------------------------- paper


@pytest.mark.parametrize("name", ["zh", "en", "receipt"])
def test_it_prints_on_a4(name, browser, files):
    page = opened(browser, files[name], A4)
    data = page.pdf(prefer_css_page_size=True)
    assert data.startswith(b"%PDF-")
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data))
    assert len(boxes) == 1
    ((width, height),) = boxes
    assert (round(float(width)), round(float(height))) == (595, 842)
    pages = len(re.findall(rb"/Type /Page\b", data))
    assert (pages > 20) == (name != "receipt")
    page.close()


def test_what_was_folded_away_is_printed(browser, files):
    page = opened(browser, files["zh"], A4)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.removeAttribute('open'))")
    hidden = "[...document.querySelectorAll('details > :not(summary)')].filter(e => !e.checkVisibility()).length"
    assert page.evaluate(hidden) > 0
    page.emulate_media(media="print")
    assert page.evaluate(hidden) == 0
    page.close()


def test_no_row_is_cut_and_headers_come_again(browser, files):
    page = opened(browser, files["zh"], A4)
    page.emulate_media(media="print")
    rule = "getComputedStyle(document.querySelector('{}')).{}"
    assert page.evaluate(rule.format(".entry", "breakInside")) == "avoid"
    assert page.evaluate(rule.format("tr", "breakInside")) == "avoid"
    assert page.evaluate(rule.format("thead", "display")) == "table-header-group"
    assert page.evaluate(rule.format("h2", "breakAfter")) == "avoid"
    page.close()


@pytest.mark.parametrize("name", ["zh", "en", "receipt"])
def test_the_contents_are_on_the_paper_too(name, browser, files):
    """Every heading of the first rank by its number, on one of the first pages, cut by no page."""
    page = opened(browser, files[name], {"width": 680, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")
    for lang in ("zh", "en") if name == "receipt" else (name,):
        listed = page.evaluate(
            "lang => [...document.querySelectorAll(`#${lang} nav.contents li`)]"
            ".filter(e => e.checkVisibility()).map(e => e.innerText.trim())",
            lang,
        )
        headings = page.evaluate(
            "lang => [...document.querySelectorAll(`#${lang} > section > h2, "
            "#${lang} > section > details > summary > h2`)].map(e => e.innerText.trim())",
            lang,
        )
        assert listed == headings
        assert len(listed) > 2
    box = page.evaluate("document.querySelector('nav.contents').getBoundingClientRect().toJSON()")
    assert box["height"] < 900
    assert box["top"] < 3 * 1000
    assert (
        page.evaluate("getComputedStyle(document.querySelector('nav.contents')).breakInside")
        == "avoid"
    )
    page.close()
