"""T-EIO, T-SYS: calls that fail and calls that kill; nothing is told that is not durable."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import time

import pytest

from ledger.errors import Unavailable
from tests.ledger.support import (
    PATIENCE,
    check_everything,
    child,
    open_log,
    send,
    submit,
)
from tests.ledger.test_recovery import STEPS, CrashAt, acks


class FailAt(CrashAt):
    def __call__(self, point: str) -> None:
        if point == self.point and not self.fired:
            self.fired = True
            raise OSError(5, "Input/output error")


@pytest.mark.fault
@pytest.mark.both_databases
@pytest.mark.parametrize("step", STEPS)
def test_storage_that_fails_is_opened_again_and_goes_on(made, step):
    """Lost, or kept but reported lost: the caller gets no answer, repeats, gets the one answer."""
    fail = FailAt(step)
    with open_log(made.data, hooks=fail) as log:
        fail.fired = True
        first = submit(log, made.account, "first", 3)
        acknowledged = list(zip(first.indices, log.receipts(first.indices), strict=True))
        fail.fired = False
        with pytest.raises(Unavailable):
            submit(log, made.account, "second", 2)
        assert fail.fired
        outcome = _repeat(log, made.account, "second", 2)
        assert outcome.indices == (3, 4)
        assert log.state().healthy
        assert log.state().size == 5  # readers are told, although recovery published it
        assert "Input/output" in str(log.state().last_error)
        acknowledged += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    check_everything(made.data, acknowledged)


def _repeat(log, account, name, count):
    """Repeat until the log writes again, as a client does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return submit(log, account, name, count)
        except Unavailable:
            time.sleep(0.02)
    raise AssertionError("the log did not come back")


@pytest.mark.fault
@pytest.mark.parametrize("call", ["fsync", "link", "open", "write"])
def test_each_file_operation_fails_once(made, monkeypatch, call):
    """T-EIO for files: whatever fails, nothing is acknowledged that is not durable."""
    real = getattr(os, call)
    fired = 0
    acknowledged: list[tuple[int, bytes]] = []
    with open_log(made.data) as log:
        for nth in range(1, 100):
            calls = itertools.count(1)  # eight threads fsync at once, and none is lost here
            fell: list[int] = []

            def fail(*arguments, nth=nth, calls=calls, fell=fell, **options):
                if next(calls) == nth:
                    fell.append(nth)
                    raise OSError(28, "No space left on device")
                return real(*arguments, **options)

            with monkeypatch.context() as patch:
                patch.setattr(os, call, fail)
                future = send(log, made.account, nth, 2)
                error = future.exception(PATIENCE)
            if error is not None:
                assert isinstance(error, Unavailable)
                assert fell
                fired += 1
            outcome = _repeat(log, made.account, nth, 2)
            assert outcome.indices == (2 * nth - 2, 2 * nth - 1)
            acknowledged += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
            if not fell:
                break
        else:
            raise AssertionError("the faults never ended")
    assert fired >= {"link": 2}.get(call, 3)
    check_everything(made.data, acknowledged)


@pytest.mark.fault
def test_a_full_volume_is_no_space_and_then_it_goes_on(made):
    fail = [3]

    def full(point):
        if point == "w1-before" and fail[0]:
            fail[0] -= 1
            raise sqlite3.OperationalError("database or disk is full")

    def hook(point):
        from sqlalchemy.exc import OperationalError

        try:
            full(point)
        except sqlite3.OperationalError as error:
            raise OperationalError("COMMIT", None, error) from error

    from ledger.errors import NoSpace

    with open_log(made.data, hooks=hook) as log:
        with pytest.raises(NoSpace):
            submit(log, made.account, "a")
        _repeat(log, made.account, "a", 1)
    assert fail == [0]
    check_everything(made.data)


# -- T-SYS -----------------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("call", ["fsync", "fdatasync", "pwrite64", "link", "rename"])
def test_a_kill_at_a_system_call(made, tmp_path, tool, rounds, call):
    """T-SYS: the process dies entering the nth call, for spread n until none is reached."""
    strace = tool("strace")
    kept, nth, fired = tmp_path / "kept", 1, 0
    shutil.copytree(made.data, kept)
    step = rounds({"pwrite64": 29, "fdatasync": 3, "rename": 1}.get(call, 7), 1)
    while True:
        shutil.rmtree(made.data)
        shutil.copytree(kept, made.data)
        log = tmp_path / "strace.log"
        prefix = [strace, "-f", "-qq", "-o", str(log), "-e", f"trace={call}"]
        prefix += ["-e", f"inject={call}:signal=SIGKILL:when={nth}"]
        plan = "first:3,second:260,third:2"
        process = child(made.data, made.account.id.hex(), "none:1:none", plan, prefix=prefix)
        output, error = process.communicate(timeout=120)
        if process.returncode == 0:
            break
        assert process.returncode in (-signal.SIGKILL, 137), error.decode()
        assert "SIGKILL" in log.read_text()
        fired += 1
        given = [pair for pairs in acks(output).values() for pair in pairs]
        check_everything(made.data, given)
        nth += step
    assert fired >= 2
    assert set(acks(output)) == {"first", "second", "third"}
