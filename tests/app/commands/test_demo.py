"""``beilin demo``: the whole path, and that its verdict is an offline one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.commands import demo
from app.commands.common import Refusal
from app.demo_data import offline
from tests.app.client.support import beilin, environment
from verifier.evidence.zip_container import Container
from verifier.report.texts import texts_for

EN = texts_for("en").words

EXPECTED = {
    "package.zip", "package-unwitnessed.zip", "policy.txt", "policy-as-if-independent.txt",
    "report.html", "report.txt", "report.json", "log",
}  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demonstration in English, and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = beilin("demo", "--out", str(out), env=environment(BEILIN_SURPRISE="1"))
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_it_leaves_what_the_contract_names(shown: tuple[Path, str]):
    out, printed = shown
    assert {each.name for each in out.iterdir()} == EXPECTED
    assert (out / "log/checkpoint").is_file()
    assert (out / "log/tile").is_dir()
    assert (out / "report.txt").read_text(encoding="utf-8") in printed
    assert [each.name for each in out.parent.iterdir()] == [out.name]


def test_it_passes_at_the_lowest_level_and_says_what_is_open(shown: tuple[Path, str]):
    report = json.loads((shown[0] / "report.json").read_bytes())
    assert report["verdict"] == "TOTAL-PASSED"
    assert (report["trust_level"], report["time_grade"]) == ("L0", "T0")
    checks = {check["id"]: check["status"] for check in report["checks"]}
    assert checks["siblings"] == "done"
    assert checks["time"] == "not_done"
    text = (shown[0] / "report.txt").read_text(encoding="utf-8")
    assert "L0" in text
    assert "T0" in text


def test_level_and_grade_are_told_in_words_and_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    report: dict[str, Any] = {
        "trust_level": "L1", "time_grade": "T0", "facts": {"witnesses": "0", "operators": "1"},
        "findings": [], "statements": {"integrity": "Agrees."},
    }  # fmt: skip
    told = offline.levels(report)
    assert told.startswith("L1: ")
    assert " T0: " in told
    assert "run by whoever" not in told
    # Witnesses and authority that the policy gives to the log's own operator.
    own = [{"code": "TSA_OF_LOG_OPERATOR", "values": {}}]
    for more in ({"findings": own}, {"facts": {"witnesses": "2", "operators": "1"}}):
        said = offline.levels({**report, **more})
        assert "not independent of the log" in said
        assert "the trust level to L2" in said
        assert "the time grade to T3" in said
    # The integrity statement of L0 ends with the sentence already.
    low = {**report, "trust_level": "L0", "statements": {"integrity": f"Agrees. {EN['L0']}"}}
    assert offline.levels(low).startswith("T0: ")


@pytest.mark.parametrize(
    ("tokens", "checks", "en", "zh"),
    [
        ("0", ["log_key"], "no time-stamp and no later receipt", "没有时间戳，也没有较新的回执"),
        ("0", ["receipt_latest"], "(no time-stamp in the package)", "（包内没有时间戳）"),
        ("1", ["receipt_latest"], "", ""),
    ],
)
def test_a_row_says_what_the_package_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, tokens: str, checks: list[str], en: str, zh: str
):
    report = {"facts": {"tokens": tokens}, "checks": [{"id": each} for each in checks]}
    for lang, words in (("en_US.UTF-8", en), ("zh_CN.UTF-8", zh)):
        monkeypatch.setenv("LANG", lang)
        said = offline.lacking(report)
        assert words in said
        assert bool(said) == bool(words)


def test_it_seals_a_chat_of_forty_messages_and_a_picture(shown: tuple[Path, str]):
    out, printed = shown
    assert "wechat-official/1  40 records" in printed
    with Container(out / "package.zip") as box:
        table = box.read("package/data/segments/0000.txt", 1 << 20)
        picture = box.read("package/data/files/0001.png", 1 << 20)
    assert table.count(b"\nR\t") == 40
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")


def test_it_replaces_only_its_own(shown: tuple[Path, str], tmp_path: Path):
    demo._check_replaceable(shown[0])
    demo._check_replaceable(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    demo._check_replaceable(tmp_path / "empty")
    (tmp_path / "link").symlink_to(shown[0])
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.doc").write_text("years of work")
    for folder in (other, tmp_path / "link", other / "thesis.doc"):
        with pytest.raises(Refusal) as caught:
            demo._check_replaceable(folder)
        assert caught.value.exit_code == 73


def test_a_second_run_takes_the_place_of_the_first(shown: tuple[Path, str], tmp_path: Path):
    out = tmp_path / "out"
    for _ in range(2):
        before = (out / "policy.txt").read_bytes() if out.exists() else b""
        done = beilin("demo", "--out", str(out), env=environment(LANG="C.UTF-8"))
        assert done.returncode == 0, done.stderr
        assert {each.name for each in out.iterdir()} == EXPECTED
        assert (out / "policy.txt").read_bytes() != before
    assert "技术核验一致" in (out / "report.txt").read_text(encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("import socket; socket.socket()", "offline"),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')", "offline"),
        ("import app.client", "only the verifier"),
        ("import ledger", "only the verifier"),
    ],
)
def test_control_the_guard_of_the_verifying_process_bites(tmp_path: Path, code: str, word: str):
    """The same guard, with a verifier that reaches out: it must die of it."""
    folder = tmp_path / "verifier"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "cli.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-I", "-c", offline.GUARD, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert word in done.stderr
