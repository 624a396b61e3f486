"""The code of every row of ``make bench`` runs, on toy sizes. Nothing here is timed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.line import Line
from bench.machine import describe
from bench.rows import ROWS
from bench.setting import Setting
from bench.table import block, summary
from tests.project import ROOT

FLOORS = {
    "append": 1, "batches": 1, "entries": 2, "crowd": 1, "hostile": 2, "witnessed": 2, "growth": 1, "audit": 2, "receipt": 1,
    "seal": 1, "inspect": 4, "memory": 2,
}  # fmt: skip


def test_every_row_of_the_issue_is_there():
    assert set(FLOORS) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_runs(name, tmp_path):
    lines = list(ROWS[name][0](Setting(tmp_path, rounds=1, scale="toy")))
    assert sum(line.floor is not None for line in lines) == FLOORS[name]
    for line in lines:
        assert min(line.ours) > 0
        assert len(line.ratios()) == len(line.ceiling)
        assert line.what in block(line)
        assert "*** " in summary([line]) or line.holds()


def test_a_missed_floor_is_marked():
    line = Line("x", "entries/s", [10, 30, 20], 0.5, ceiling=[100, 100, 100])
    assert line.judged() == pytest.approx(0.2)
    assert not line.holds()
    assert "*** BELOW THE FLOOR ***" in block(line)
    assert "1 floors, 1 missed" in summary([line])
    assert Line("y", "MB", [10], 9, "at most").holds() is False
    assert Line("z", "MB", [10]).holds()


def test_the_ratio_is_taken_round_by_round():
    line = Line("x", "entries/s", [10, 10, 40], 0.5, ceiling=[10, 100, 100])
    assert line.ratios() == [1.0, 0.1, 0.4]
    assert line.judged() == pytest.approx(0.4)


def test_the_machine_is_described(tmp_path):
    text = describe(tmp_path)
    assert "cores" in text
    assert "fsync" in text


def test_the_command_says_what_there_is():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--help"],
        cwd=ROOT, env=os.environ, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert all(name in done.stdout for name in ROWS)
