"""T-FULL: a volume of its own that runs full, without and with the floor that stops before."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import NoSpace, Unavailable
from tests.ledger.support import check_everything, new_log, open_log, submit

pytestmark = pytest.mark.fault


@pytest.fixture
def volume(tmp_path) -> Iterator[Path]:
    """A file system of 8 MiB in memory."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no permission to mount a small volume: a full one is not tested")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def fill(log, account, name: str) -> tuple[list[tuple[int, bytes]], Unavailable]:
    told: list[tuple[int, bytes]] = []
    for number in range(200):
        try:
            outcome = submit(log, account, f"{name}-{number}", 100)
        except Unavailable as error:
            return told, error
        told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    raise AssertionError("the volume never got full")


def test_a_volume_that_runs_full_loses_nothing_and_comes_back(volume):
    data, account = new_log(volume)
    with open_log(data, space_floor_bytes=0) as log:
        told, error = fill(log, account, "a")
        assert isinstance(error, NoSpace)
        assert told
    try:  # whether it opens depends on what was left unfinished; it must not crash
        open_log(data, space_floor_bytes=0).close()
    except Unavailable:
        pass
    subprocess.run(["mount", "-o", "remount,size=64m", str(volume)], check=True)
    size = check_everything(data, told)
    assert len(told) <= size <= len(told) + 100
    with open_log(data) as log:
        submit(log, account, "after", 100)


def test_the_floor_stops_before_the_volume_is_full(volume):
    data, account = new_log(volume)
    with open_log(data, space_floor_bytes=3 << 20) as log:
        told, error = fill(log, account, "a")
        assert str(error) == "the volume is nearly full; nothing was written"
        assert log.state().healthy
        assert log.receipt(told[-1][0]) == told[-1][1]
    with open_log(data, space_floor_bytes=0) as log:
        assert log.state().size == len(told)
        submit(log, account, "small", 1)
