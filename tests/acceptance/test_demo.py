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
        "log", "package-unwitnessed.zip", "package.zip", "policy-as-if-independent.txt",
        "policy.txt", "report.html", "report.json", "report.txt",
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


WITNESSED, ALONE = "package.zip", "package-unwitnessed.zip"
OWN, AS_IF = "policy.txt", "policy-as-if-independent.txt"


@pytest.mark.parametrize(
    ("package", "policy", "verdict", "level", "grade"),
    [
        # Its own witnesses and its own authority are its own word.
        (WITNESSED, OWN, "TOTAL-PASSED", "L1", "T0"),
        (WITNESSED, AS_IF, "TOTAL-PASSED", "L2", "T3"),
        # Without witnesses the service goes on; both policies ask for the quorum.
        (ALONE, OWN, "INDETERMINATE", "L1", "T0"),
        (ALONE, AS_IF, "INDETERMINATE", "L1", "T0"),
    ],
)
def test_what_witnesses_and_time_stamps_change(
    package: str, policy: str, verdict: str, level: str, grade: str, demo: Path
) -> None:
    found = json.loads(
        verify(
            demo / package, "--policy", demo / policy, "--policy-source", "test", "--json",
            code=0 if verdict == "TOTAL-PASSED" else 10,
        ).stdout
    )  # fmt: skip
    assert (found["verdict"], found["trust_level"], found["time_grade"]) == (verdict, level, grade)
    if verdict == "INDETERMINATE":
        assert found["sub_indication"] == "WITNESS_QUORUM_NOT_MET"


def test_the_time_lies_between_two_stamps_only_where_others_made_them(demo: Path) -> None:
    since = {"zh": "自 20", "en": "since 20"}
    for lang, words in since.items():
        said = {
            policy: verify(
                demo / WITNESSED, "--policy", demo / policy, "--policy-source", "test",
                "--lang", lang, code=0,
            ).stdout
            for policy in (OWN, AS_IF)
        }  # fmt: skip
        assert words not in said[OWN]
        assert words in said[AS_IF]
        assert all(forbidden_words(text) == [] for text in said.values())


def test_the_policy_says_of_each_that_one_runs_it_all(demo: Path) -> None:
    lines = (demo / OWN).read_text(encoding="utf-8").splitlines()
    operators = [line.split(" ", 2) for line in lines if line.startswith("operator ")]
    assert len(operators) == 4
    assert len({who for _, _, who in operators}) == 1


def test_the_first_line_warns_of_the_salts(demo: Path) -> None:
    for lang, word in (("zh", "私有证据包"), ("en", "PRIVATE PACKAGE")):
        said = verify(
            demo / "package.zip", "--policy", demo / "policy.txt", "--lang", lang, code=0
        ).stdout
        assert word in said.splitlines()[0]


def test_control_the_list_of_words_is_looked_for() -> None:
    assert forbidden_words("legally valid, 铁证") == ["铁证", "legally valid"]
