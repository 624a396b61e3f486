"""``Prefer: respond-async``: 202 once the entry has its place, then 404 until it is published."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.app.server.conftest import Running
from tests.app.server.harness import (
    check_problem,
    entry,
    new_account,
    new_log,
    post,
    repeat,
    running,
)
from verifier.evidence.receipt import parse_receipt


def test_accepted_then_published(service: Running) -> None:
    nonce, body = os.urandom(16), entry(os.urandom(8))
    answer = post(service.client, body, nonce, Prefer="respond-async")
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    place = answer.headers["location"]
    assert place == f"/v1/entries/{answer.json()['index']}/receipt"
    while (got := service.client.get(place)).status_code != 200:
        check_problem(got, 404, "not-yet-published")
        time.sleep(0.02)
    assert parse_receipt(got.content).statement.submission.nonce == nonce
    # repeats, asynchronous or not, get the first answer
    for more in ({}, {"Prefer": "respond-async"}, {"Prefer": "wait=10, respond-async"}):
        again = repeat(service.client, body, nonce, **more)
        assert (again.status_code, again.json()["receipt"]) == (200, got.text)
    # and refusals are the same as without
    check_problem(post(service.client, entry(os.urandom(8)), nonce, Prefer="respond-async"),
                  422, "key-reused")  # fmt: skip
    check_problem(post(service.client, body, Prefer="respond-async"), 409, "digest-known")


def test_before_it_is_published(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key, other = new_account(data, "one"), new_account(data, "two")
    with (
        running(data, fault="slow", batch_interval_ms=0) as server,
        server.client(key) as client,
        server.client(other) as stranger,
    ):
        nonce, body = os.urandom(16), entry(b"slow")
        # The log rests from when it has numbered the entry until it is told to go on.
        answer = post(client, body, nonce, Prefer="respond-async")
        assert answer.status_code == 202
        place = answer.headers["location"]
        for path in (place, f"{place}/latest"):
            waiting = client.get(path)
            assert check_problem(waiting, 404, "not-yet-published")["retryable"]
            assert waiting.headers["retry-after"] == "1"
            check_problem(stranger.get(path), 404, "not-found")
            assert "retry-after" not in stranger.get(path).headers
        check_problem(post(client, body, nonce), 409, "in-progress")
        server.go_on()
        while (published := client.get(place)).status_code == 404:
            time.sleep(0.1)
        assert published.status_code == 200
        assert server.stop() == 0
