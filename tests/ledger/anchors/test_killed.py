"""kill -9 between asking, storing, numbering and publishing: nothing is lost, nothing logged twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.ledger.anchors.stub import sound, stub
from tests.ledger.anchors.support import (
    anchor,
    anchor_entries,
    not_after,
    not_before,
    open_with,
    tokens,
)
from tests.ledger.support import PATIENCE, ROOT, check_everything, submit

# point, the time that it is reached, tokens and entries that are there afterwards
TABLE = {
    "tokens-stored": (1, 1, 3),
    "w1-before": (2, 1, 3),
    "w1-commit": (2, 1, 3),
    "w1-after": (2, 1, 4),
    "read-back": (2, 1, 4),
    "signed": (2, 1, 4),
    "w2-after": (2, 1, 4),
    "tiles": (2, 1, 4),
    "w3": (2, 1, 4),
    "renamed": (2, 1, 4),
}


def run(made, url: str, spec: str) -> subprocess.CompletedProcess[bytes]:
    words = [str(made.data), made.account.id.hex(), url, spec]
    return subprocess.run(
        [sys.executable, "-u", "-m", "tests.ledger.anchors.child", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.fault
@pytest.mark.parametrize("point", TABLE)
def test_killed_at_each_step(made, point):
    nth, stored, entries = TABLE[point]
    with stub() as tsa:
        done = run(made, tsa.url, f"{point}:{nth}:kill")
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        assert b"answered" in done.stdout
        assert b"anchored" not in done.stdout
        assert tokens(made.data) == stored
        assert len(anchor_entries(made.data)) == entries - 3
        with open_with(made.data, tsa) as log:
            anchor(log)  # behind what is done on the start
            assert len(tsa.asked) == 1
            assert anchor_entries(made.data) == [(3, 3, 1)]
            submit(log, made.account, "later")
            assert len(not_after(log.latest_receipt(0), log)) == 1
            assert len(not_before(log.latest_receipt(4))) == 1
            told = [(index, log.receipt(index)) for index in (0, 1, 2, 4)]
        check_everything(made.data, told)


@pytest.mark.fault
def test_killed_while_the_authority_is_asked(made):
    """The token is lost with the process; the head is stamped by the next one."""

    def kill(request):
        os.kill(process.pid, signal.SIGKILL)
        yield from sound()(request)

    with stub(kill) as tsa:
        words = [str(made.data), made.account.id.hex(), tsa.url, "never:1:none"]
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.ledger.anchors.child", *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.wait(PATIENCE) == -signal.SIGKILL
        assert (tokens(made.data), anchor_entries(made.data)) == (0, [])
        tsa.behaviour = sound()
        with open_with(made.data, tsa) as log:
            assert anchor(log) == (3, 1, 0)
    check_everything(made.data)


def test_control_a_token_that_is_not_logged_is_seen(made, monkeypatch):
    """Without the first step of a start the token would wait for ever."""
    from ledger.anchors import anchoring

    async def forget(self) -> None:
        return None

    with stub() as tsa:
        monkeypatch.setattr(anchoring.Anchoring, "_log_waiting", forget)
        with open_with(made.data, tsa) as log:
            submit(log, made.account, "x")
            anchor(log)
            assert anchor_entries(made.data) == []
