"""T-SLOW: whoever is slow is shown out in bounded time, and the others do not notice."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.server.harness import (
    ROOT,
    Server,
    b64,
    check_problem_bytes,
    entry,
    new_account,
    new_log,
    post,
    raw,
    running,
)

SECONDS = 1
ALLOWED = 3.5  # a loaded machine is late, never by minutes


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    data = tmp_path_factory.mktemp("limits") / "data"
    new_log(data)
    key = new_account(data, "limits")
    with running(
        data, batch_interval_ms=10, header_timeout_seconds=SECONDS, body_timeout_seconds=SECONDS,
        idle_timeout_seconds=SECONDS, max_connections=100,
    ) as server:  # fmt: skip
        yield server, key


def head(key: str, *more: str) -> bytes:
    lines = ["POST /v1/entries HTTP/1.1", "Host: x", f"Authorization: Bearer {key}",
             "Content-Type: application/json", f"Idempotency-Key: {b64(os.urandom(16))}",
             *more, "", ""]  # fmt: skip
    return "\r\n".join(lines).encode()


def trickle(server: Server, data: bytes, pause: float = 0.2) -> tuple[bytes, float]:
    """Send byte after byte until the server has enough."""
    started = time.monotonic()
    got = b""
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.settimeout(pause)
        for byte in data:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(bytes([byte]))
            try:
                chunk = connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionResetError:
                break
            if not chunk:
                break
            got += chunk
            if time.monotonic() - started > 15:
                break
    return got, time.monotonic() - started


@pytest.mark.parametrize(("name", "data"), [
    ("nothing", b""),
    ("half a request line", b"GET /liv"),
    ("headers that never end", b"GET /livez HTTP/1.1\r\nHost: x\r\n"),
])  # fmt: skip
def test_headers_that_do_not_come(slow: tuple[Server, str], name: str, data: bytes) -> None:
    answer, seconds = raw(slow[0], data)
    assert SECONDS * 0.8 < seconds < ALLOWED
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert check_problem_bytes(answer.partition(b"\r\n\r\n")[2])["code"] == "request-timeout"


def test_headers_byte_by_byte(slow: tuple[Server, str]) -> None:
    answer, seconds = trickle(slow[0], b"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200)
    assert seconds < ALLOWED
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_the_second_request_of_a_connection_byte_by_byte(slow: tuple[Server, str]) -> None:
    with socket.create_connection(slow[0].address, timeout=10) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        started = time.monotonic()
        connection.settimeout(0.2)
        for byte in b"GET /livez HTTP/1.1\r\nX: " + b"a" * 200:
            with contextlib.suppress(TimeoutError):
                connection.send(bytes([byte]))
                if connection.recv(65536):
                    break
        assert time.monotonic() - started < ALLOWED


def test_bodies_that_do_not_come(slow: tuple[Server, str]) -> None:
    server, key = slow
    for more, data in (
        ("Content-Length: 100", b'{"what"'), ("Content-Length: 100", b""),
        ("Transfer-Encoding: chunked", b"5\r\nabc"), ("Transfer-Encoding: chunked", b""),
    ):  # fmt: skip
        answer, seconds = raw(server, head(key, more) + data)
        assert seconds < ALLOWED
        assert answer.startswith(b"HTTP/1.1 408 "), answer
        assert b"connection: close" in answer


def test_a_body_byte_by_byte(slow: tuple[Server, str]) -> None:
    server, key = slow
    started = time.monotonic()
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(head(key, "Content-Length: 1000"))
        connection.settimeout(0.2)
        answer = b""
        while time.monotonic() - started < 15 and not answer:
            with contextlib.suppress(TimeoutError):
                connection.send(b" ")
                answer = connection.recv(65536)
    assert time.monotonic() - started < ALLOWED
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_rests(slow: tuple[Server, str]) -> None:
    answer, seconds = raw(slow[0], b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert seconds < ALLOWED


def test_an_answer_that_is_not_taken(slow: tuple[Server, str]) -> None:
    # 1,000 receipts are more than the buffers hold; whoever does not read them is let go.
    server, key = slow
    body = json.dumps({"entries": [entry(os.urandom(12)) for _ in range(1000)]}).encode()
    request = head(key, f"Content-Length: {len(body)}").replace(b"entries", b"batches") + body
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(server.address)
        # The kernel's own buffer takes up to 4 MB, so the answer is asked for eight times.
        with contextlib.suppress(TimeoutError, ConnectionResetError, BrokenPipeError):
            connection.settimeout(SECONDS + 3)
            connection.sendall(request * 8)
        time.sleep(SECONDS + 3)
        connection.settimeout(10)
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(1 << 20):
                got += len(chunk)
        assert 0 < got < 7 << 20


def test_others_are_served_meanwhile(slow: tuple[Server, str]) -> None:
    server, key = slow
    stop = threading.Event()

    def occupy() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                raw(server, head(key, "Content-Length: 100") + b"{")

    threads = [threading.Thread(target=occupy, daemon=True) for _ in range(40)]
    for thread in threads:
        thread.start()
    try:
        with server.client(key) as client:
            for _ in range(20):
                started = time.monotonic()
                assert post(client, entry(os.urandom(8))).status_code == 201
                assert time.monotonic() - started < 1.5
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def test_a_client_that_leaves_loses_nothing(slow: tuple[Server, str]) -> None:
    server, key = slow
    nonce, body = os.urandom(16), json.dumps(entry(os.urandom(8))).encode()
    request = head(key, f"Content-Length: {len(body)}")
    start = request.index(b"Idempotency-Key: ") + 17
    request = request[:start] + b64(nonce).encode() + request[start + 24 :] + body
    with socket.create_connection(server.address) as connection:
        connection.sendall(request)
    time.sleep(0.3)
    with server.client(key) as client:
        assert post(client, body, nonce).status_code == 200


def test_control_bare_uvicorn_waits_for_ever(tmp_path: Path) -> None:
    script = tmp_path / "bare.py"
    script.write_text(
        "import socket, uvicorn\n"
        "from starlette.applications import Starlette\n"
        "s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True)\n"
        "c = uvicorn.Config(Starlette(), log_level='error', timeout_keep_alive=1)\n"
        "uvicorn.Server(c).run(sockets=[s])\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        while True:  # until it listens
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        for data in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            with (
                socket.create_connection(("127.0.0.1", port), timeout=ALLOWED) as connection,
                pytest.raises(TimeoutError),
            ):
                connection.sendall(data)
                connection.recv(1)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
