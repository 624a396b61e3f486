"""An answer that is not taken, where what lies here is too little for the transport to complain."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from app.server.problems import refusal
from app.web.listening import listen
from app.web.protocol import TAKEN_LEAST, BoundedProtocol, Bounds, bounded
from tests.app.server.harness import ALLOWED, wait_until

LENGTHS = {b"/little": 48 << 10, b"/much": 1 << 20}
SMALL = 4096


async def _answer(scope: Scope, _: Receive, send: Send) -> None:
    body = bytes(LENGTHS[scope["raw_path"]])
    headers = [(b"content-length", b"%d" % len(body))]
    if scope["query_string"]:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def served(seconds: float) -> Iterator[tuple[tuple[str, int], uvicorn.Server]]:
    """Serve with small kernel buffers, so that the answer lies with us and not with the kernel."""
    ours: Any = bounded(Bounds(seconds, seconds, 16384, 10), refusal)

    class Small(ours):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            taken = transport.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
            super().connection_made(transport)

    assert issubclass(Small, BoundedProtocol)
    listener = listen("127.0.0.1:0")
    config = uvicorn.Config(_answer, http=Small, ws="none", lifespan="off", log_config=None,
                            timeout_keep_alive=int(seconds), access_log=False)  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield listener.getsockname(), server
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()


def asking(address: tuple[str, int], target: bytes) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    connection.connect(address)
    connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection


@pytest.mark.parametrize("target", [b"/little", b"/little?close", b"/much", b"/much?close"])
def test_it_is_ended_also_behind_a_close(target: bytes) -> None:
    with served(1) as (address, server), asking(address, target):
        wait_until(lambda: bool(server.server_state.connections))
        started = time.monotonic()
        wait_until(lambda: not server.server_state.connections)
        assert time.monotonic() - started < ALLOWED


def test_whoever_takes_a_byte_now_and_then_is_ended_too() -> None:
    with served(1) as (address, server), asking(address, b"/much") as connection:
        wait_until(lambda: bool(server.server_state.connections))
        started = time.monotonic()
        while server.server_state.connections:
            with contextlib.suppress(ConnectionError):
                connection.recv(64)
            time.sleep(0.05)
            assert time.monotonic() - started < ALLOWED


def test_whoever_takes_enough_gets_all_of_it() -> None:
    with served(1) as (address, _), asking(address, b"/much?close") as connection:
        got = 0
        while chunk := connection.recv(8192):  # at most ten times what must be taken
            got += len(chunk)
            time.sleep(8192 / (10 * TAKEN_LEAST))
        assert got > 1 << 20


def test_control_without_the_clock_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "_watch_writing", lambda _: None)
    with served(1) as (address, server), asking(address, b"/little?close"):
        wait_until(lambda: bool(server.server_state.connections))
        time.sleep(3)
        assert server.server_state.connections
