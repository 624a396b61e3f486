"""T-FAIL: a primary dies, its standby is promoted, and the log goes on or refuses to."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.errors import Conflict
from tests.ledger.support import PATIENCE, check_everything, new_log, open_log, send, submit
from tests.ledger.test_postgresql_commit import repeat
from tests.postgresql import NOBODY, Server, as_who, new_server, programs


@contextmanager
def standby_of(primary: Server):
    folder = Path(tempfile.mkdtemp(prefix="beilin-pg-", dir=primary.folder.parent))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    standby = Server(folder)
    command = [str(programs() / "pg_basebackup"), "-D", str(standby.data), "-R", "-c", "fast"]
    where = f"host={primary.folder} user=postgres application_name=s1"
    subprocess.run([*command, "--no-sync", "-d", where], check=True, cwd="/", **as_who())
    try:
        standby.start()
        yield standby
    finally:
        standby.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _is(primary: Server, state: str) -> bool:
    return primary.run("SELECT sync_state FROM pg_stat_replication") == [(state,)]


@pytest.mark.fault
@pytest.mark.longer
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_failover_loses_nothing_or_is_refused(tmp_path, kind, rounds):
    """The control is the asynchronous standby: it lacks what was acknowledged."""
    for number in range(rounds(1, 50) if kind == "sync" else 1):
        fail_over(tmp_path / str(number), kind, number)


def fail_over(folder: Path, kind: str, number: int) -> None:
    """Kill the primary, with a synchronous standby in the midst of a submission; promote."""
    chance = random.Random(number)
    folder.mkdir()
    with new_server() as primary, standby_of(primary) as standby:
        if kind == "sync":
            primary.run("ALTER SYSTEM SET synchronous_standby_names = 's1'")
            primary.run("SELECT pg_reload_conf()")
        _until(lambda: _is(primary, kind))
        url = primary.new_database()
        both = url.replace("&user", f"&host={standby.folder}&user")
        data, account = new_log(folder, f"{both}&target_session_attrs=read-write")
        told: list[tuple[int, bytes]] = []
        with open_log(data) as log:
            for n in range(10):
                if n == 5 and kind == "async":
                    standby.run("ALTER SYSTEM SET primary_conninfo = ''")
                    standby.run("SELECT pg_reload_conf()")
                    _until(lambda: not primary.run("SELECT 1 FROM pg_stat_replication"))
                outcome = submit(log, account, n)
                told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
            future = None
            if kind == "sync":
                future = send(log, account, "after")
                time.sleep(chance.uniform(0, 0.03))
            primary.stop(signal.SIGQUIT)
            _until(lambda: standby.run("SELECT pg_promote(true, 60)") == [(True,)])
            if future is not None:
                failed = future.exception(PATIENCE)
                outcome = repeat(log, account, "after")
                assert failed or future.result().indices == outcome.indices
                told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
        if kind == "sync":
            assert check_everything(data, told) == 11
        else:
            with pytest.raises(Conflict, match="is older, and nothing is written"):
                open_log(data)
