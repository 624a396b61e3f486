"""T-TIME: the machine's clock jumps and stands still. ``received`` never decreases, nothing hangs.

Control: a writer that believes the clock.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.app.server.harness import entry, new_account, new_log, post, running
from tests.faults.acks import static_entries
from verifier.evidence.entry import parse_entry

pytestmark = pytest.mark.fault
YEAR = 365 * 86_400
JUMPS = [0, -3600, -10 * YEAR, 0, 60, 10 * YEAR, 10 * YEAR - 1, -1, 80 * YEAR, 0]
"""Seconds beside the true time: an hour and ten years back, ten and eighty years ahead (beyond
2038 and 2106), and back again."""


def received_with_jumps(tmp_path: Path, fault: str) -> list[int]:
    data, offset = tmp_path / "data", tmp_path / "offset"
    offset.write_text("0")
    new_log(data)
    key = new_account(data, "clock")
    os.environ["FAULT_CLOCK"] = str(offset)
    try:
        with (
            running(data, batch_interval_ms=0, access_log=0, fault=fault,
                    module="tests.faults.faulty") as server,
            server.client(key) as client,
        ):  # fmt: skip
            for jump in [*JUMPS, "freeze", "freeze"]:
                replace = offset.with_suffix(".new")
                replace.write_text(str(jump))
                replace.replace(offset)
                for _ in range(2):
                    answer = post(client, entry(os.urandom(8)))
                    assert answer.status_code == 201, answer.text
            assert server.stop() == 0
    finally:
        del os.environ["FAULT_CLOCK"]
    return [parse_entry(each).received for each in static_entries(data)]


def test_received_never_decreases(tmp_path: Path) -> None:
    times = received_with_jumps(tmp_path, "clock")
    assert len(times) == 2 * (len(JUMPS) + 2)
    assert times == sorted(times)
    assert times[-1] - times[0] > 79 * YEAR, "the jumps were seen"


def test_control_a_writer_that_believes_the_clock(tmp_path: Path) -> None:
    times = received_with_jumps(tmp_path, "believes_the_clock")
    assert times != sorted(times)
