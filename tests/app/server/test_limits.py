"""T-BODY and T-SMUG: what is too large, too many or has two readings; and a full disk."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import pytest

from tests.app.server.harness import (
    ALLOWED,
    PATIENCE,
    Server,
    check_problem,
    check_problem_bytes,
    entry,
    head,
    new_account,
    new_log,
    post,
    raw,
    running,
)


@pytest.mark.parametrize(("name", "data", "status"), [
    ("one long header", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (1 << 20), 431),
    ("many headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 5000 + b"\r\n", 431),
    ("65 headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 64 + b"\r\n", 431),
    ("a long address", b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    ("not HTTP", b"\x16\x03\x01\x02\x00", 400),
    ("no host", b"GET / HTTP/1.1\r\n\r\n", 400),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ("a fragment", b"GET /livez#x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("two lengths", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     400),
    ("two equal lengths",
     b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
    ("a length and chunks", (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400),
    ("chunks and a length", (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
     b"Content-Length: 3\r\n\r\n0\r\n\r\n"), 400),
    ("a length with a sign", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx", 400),
    ("an absolute address", b"GET http://y/livez HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("CONNECT", b"CONNECT y:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("a space before the colon", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("a folded header", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n", 400),
])  # fmt: skip
def test_headers_that_are_refused(
    slow: tuple[Server, str], name: str, data: bytes, status: int
) -> None:
    answer, seconds = raw(slow[0], data)
    assert seconds < ALLOWED
    # The kernel may drop an answer to someone who is still sending; then only the end is seen.
    assert answer.startswith(b"HTTP/1.1 %d " % status) or (not answer and len(data) > 20000), answer
    if answer:
        check_problem_bytes(answer.partition(b"\r\n\r\n")[2])


def test_a_chunk_without_a_length(slow: tuple[Server, str]) -> None:
    answer, seconds = raw(slow[0], head(slow[1], "Transfer-Encoding: chunked") + b"zz\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert seconds < ALLOWED


def test_bodies_without_end(slow: tuple[Server, str]) -> None:
    server, key = slow
    request = head(key, "Transfer-Encoding: chunked").replace(b"entries", b"batches")
    before = memory_of(server)
    started = time.monotonic()
    sent = 0
    with socket.create_connection(server.address, timeout=PATIENCE) as connection:
        connection.sendall(request)
        chunk = b"%x\r\n" % 65536 + b" " * 65536 + b"\r\n"
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while sent < 200 << 20 and time.monotonic() - started < PATIENCE:
                connection.sendall(chunk)
                sent += 65536
    assert sent < 100 << 20
    assert memory_of(server) - before < 50_000
    # Content-Length says so: refused before anything is read
    answer, seconds = raw(server, head(key, "Content-Length: 10737418240"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert seconds < ALLOWED
    answer, _ = raw(server, head(key, "Content-Length: " + "9" * 30))
    assert answer.startswith(b"HTTP/1.1 4")


def test_a_length_that_lies(slow: tuple[Server, str]) -> None:
    server, key = slow
    # Too short: what is left over is read as a request of its own, and is none.
    answer, seconds = raw(server, head(key, "Content-Length: 2") + b"{}garbage")
    assert answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") <= 2
    assert seconds < ALLOWED
    # Too long, and the client leaves: nobody waits for the rest.
    answer, seconds = raw(server, head(key, "Content-Length: 2000") + b"{}", half_close=True)
    assert not answer or answer.startswith(b"HTTP/1.1 4")
    assert seconds < ALLOWED


def test_strangers_are_refused_before_their_body_comes(slow: tuple[Server, str]) -> None:
    for more in ("Content-Length: 1000000", "Transfer-Encoding: chunked"):
        started = time.monotonic()
        with socket.create_connection(slow[0].address, timeout=PATIENCE) as connection:
            connection.sendall(head("nobody", more))
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 401 ")
            assert b"connection: close" in answer
            while connection.recv(65536):
                pass
        assert time.monotonic() - started < ALLOWED


def test_control_with_a_larger_limit_a_large_body_is_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "large")
    with running(data, max_body_bytes=64 << 20) as server, server.client(key) as client:
        answer = post(client, b" " * (20 << 20), path="/v1/batches")
        check_problem(answer, 400, "bad-json")  # not 413: it was read to its end


def memory_of(server: Server) -> int:
    """Return resident kilobytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.split("\n") if line.startswith("VmRSS")).split()[1])


def test_disk_floor(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "disk")
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        first = post(client, entry(b"before"))
        assert server.stop() == 0
    with running(data, disk_floor_bytes=1 << 49) as server, server.client(key) as client:
        full = post(client, entry(b"after"))
        assert check_problem(full, 507, "disk-full")["retryable"]
        assert full.headers["retry-after"] == "60"
        batch = post(client, {"entries": [entry(b"after")]}, path="/v1/batches")
        check_problem(batch, 507, "disk-full")
        check_problem(client.get("/readyz"), 503, "not-ready")
        assert client.get("/livez").status_code == 200
        assert client.get(first.headers["location"]).text == first.json()["receipt"]
        assert client.get("/checkpoint").status_code == 200
        assert server.stop() == 0
