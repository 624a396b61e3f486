"""T-SYS and T-EIO: the whole server, with a system call that fails or at which it is killed.

One log goes through all faults, one after the other; clients keep what they were told and go on
where they were. At the end everything is held against the log (``acks.check``). Each round says
which fault it was, and asserts that it fired.
"""

from __future__ import annotations

import itertools
import random
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.server.harness import PATIENCE, new_account, new_log, running
from tests.faults.acks import Client, check, clients
from tests.faults.traced import Traced, injected

pytestmark = pytest.mark.fault

KILLS = ["pwrite64", "fdatasync", "fsync", "link", "rename", "ftruncate", "write", "openat"]
ERRORS = [(call, error) for error in ("EIO", "ENOSPC")
          for call in ("fsync", "fdatasync", "pwrite64", "link", "rename", "ftruncate")]  # fmt: skip


def new(tmp_path: Path, count: int) -> tuple[Path, list[Client]]:
    data = tmp_path / "data"
    new_log(data)
    return data, clients(new_account(data, "faults"), tmp_path / "journals", count)


def one_round(
    strace: str, data: Path, everyone: list[Client], inject: str, most: int = 3, fault: str = ""
) -> bool:
    """Run a server with this fault until the clients are done, or it is; return whether it fired."""
    server = Traced(strace, data, inject, fault=fault)
    try:
        if server.address is not None:
            threads = [client.start(server.address, most) for client in everyone]
            for thread in threads:
                thread.join(PATIENCE)
                assert not thread.is_alive(), inject
    finally:
        code = server.end()
    assert code in (0, -signal.SIGKILL, 128 + 9, 70) or server.address is None, (inject, code)
    return server.fired()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("call", KILLS)
def test_killed_at_each_call(
    tmp_path: Path, tool: Callable[[str], str], soak: bool, call: str
) -> None:
    """Killed entering call N, and in every second round again while it recovers from that."""
    strace = tool("strace")
    if not soak and call != "fdatasync":
        pytest.skip("the other calls: in `make soak`")
    data, everyone = new(tmp_path, 2)
    with running(data, access_log=0) as server:
        for thread in [client.start(server.address, 2) for client in everyone]:
            thread.join(PATIENCE)
    chance = random.Random(call)
    fired, quiet = 0, 0
    # Those before the first request are start and recovery; files are opened by the hundred there.
    first = {"openat": 900, "write": 2}.get(call, 1)
    step = {"openat": 7, "pwrite64": 3, "write": 5}.get(call, 1)
    ns = itertools.count(first, step) if soak else iter([3])
    for nth in ns:
        hit = one_round(strace, data, everyone, f"{call}:signal=SIGKILL:when={nth}")
        fired += hit
        quiet = 0 if hit else quiet + 1
        if quiet == 3 or nth > first + 200 * step:
            break
        # A second fault while the next process repairs what this one left.
        again = chance.choice(["fsync", "fdatasync", "pwrite64", "link"])
        how = chance.choice(["signal=SIGKILL", "error=EIO", "error=ENOSPC"])
        fired += one_round(strace, data, everyone,
                           f"{again}:{how}:when={chance.randint(1, 3)}", most=1)  # fmt: skip
    assert fired >= 2, "nothing was killed"
    told = check(data, everyone)
    assert told > 0
    assert [client.strange for client in everyone] == [[]] * len(everyone)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("call", "error"), ERRORS)
def test_each_call_fails(
    tmp_path: Path, tool: Callable[[str], str], soak: bool, call: str, error: str
) -> None:
    """Call N fails, once; then N and all that follow, until strace lets go."""
    strace = tool("strace")
    if not soak and (call, error) != ("fdatasync", "EIO"):
        pytest.skip("the other calls: in `make soak`")
    data, everyone = new(tmp_path, 2)
    fired = 0
    with running(data, batch_interval_ms=5, access_log=0) as server:
        for nth in range(1, 40 if soak else 2):
            for then in ("", "+"):
                log = tmp_path / f"strace-{nth}{then}"
                before = sum(client.statuses.total() for client in everyone)
                with injected(
                    strace, server.process.pid, log, f"{call}:error={error}:when={nth}{then}"
                ):
                    threads = [client.start(server.address, 3) for client in everyone]
                    if then:
                        # It may fail for as long as it likes: wait for answers, not for success.
                        while sum(c.statuses.total() for c in everyone) < before + 8:
                            if not any(thread.is_alive() for thread in threads):
                                break
                            threads[0].join(0.05)
                    else:
                        for thread in threads:
                            thread.join(PATIENCE)
                for thread in threads:
                    thread.join(PATIENCE)
                    assert not thread.is_alive(), (call, error, nth, then)
                assert server.process.poll() is None, server.errors()
                hit = "INJECTED" in log.read_text()
                fired += hit
        assert server.stop() == 0
    assert fired >= 2, "nothing failed"
    assert sum(client.statuses[503] + client.statuses[507] for client in everyone) > 0
    check(data, everyone)
    assert [client.strange for client in everyone] == [[]] * len(everyone)


def answered_after_a_failed_fsync(log: str) -> list[str]:
    """Return each success that was sent after a failed fsync and before the database was opened."""
    bad, dirty = [], False
    for line in log.split("\n"):
        if re.search(r"f(data)?sync\(.*INJECTED", line):
            dirty = True
        elif "beilin.db" in line and "openat" in line:
            dirty = False
        elif dirty and re.search(r'"HTTP/1\.1 20[0-9]', line):
            bad.append(line)
    return bad


SENDS = ("write", "writev", "sendto", "sendmsg")


@pytest.mark.parametrize(
    ("fault", "call"), [(None, "fsync"), (None, "fdatasync"), ("retries_fsync", "fsync")]
)
def test_no_success_after_a_failed_fsync_until_the_database_is_opened_again(
    tmp_path: Path, tool: Callable[[str], str], soak: bool, call: str, fault: str | None
) -> None:
    """Control: a build that tries the fsync again says yes at once. (fdatasync is SQLite's.)"""
    if (fault, call) == (None, "fdatasync") and not soak:
        pytest.skip("the database's own: in `make soak`")
    strace = tool("strace")
    data, everyone = new(tmp_path, 1)
    options = {} if fault is None else {"fault": fault, "module": "tests.faults.faulty"}
    with running(data, batch_interval_ms=5, access_log=0, **options) as server:
        log = tmp_path / "strace"
        rules = [f"{call}:error=EIO:when=2..8+3", "openat", *SENDS]
        with injected(strace, server.process.pid, log, *rules):
            everyone[0].start(server.address, 12).join(PATIENCE)
        assert server.stop() == 0
    text = log.read_text()
    assert "INJECTED" in text
    assert "HTTP/1.1 201" in text, "answers are seen"
    found = answered_after_a_failed_fsync(text)
    if fault is None:
        assert found == []
        assert everyone[0].statuses[503] > 0
        check(data, everyone)
    else:
        assert found, "the control was not seen"
