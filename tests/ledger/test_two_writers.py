"""T-KILL and T-2W: processes that are killed at any moment, and two that believe to be alone."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from base64 import b64decode
from contextlib import suppress
from pathlib import Path

import pytest

from ledger import lease, queries, store
from ledger.config import open_database, read_config
from ledger.engine import writing
from ledger.errors import Conflict, Held
from ledger.fsck import fsck
from ledger.log import Log, Outcome
from ledger.signer import Head
from tests.ledger.support import (
    PATIENCE,
    check_everything,
    child,
    digest_of,
    open_log,
    request,
    seeded,
    submit,
    writer_of,
)
from tests.ledger.test_recovery import acks

# -- T-KILL ------------------------------------------------------------------------------


class Journal:
    """What the clients were told, kept where the service cannot reach it, fsynced line by line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")
        self.told: dict[str, list[tuple[int, bytes]]] = {}

    def close(self) -> None:
        self._file.close()

    def note(self, line: bytes) -> None:
        words = line.decode().rstrip("\n").split(" ")
        if words[0] != "ack":
            return
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())
        _, name, indices, receipts = words
        told = [
            (int(index), b64decode(text))
            for index, text in zip(indices.split(","), receipts.split(","), strict=True)
        ]
        assert self.told.setdefault(name, told) == told, f"{name}: a second answer"


@pytest.mark.fault
def test_kill_at_any_moment_loses_and_contradicts_nothing(made, tmp_path, rounds):
    """T-KILL. The parent is the client: told is what has reached its own journal."""
    journal = Journal(tmp_path / "journal")
    chance = random.Random(7)
    checked = begin = size = 0
    told: list[tuple[int, bytes]] = []
    for turn in range(rounds(40, 200)):
        process = child(made.data, made.account.id.hex(), "none:1:none", f"loop:{begin}")
        # So many lines must have come before the moment is drawn: the first says that the log
        # is open, each other is an answer. A slow machine is not killed before it did anything.
        awaited = threading.Semaphore(0)

        def listen(process=process, awaited=awaited):
            for line in process.stdout:
                if line.endswith(b"\n"):
                    journal.note(line)
                awaited.release()

        listener = threading.Thread(target=listen)
        listener.start()
        for _ in range(chance.randint(1, 9)):
            assert awaited.acquire(timeout=PATIENCE)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        listener.join(PATIENCE)
        _, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL, error.decode()
        told = [pair for pairs in journal.told.values() for pair in pairs]
        full = turn % 10 == 9
        size = check_everything(made.data, told if full else told[checked:])
        checked = len(told)
        # Requests that were under way are asked again by the next turn's clients.
        done = [name.split("-")[0] for name in journal.told]
        begin = min(done.count(str(thread)) for thread in range(4))
    journal.close()
    indices = [index for index, _ in told]
    assert len(set(indices)) == len(indices) <= size
    assert checked > 100
    for name, pairs in journal.told.items():
        for position, (_, receipt) in enumerate(pairs):
            assert digest_of(receipt) == seeded("digest", name, position)


# -- T-2W --------------------------------------------------------------------------------

PLACES = {
    "before sign": "read-back",
    "between W2 and the rename": "tiles",
    "before W3": "before-w3",
}


def stopped_zombie(made, point):
    """Start a process that stops itself at its second passing of ``point``; take its lock away."""
    plan = "zombie-1:3,zombie-2:4,zombie-3:2"
    process = child(made.data, made.account.id.hex(), f"{point}:2:stop", plan)
    deadline = time.monotonic() + PATIENCE
    while not os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    end_leadership(made.data)
    return process


def end_leadership(data: Path) -> None:
    """Take the lock or the lease from who has it, as a fault of the machine might."""
    config = read_config(data)
    if config.database.startswith("sqlite:"):
        (data / "lock").unlink()
        return
    engine = open_database(data, config)
    with engine.connect() as connection:
        (holder,) = queries.fetch(connection, lease._HOLDERS, lease._LEASE)
        assert queries.fetch(connection, "SELECT pg_terminate_backend(?, 10000)", holder[0])[0][0]
    engine.dispose()


