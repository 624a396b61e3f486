"""The door over HTTP: rates, quotas, failures; and that a receipt that is owed is always given."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.app.server.harness import (
    Server,
    beilin,
    check_problem,
    entry,
    new_account,
    post,
    repeat,
    running,
)


@contextmanager
def limited(log: Path, name: str, **settings: object) -> Iterator[tuple[Server, str, httpx.Client]]:
    key = new_account(log, name)
    with running(log, batch_interval_ms=0, **settings) as server, server.client(key) as client:
        yield server, key, client


def batch(count: int) -> dict[str, object]:
    return {"entries": [entry(os.urandom(12)) for _ in range(count)]}


def waits(answer: httpx.Response, code: str) -> int:
    assert check_problem(answer, 429, code)["retryable"] is True
    return int(answer.headers["retry-after"])


def test_a_quota_holds_and_a_repeat_is_always_answered(log: Path) -> None:
    with limited(log, "quota") as (server, _, client):
        beilin("account", "quota", "quota", "--entries-per-day", "5", "--data", log)
        first, nonce = entry(b"the first"), os.urandom(16)
        told = post(client, first, nonce)
        assert told.status_code == 201
        three, other = batch(3), os.urandom(16)
        batched = post(client, three, other, "/v1/batches")
        assert batched.status_code == 201
        # known digests, repeats and what is refused cost nothing
        check_problem(post(client, entry(b"the first")), 409, "digest-known")
        assert repeat(client, first, nonce).json() == told.json()
        check_problem(post(client, {"what": "file"}), 422, "bad-shape")
        assert 1 <= waits(post(client, batch(2), path="/v1/batches"), "quota-used-up") <= 86_400
        last, key = entry(b"the last"), os.urandom(16)
        assert post(client, last, key).status_code == 201
        waits(post(client, entry(b"too many")), "quota-used-up")
        # used up: what was acknowledged is given again, byte for byte, also asynchronously
        again = repeat(client, first, nonce)
        assert (again.status_code, again.json()) == (200, told.json())
        assert repeat(client, three, other, path="/v1/batches").json() == batched.json()
        assert repeat(client, last, key, prefer="respond-async").status_code == 200
        # another body under a key that was used is no repeat
        waits(post(client, entry(b"not the first"), nonce), "quota-used-up")
        assert client.get(f"/v1/entries/{told.json()['index']}/receipt").status_code == 200
        beilin("account", "quota", "quota", "--entries-per-day", "6", "--data", log)
        assert server.stop() == 0
        with running(log, batch_interval_ms=0) as later:  # counted from the database
            client.base_url = later.url
            assert post(client, entry(b"the sixth")).status_code == 201
            waits(post(client, entry(b"the seventh")), "quota-used-up")


def test_the_rate_of_a_key_counts_entries(log: Path) -> None:
    with limited(log, "rate", rate_key_per_minute=20) as (server, _, client):
        first, nonce = entry(b"rate"), os.urandom(16)
        told = post(client, first, nonce)
        assert post(client, batch(19), path="/v1/batches").status_code == 201
        assert 1 <= waits(post(client, entry(os.urandom(8))), "rate-limited") <= 60
        waits(client.get("/v1/accounts/me"), "rate-limited")
        assert repeat(client, first, nonce).json() == told.json()
        with server.client(new_account(log, "beside")) as beside:
            assert post(beside, entry(b"1")).status_code == 201
        second = beilin("account", "key", "new", "rate", "--data", log).strip()
        with server.client(second) as other:  # a repeat by another key of the account is one too
            assert repeat(other, first, nonce).json() == told.json()


def test_failures_are_limited_and_known_keys_go_on(log: Path) -> None:
    with limited(log, "known", rate_failed_keys_per_minute=5) as (server, _, client):
        assert client.get("/v1/accounts/me").status_code == 200
        wrong = f"beilin_{'0' * 16}_{'A' * 43}"
        with server.client(wrong) as stranger, server.client() as nobody:
            for _ in range(5):
                check_problem(stranger.get("/v1/accounts/me"), 401, "unauthorized")
            assert 1 <= waits(stranger.get("/v1/accounts/me"), "too-many-failures") <= 60
            check_problem(nobody.get("/v1/accounts/me"), 401, "unauthorized")
        assert client.get("/v1/accounts/me").status_code == 200
        assert post(client, entry(os.urandom(8))).status_code == 201


@pytest.mark.parametrize("trusted", ["0", "1", "127.0.0.1", "192.0.2.0/24"])
def test_forwarded_addresses_count_only_where_the_proxy_is_trusted(log: Path, trusted: str) -> None:
    believed = trusted in ("1", "127.0.0.1")
    with running(
        log, batch_interval_ms=0, rate_address_per_minute=3, trusted_proxy=trusted
    ) as server, server.client() as client:  # fmt: skip
        codes = [
            client.get("/checkpoint", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
            for n in range(8)
        ]
        assert (429 in codes) is not believed, codes
        # what a stranger writes before the proxy's own word changes nothing
        codes = [
            client.get("/checkpoint", headers={"X-Forwarded-For": f"203.0.113.{n}, 198.51.100.1"})
            .status_code for n in range(8)
        ]  # fmt: skip
        assert 429 in codes
        assert client.get("/livez").status_code == 200


def test_the_log_says_why_and_the_answer_does_not(log: Path) -> None:
    with limited(log, "reasons") as (server, key, _):
        ended = beilin("account", "key", "new", "reasons", "--expires", "1d", "--data", log).strip()
        with sqlite3.connect(log / "beilin.db") as database:
            database.execute("UPDATE api_keys SET expires = 1 WHERE key_id = ?", (ended[7:23],))
        database.close()
        beilin("account", "key", "revoke", key[7:23], "--data", log)
        answers = []
        for text in (key, ended, f"beilin_{'1' * 16}_{'A' * 43}", "nonsense", None):
            with server.client(text) as other:
                answer = other.get("/v1/accounts/me")
            check_problem(answer, 401, "unauthorized")
            answers.append({**answer.json(), "trace_id": ""})
        assert all(answer == answers[0] for answer in answers)
        assert server.stop() == 0
        errors = server.errors()
    lines = [json.loads(line) for line in errors.splitlines() if line[0] == "{"]
    said = [(e.get("reason"), e.get("key_id")) for e in lines if e.get("status") == 401]
    assert said == [
        ("revoked", key[7:23]), ("expired", ended[7:23]), ("unknown", None), ("unknown", None),
        ("missing", None),
    ]  # fmt: skip
    assert "1" * 16 not in errors


def test_last_use_is_written_when_the_server_stops(log: Path) -> None:
    with limited(log, "used") as (server, _, client):
        assert client.get("/v1/accounts/me").status_code == 200
        assert "no use seen" in beilin("account", "key", "list", "used", "--data", log)
        assert server.stop() == 0
    assert "last used about 20" in beilin("account", "key", "list", "used", "--data", log)
