"""The recovery table, row by row: a process is killed at each step and another one goes on.

Each row says what must be durable after the crash; then the log is opened again
and everything is checked (``support.check_everything``).
"""

from __future__ import annotations

import signal
import threading
from base64 import b64decode
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from ledger import queries
from ledger.config import open_database, read_config
from ledger.errors import Corruption, Unavailable
from ledger.signer import read_journal
from tests.ledger.support import (
    PATIENCE,
    check_everything,
    child,
    open_log,
    send,
    sequencer_of,
    submit,
    writer_of,
)
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note

BEFORE = 300  # entries that are published and acknowledged before the crash
BATCH = 5


class Durable(NamedTuple):
    """What a crash left: sizes of entries, head, published row, checkpoint file, signer."""

    entries: int
    head: int
    published: int
    checkpoint: int
    signer: int


def durable_state(data) -> Durable:
    engine = open_database(data, read_config(data))
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        database = stack.enter_context(engine.connect())

        def one(sql: str) -> int:
            return int(queries.fetch(database, sql)[0][0])

        journal, _ = read_journal((data / "signer/journal").read_bytes())
        note = parse_note((data / "log/checkpoint").read_bytes())
        return Durable(
            one("SELECT count(*) FROM entries"),
            one("SELECT size FROM head"),
            one("SELECT max(size) FROM published"),
            parse_checkpoint(note.text).size,
            journal[-1].size,
        )


def acks(output: bytes) -> dict[str, list[tuple[int, bytes]]]:
    found = {}
    for line in output.decode().split("\n")[:-1]:
        match line.split(" "):
            case ["ack", name, indices, receipts]:
                decoded = [b64decode(text) for text in receipts.split(",")]
                found[name] = list(zip(map(int, indices.split(",")), decoded, strict=True))
    return found


M, N = BEFORE, BEFORE + BATCH

# step → what is durable after a crash there: the rows of ledger/DESIGN.md
TABLE = {
    "accepted": ("accepted in memory", Durable(M, M, M, M, M)),
    "w1-before": ("accepted in memory", Durable(M, M, M, M, M)),
    "w1-commit": ("W1, outcome unknown: not done", Durable(M, M, M, M, M)),
    "w1-after": ("W1, outcome unknown: done; W1", Durable(N, M, M, M, M)),
    "read-back": ("W1", Durable(N, M, M, M, M)),
    "signed": ("signer at m, signature lost; signed, W2 not done", Durable(N, M, M, M, N)),
    "w2-after": ("W2, tiles missing", Durable(N, N, M, M, N)),
    "tiles": ("W2, tiles written", Durable(N, N, M, M, N)),
    "before-w3": ("W2, tiles written", Durable(N, N, M, M, N)),
    "w3": ("W3, not renamed", Durable(N, N, N, M, N)),
    "renamed": ("published, not answered", Durable(N, N, N, N, N)),
}


@pytest.mark.fault
@pytest.mark.both_databases
@pytest.mark.parametrize("point", TABLE)
def test_a_crash_at_each_step(made, point):
    nth = 2  # the first time the step is reached belongs to what is acknowledged
    plan = f"first:{BEFORE},second:{BATCH}"
    process = child(made.data, made.account.id.hex(), f"{point}:{nth}:kill", plan)
    output, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, error.decode()
    assert f"reached {point}" in output.decode()
    assert durable_state(made.data) == TABLE[point][1]
    first = acks(output)["first"]
    size = check_everything(made.data, first)
    assert size == TABLE[point][1].entries
    with open_log(made.data) as log:
        outcome = submit(log, made.account, "second", BATCH)
        assert outcome.indices == tuple(range(M, N))
        assert outcome.fresh == (size == M)
        second = list(zip(outcome.indices, log.receipts(outcome.indices), strict=True))
    assert check_everything(made.data, first + second) == N


class Crash(BaseException):
    """Ends the sequencer at once, as a crash does, but in this process."""


class CrashAt:
    def __init__(self, point: str) -> None:
        self.point = point
        self.fired = False

    def __call__(self, point: str) -> None:
        if point == self.point and not self.fired:
            self.fired = True
            raise Crash(point)


STEPS = [step for step in TABLE if step != "accepted"]
IN_RECOVERY = ["read-back", "signed", "w2-after", "tiles", "before-w3", "w3", "renamed"]


