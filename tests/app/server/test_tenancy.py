"""What one account has is not there for another: the same 404 as for what does not exist."""

from __future__ import annotations

import os
import time

import httpx
import pytest

from tests.app.server.conftest import Running
from tests.app.server.harness import b64, beilin, check_problem, entry, new_account, post

INDICES = ["x", "-1", "-0", "+0", "00", "00012", "0x0", "1_000", "1e3", "5.0", " 0", "0 ", "%30%",
           "０", "9223372036854775807", "9223372036854775808", "18446744073709551616",
           "2147483648", "9007199254740993", "4294967296", "", "null", "9" * 400]  # fmt: skip


@pytest.fixture(scope="module")
def own(service: Running) -> str:
    index = post(service.client, entry(b"tenancy")).json()["index"]
    return str(index)


def same_but_trace(one: httpx.Response, two: httpx.Response) -> bool:
    bodies = [{**r.json(), "trace_id": ""} for r in (one, two)]
    headers = [
        {k: v for k, v in r.headers.items() if k not in ("date", "x-trace-id")} for r in (one, two)
    ]
    return bodies[0] == bodies[1] and headers[0] == headers[1]


@pytest.mark.parametrize("path", ["/v1/entries/{}/receipt", "/v1/entries/{}/receipt/latest"])
def test_receipts(service: Running, own: str, path: str) -> None:
    mine = service.client.get(path.format(own))
    assert mine.status_code == 200
    assert service.client.head(path.format(own)).content == b""
    foreign = service.stranger.get(path.format(own))
    check_problem(foreign, 404, "not-found")
    absent = service.stranger.get(path.format(10**9))
    assert same_but_trace(foreign, absent)
    assert same_but_trace(foreign, service.client.get(path.format(10**9)))


@pytest.mark.parametrize("text", INDICES)
def test_indices_have_one_spelling(service: Running, own: str, text: str) -> None:
    for path in ("/v1/entries/{}/receipt", "/v1/entries/{}/receipt/latest"):
        check_problem(service.client.get(path.format(text)), 404, "not-found")


def test_dossiers(service: Running) -> None:
    dossier = b"\xfb\xff" + os.urandom(14)  # has both + and / in base64
    assert post(service.client, entry(os.urandom(8), dossier=b64(dossier))).status_code == 201
    address = "/v1/dossiers/{}/statement"
    spelled = b64(dossier)
    mine = service.client.get(address.format(spelled.replace("+", "%2B").replace("/", "%2F")))
    assert mine.status_code == 200
    assert spelled in mine.text
    assert mine.headers["cache-control"] == "no-store"
    url_safe = spelled.replace("+", "-").replace("/", "_")
    other = service.client.get(address.format(url_safe))
    assert other.status_code == 200
    foreign = service.stranger.get(address.format(url_safe))
    check_problem(foreign, 404, "not-found")
    assert same_but_trace(foreign, service.stranger.get(address.format("A" * 22 + "==")))
    for text in ("x", url_safe[:-2], url_safe + "=", "A" * 21 + "B==", spelled + "%00"):
        check_problem(service.client.get(address.format(text)), 404, "not-found")


def test_me(service: Running) -> None:
    mine, other = (c.get("/v1/accounts/me").json() for c in (service.client, service.stranger))
    assert set(mine) == {"account", "origin"}
    assert mine["origin"] == other["origin"]
    assert mine["account"] != other["account"]


def test_a_revoked_key_is_refused_while_the_server_runs(service: Running) -> None:
    key = new_account(service.server.data, "to be revoked")
    with service.server.client(key) as client:
        index = post(client, entry(os.urandom(8))).json()["index"]
        beilin("account", "revoke", "to be revoked", "--data", service.server.data)
        # A key that was looked up is believed for one second (ledger/accounts.py).
        time.sleep(1.05)
        check_problem(client.get("/v1/accounts/me"), 401, "unauthorized")
        check_problem(client.get(f"/v1/entries/{index}/receipt"), 401, "unauthorized")
        check_problem(post(client, entry(os.urandom(8))), 401, "unauthorized")
