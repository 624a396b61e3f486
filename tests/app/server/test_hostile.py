"""T-SLOW with a crowd: hundreds hold connections, nobody else notices, all are shown out."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bench.hostile import KINDS, PAUSE_SECONDS, Crowd, Hostile
from tests.app.server.harness import (
    ALLOWED,
    PATIENCE,
    SECONDS,
    Server,
    check_problem_bytes,
    entry,
    new_account,
    new_log,
    post,
    raw,
    running,
    wait_until,
)
from tests.app.server.test_limits import memory_of

LIMITS = {f"{name}_timeout_seconds": SECONDS for name in ("header", "body", "idle")}
WITHOUT = dict.fromkeys(LIMITS, 600)
MEMORY_KILOBYTES = 120_000
"""What 300 of them may cost: the answers that 60 do not take are the most of it."""


def held(server: Server) -> int:
    """Return how many connections the server's end keeps: ours hear of an end only when they read."""
    port = f":{server.address[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1][-5:] == port and row[3] == "01" for row in rows)


@contextlib.contextmanager
def crowd(server: Server, count: int, key: str) -> Iterator[Crowd]:
    """Have a crowd hold connections while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * count:
        pytest.skip(f"at most {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * count), hard))
    done = threading.Event()
    made = Crowd(server.address[1], count, key)

    def go_on() -> None:
        while not done.wait(PAUSE_SECONDS):
            made.step()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield made
    finally:
        done.set()
        thread.join()
        made.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder of a log and an API key."""
    data = tmp_path_factory.mktemp("hostile") / "data"
    new_log(data)
    return data, new_account(data, "both a customer and the crowd")


@pytest.mark.longer
def test_a_client_is_served_beside_a_crowd(
    log: tuple[Path, str], rounds: Callable[[int, int], int]
) -> None:
    data, key = log
    count = rounds(300, 500)
    # Without limits of time, so that all of them are there whatever the machine does meanwhile.
    with running(data, batch_interval_ms=10, **WITHOUT) as server:
        before = memory_of(server)
        with crowd(server, count, key), server.client(key) as client:
            wait_until(lambda: held(server) >= count)
            for _ in range(20):
                assert post(client, entry(os.urandom(8))).status_code == 201
            assert held(server) > count
            assert memory_of(server) - before < MEMORY_KILOBYTES
        assert server.stop() == 0


@pytest.mark.longer
def test_a_crowd_is_shown_out(log: tuple[Path, str], rounds: Callable[[int, int], int]) -> None:
    data, key = log
    with running(data, batch_interval_ms=10, **LIMITS) as server:
        with crowd(server, rounds(300, 500), key) as hostile:
            wait_until(lambda: held(server) == 0)
            wait_until(
                lambda: all(each.closed for each in hostile.members if each.kind != "taking")
            )
        assert server.stop() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_it_alone(log: tuple[Path, str], kind: str) -> None:
    data, key = log
    with running(data, batch_interval_ms=10, **LIMITS) as server:
        started = time.monotonic()
        alone = Hostile(server.address[1], kind, key)
        while held(server):
            alone.step()
            time.sleep(PAUSE_SECONDS)
            assert time.monotonic() - started < ALLOWED, "still there"
        alone.close()


def test_control_without_limits_each_kind_stays(log: tuple[Path, str]) -> None:
    data, key = log
    with running(data, batch_interval_ms=10, **WITHOUT) as server:
        members = [Hostile(server.address[1], kind, key) for kind in KINDS]
        ends = time.monotonic() + 3 * SECONDS
        while time.monotonic() < ends:
            for member in members:
                member.step()
            time.sleep(PAUSE_SECONDS)
        assert held(server) == len(members)
        for member in members:
            member.close()


# -- too many


def took(client: httpx.Client) -> bool:
    try:
        return post(client, entry(os.urandom(8))).status_code == 201
    except httpx.TransportError:
        return False


def test_whoever_keeps_us_waiting_longest_makes_room(log: tuple[Path, str]) -> None:
    data, key = log
    with (
        running(data, batch_interval_ms=10, max_connections=100, **WITHOUT) as server,
        contextlib.ExitStack() as stack,
    ):
        first = socket.create_connection(server.address, timeout=PATIENCE)
        with first:
            wait_until(lambda: held(server) == 1)
            others = [
                stack.enter_context(socket.create_connection(server.address, timeout=PATIENCE))
                for _ in range(99)
            ]
            wait_until(lambda: held(server) == 100)
            # Full, of connections that say nothing: a client is served at once.
            with server.client(key) as client:
                for _ in range(20):
                    assert post(client, entry(os.urandom(8))).status_code == 201
                answer = first.recv(65536)
                assert answer.startswith(b"HTTP/1.1 503 ")
                problem = check_problem_bytes(answer.partition(b"\r\n\r\n")[2])
                assert problem["code"] == "too-many-connections"
                assert first.recv(1) == b""
                for connection in others:
                    connection.setblocking(False)
                    with pytest.raises(BlockingIOError):
                        connection.recv(1)


def test_a_flood_of_connections_does_not_starve_a_client(log: tuple[Path, str]) -> None:
    data, key = log
    with running(data, batch_interval_ms=10, max_connections=50, **WITHOUT) as server:
        with crowd(server, 300, key), server.client(key) as client:
            for _ in range(20):
                assert took(client) or took(client)
            wait_until(lambda: held(server) <= 60)
        assert server.stop() == 0


def test_where_all_are_being_answered_one_more_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "busy")
    with running(data, fault="slow", max_connections=3, batch_interval_ms=10) as server:
        answers: list[int] = []

        def ask() -> None:
            with server.client(key) as client:
                answers.append(post(client, entry(os.urandom(8))).status_code)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        wait_until(lambda: held(server) == 3)
        server.wait_until_resting()
        answer, _ = raw(server, b"")
        while not answer.startswith(b"HTTP/1.1 503 "):  # one of the three had not sent all yet
            answer, _ = raw(server, b"")
        problem = check_problem_bytes(answer.partition(b"\r\n\r\n")[2])
        assert problem["code"] == "too-many-connections"
        server.go_on()
        for thread in threads:
            thread.join()
        assert 201 in answers


# -- a program that is not ours


@pytest.mark.soak
@pytest.mark.parametrize("mode", ["-H", "-B", "-X"])
def test_slowhttptest(log: tuple[Path, str], mode: str, tmp_path: Path) -> None:
    program = shutil.which("slowhttptest")
    if program is None:
        pytest.skip("no slowhttptest here (apt-get install slowhttptest)")
    data, key = log
    with running(data, batch_interval_ms=10) as server:  # its own limits: 10, 10, 15 s
        more = ["-w", "1", "-y", "8", "-n", "5", "-z", "8", "-k", "3"] if mode == "-X" else []
        command = [program, mode, "-c", "300", "-r", "300", "-i", "5", "-x", "10", "-l", "40", "-p", "3",
                   "-t", "GET" if mode == "-X" else "POST", *more, "-u", f"{server.url}/openapi.json"]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
            # It calls open what it has not read yet; whether we hold it our own end says.
            if mode != "-B":  # bodies of strangers are not waited for: refused at once
                wait_until(lambda: held(server) > 20)
            wait_until(lambda: held(server) < 20)
            said, _ = process.communicate(timeout=120)
        assert "YES" in said.split("service available:")[-1][:40], said[-2000:]
        assert mode == "-X" or "No open connections left" in said, said[-2000:]
        with server.client(key) as client:
            assert post(client, entry(os.urandom(8))).status_code == 201
