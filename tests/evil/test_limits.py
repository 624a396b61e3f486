"""What cannot be caught is said where it bears, in both languages, and the page is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evil import table
from tests.evil.limits import LIMITS, Limit
from tests.verifier.report.denylist import forbidden_words

ROOT = Path(__file__).resolve().parents[2]


def printed(folder: Path, limit: Limit, lang: str) -> tuple[int, str]:
    for name, data in limit.make().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.evil.opponent", str(folder), "-", *limit.ask,
         "--lang", lang],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 10, 20), done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_the_sentence_is_printed_where_it_bears(limit: Limit, lang: str, tmp_path: Path) -> None:
    code, text = printed(tmp_path, limit, lang)
    assert code in {0, 10} or "who" in limit.name
    for key in limit.words:
        parts = [part for part in re.split(r"\{\w+\}", table.sentence(key, lang)) if part.strip()]
        for part in parts:
            said = part[1:] if lang == "en" else part  # a sentence begins with a capital letter
            assert said in text, (key, said)


def test_the_page_is_current() -> None:
    assert table.HERE.read_text(encoding="utf-8") == table.table()


def test_the_page_holds_no_word_that_a_report_must_not_use() -> None:
    assert forbidden_words(table.table()) == []
