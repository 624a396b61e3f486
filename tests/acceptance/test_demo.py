"""What the demonstration leaves, and that its text claims no more than was computed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import verify
from tests.verifier.report.denylist import forbidden_words

CLAIMS = {
    "zh": (
        "结论：技术核验一致（仅指摘要与账本记录）", "信任等级 L0", "时间等级 T0", "策略来源：未说明",
        "运营主体数：1；独立节点数：0（", "外部锚定数：0（",
        "不说明日志未被其运营者改写", "上链存储前数据的具体来源、生成机制和存储过程（第十八条）",
        "由人民法院认定",
    ),
    "en": (
        "Result: consistent upon technical verification (digest and log record only)",
        "Trust level L0, time grade T0", "Source of the policy: not stated",
        "operators: 1; independent nodes: 0 (", "external anchors: 0 (",
        "internal consistency only, not that the operator did not rewrite the log",
        "The specific source, generation mechanism and storage process of the data before going",
        "(Article 18)",
        "it is for the court",
    ),
}  # fmt: skip


def test_exactly_these_files_are_left(demo: Path) -> None:
    names = sorted(path.name for path in demo.iterdir())
    assert names == [
        "log", "package.zip", "policy.txt", "report.html", "report.json", "report.txt",
    ]  # fmt: skip
    assert list(demo.parent.iterdir()) == [demo]


def test_the_report_is_the_one_that_the_command_prints(demo: Path) -> None:
    at = json.loads((demo / "report.json").read_text())
    kept = (demo / "report.txt").read_text(encoding="utf-8")
    again = verify(
        demo / "package.zip", "--policy", demo / "policy.txt", "--log", demo / "log",
        "--lang", "zh", code=0,
    ).stdout  # fmt: skip
    judged = "判定时间："
    differ = [
        (one, two)
        for one, two in zip(kept.splitlines(), again.splitlines(), strict=True)
        if one != two
    ]
    assert all(judged in one and judged in two for one, two in differ)
    assert at["verdict"] == "TOTAL-PASSED"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_said_and_what_is_never_said(lang: str, demo: Path) -> None:
    said = verify(
        demo / "package.zip", "--policy", demo / "policy.txt", "--lang", lang, code=0
    ).stdout
    for claim in CLAIMS[lang]:
        assert claim in said
    assert forbidden_words(said) == []
    assert "自 20" not in said  # since when: only a proof of time can say (from T3 up)
    assert "since 20" not in said


def test_the_first_line_warns_of_the_salts(demo: Path) -> None:
    for lang, word in (("zh", "私有证据包"), ("en", "PRIVATE PACKAGE")):
        said = verify(
            demo / "package.zip", "--policy", demo / "policy.txt", "--lang", lang, code=0
        ).stdout
        assert word in said.splitlines()[0]


def test_control_the_list_of_words_is_looked_for() -> None:
    assert forbidden_words("legally valid, 铁证") == ["铁证", "legally valid"]