@pytest.mark.fault
@pytest.mark.parametrize("second", IN_RECOVERY)
def test_a_second_crash_during_recovery(made, second):
    """Every pair: crash at a step, crash again while that is being finished, then go on."""
    fired = 0
    acknowledged: list[tuple[int, bytes]] = []
    for step in STEPS:
        log = open_log(made.data)
        outcome = submit(log, made.account, (step, "good"), 3)
        acknowledged += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
        crash = CrashAt(step)
        writer_of(log)._at = crash
        with pytest.raises(Unavailable):
            submit(log, made.account, (step, "bad"), 2)
        assert crash.fired
        log.close()
        again = CrashAt(second)
        try:
            open_log(made.data, hooks=again).close()
        except Crash:
            fired += 1
        with open_log(made.data) as log:
            outcome = submit(log, made.account, (step, "bad"), 2)
            assert outcome.indices == tuple(range(len(acknowledged), len(acknowledged) + 2))
            acknowledged += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    reached_by = {"read-back": 3, "signed": 3, "w2-after": 3}
    # w1-after, read-back and signed leave numbered entries; w2-after, tiles, before-w3 a head.
    assert fired == reached_by.get(second, 6)
    check_everything(made.data, acknowledged)


# -- single rows that need a hand ------------------------------------------------------


def crashed(made, step) -> None:
    log = open_log(made.data, hooks=CrashAt(step))
    with pytest.raises(Unavailable):
        submit(log, made.account, "x", 300)
    log.close()


@pytest.mark.fault
@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:20]),
    ],
    ids=["missing", "empty", "torn"],
)
@pytest.mark.parametrize("name", ["tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_tile_that_is_missing_or_torn_is_written_again(
    made, name, harm: Callable[[object], object]
):
    crashed(made, "tiles")
    path = made.data / "log" / name
    path.chmod(0o644)
    harm(path)
    check_everything(made.data)
    assert path.stat().st_mode & 0o777 == 0o444


@pytest.mark.fault
def test_a_tile_that_says_something_else_stops_recovery(made):
    crashed(made, "tiles")
    path = made.data / "log/tile/0/000"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[33] ^= 1
    path.write_bytes(data)
    with pytest.raises(Corruption, match=r"tile/0/000: differs from the database at byte 33"):
        open_log(made.data)


@pytest.mark.fault
def test_temporary_files_of_a_crash_are_removed(made):
    crashed(made, "w2-after")
    left = made.data / "log/tile/0/.tmp-1-000"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    (made.data / "log/.tmp-1-checkpoint").write_bytes(b"half")
    check_everything(made.data)
    assert not list((made.data / "log").rglob(".tmp-*"))


@pytest.mark.fault
def test_a_missing_checkpoint_file_is_published_again(made):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
    (made.data / "log/checkpoint").unlink()
    check_everything(made.data)


@pytest.mark.fault
def test_the_end_of_the_sequencer_is_told_to_everyone(made):
    ended: list[BaseException] = []
    crash = CrashAt("signed")
    crash.fired = True
    first_is_out, all_wait = threading.Event(), threading.Event()

    def hooks(point: str) -> None:
        if point == "renamed" and not first_is_out.is_set():
            first_is_out.set()
            assert all_wait.wait(PATIENCE)
        crash(point)

    with open_log(made.data, hooks=hooks, on_stopped=ended.append) as log:
        first = send(log, made.account, "first")
        assert first_is_out.wait(PATIENCE)
        crash.fired = False
        # More than one batch takes: two of these requests fit, and the third waits behind them.
        waiting = [send(log, made.account, n, 400) for n in range(3)]
        all_wait.set()
        assert first.result(PATIENCE).fresh
        for future in waiting:
            assert isinstance(future.exception(PATIENCE), Unavailable)
        sequencer_of(log)._thread.join(PATIENCE)
        assert isinstance(ended[0], Crash)
        assert not log.state().healthy
        assert log.state().pending == 0
        with pytest.raises(Unavailable):
            send(log, made.account, "later")
    assert check_everything(made.data) == 801


# -- control -----------------------------------------------------------------------------


@pytest.mark.fault
def test_control_answering_before_the_commit_is_found(made):
    """A build that answers before W1 commits loses what it answered, and the check sees it."""
    process = child(made.data, made.account.id.hex(), "w1-commit:1:kill", "first:3", "answer-early")
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    answered = [line.split()[2] for line in output.decode().split("\n") if line.startswith("ack")]
    assert answered == ["0,1,2"]
    with pytest.raises(Exception, match=r"no such entry|not published"):
        check_everything(made.data, [(index, b"") for index in range(3)])
