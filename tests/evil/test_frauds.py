"""Every fraud is caught by what the opponent holds; without the defence it passes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evil import controls, opponent, table
from tests.evil.fraud import Fraud
from tests.evil.frauds import FRAUDS
from verifier.report.texts import texts_for
from verifier.result import EXIT_CODES

ROOT = Path(__file__).resolve().parents[2]
EVERY = pytest.mark.parametrize("fraud", FRAUDS, ids=lambda fraud: fraud.name)


def ask(folder: Path, arguments: tuple[str, ...], defence: str = "-") -> tuple[int, dict]:
    """Run the opponent's verifier in its own process; return its exit code and report."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "tests.evil.opponent", str(folder), defence,
         *arguments, "--json"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode in EXIT_CODES.values(), (done.returncode, done.stderr)
    return done.returncode, json.loads(done.stdout)


def lay_out(folder: Path, fraud: Fraud, arguments: tuple[str, ...], *, only: bool) -> None:
    """Write what the opponent has: the inputs listed, or for a control all that it asks with."""
    for name, data in fraud.make().items():
        top = name.split("/")[0]
        if (top in fraud.inputs) if only else (top in arguments):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def found(report: dict, name: str) -> tuple[str, str | None, str | None]:
    check = next((each for each in report["checks"] if each["id"] == name), None)
    if check is None:
        return "absent", None, None
    return check["status"], check["sub_indication"], check["values"].get("reason")


@EVERY
def test_it_is_caught_with_the_listed_inputs_alone(fraud: Fraud, tmp_path: Path) -> None:
    lay_out(tmp_path, fraud, fraud.ask, only=True)
    code, report = ask(tmp_path, fraud.ask)
    name, status, sub = fraud.caught
    seen = found(report, name)
    assert (code, seen[:2]) == (fraud.code, (status, sub)), (seen, report["findings"])
    if fraud.reason:
        assert seen[2] == fraud.reason
    if fraud.code:
        assert report["sub_indication"] == sub


@EVERY
def test_control_without_the_defence_it_passes(fraud: Fraud, tmp_path: Path) -> None:
    arguments = fraud.instead or fraud.ask
    lay_out(tmp_path, fraud, arguments, only=False)
    code, report = ask(tmp_path, arguments, fraud.without)
    assert code == fraud.passes, (report["sub_indication"], report["checks"])
    assert found(report, fraud.caught[0])[:2] != fraud.caught[1:]


LEFT_TO_READ = [fraud for fraud in FRAUDS if not fraud.code]
"""Those that end with exit 0: nobody is told but who reads the report."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("fraud", LEFT_TO_READ, ids=lambda fraud: fraud.name)
def test_what_leaves_the_verdict_alone_is_a_line_of_the_report(
    fraud: Fraud, lang: str, tmp_path: Path
) -> None:
    sentence = texts_for(lang).subs[fraud.caught[2]].why
    for arguments, said in ((fraud.ask, True), (fraud.instead, False)):  # the second is the control
        folder = tmp_path / str(said)
        folder.mkdir()
        lay_out(folder, fraud, arguments, only=said)
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "tests.evil.opponent", str(folder), "-",
             *arguments, "--lang", lang],
            cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        assert (sentence in done.stdout) == said


def test_the_page_says_of_each_what_ends_with_exit_0() -> None:
    page = table.table()
    assert len(LEFT_TO_READ) == page.count("exit 0: by a line of the report alone") == 1


@EVERY
def test_the_row_is_complete(fraud: Fraud) -> None:
    assert bool(fraud.instead) != (fraud.without != "-")
    assert bool(fraud.instead) == bool(fraud.withheld)
    named = {name for name in fraud.ask if name in fraud.inputs}
    assert named == set(fraud.inputs), "an input that is not used, or one that is not listed"


def test_there_are_enough_and_every_control_is_used() -> None:
    assert len({fraud.name for fraud in FRAUDS}) == len(FRAUDS) >= 20
    used = {fraud.without for fraud in FRAUDS} - {"-"}
    assert used == controls.CONTROLS.keys()


def test_control_the_opponent_has_no_network_and_no_other_file(tmp_path: Path) -> None:
    for code, ends in (
        ("import socket; socket.socket()", 99),
        ("open('../another')", 98),
        ("open('given', 'w')", 0),
    ):
        program = (
            f"from tests.evil import opponent; from pathlib import Path; import os\n"
            f"os.chdir({str(tmp_path)!r}); opponent.watch(Path({str(tmp_path)!r}))\n{code}\n"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True,
                              check=False)  # fmt: skip
        assert done.returncode == ends, (code, done.stderr)
    assert opponent.ROOT == ROOT
