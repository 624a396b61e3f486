"""T-MEM: too few files, too little memory. The service says so, and is well again afterwards."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.app.server.harness import (
    PATIENCE,
    Server,
    entry,
    new_account,
    new_log,
    post,
    running,
    wait_until,
)
from tests.faults.acks import check, clients

pytestmark = pytest.mark.fault
FEW = 64


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def asked(server: Server, key: str, body: object) -> int:
    """Return the status of a batch, or 0 where there was no answer."""
    with server.client(key) as client:
        try:
            return post(client, body, path="/v1/batches").status_code
        except httpx.HTTPError:
            return 0


def limit(pid: int, what: int, soft: int) -> tuple[int, int]:
    """Lower a limit of a running process; return what it was."""
    before = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (soft, before[1]))
    return before


def test_a_server_that_has_no_files_left_loses_nothing_and_comes_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    everyone = clients(new_account(data, "files"), tmp_path / "journals", 3)
    with running(data, batch_interval_ms=5, access_log=0) as server:
        pid = server.process.pid
        before = limit(pid, resource.RLIMIT_NOFILE, FEW)
        threads = [client.start(server.address) for client in everyone]
        for client in everyone:
            assert client.told.acquire(timeout=PATIENCE)
        with contextlib.ExitStack() as stack:
            for _ in range(2 * FEW):
                connection = stack.enter_context(socket.socket())
                connection.settimeout(PATIENCE)
                connection.connect(server.address)
            wait_until(lambda: open_files(pid) >= FEW - 2)  # the limit is reached
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        assert server.process.poll() is None, server.errors()
        for client in everyone:
            while client.told.acquire(blocking=False):
                pass
            assert client.told.acquire(timeout=PATIENCE), "it does not come back"
            client.leave.set()
        for thread in threads:
            thread.join(PATIENCE)
        with server.client() as anyone:
            assert anyone.get("/livez").status_code == 200
            wait_until(lambda: anyone.get("/readyz").status_code == 200)
        assert server.stop() == 0
    check(data, everyone)


def test_a_server_that_gets_no_memory_loses_nothing(tmp_path: Path) -> None:
    """No further page of address space: it answers with errors, or ends and is started again."""
    data = tmp_path / "data"
    new_log(data)
    everyone = clients(new_account(data, "memory"), tmp_path / "journals", 3)
    with running(data, batch_interval_ms=5, access_log=0) as server:
        pid = server.process.pid
        threads = [client.start(server.address) for client in everyone]
        for client in everyone:
            assert client.told.acquire(timeout=PATIENCE)
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        before = limit(pid, resource.RLIMIT_AS, pages * resource.getpagesize())
        # More at once than it has at hand: a thousand entries, from several at once.
        body = {"entries": [entry(os.urandom(8)) for _ in range(1000)]}
        with ThreadPoolExecutor(4) as pool:
            got = list(pool.map(lambda _: asked(server, everyone[0].key, body), range(8)))
        assert set(got) - {200, 201}, "the limit was not felt"
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_AS, before)
        for client in everyone:
            client.leave.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        code = server.process.poll()
        if code is None:
            code = server.stop()
        assert code in (0, 70, -6, -9, -11), server.errors()
    check(data, everyone)