@pytest.mark.fault
@pytest.mark.both_databases
@pytest.mark.parametrize("more", [0, 2], ids=["the second only recovers", "the second goes on"])
@pytest.mark.parametrize("place", PLACES)
def test_a_zombie_that_wakes_up_dies_and_contradicts_nothing(made, place, more):
    zombie = stopped_zombie(made, PLACES[place])
    told: list[tuple[int, bytes]] = []
    with open_log(made.data) as log:
        assert log.state().size == 7, "the second finished what the zombie numbered"
        for number in range(more):
            outcome = submit(log, made.account, f"second-{number}", 5)
            told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
        zombie.send_signal(signal.SIGCONT)
        output, error = zombie.communicate(timeout=PATIENCE)
        assert zombie.returncode == 4, (output, error)
        lines = [line.split(" ")[:2] for line in output.decode().split("\n")]
        assert ["ack", "zombie-1"] in lines
        assert ["error", "zombie-2"] in lines
        assert ["error", "zombie-3"] in lines
        told += acks(output)["zombie-1"]
        # What the zombie could not answer is answered by the second, with the same places.
        outcome = submit(log, made.account, "zombie-2", 4)
        assert outcome == Outcome((3, 4, 5, 6), fresh=False)
        told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    check_everything(made.data, told)


@pytest.mark.fault
@pytest.mark.both_databases
def test_two_processes_without_locks_number_nothing_twice(made):
    """T-2W with the lock removed: compare-and-swap and journal alone keep them apart.

    Both have the empty log open before either may write. So whoever writes second goes by
    what is no longer true, even if the first is done by then: the fault fires in every run.
    """
    plan = ",".join(f"{{0}}-{n}:{1 + n % 4}" for n in range(150))
    guards = ("no-lock", "barrier")
    both = [
        child(made.data, made.account.id.hex(), "none:1:none", plan.format(who), *guards)
        for who in ("left", "right")
    ]
    opened = []
    for process in both:
        assert process.stdout is not None
        opened.append(process.stdout.readline())
    for process in both:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # refused already while both were opening
            process.stdin.write(b"go\n")
            process.stdin.flush()
    outputs = [process.communicate(timeout=2 * PATIENCE) for process in both]
    # Usually one dies; if what it met looked like failing storage it read everything again
    # and went on. Either is right, as long as the log is.
    assert {process.returncode for process in both} <= {0, 3, 4}, outputs
    refused = [line for line in opened if line != b"open\n"]
    assert all(line.startswith(b"refused ") for line in refused), (opened, outputs)
    assert refused or any(b"error " in output for output, _ in outputs), "they never met"
    told = [pair for output, _ in outputs for pairs in acks(output).values() for pair in pairs]
    assert len({index for index, _ in told}) == len(told)
    assert told
    check_everything(made.data, told)


@pytest.mark.fault
@pytest.mark.both_databases
def test_a_second_process_is_told_who_holds_the_log(made, database):
    who = "beilin writer " if database else ""
    with open_log(made.data):
        process = child(made.data, made.account.id.hex(), "none:1:none", "a:1")
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3
        assert "refused Held" in output.decode()
        assert f"is held by {who}pid {os.getpid()} host" in output.decode()


@pytest.mark.fault
@pytest.mark.both_databases
def test_of_two_that_open_at_once_one_is_refused(made):
    results: list[object] = []
    gate = threading.Barrier(2)

    def start():
        gate.wait(PATIENCE)
        try:
            results.append(open_log(made.data))
        except Held as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["Held", "Log"]
    next(result for result in results if isinstance(result, Log)).close()


# -- the compare-and-swap ------------------------------------------------------------------


def late_write(log, made) -> tuple[Head, Head]:
    """Return the head before and after a first batch; the log has gone on since."""
    before = writer_of(log).head
    submit(log, made.account, "a", 2)
    after = writer_of(log).head
    submit(log, made.account, "b", 2)
    return before, after


@pytest.mark.fault
def test_the_head_moves_from_where_it_was_left_only(log, made):
    before, after = late_write(log, made)
    with (
        pytest.raises(Conflict, match="another process moved the head"),
        writing(log._engine) as connection,
    ):
        store.move_head(connection, before, after)


@pytest.mark.fault
def test_control_without_compare_and_swap_the_head_goes_back(made, monkeypatch):
    """Without it (and without the trigger, its second line) a late W2 takes the head back."""
    with open_log(made.data) as log:
        before, after = late_write(log, made)
        with writing(log._engine) as connection:
            sql = "UPDATE head SET size = ?, root = ?"
            with pytest.raises(Exception, match="head: only grows"):
                connection.exec_driver_sql(sql, tuple(after))
            connection.exec_driver_sql("DROP TRIGGER head_no_shrink")
            connection.exec_driver_sql(sql, tuple(after))
    assert before.size < after.size
    assert any(finding.where == "head" for finding in fsck(made.data))


def test_requests_are_the_same_each_time():
    assert request(bytes(16), "x", 3) == request(bytes(16), "x", 3)
