"""T-SLOW: whoever is slow is shown out in bounded time, and the others do not notice."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.server.harness import (
    ALLOWED,
    PATIENCE,
    ROOT,
    SECONDS,
    Server,
    check_problem_bytes,
    entry,
    head,
    new_account,
    new_log,
    post,
    raw,
    repeat,
    running,
    size_of,
    wait_until,
)


def trickle(server: Server, data: bytes, pause: float = 0.2) -> tuple[bytes, float]:
    """Send byte after byte until the server has enough."""
    started = time.monotonic()
    got = b""
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
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
            if time.monotonic() - started > PATIENCE:
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
    with socket.create_connection(slow[0].address, timeout=PATIENCE) as connection:
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
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        connection.sendall(head(key, "Content-Length: 1000"))
        connection.settimeout(0.2)
        answer = b""
        while time.monotonic() - started < PATIENCE and not answer:
            with contextlib.suppress(TimeoutError):
                connection.send(b" ")
                answer = connection.recv(65536)
    assert time.monotonic() - started < ALLOWED
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_rests(slow: tuple[Server, str]) -> None:
    answer, seconds = raw(slow[0], b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert seconds < ALLOWED


def is_held(server: Server, connection: socket.socket) -> bool:
    """Whether the server's end is open still: ours hears of no end before it has read all."""
    ends = f":{server.address[1]:04X}", f":{connection.getsockname()[1]:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return any((row[1][-5:], row[2][-5:]) == ends and row[3] == "01" for row in rows)


def test_an_answer_that_is_not_taken(slow: tuple[Server, str]) -> None:
    # 1,000 receipts are more than the buffers hold; whoever does not read them is let go.
    server, key = slow
    body = json.dumps({"entries": [entry(os.urandom(12)) for _ in range(1000)]}).encode()
    request = head(key, f"Content-Length: {len(body)}").replace(b"entries", b"batches") + body
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(server.address)
        # The kernel's own buffer takes up to 4 MB, so the answer is asked for eight times.
        connection.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(request * 8)
        wait_until(lambda: not is_held(server, connection))
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(1 << 20):
                got += len(chunk)
        assert 0 < got < 7 << 20


def test_others_are_served_meanwhile(tmp_path: Path) -> None:
    """Forty bodies that do not come are waited for all the time, and nobody waits for them."""
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "others")
    with (
        running(data, batch_interval_ms=10, body_timeout_seconds=5 * PATIENCE) as server,
        server.client(key) as client,
        contextlib.ExitStack() as stack,
    ):
        occupied = [
            stack.enter_context(socket.create_connection(server.address, timeout=PATIENCE))
            for _ in range(40)
        ]
        for connection in occupied:
            connection.sendall(head(key, "Content-Length: 100") + b"{")
        for _ in range(20):
            assert post(client, entry(os.urandom(8))).status_code == 201
        for connection in occupied:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):  # neither answered nor closed until now
                connection.recv(1)


def test_a_client_that_leaves_loses_nothing(slow: tuple[Server, str]) -> None:
    server, key = slow
    nonce, body = os.urandom(16), json.dumps(entry(os.urandom(8))).encode()
    before = size_of(server.data)
    with socket.create_connection(server.address) as connection:
        connection.sendall(head(key, f"Content-Length: {len(body)}", nonce=nonce) + body)
    wait_until(lambda: size_of(server.data) > before)
    with server.client(key) as client:
        assert repeat(client, body, nonce).status_code == 200


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
                socket.create_connection(("127.0.0.1", port), timeout=4 * SECONDS) as connection,
                pytest.raises(TimeoutError),
            ):
                connection.sendall(data)
                connection.recv(1)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
