"""T-NET: connections that break, stall or come in pieces. A repeat gets the one receipt.

Control: without idempotency the repeat is another entry, or none.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from pathlib import Path

import pytest

from tests.app.server.harness import (
    PATIENCE,
    b64,
    entry,
    head,
    new_account,
    new_log,
    repeat,
    running,
    size_of,
    wait_until,
)
from tests.faults.proxy import Behaviour, proxied

pytestmark = pytest.mark.fault
BREAKING: list[Behaviour] = ["reset", "cut", "lost answer"]
SLOW: list[Behaviour] = ["plain", "slices", "late"]


def send(address: tuple[str, int], key: str, nonce: bytes, body: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        connection.request("POST", "/v1/entries", body, {
            "Authorization": f"Bearer {key}", "Content-Type": "application/json",
            "Idempotency-Key": b64(nonce),
        })  # fmt: skip
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_whatever_the_network_does_a_request_is_one_entry(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "network")
    with running(data, batch_interval_ms=5, access_log=0) as server, server.client(key) as direct:
        for number, behaviour in enumerate([*BREAKING, *SLOW]):
            nonce, body, first = os.urandom(16), entry(os.urandom(8)), b""
            with proxied(server.address, behaviour) as proxy:
                if behaviour in BREAKING:
                    with pytest.raises((OSError, http.client.HTTPException)):
                        send(proxy.address, key, nonce, json.dumps(body))
                else:
                    status, first = send(proxy.address, key, nonce, json.dumps(body))
                    assert status == 201
                assert proxy.fired or behaviour == "plain"
            again = repeat(direct, body, nonce)
            assert again.status_code == 200, again.text
            assert again.json()["index"] == str(number)
            receipt = direct.get(f"/v1/entries/{number}/receipt")
            assert again.json()["receipt"] == receipt.text
            if behaviour in SLOW:
                assert json.loads(first)["receipt"] == receipt.text
            assert size_of(data) == number + 1
        # The client closes its half: the answer still comes.
        content = json.dumps(entry(os.urandom(8))).encode()
        with socket.create_connection(server.address, timeout=PATIENCE) as connection:
            connection.sendall(
                head(key, f"Content-Length: {len(content)}", "Connection: close") + content
            )
            connection.shutdown(socket.SHUT_WR)
            got = b""
            while chunk := connection.recv(65536):
                got += chunk
        wait_until(lambda: size_of(data) >= number + 1)
        assert not got or got.startswith((b"HTTP/1.1 201", b"HTTP/1.1 400")), got[:200]
        assert server.stop() == 0


def test_control_without_idempotency_the_repeat_is_something_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "network")
    with running(
        data,
        batch_interval_ms=5,
        access_log=0,
        fault="forgets_requests",
        module="tests.faults.faulty",
    ) as server:
        nonce, body = os.urandom(16), json.dumps(entry(os.urandom(8)))
        with proxied(server.address, "lost answer") as proxy:
            with pytest.raises((OSError, http.client.HTTPException)):
                send(proxy.address, key, nonce, body)
            assert proxy.fired
        status, answer = send(server.address, key, nonce, body)
        assert (status, json.loads(answer).get("index")) != (200, "0"), "the control was not seen"
