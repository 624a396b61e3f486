"""Every route × every caller, generated from the OpenAPI document: who gets what.

A route or method that has no row here fails. What belongs to another account is answered like what
does not exist, byte for byte apart from the trace id.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import httpx
import pytest
from starlette.testclient import TestClient

from app.server.door import Door
from app.server.main import make_app
from app.server.openapi import DOCUMENT
from app.server.settings import Settings
from ledger.accounts import checking
from ledger.log import Log
from tests.app.server.conftest import Running
from tests.app.server.harness import b64, beilin, entry, post, wait_until

DOSSIER: Final = b64(bytes(range(16)))
CALLERS: Final = ("own", "other", "none", "revoked", "expired", "wrong scope")
_ALL: Final = dict.fromkeys(CALLERS, 200)
_REFUSED: Final = {"none": 401, "revoked": 401, "expired": 401}
_OWNED: Final = {"own": 200, "other": 404, **_REFUSED, "wrong scope": 403}
_SUBMIT: Final = {"own": 201, "other": 201, **_REFUSED, "wrong scope": 403}
EXPECTED: Final[dict[str, tuple[dict[str, int], str]]] = {
    # path: (status for each caller, the scope that it needs)
    "/v1/entries": (_SUBMIT, "submit"),
    "/v1/batches": (_SUBMIT, "submit"),
    "/v1/entries/{index}/receipt": (_OWNED, "read"),
    "/v1/entries/{index}/receipt/latest": (_OWNED, "read"),
    "/v1/dossiers/{id}/statement": (_OWNED, "read"),
    # any key may ask whose it is
    "/v1/accounts/me": (_OWNED | {"other": 200, "wrong scope": 200}, ""),
    "/v1/declaration": (_ALL, ""),
    "/v1/declarations/{digest}": (_ALL, ""),
    "/checkpoint": (_ALL, ""),
    "/checkpoint.pending": (dict.fromkeys(CALLERS, 404), ""),  # no witnesses: never there
    "/tile/{path}": (_ALL, ""),
    "/livez": (_ALL, ""),
    "/readyz": (_ALL, ""),
    "/metrics": (_ALL, ""),
    "/openapi.json": (_ALL, ""),
}
OPERATIONS: Final = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item]


class World(NamedTuple):
    """A client for each caller, and what stands for the parameters."""

    clients: dict[str, httpx.Client]
    values: dict[str, str]


@pytest.fixture(scope="module")
def world(service: Running) -> Iterator[World]:
    data = service.server.data
    index = post(service.client, entry(b"matrix", dossier=DOSSIER)).json()["index"]
    with Log.open(data, read_only=True) as log:
        log.publish_declaration({"plat.clean": "matrix"})
    with sqlite3.connect(data / "beilin.db") as database:
        digest = database.execute("SELECT digest FROM declarations").fetchone()[0]
    more = ["account", "key", "new", "first", "--data", data]
    keys = {
        "own": service.key, "other": service.other, "none": None,
        "revoked": beilin(*more).strip(), "expired": beilin(*more, "--expires", "1d").strip(),
        "read": beilin(*more, "--scope", "read").strip(),
        "submit": beilin(*more, "--scope", "submit").strip(),
    }  # fmt: skip
    beilin("account", "key", "revoke", (keys["revoked"] or "")[7:23], "--data", data)
    with sqlite3.connect(data / "beilin.db") as database:
        database.execute(
            "UPDATE api_keys SET expires = 1 WHERE key_id = ?", ((keys["expired"] or "")[7:23],)
        )
    database.close()
    clients = {name: service.server.client(key) for name, key in keys.items()}
    spelled = b64(digest).replace("+", "-").replace("/", "_")
    values = {"{index}": index, "{id}": DOSSIER, "{digest}": spelled, "{path}": "0/000.p/1"}
    wait_until(lambda: clients["none"].get("/tile/0/000.p/1").status_code == 200)
    yield World(clients, values)
    for client in clients.values():
        client.close()


def client_of(caller: str, needed: str) -> str:
    """Return the name of the client that stands for a caller."""
    other_scope = "submit" if needed == "read" else "read"
    return other_scope if caller == "wrong scope" else caller


def filled(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(name, value)
    return path


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    if method != "post":
        return client.request(method, path)
    one = entry(os.urandom(16))
    return post(client, {"entries": [one]} if path == "/v1/batches" else one, path=path)


def without_trace(answer: httpx.Response) -> Any:
    headers = {k: v for k, v in answer.headers.items() if k not in ("date", "x-trace-id")}
    trace = answer.headers["x-trace-id"].encode()
    return answer.status_code, headers, answer.content.replace(trace, b"")


def test_every_route_has_a_row() -> None:
    assert {path for path, _ in OPERATIONS} == set(EXPECTED)
    assert {method for _, method in OPERATIONS} == {"get", "head", "post"}
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            row, _ = EXPECTED[path]
            statuses = set(operation["responses"])
            assert {str(status) for status in row.values()} <= statuses, (path, method)
            assert bool(operation["security"]) is (row["none"] == 401), (path, method)


def test_control_a_new_route_without_a_row_is_found() -> None:
    assert {path for path, _ in OPERATIONS} | {"/v1/new"} != set(EXPECTED)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_matrix(world: World, path: str, method: str, caller: str) -> None:
    row, needed = EXPECTED[path]
    client = world.clients[client_of(caller, needed)]
    answer = ask(client, method, filled(path, world.values))
    assert answer.status_code == row[caller], answer.text
    if answer.status_code == 403 and method != "head":
        assert answer.json()["code"] == "scope-missing"


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_foreign_is_answered_as_absent(world: World, path: str, method: str) -> None:
    if EXPECTED[path][0]["other"] != 404 or "{" not in path:
        return
    absent = {"{index}": "999999999", "{id}": b64(os.urandom(16)).replace("/", "_")}
    other = world.clients["other"]
    foreign = ask(other, method, filled(path, world.values))
    assert without_trace(foreign) == without_trace(ask(other, method, filled(path, absent)))


# -- controls: the same table over an application in which one check is missing -----------------


def red(world: World, service: Running) -> set[str]:
    """Return where the table does not hold for an application in this process over the same log."""
    found = set()
    with (
        Log.open(service.server.data, read_only=True) as log,
        TestClient(make_app(log, Settings())) as client,
    ):
        for path, method in OPERATIONS:
            row, needed = EXPECTED[path]
            for caller in CALLERS if method == "get" and row["none"] == 401 else ():
                key = world.clients[client_of(caller, needed)].headers.get("Authorization")
                headers = {"Authorization": key} if key else {}
                answer = client.get(filled(path, world.values), headers=headers)
                if answer.status_code != row[caller]:
                    found.add(caller)
    return found


def test_control_nothing_is_red_as_it_is(world: World, service: Running) -> None:
    assert red(world, service) == set()


def test_control_a_scope_that_is_not_looked_at(
    world: World, service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = Door.enter
    monkeypatch.setattr(Door, "enter", lambda self, scope, text, _: enter(self, scope, text, None))
    assert red(world, service) == {"wrong scope"}


def test_control_an_owner_that_is_not_looked_at(
    world: World, service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter = Door.enter
    with Log.open(service.server.data, read_only=True) as log:
        owner = log.accounts.identify(service.key).account

    def always_the_owner(self: Door, scope: Any, text: bytes, wanted: str | None) -> Any:
        visit = enter(self, scope, text, wanted)
        visit.account = owner
        return visit

    monkeypatch.setattr(Door, "enter", always_the_owner)
    assert red(world, service) == {"other"}


def test_control_an_end_that_is_not_looked_at(
    world: World, service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = checking._OF_KEY.replace("k.expires, k.revoked", "NULL, NULL")
    assert sql != checking._OF_KEY
    monkeypatch.setattr(checking, "_OF_KEY", sql)
    assert red(world, service) == {"revoked", "expired"}


def test_the_document_names_the_scopes() -> None:
    text = json.dumps(DOCUMENT["components"]["securitySchemes"])
    assert all(needed in text for _, needed in EXPECTED.values())
